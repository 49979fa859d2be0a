/* From a handle to its object: checks the requested access and takes a reference. */
#include "ke/ke.h"
#include "ob/ob.h"
#include "ps/ps.h"

NTSTATUS NTAPI ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess, const OBJECT_TYPE *Type,
                                         PVOID *Object)
{
    ACCESS_MASK granted;
    OBJECT_HEADER *header;
    if (Handle == NtCurrentProcess()) {
        header = ObHeaderOf(PsGetCurrentProcess());
        granted = PROCESS_ALL_ACCESS;
    } else if (Handle == NtCurrentThread()) {
        header = ObHeaderOf(PsGetCurrentThread());
        granted = THREAD_ALL_ACCESS;
    } else {
        HANDLE_TABLE_ENTRY *entry = ExMapHandleToPointerEx(PsGetCurrentProcess()->ObjectTable, Handle);
        if (entry == NULL)
            return STATUS_INVALID_HANDLE;
        header = ObpHeaderOfEntry(entry);
        granted = entry->GrantedAccess & ACCESS_MASK_BITS;
    }
    if (Type != NULL && header->Type != Type)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (DesiredAccess & ~granted)
        return STATUS_ACCESS_DENIED;
    header->PointerCount++;
    *Object = header->Body;
    return STATUS_SUCCESS;
}
