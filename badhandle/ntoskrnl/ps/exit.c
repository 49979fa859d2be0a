/*
 * Ending threads and processes. For a debugger to inspect, a thread's object and stacks stay until the process creates
 * another thread, and a process's object stays for good.
 */
#include "ntcalls.h"
#include "ob/ob.h"
#include "ps/ps.h"

/* Marks a thread as ended, so that it is never scheduled again. */
static void end_thread(KTHREAD *thread)
{
    if (thread->State == Terminated)
        return;
    thread->State = Terminated;
    thread->Header.SignalState = 1;
    CONTAINING_RECORD(thread, ETHREAD, Tcb)->ThreadsProcess->ActiveThreads--;
}

static void end_process(EPROCESS *process, NTSTATUS exit_status)
{
    KTHREAD *current = KeGetCurrentThread();
    LIST_ENTRY *head = &process->Pcb.ThreadListHead, *entry;
    HANDLE_TABLE *table = process->ObjectTable;
    for (entry = head->Flink; entry != head; entry = entry->Flink) {
        KTHREAD *thread = CONTAINING_RECORD(entry, KTHREAD, ThreadListEntry);
        if (thread != current)
            end_thread(thread);
    }
    process->ExitStatus = exit_status;
    ObKillHandles(table);
    process->ObjectTable = NULL;
    ExDestroyHandleTable(table);
    process->Pcb.Header.SignalState = 1;
}

void NTAPI PsExitCurrentProcess(NTSTATUS ExitStatus)
{
    KiStopForTarget(STOP_PROCESS_EXITING, (ULONG)ExitStatus);
    end_process(PsGetCurrentProcess(), ExitStatus);
    end_thread(KeGetCurrentThread());
    if (!KiIsTarget())
        KeBugCheck((ULONG)ExitStatus, 0); /* the Debugger's loop is gone: the host can make no more calls */
    for (;;)
        KiStopMachine(STOP_PROCESS_ENDED, (ULONG)ExitStatus);
}

NTSTATUS NTAPI NtTerminateProcess(HANDLE ProcessHandle, NTSTATUS ExitStatus)
{
    EPROCESS *process;
    NTSTATUS status = ObReferenceObjectByHandle(ProcessHandle, PROCESS_TERMINATE, PsProcessType, (PVOID *)&process);
    if (!NT_SUCCESS(status))
        return status;
    ObDereferenceObject(process);
    if (process == PsGetCurrentProcess())
        PsExitCurrentProcess(ExitStatus);
    return STATUS_ACCESS_DENIED; /* the guest's processes can end only themselves */
}

NTSTATUS NTAPI NtTerminateThread(HANDLE ThreadHandle, NTSTATUS ExitStatus)
{
    ETHREAD *thread;
    NTSTATUS status = ObReferenceObjectByHandle(ThreadHandle, THREAD_TERMINATE, PsThreadType, (PVOID *)&thread);
    if (!NT_SUCCESS(status))
        return status;
    ObDereferenceObject(thread);
    if (thread->ThreadsProcess->ActiveThreads == 1 && thread == PsGetCurrentThread())
        PsExitCurrentProcess(ExitStatus);
    if (thread == PsGetCurrentThread()) {
        end_thread(&thread->Tcb);
        KiExitCurrentThread();
    }
    end_thread(&thread->Tcb);
    return STATUS_SUCCESS;
}
