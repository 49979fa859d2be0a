/* Creating a handle in the caller's table. */
#include "ke/ke.h"
#include "ob/ob.h"
#include "ps/ps.h"

NTSTATUS NTAPI ObpCreateUnnamedHandle(PVOID Object, ACCESS_MASK GrantedAccess, ULONG Attributes, HANDLE *Handle)
{
    OBJECT_HEADER *header = ObHeaderOf(Object);
    HANDLE_TABLE *table = PsGetCurrentProcess()->ObjectTable;
    HANDLE_TABLE_ENTRY entry = ObpMakeEntry(header, GrantedAccess, Attributes);
    HANDLE handle = ExCreateHandle(table, &entry);
    if (handle == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    header->PointerCount++;
    *Handle = handle;
    return STATUS_SUCCESS;
}
