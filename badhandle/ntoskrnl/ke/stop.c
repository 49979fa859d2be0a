/*
 * Stopping for the host, and making system calls for it while stopped.
 *
 * The host has a breakpoint on KiStopPoint. When the guest reaches it, the mailbox says why. To request a call, the
 * host fills the mailbox's second half and resumes the guest: the Debugger's thread makes the call in its own process
 * and from user mode, like any program, and the guest stops at KiStopPoint again, for the same reason. Resuming it
 * without a call continues the thread that had stopped.
 */
#include "ke/ke.h"
#include "mm/mm.h"
#include "ntcalls.h"
#include "ps/ps.h"

KD_MAILBOX KdMailbox;
char KdDebugString[512];

static KPROCESS *target_process;
static KTHREAD *debugger_thread;
static KTHREAD *stopped_thread;

void NTAPI KiStopPoint(void);

void NTAPI KiInitializeStops(KPROCESS *Target, KTHREAD *Debugger)
{
    target_process = Target;
    debugger_thread = Debugger;
}

void NTAPI KiStopMachine(ULONG Reason, ULONG Detail)
{
    KTHREAD *thread = KeGetCurrentThread();
    ETHREAD *executive = CONTAINING_RECORD(thread, ETHREAD, Tcb);
    UCHAR state = thread->State;
    KdMailbox.Reason = Reason;
    KdMailbox.Detail = Detail;
    KdMailbox.ProcessId = (ULONG)executive->Cid.UniqueProcess;
    KdMailbox.ThreadId = (ULONG)executive->Cid.UniqueThread;
    KdMailbox.Address = thread->TrapFrame != NULL ? thread->TrapFrame->Eip : 0;
    for (;;) {
        KiStopPoint();
        if (KdMailbox.Pending == 0 || thread == debugger_thread)
            break;
        stopped_thread = thread;
        KiSwitchToThread(debugger_thread);
    }
    thread->State = state;
}

BOOLEAN NTAPI KiIsTarget(void)
{
    return KeGetCurrentThread()->Process == target_process;
}

/* Stops only for the Target: other processes do not concern the host. */
void NTAPI KiStopForTarget(ULONG Reason, ULONG Detail)
{
    if (KiIsTarget())
        KiStopMachine(Reason, Detail);
}

/*
 * The Debugger's loop passes in the status of the call it has made and gets the next one. The first time
 * there is no status to pass: the loop was started because a call is pending.
 */
NTSTATUS NTAPI NtExchangeDebuggerCall(DEBUGGER_CALL *Call)
{
    static BOOLEAN started;
    DEBUGGER_CALL call;
    if (KeGetCurrentThread() != debugger_thread)
        return STATUS_ACCESS_DENIED;
    if (!MmCopyFromUser(&call, Call, sizeof call))
        return STATUS_ACCESS_VIOLATION;
    if (started) {
        KdMailbox.Status = call.Status;
        KdMailbox.Pending = 0;
        debugger_thread->State = Ready;
        KiSwitchToThread(stopped_thread);
    }
    started = TRUE;
    call.Service = KdMailbox.Service;
    memcpy(call.Arguments, KdMailbox.Arguments, sizeof call.Arguments);
    return MmCopyToUser(Call, &call, sizeof call) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

void NTAPI KeBugCheck(ULONG Code, ULONG Address)
{
    KdMailbox.Reason = STOP_BUGCHECK;
    KdMailbox.Detail = Code;
    KdMailbox.Address = Address;
    for (;;)
        KiStopPoint();
}
