/*
 * What the emulated machine passes to the guest kernel at boot.
 *
 * The machine is the boot loader and the hardware: it maps the images, builds the page tables, the PEB, the
 * first TEB, the loader lists, PsLoadedModuleList and KDDEBUGGER_DATA, writes this block, and jumps to
 * KiSystemStartup with the block's address on the stack. The kernel does everything else. The machine writes
 * the block from its own table (src/machine/structures.ts); both sides state the offsets, so that neither can
 * hide the other's mistake. All addresses are virtual and mapped before the kernel starts.
 */
#ifndef LOADER_BLOCK_H
#define LOADER_BLOCK_H

#include "nt.h"

/* LOADER_BLOCK.Flags */
#define LOADER_TRACE_FROM_MAIN 0x1 /* like Application Verifier: tracing starts as main is entered */
#define LOADER_SERVER_2003 0x2     /* tracing can be disabled and takes a slot count, as in Server 2003 SP1 */

typedef struct LOADER_PROCESS {
    unsigned long DirectoryTableBase; /* 00 physical address of its page directory */
    unsigned long Peb;                /* 04 user address */
    unsigned long Teb;                /* 08 user address, of the first thread */
    unsigned long StackBase;          /* 0C user stack, highest address */
    unsigned long StackLimit;         /* 10 user stack, lowest address */
    unsigned long StartAddress;       /* 14 where the first thread starts in user mode */
    unsigned long Parameter;          /* 18 its one argument, on the stack above a zero return address */
    unsigned long HeapStart;          /* 1C user region for later TEBs and stacks, mapped */
    unsigned long HeapEnd;            /* 20 */
    unsigned long ProcessId;          /* 24 */
    unsigned long ThreadId;           /* 28 of the first thread; later threads take the next multiples of 4 */
    char ImageFileName[16];           /* 2C */
} LOADER_PROCESS;
CHECK_OFFSET(LOADER_PROCESS, ImageFileName, 0x2C);
CHECK_SIZE(LOADER_PROCESS, 0x3C);

typedef struct LOADER_BLOCK {
    unsigned long Flags;              /* 00 LOADER_ bits */
    unsigned long NonPagedPoolStart;  /* 04 */
    unsigned long NonPagedPoolEnd;    /* 08 */
    unsigned long PagedPoolStart;     /* 0C */
    unsigned long PagedPoolEnd;       /* 10 */
    unsigned long SystemDirectoryTableBase; /* 14 for the System process */
    LOADER_PROCESS Target;            /* 18 the program under test; created before the Debugger, and runs first */
    LOADER_PROCESS Debugger;          /* 54 the process on whose behalf the host's Ntdll calls run */
} LOADER_BLOCK;
CHECK_OFFSET(LOADER_BLOCK, Target, 0x18);
CHECK_OFFSET(LOADER_BLOCK, Debugger, 0x54);
CHECK_SIZE(LOADER_BLOCK, 0x90);

#endif
