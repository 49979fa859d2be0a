/*
 * Pools, handle tables and handle tracing.
 *
 * Layouts: 32-bit Windows XP SP2 (reference: handle-tracing, B.3, B.5, B.6); the trace database also in the form of
 * Server 2003 SP1, which a loader flag selects.
 */
#ifndef EX_H
#define EX_H

#include "nt.h"

struct EPROCESS;

/* ex/pool.c */
typedef enum { NonPagedPool, PagedPool } POOL_TYPE;
void NTAPI ExInitializePools(ULONG NonPagedStart, ULONG NonPagedEnd, ULONG PagedStart, ULONG PagedEnd);
PVOID NTAPI ExAllocatePool(POOL_TYPE Type, ULONG Length, ULONG Tag); /* zeroed; NULL: no room */
void NTAPI ExFreePool(PVOID Block);
#define TAG(a, b, c, d) ((ULONG)(a) | (ULONG)(b) << 8 | (ULONG)(c) << 16 | (ULONG)(d) << 24)

typedef struct HANDLE_TABLE_ENTRY {
    ULONG Object; /* 0 address of the OBJECT_HEADER and the ENTRY_ bits; 0: the entry is free */
    union {
        ULONG GrantedAccess;      /* 4 of an entry in use */
        ULONG NextFreeTableEntry; /* 4 of a free one: the next free handle value, 0: none */
    };
} HANDLE_TABLE_ENTRY;
CHECK_SIZE(HANDLE_TABLE_ENTRY, 8);

#define ENTRY_UNLOCKED 0x1 /* set in every entry in use: there is no lock to take on one processor */
#define ENTRY_INHERIT 0x2
#define ENTRY_ATTRIBUTES 0x7
#define ACCESS_MASK_BITS 0x01FFFFFF
#define ACCESS_PROTECT_CLOSE 0x02000000

typedef struct HANDLE_TABLE {
    ULONG TableCode;               /* 00 address of the top table; low two bits: levels above the leaves */
    struct EPROCESS *QuotaProcess; /* 04 */
    HANDLE UniqueProcessId;        /* 08 */
    ULONG HandleTableLock[4];      /* 0C */
    LIST_ENTRY HandleTableList;    /* 1C in HandleTableListHead */
    ULONG HandleContentionEvent;   /* 24 */
    PVOID DebugInfo;               /* 28 trace database, NULL: tracing is off */
    LONG ExtraInfoPages;           /* 2C */
    ULONG FirstFree;               /* 30 free handle to use next, 0: none */
    ULONG LastFree;                /* 34 end of the free list, where a strict-FIFO table puts freed handles */
    ULONG NextHandleNeedingPool;   /* 38 handle values from here on have no page yet */
    LONG HandleCount;              /* 3C */
    ULONG StrictFIFO;              /* 40 bit 0 of Flags */
} HANDLE_TABLE;
CHECK_OFFSET(HANDLE_TABLE, HandleTableList, 0x1C);
CHECK_OFFSET(HANDLE_TABLE, DebugInfo, 0x28);
CHECK_OFFSET(HANDLE_TABLE, HandleCount, 0x3C);
CHECK_SIZE(HANDLE_TABLE, 0x44);

extern LIST_ENTRY HandleTableListHead;

/* ex/handle.c, ex/handle_operations.c */
HANDLE_TABLE *NTAPI ExCreateHandleTable(struct EPROCESS *Process);
void NTAPI ExDestroyHandleTable(HANDLE_TABLE *Table);
HANDLE NTAPI ExCreateHandle(HANDLE_TABLE *Table, const HANDLE_TABLE_ENTRY *NewEntry); /* NULL: no room */
HANDLE_TABLE_ENTRY *NTAPI ExpLookupHandleTableEntry(HANDLE_TABLE *Table, HANDLE Handle);
HANDLE_TABLE_ENTRY *NTAPI ExMapHandleToPointer(HANDLE_TABLE *Table, HANDLE Handle);
HANDLE_TABLE_ENTRY *NTAPI ExMapHandleToPointerEx(HANDLE_TABLE *Table, HANDLE Handle);
void NTAPI ExDestroyHandle(HANDLE_TABLE *Table, HANDLE Handle, HANDLE_TABLE_ENTRY *Entry);
ULONG NTAPI ExpAllocateHandle(HANDLE_TABLE *Table); /* 0: no room */
void NTAPI ExpFreeHandle(HANDLE_TABLE *Table, ULONG Handle, HANDLE_TABLE_ENTRY *Entry);
HANDLE NTAPI ExNextHandle(HANDLE_TABLE *Table, HANDLE Handle); /* next one in use, NULL: none */

#define TRACE_OPEN 1
#define TRACE_CLOSE 2
#define TRACE_BADREF 3
#define TRACE_STACK_FRAMES 16

typedef struct HANDLE_TRACE_DB_ENTRY {
    CLIENT_ID ClientId;                   /* 00 of the thread that did it */
    HANDLE Handle;                        /* 08 as the caller passed it */
    ULONG Type;                           /* 0C TRACE_ value, 0: never written */
    ULONG StackTrace[TRACE_STACK_FRAMES]; /* 10 return addresses, innermost first */
} HANDLE_TRACE_DB_ENTRY;
CHECK_SIZE(HANDLE_TRACE_DB_ENTRY, 0x50);

/* The parts of a database of either form. */
typedef struct TRACE_DATABASE {
    ULONG *CurrentStackIndex;       /* grows without bound; incremented before a record is written */
    HANDLE_TRACE_DB_ENTRY *TraceDb; /* a ring of TableSize records */
    ULONG TableSize;                /* a power of two */
    ULONG *BitMaskFlags;            /* NULL in the XP form */
} TRACE_DATABASE;

/* ex/handle_trace.c, ex/trace_control.c */
void NTAPI ExpUpdateDebugInfo(HANDLE_TABLE *Table, HANDLE Handle, ULONG Type); /* does nothing while tracing is off */
BOOLEAN NTAPI ExpOpenTraceDatabase(HANDLE_TABLE *Table, TRACE_DATABASE *Database); /* FALSE: tracing is off */
NTSTATUS NTAPI ExEnableHandleTracing(HANDLE_TABLE *Table, ULONG Slots); /* 0: the default */
void NTAPI ExDisableHandleTracing(HANDLE_TABLE *Table);

#endif
