/* NtDuplicateObject: a second handle, in the same process or in another. */
#include "ke/ke.h"
#include "mm/mm.h"
#include "ntcalls.h"
#include "ob/ob.h"
#include "ps/ps.h"

/*
 * Duplicates between two processes that the caller has referenced. If the target table is traced, the trace has the
 * ids and the stacks of the calling thread.
 */
static NTSTATUS duplicate(EPROCESS *source, HANDLE handle, EPROCESS *target, ACCESS_MASK access, ULONG attributes,
                          ULONG options, HANDLE *duplicated)
{
    HANDLE_TABLE_ENTRY *entry, copy;
    OBJECT_HEADER *header;
    if (source->ObjectTable == NULL || target->ObjectTable == NULL)
        return STATUS_PROCESS_IS_TERMINATING;
    entry = ExMapHandleToPointerEx(source->ObjectTable, handle);
    if (entry == NULL)
        return STATUS_INVALID_HANDLE;
    header = ObpHeaderOfEntry(entry);
    access = options & DUPLICATE_SAME_ACCESS ? entry->GrantedAccess & ACCESS_MASK_BITS
                                             : ObpMapAccess(header->Type, access);
    copy = ObpMakeEntry(header, access, options & DUPLICATE_SAME_ATTRIBUTES ? ObpAttributesOfEntry(entry) : attributes);
    *duplicated = ExCreateHandle(target->ObjectTable, &copy);
    if (*duplicated == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    header->PointerCount++;
    header->HandleCount++;
    header->Type->TotalNumberOfHandles++;
    if (options & DUPLICATE_CLOSE_SOURCE)
        return ObpCloseHandleTableEntry(source->ObjectTable, ExpLookupHandleTableEntry(source->ObjectTable, handle),
                                        handle, FALSE);
    return STATUS_SUCCESS;
}

/* Pseudo-handles are not table entries: the object that one stands for is referenced and gets a handle. */
static NTSTATUS duplicate_pseudo_handle(HANDLE pseudo, ACCESS_MASK access, ULONG attributes, HANDLE *duplicated)
{
    PVOID object;
    NTSTATUS status = ObReferenceObjectByHandle(pseudo, 0, NULL, &object);
    return NT_SUCCESS(status) ? ObInsertObject(object, access, attributes, duplicated) : status;
}

static NTSTATUS duplicate_into(EPROCESS *source, HANDLE handle, HANDLE target_process, ACCESS_MASK access,
                               ULONG attributes, ULONG options, HANDLE *duplicated)
{
    EPROCESS *target;
    NTSTATUS status = ObReferenceObjectByHandle(target_process, PROCESS_DUP_HANDLE, PsProcessType, (PVOID *)&target);
    if (!NT_SUCCESS(status))
        return status;
    if (handle != NtCurrentProcess() && handle != NtCurrentThread())
        status = duplicate(source, handle, target, access, attributes, options, duplicated);
    else if (source != PsGetCurrentProcess() || target != source)
        status = STATUS_INVALID_HANDLE; /* Windows allows more; nothing here needs it */
    else
        status = duplicate_pseudo_handle(handle, options & DUPLICATE_SAME_ACCESS ? MAXIMUM_ALLOWED : access,
                                         attributes, duplicated);
    ObDereferenceObject(target);
    return status;
}

NTSTATUS NTAPI NtDuplicateObject(HANDLE SourceProcessHandle, HANDLE SourceHandle, HANDLE TargetProcessHandle,
                                 HANDLE *TargetHandle, ACCESS_MASK DesiredAccess, ULONG HandleAttributes,
                                 ULONG Options)
{
    EPROCESS *source;
    HANDLE duplicated = NULL;
    NTSTATUS status = ObReferenceObjectByHandle(SourceProcessHandle, PROCESS_DUP_HANDLE, PsProcessType,
                                                (PVOID *)&source);
    if (!NT_SUCCESS(status))
        return status;
    status = duplicate_into(source, SourceHandle, TargetProcessHandle, DesiredAccess, HandleAttributes, Options,
                            &duplicated);
    ObDereferenceObject(source);
    if (NT_SUCCESS(status) && TargetHandle != NULL && !MmCopyToUser(TargetHandle, &duplicated, sizeof duplicated))
        return STATUS_ACCESS_VIOLATION;
    return status;
}
