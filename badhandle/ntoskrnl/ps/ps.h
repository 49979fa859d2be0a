/*
 * Processes and threads.
 *
 * Layouts: 32-bit Windows XP SP2 (reference: handle-tracing, B.1 and B.8). Fields that only this guest has
 * follow the structures' official ends.
 */
#ifndef PS_H
#define PS_H

#include "ex/ex.h"
#include "ke/ke.h"
#include "loader_block.h"

typedef struct EPROCESS {
    KPROCESS Pcb; /* 000 */
    UCHAR Unused6C[0x18];
    HANDLE UniqueProcessId;        /* 084 */
    LIST_ENTRY ActiveProcessLinks; /* 088 in PsActiveProcessHead */
    UCHAR Unused90[0x34];
    HANDLE_TABLE *ObjectTable; /* 0C4 NULL once the process has ended */
    UCHAR UnusedC8[0x84];
    HANDLE InheritedFromUniqueProcessId; /* 14C */
    UCHAR Unused150[0x24];
    char ImageFileName[16]; /* 174 */
    UCHAR Unused184[0xC];
    LIST_ENTRY ThreadListHead; /* 190 of ETHREAD.ThreadListEntry */
    UCHAR Unused198[8];
    ULONG ActiveThreads; /* 1A0 */
    UCHAR Unused1A4[0xC];
    PVOID Peb; /* 1B0 */
    UCHAR Unused1B4[0x98];
    NTSTATUS ExitStatus; /* 24C */
    UCHAR Unused250[0x10];
    ULONG UserRegionNext; /* 260 first address for the next thread's TEB and stack */
    ULONG UserRegionEnd;  /* 264 */
} EPROCESS;
CHECK_OFFSET(EPROCESS, ActiveProcessLinks, 0x88);
CHECK_OFFSET(EPROCESS, ObjectTable, 0xC4);
CHECK_OFFSET(EPROCESS, InheritedFromUniqueProcessId, 0x14C);
CHECK_OFFSET(EPROCESS, ImageFileName, 0x174);
CHECK_OFFSET(EPROCESS, ActiveThreads, 0x1A0);
CHECK_OFFSET(EPROCESS, Peb, 0x1B0);
CHECK_OFFSET(EPROCESS, ExitStatus, 0x24C);
CHECK_OFFSET(EPROCESS, UserRegionNext, 0x260);

typedef struct ETHREAD {
    KTHREAD Tcb; /* 000 */
    UCHAR Unused1C0[0x2C];
    CLIENT_ID Cid; /* 1EC */
    UCHAR Unused1F4[0x2C];
    EPROCESS *ThreadsProcess; /* 220 */
    PVOID StartAddress;       /* 224 */
    UCHAR Unused228[4];
    LIST_ENTRY ThreadListEntry; /* 22C in EPROCESS.ThreadListHead */
    UCHAR Unused234[0x24];
} ETHREAD;
CHECK_OFFSET(ETHREAD, Cid, 0x1EC);
CHECK_OFFSET(ETHREAD, ThreadsProcess, 0x220);
CHECK_OFFSET(ETHREAD, ThreadListEntry, 0x22C);
CHECK_SIZE(ETHREAD, 0x258);

extern LIST_ENTRY PsActiveProcessHead;
extern EPROCESS *PsInitialSystemProcess;

static inline ETHREAD *PsGetCurrentThread(void)
{
    return CONTAINING_RECORD(KeGetCurrentThread(), ETHREAD, Tcb);
}

static inline EPROCESS *PsGetCurrentProcess(void)
{
    return CONTAINING_RECORD(KeGetCurrentThread()->Process, EPROCESS, Pcb);
}

/* ps/process.c */
void NTAPI PsInitialize(ULONG SystemDirectoryTableBase);
KTHREAD *NTAPI PsCreateLoadedProcess(const LOADER_PROCESS *Loaded); /* returns its first thread */

/* ps/thread.c */
ETHREAD *NTAPI PspCreateThread(EPROCESS *Process, ULONG ThreadId, PVOID Teb, ULONG StartAddress, ULONG UserStack);

/* ps/exit.c */
void NTAPI PsExitCurrentProcess(NTSTATUS ExitStatus) __attribute__((noreturn));

#endif
