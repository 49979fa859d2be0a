/*
 * The four operations on handles that tracing records. Each calls ExpUpdateDebugInfo itself, so that it is the
 * innermost frame of the stacks recorded for it.
 */
#include "ex/ex.h"

HANDLE NTAPI ExCreateHandle(HANDLE_TABLE *Table, const HANDLE_TABLE_ENTRY *NewEntry)
{
    ULONG handle = ExpAllocateHandle(Table);
    if (handle == 0)
        return NULL;
    *ExpLookupHandleTableEntry(Table, (HANDLE)handle) = *NewEntry;
    ExpUpdateDebugInfo(Table, (HANDLE)handle, TRACE_OPEN);
    return (HANDLE)handle;
}

HANDLE_TABLE_ENTRY *NTAPI ExMapHandleToPointerEx(HANDLE_TABLE *Table, HANDLE Handle)
{
    HANDLE_TABLE_ENTRY *entry = ExpLookupHandleTableEntry(Table, Handle);
    if (entry == NULL || entry->Object == 0) {
        ExpUpdateDebugInfo(Table, Handle, TRACE_BADREF);
        return NULL;
    }
    return entry;
}

/* For closing: a reserved value, which no table ever hands out, leaves no trace. */
HANDLE_TABLE_ENTRY *NTAPI ExMapHandleToPointer(HANDLE_TABLE *Table, HANDLE Handle)
{
    HANDLE_TABLE_ENTRY *entry = ExpLookupHandleTableEntry(Table, Handle);
    if (entry == NULL && (ULONG)Handle < Table->NextHandleNeedingPool)
        return NULL;
    if (entry == NULL || entry->Object == 0) {
        ExpUpdateDebugInfo(Table, Handle, TRACE_BADREF);
        return NULL;
    }
    return entry;
}

void NTAPI ExDestroyHandle(HANDLE_TABLE *Table, HANDLE Handle, HANDLE_TABLE_ENTRY *Entry)
{
    ExpUpdateDebugInfo(Table, Handle, TRACE_CLOSE);
    ExpFreeHandle(Table, (ULONG)Handle, Entry);
}
