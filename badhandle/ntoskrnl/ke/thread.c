/*
 * Threads and their scheduling. With one processor and no clock, a thread runs until it waits, yields or ends, and the
 * threads of a process take turns in the order of creation.
 */
#include "ke/ke.h"
#include "ke/selectors.h"
#include "ps/ps.h"

#define EFLAGS_INTERRUPTS 0x202 /* enabled; bit 1 is always set */

/* What KiSwitchStack pops, then KiEnterUserMode's trap frame. */
typedef struct START_FRAME {
    ULONG Edi, Esi, Ebx, Ebp;
    void (*ReturnAddress)(void);
    ULONG SwitchArguments[2]; /* dropped by KiSwitchStack's return */
    KTRAP_FRAME TrapFrame;
} START_FRAME;

void NTAPI KeInitializeThread(KTHREAD *Thread, KPROCESS *Process, PVOID KernelStack, PVOID Teb, ULONG StartAddress,
                              ULONG UserStack)
{
    START_FRAME *frame;
    Thread->Header.Type = ThreadObject;
    Thread->Header.Size = sizeof(KTHREAD) / sizeof(ULONG);
    InitializeListHead(&Thread->Header.WaitListHead);
    InitializeListHead(&Thread->MutantListHead);
    Thread->StackLimit = KernelStack;
    Thread->StackBase = Thread->InitialStack = (UCHAR *)KernelStack + KERNEL_STACK_SIZE;
    Thread->Teb = Teb;
    Thread->Process = Process;
    frame = (START_FRAME *)Thread->StackBase - 1;
    memset(frame, 0, sizeof *frame);
    frame->ReturnAddress = KiEnterUserMode;
    frame->TrapFrame.DbgEip = frame->TrapFrame.Eip = StartAddress;
    frame->TrapFrame.PreviousPreviousMode = 1;
    frame->TrapFrame.SegFs = KGDT_R3_TEB | RPL_MASK;
    frame->TrapFrame.SegCs = KGDT_R3_CODE | RPL_MASK;
    frame->TrapFrame.SegDs = frame->TrapFrame.SegEs = KGDT_R3_DATA | RPL_MASK;
    frame->TrapFrame.HardwareSegSs = KGDT_R3_DATA | RPL_MASK;
    frame->TrapFrame.HardwareEsp = UserStack;
    frame->TrapFrame.EFlags = EFLAGS_INTERRUPTS;
    Thread->TrapFrame = &frame->TrapFrame;
    Thread->KernelStack = frame;
    Thread->State = Ready;
    InsertTailList(&Process->ThreadListHead, &Thread->ThreadListEntry);
}

void NTAPI KiSwitchToThread(KTHREAD *Thread)
{
    KTHREAD *current = KeGetCurrentThread();
    Thread->State = Running;
    if (Thread == current)
        return;
    KiSetCurrentThread(Thread);
    KiSwitchStack(&current->KernelStack, Thread->KernelStack);
}

/*
 * The next thread after the current one that can run. A waiting thread is checked here: it can run if its wait succeeds
 * now. Wait lists would find it faster; with a handful of threads, checking each is simpler and cannot go stale.
 */
static KTHREAD *find_ready_thread(void)
{
    KTHREAD *current = KeGetCurrentThread();
    LIST_ENTRY *head = &current->Process->ThreadListHead, *start = &current->ThreadListEntry, *entry = start;
    do {
        entry = entry->Flink;
        if (entry != head) {
            KTHREAD *thread = CONTAINING_RECORD(entry, KTHREAD, ThreadListEntry);
            BOOLEAN runs = thread->SuspendCount == 0 &&
                           (thread->State == Ready ||
                            (thread->State == Waiting && KiTryWait(thread->WaitObject)));
            if (runs)
                return thread;
        }
    } while (entry != start);
    return NULL;
}

/* Gives up the processor; returns when the current thread, whose state the caller has set, runs again. */
static void switch_away(void)
{
    KTHREAD *next;
    while ((next = find_ready_thread()) == NULL)
        KiStopMachine(STOP_DEADLOCK, 0);
    KiSwitchToThread(next);
}

void NTAPI KiYield(void)
{
    KeGetCurrentThread()->State = Ready;
    switch_away();
}

NTSTATUS NTAPI KeWaitForObject(DISPATCHER_HEADER *Object, BOOLEAN Block)
{
    KTHREAD *thread = KeGetCurrentThread();
    if (KiTryWait(Object))
        return STATUS_SUCCESS;
    if (!Block)
        return STATUS_TIMEOUT;
    thread->WaitObject = Object;
    thread->State = Waiting;
    switch_away();
    thread->WaitObject = NULL;
    return STATUS_SUCCESS;
}

void NTAPI KiExitCurrentThread(void)
{
    KTHREAD *thread = KeGetCurrentThread();
    thread->State = Terminated;
    thread->Header.SignalState = 1;
    switch_away();
    KeBugCheck(0, 0); /* a thread that had ended was scheduled */
}
