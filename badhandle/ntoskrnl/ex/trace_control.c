/*
 * Creating and freeing the trace database, in its two forms (reference: handle-tracing, A.3 and B.5).
 *
 * The bits of BitMaskFlags that a debugger may set have no effect; only the bit for a wrapped ring is maintained.
 *
 * The XP form has 4096 records and stays until the process ends. The Server 2003 SP1 form stores its size and can be
 * removed. Its reference count and lock exist only for a debugger to see: on one processor that never interrupts the
 * kernel, nothing can free the database while it is written.
 */
#include "ex/ex.h"
#include "ke/ke.h"
#include "loader_block.h"

#define DEFAULT_SLOTS 4096
#define MIN_SLOTS 128
#define MAX_SLOTS 0x20000

/* HANDLE_TRACE_DEBUG_INFO, Windows XP SP2 */
typedef struct XP_DEBUG_INFO {
    ULONG CurrentStackIndex;         /* 0 */
    HANDLE_TRACE_DB_ENTRY TraceDb[]; /* 4 */
} XP_DEBUG_INFO;

/* HANDLE_TRACE_DEBUG_INFO, Server 2003 SP1 */
typedef struct SERVER_2003_DEBUG_INFO {
    LONG RefCount;                   /* 00 */
    ULONG TableSize;                 /* 04 */
    ULONG BitMaskFlags;              /* 08 */
    UCHAR CloseCompactionLock[0x20]; /* 0C FAST_MUTEX */
    ULONG CurrentStackIndex;         /* 2C */
    HANDLE_TRACE_DB_ENTRY TraceDb[]; /* 30 */
} SERVER_2003_DEBUG_INFO;
CHECK_OFFSET(SERVER_2003_DEBUG_INFO, TraceDb, 0x30);

BOOLEAN NTAPI ExpOpenTraceDatabase(HANDLE_TABLE *Table, TRACE_DATABASE *Database)
{
    if (Table->DebugInfo == NULL)
        return FALSE;
    if (KiLoaderFlags & LOADER_SERVER_2003) {
        SERVER_2003_DEBUG_INFO *info = Table->DebugInfo;
        Database->CurrentStackIndex = &info->CurrentStackIndex;
        Database->TraceDb = info->TraceDb;
        Database->TableSize = info->TableSize;
        Database->BitMaskFlags = &info->BitMaskFlags;
    } else {
        XP_DEBUG_INFO *info = Table->DebugInfo;
        Database->CurrentStackIndex = &info->CurrentStackIndex;
        Database->TraceDb = info->TraceDb;
        Database->TableSize = DEFAULT_SLOTS;
        Database->BitMaskFlags = NULL;
    }
    return TRUE;
}

/* 0 is the default; anything else is clamped, then rounded up to a power of two. */
static ULONG round_slots(ULONG slots)
{
    ULONG rounded = MIN_SLOTS;
    if (slots == 0)
        return DEFAULT_SLOTS;
    while (rounded < slots && rounded < MAX_SLOTS)
        rounded *= 2;
    return rounded;
}

NTSTATUS NTAPI ExEnableHandleTracing(HANDLE_TABLE *Table, ULONG Slots)
{
    BOOLEAN server = (KiLoaderFlags & LOADER_SERVER_2003) != 0;
    ULONG slots = server ? round_slots(Slots) : DEFAULT_SLOTS;
    ULONG header = server ? sizeof(SERVER_2003_DEBUG_INFO) : sizeof(XP_DEBUG_INFO);
    PVOID info = ExAllocatePool(NonPagedPool, header + slots * sizeof(HANDLE_TRACE_DB_ENTRY), TAG('O', 'b', 't', 'd'));
    if (info == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (server) {
        ((SERVER_2003_DEBUG_INFO *)info)->RefCount = 1;
        ((SERVER_2003_DEBUG_INFO *)info)->TableSize = slots;
    }
    ExDisableHandleTracing(Table);
    Table->StrictFIFO |= 1; /* stays set when tracing is disabled */
    Table->DebugInfo = info;
    return STATUS_SUCCESS;
}

void NTAPI ExDisableHandleTracing(HANDLE_TABLE *Table)
{
    if (Table->DebugInfo != NULL)
        ExFreePool(Table->DebugInfo);
    Table->DebugInfo = NULL;
}
