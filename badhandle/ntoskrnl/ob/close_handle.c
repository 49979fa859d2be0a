/* Closing one handle, or all handles of a process that is ending. */
#include "ke/ke.h"
#include "ob/ob.h"
#include "ps/ps.h"

NTSTATUS NTAPI ObpCloseHandleTableEntry(HANDLE_TABLE *Table, HANDLE_TABLE_ENTRY *Entry, HANDLE Handle,
                                        BOOLEAN IgnoreProtection)
{
    OBJECT_HEADER *header = ObpHeaderOfEntry(Entry);
    if (!IgnoreProtection && (Entry->GrantedAccess & ACCESS_PROTECT_CLOSE))
        return STATUS_HANDLE_NOT_CLOSABLE;
    ExDestroyHandle(Table, Handle, Entry);
    header->HandleCount--;
    header->Type->TotalNumberOfHandles--;
    ObDereferenceObject(header->Body);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI ObpCloseHandle(HANDLE Handle)
{
    HANDLE_TABLE *table = PsGetCurrentProcess()->ObjectTable;
    HANDLE_TABLE_ENTRY *entry = ExMapHandleToPointer(table, Handle);
    if (entry == NULL)
        return STATUS_INVALID_HANDLE;
    return ObpCloseHandleTableEntry(table, entry, Handle, FALSE);
}

void NTAPI ObKillHandles(HANDLE_TABLE *Table)
{
    HANDLE handle = NULL;
    while ((handle = ExNextHandle(Table, handle)) != NULL)
        ObpCloseHandleTableEntry(Table, ExpLookupHandleTableEntry(Table, handle), handle, TRUE);
}
