/* NtOpenProcess, and suspending and resuming all threads of a process. */
#include "mm/mm.h"
#include "ntcalls.h"
#include "ob/ob.h"
#include "ps/ps.h"

static EPROCESS *find_process(HANDLE process_id)
{
    LIST_ENTRY *entry;
    for (entry = PsActiveProcessHead.Flink; entry != &PsActiveProcessHead; entry = entry->Flink) {
        EPROCESS *process = CONTAINING_RECORD(entry, EPROCESS, ActiveProcessLinks);
        if (process->UniqueProcessId == process_id)
            return process;
    }
    return NULL;
}

NTSTATUS NTAPI NtOpenProcess(HANDLE *ProcessHandle, ACCESS_MASK DesiredAccess, OBJECT_ATTRIBUTES *ObjectAttributes,
                             CLIENT_ID *ClientId)
{
    CAPTURED_ATTRIBUTES attributes;
    CLIENT_ID client;
    EPROCESS *process;
    HANDLE handle;
    NTSTATUS status = ObpCaptureAttributes(&attributes, ObjectAttributes);
    if (!NT_SUCCESS(status))
        return status;
    if (!MmCopyFromUser(&client, ClientId, sizeof client))
        return STATUS_ACCESS_VIOLATION;
    process = find_process(client.UniqueProcess);
    if (process == NULL)
        return STATUS_INVALID_CID;
    ObHeaderOf(process)->PointerCount++;
    status = ObInsertObject(process, DesiredAccess, attributes.Attributes, &handle);
    if (NT_SUCCESS(status) && !MmCopyToUser(ProcessHandle, &handle, sizeof handle))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

static NTSTATUS change_suspend_counts(HANDLE process_handle, BOOLEAN suspend)
{
    EPROCESS *process;
    LIST_ENTRY *head, *entry;
    NTSTATUS status = ObReferenceObjectByHandle(process_handle, PROCESS_SUSPEND_RESUME, PsProcessType,
                                                (PVOID *)&process);
    if (!NT_SUCCESS(status))
        return status;
    head = &process->Pcb.ThreadListHead;
    for (entry = head->Flink; entry != head; entry = entry->Flink) {
        KTHREAD *thread = CONTAINING_RECORD(entry, KTHREAD, ThreadListEntry);
        if (suspend && thread->SuspendCount < 0x7F)
            thread->SuspendCount++;
        else if (!suspend && thread->SuspendCount > 0)
            thread->SuspendCount--;
    }
    ObDereferenceObject(process);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI NtSuspendProcess(HANDLE ProcessHandle)
{
    return change_suspend_counts(ProcessHandle, TRUE);
}

NTSTATUS NTAPI NtResumeProcess(HANDLE ProcessHandle)
{
    return change_suspend_counts(ProcessHandle, FALSE);
}
