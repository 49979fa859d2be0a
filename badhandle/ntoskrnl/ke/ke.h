/*
 * The kernel's lowest layer: threads, waits, traps, and stopping for the host.
 *
 * Layouts: 32-bit Windows XP SP2, from the published type tables (reference: handle-tracing, B.1, B.8).
 */
#ifndef KE_H
#define KE_H

#include "nt.h"

/* lists */
static inline void InitializeListHead(LIST_ENTRY *head)
{
    head->Flink = head->Blink = head;
}

static inline void InsertTailList(LIST_ENTRY *head, LIST_ENTRY *entry)
{
    entry->Flink = head;
    entry->Blink = head->Blink;
    head->Blink->Flink = entry;
    head->Blink = entry;
}

static inline void RemoveEntryList(LIST_ENTRY *entry)
{
    entry->Blink->Flink = entry->Flink;
    entry->Flink->Blink = entry->Blink;
}

/* ke/string.c; the compiler also emits calls to them */
void *memcpy(void *target, const void *source, unsigned int length);
void *memset(void *target, int value, unsigned int length);

enum { EventNotificationObject, EventSynchronizationObject, ProcessObject = 3, SemaphoreObject = 5, ThreadObject };

typedef struct DISPATCHER_HEADER {
    UCHAR Type;              /* 00 one of the Object values above */
    UCHAR Absolute;          /* 01 */
    UCHAR Size;              /* 02 in dwords */
    UCHAR Inserted;          /* 03 */
    LONG SignalState;        /* 04 above 0: a wait is satisfied */
    LIST_ENTRY WaitListHead; /* 08 empty here: see find_ready_thread */
} DISPATCHER_HEADER;
CHECK_SIZE(DISPATCHER_HEADER, 0x10);

typedef struct KEVENT {
    DISPATCHER_HEADER Header; /* 00 */
} KEVENT;

typedef struct KSEMAPHORE {
    DISPATCHER_HEADER Header; /* 00 */
    LONG Limit;               /* 10 */
} KSEMAPHORE;

typedef struct KPROCESS {
    DISPATCHER_HEADER Header;    /* 00 */
    LIST_ENTRY ProfileListHead;  /* 10 */
    ULONG DirectoryTableBase[2]; /* 18 the first is CR3 */
    UCHAR Unused20[0x30];
    LIST_ENTRY ThreadListHead; /* 50 */
    UCHAR Unused58[0x14];
} KPROCESS;
CHECK_OFFSET(KPROCESS, ThreadListHead, 0x50);
CHECK_SIZE(KPROCESS, 0x6C);

/*
 * The user-mode state that a trap saves. Its first two dwords imitate a stack frame, so that a walk along saved EBPs
 * finds the user's EBP and EIP there.
 */
typedef struct KTRAP_FRAME {
    ULONG DbgEbp; /* 00 */
    ULONG DbgEip; /* 04 */
    ULONG DbgArgMark, DbgArgPointer, TempSegCs, TempEsp;
    ULONG Dr0, Dr1, Dr2, Dr3, Dr6, Dr7;
    ULONG SegGs, SegEs, SegDs;  /* 30 */
    ULONG Edx, Ecx, Eax;        /* 3C */
    ULONG PreviousPreviousMode; /* 48 */
    ULONG ExceptionList;        /* 4C */
    ULONG SegFs;                /* 50 */
    ULONG Edi, Esi, Ebx, Ebp;   /* 54 */
    ULONG ErrCode;              /* 64 */
    ULONG Eip;                  /* 68 */
    ULONG SegCs, EFlags;        /* 6C */
    ULONG HardwareEsp;          /* 74 */
    ULONG HardwareSegSs;        /* 78 */
    ULONG V86Es, V86Ds, V86Fs, V86Gs;
} KTRAP_FRAME;
CHECK_OFFSET(KTRAP_FRAME, DbgEip, 0x04);
CHECK_OFFSET(KTRAP_FRAME, Edx, 0x3C);
CHECK_OFFSET(KTRAP_FRAME, Ecx, 0x40);
CHECK_OFFSET(KTRAP_FRAME, Eax, 0x44);
CHECK_OFFSET(KTRAP_FRAME, ExceptionList, 0x4C);
CHECK_OFFSET(KTRAP_FRAME, Ebp, 0x60);
CHECK_OFFSET(KTRAP_FRAME, Eip, 0x68);
CHECK_OFFSET(KTRAP_FRAME, HardwareSegSs, 0x78);
CHECK_SIZE(KTRAP_FRAME, 0x8C);

/* KTHREAD.State */
enum { Initialized, Ready, Running, Standby, Terminated, Waiting };

