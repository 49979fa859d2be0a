/* NtSetEvent, NtReleaseSemaphore and NtWaitForSingleObject. */
#include "ke/ke.h"
#include "mm/mm.h"
#include "ntcalls.h"
#include "ob/ob.h"

NTSTATUS NTAPI NtSetEvent(HANDLE EventHandle, LONG *PreviousState)
{
    KEVENT *event;
    LONG previous;
    NTSTATUS status = ObReferenceObjectByHandle(EventHandle, EVENT_MODIFY_STATE, ExEventObjectType, (PVOID *)&event);
    if (!NT_SUCCESS(status))
        return status;
    previous = event->Header.SignalState;
    event->Header.SignalState = 1;
    ObDereferenceObject(event);
    if (PreviousState != NULL && !MmCopyToUser(PreviousState, &previous, sizeof previous))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI NtReleaseSemaphore(HANDLE SemaphoreHandle, LONG ReleaseCount, LONG *PreviousCount)
{
    KSEMAPHORE *semaphore;
    LONG previous;
    NTSTATUS status;
    if (ReleaseCount <= 0)
        return STATUS_INVALID_PARAMETER;
    status = ObReferenceObjectByHandle(SemaphoreHandle, SEMAPHORE_MODIFY_STATE, ExSemaphoreObjectType,
                                       (PVOID *)&semaphore);
    if (!NT_SUCCESS(status))
        return status;
    previous = semaphore->Header.SignalState;
    if (ReleaseCount > semaphore->Limit - previous)
        status = STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    else
        semaphore->Header.SignalState += ReleaseCount;
    ObDereferenceObject(semaphore);
    if (NT_SUCCESS(status) && PreviousCount != NULL && !MmCopyToUser(PreviousCount, &previous, sizeof previous))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

/* Every object of the guest begins with a dispatcher header, so any can be waited on. */
NTSTATUS NTAPI NtWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PVOID Timeout)
{
    DISPATCHER_HEADER *object;
    NTSTATUS status = ObReferenceObjectByHandle(Handle, SYNCHRONIZE, NULL, (PVOID *)&object);
    (void)Alertable; /* there are no asynchronous procedure calls */
    if (!NT_SUCCESS(status))
        return status;
    status = KeWaitForObject(object, Timeout == NULL);
    ObDereferenceObject(object);
    return status;
}
