/* NtCreateEvent and NtCreateSemaphore, compiled without EBP frames as in the documented stacks. */
#include "ke/ke.h"
#include "mm/mm.h"
#include "ntcalls.h"
#include "ob/ob.h"

/* Creates an object with its dispatcher header, and a handle to it in the caller's table. */
static NTSTATUS create(HANDLE *user_handle, ACCESS_MASK access, const OBJECT_ATTRIBUTES *user_attributes,
                       OBJECT_TYPE *type, ULONG size, ULONG dispatcher_type, LONG signal_state, LONG limit)
{
    CAPTURED_ATTRIBUTES attributes;
    DISPATCHER_HEADER *object;
    HANDLE handle;
    NTSTATUS status = ObpCaptureAttributes(&attributes, user_attributes);
    if (!NT_SUCCESS(status))
        return status;
    object = ObCreateObject(type, size, &attributes);
    if (object == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    object->Type = (UCHAR)dispatcher_type;
    object->Size = (UCHAR)(size / sizeof(ULONG));
    object->SignalState = signal_state;
    InitializeListHead(&object->WaitListHead);
    if (dispatcher_type == SemaphoreObject)
        ((KSEMAPHORE *)object)->Limit = limit;
    status = ObInsertObject(object, access, attributes.Attributes, &handle);
    if (NT_SUCCESS(status) && !MmCopyToUser(user_handle, &handle, sizeof handle))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NTAPI NtCreateEvent(HANDLE *EventHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                             ULONG EventType, BOOLEAN InitialState)
{
    if (EventType > SynchronizationEvent)
        return STATUS_INVALID_PARAMETER;
    return create(EventHandle, DesiredAccess, ObjectAttributes, ExEventObjectType, sizeof(KEVENT), EventType,
                  InitialState != 0, 0);
}

NTSTATUS NTAPI NtCreateSemaphore(HANDLE *SemaphoreHandle, ACCESS_MASK DesiredAccess,
                                 OBJECT_ATTRIBUTES *ObjectAttributes, LONG InitialCount, LONG MaximumCount)
{
    if (MaximumCount <= 0 || InitialCount < 0 || InitialCount > MaximumCount)
        return STATUS_INVALID_PARAMETER;
    return create(SemaphoreHandle, DesiredAccess, ObjectAttributes, ExSemaphoreObjectType, sizeof(KSEMAPHORE),
                  SemaphoreObject, InitialCount, MaximumCount);
}
