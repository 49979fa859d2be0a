/* Making a handle in the caller's table. */
#include "ke/ke.h"
#include "ob/ob.h"
#include "ps/ps.h"

NTSTATUS NTAPI ObpCreateUnnamedHandle(PVOID Object, ACCESS_MASK GrantedAccess, ULONG Attributes, HANDLE *Handle)
{
    OBJECT_HEADER *header = ObHeaderOf(Object);
    HANDLE_TABLE *table = PsGetCurrentProcess()->ObjectTable;
    HANDLE_TABLE_ENTRY entry;
    HANDLE handle;
    entry.Object = (ULONG)header | ENTRY_UNLOCKED | (Attributes & OBJ_INHERIT ? ENTRY_INHERIT : 0);
    entry.GrantedAccess = GrantedAccess | (Attributes & OBJ_PROTECT_CLOSE ? ACCESS_PROTECT_CLOSE : 0);
    handle = ExCreateHandle(table, &entry);
    if (handle == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    header->PointerCount++;
    *Handle = handle;
    return STATUS_SUCCESS;
}