typedef struct KTHREAD {
    DISPATCHER_HEADER Header;   /* 000 */
    LIST_ENTRY MutantListHead;  /* 010 */
    PVOID InitialStack;         /* 018 */
    PVOID StackLimit;           /* 01C lowest address of the kernel stack */
    PVOID Teb;                  /* 020 */
    PVOID TlsArray;             /* 024 */
    PVOID KernelStack;          /* 028 ESP while another thread runs */
    UCHAR DebugActive;          /* 02C */
    UCHAR State;                /* 02D */
    UCHAR Unused2E[0x16];
    KPROCESS *Process; /* 044 ApcState.Process */
    UCHAR Unused48[0x0C];
    NTSTATUS WaitStatus; /* 054 */
    UCHAR Unused58[0x24];
    DISPATCHER_HEADER *WaitObject; /* 07C WaitBlock[0].Object */
    UCHAR Unused80[0xB4];
    KTRAP_FRAME *TrapFrame; /* 134 of the latest entry from user mode */
    UCHAR Unused138[0x30];
    PVOID StackBase; /* 168 highest address of the kernel stack */
    UCHAR Unused16C[0x44];
    LIST_ENTRY ThreadListEntry; /* 1B0 in KPROCESS.ThreadListHead */
    UCHAR FreezeCount;          /* 1B8 */
    UCHAR SuspendCount;         /* 1B9 */
    UCHAR Unused1BA[6];
} KTHREAD;
CHECK_OFFSET(KTHREAD, State, 0x2D);
CHECK_OFFSET(KTHREAD, Process, 0x44);
CHECK_OFFSET(KTHREAD, WaitObject, 0x7C);
CHECK_OFFSET(KTHREAD, TrapFrame, 0x134);
CHECK_OFFSET(KTHREAD, StackBase, 0x168);
CHECK_OFFSET(KTHREAD, SuspendCount, 0x1B9);
CHECK_SIZE(KTHREAD, 0x1C0);

#define KERNEL_STACK_SIZE 0x3000
/* The machine enters the kernel this far below the stack's top: the V86 fields of a trap frame are not pushed. */
#define TRAP_FRAME_TOP 0x10

/* Reasons in KD_MAILBOX.Reason. */
#define STOP_STARTED 1         /* the Target is about to run its first user instruction */
#define STOP_BREAKPOINT 2      /* a thread ran int 3; Address is the address after it */
#define STOP_REQUEST 3         /* the machine raised interrupt 30h in user mode */
#define STOP_PROCESS_EXITING 4 /* the Target is about to end: its handles are still open; Detail: exit status */
#define STOP_PROCESS_ENDED 5   /* the Target has ended: each resume stops here again; Detail: exit status */
#define STOP_DEADLOCK 6        /* no thread can run */
#define STOP_BUGCHECK 7        /* the kernel hit an internal error; Detail: trap vector or NTSTATUS; Address: in the
                                  kernel; it stops here for good */
#define STOP_DEBUG_STRING 8    /* the program sent its debugger the text in KdDebugString; Detail: its length */

/* How kernel and host communicate while the guest is stopped; the host accesses it in the guest's memory. */
typedef struct KD_MAILBOX {
    ULONG Reason;         /* 00 STOP_ value, by the kernel */
    ULONG ProcessId;      /* 04 of the stopped thread */
    ULONG ThreadId;       /* 08 */
    ULONG Address;        /* 0C its user EIP, 0: none */
    ULONG Detail;         /* 10 see STOP_ */
    ULONG Pending;        /* 14 the host sets 1 to request the call below; the kernel sets 0 when it is done */
    ULONG Service;        /* 18 system-service number */
    ULONG Arguments[12];  /* 1C pointers are addresses in the Debugger process */
    NTSTATUS Status;      /* 4C how the call ended */
} KD_MAILBOX;
CHECK_SIZE(KD_MAILBOX, 0x50);

extern KD_MAILBOX KdMailbox;
extern char KdDebugString[512];

/* ke/init.c */
extern ULONG KiLoaderFlags;
void NTAPI KiSetCurrentThread(KTHREAD *Thread); /* PCR, TSS and the user FS descriptor */
static inline KTHREAD *KeGetCurrentThread(void)
{
    KTHREAD *thread;
    __asm__("movl %%fs:0x124, %0" : "=r"(thread));
    return thread;
}

/* ke/stop.c */
void NTAPI KiInitializeStops(KPROCESS *Target, KTHREAD *Debugger);
BOOLEAN NTAPI KiIsTarget(void); /* whether the current thread is one of the Target's */
void NTAPI KiStopForTarget(ULONG Reason, ULONG Detail);
void NTAPI KiStopMachine(ULONG Reason, ULONG Detail);
void NTAPI KeBugCheck(ULONG Code, ULONG Address) __attribute__((noreturn)); /* Address 0: none */

/* ke/trap.S */
void NTAPI KiSwitchStack(PVOID *SavedStack, PVOID NewStack);
void NTAPI KiLoadDirectory(ULONG DirectoryTableBase);
BOOLEAN NTAPI KiCopyMemory(PVOID Target, const void *Source, ULONG Length); /* FALSE on a page fault */
void KiEnterUserMode(void);

/* ke/thread.c */
void NTAPI KeInitializeThread(KTHREAD *Thread, KPROCESS *Process, PVOID KernelStack, PVOID Teb, ULONG StartAddress,
                              ULONG UserStack);
void NTAPI KiSwitchToThread(KTHREAD *Thread);
void NTAPI KiYield(void);
NTSTATUS NTAPI KeWaitForObject(DISPATCHER_HEADER *Object, BOOLEAN Block);
void NTAPI KiExitCurrentThread(void) __attribute__((noreturn));

/* ke/wait.c */
BOOLEAN NTAPI KiTryWait(DISPATCHER_HEADER *Object);

#endif
