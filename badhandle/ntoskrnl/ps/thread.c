/* Creating threads, in the kernel and for user mode. */
#include "mm/mm.h"
#include "ntcalls.h"
#include "ob/ob.h"
#include "ps/ps.h"

#define TEB_SIZE 0x1000
#define USER_STACK_SIZE 0x4000

/* NT_TIB and the first fields of TEB (x86) that a new thread needs. */
typedef struct INITIAL_TEB {
    ULONG ExceptionList; /* 00 */
    ULONG StackBase;     /* 04 */
    ULONG StackLimit;    /* 08 */
    ULONG Unused0C[3];
    ULONG Self; /* 18 */
    ULONG EnvironmentPointer;
    CLIENT_ID ClientId; /* 20 */
    ULONG Unused28[2];
    PVOID ProcessEnvironmentBlock; /* 30 */
    ULONG LastErrorValue;          /* 34 */
} INITIAL_TEB;
CHECK_OFFSET(INITIAL_TEB, ClientId, 0x20);
CHECK_OFFSET(INITIAL_TEB, ProcessEnvironmentBlock, 0x30);

#define END_OF_EXCEPTION_LIST 0xFFFFFFFF

static ULONG last_thread_id;

ETHREAD *NTAPI PspCreateThread(EPROCESS *Process, ULONG ThreadId, PVOID Teb, ULONG StartAddress, ULONG UserStack)
{
    PVOID kernel_stack = ExAllocatePool(NonPagedPool, KERNEL_STACK_SIZE, TAG('K', 's', 't', 'k'));
    ETHREAD *thread;
    if (kernel_stack == NULL)
        return NULL;
    thread = ObCreateObject(PsThreadType, sizeof *thread, NULL);
    if (thread == NULL) {
        ExFreePool(kernel_stack);
        return NULL;
    }
    if (ThreadId > last_thread_id)
        last_thread_id = ThreadId;
    thread->Cid.UniqueProcess = Process->UniqueProcessId;
    thread->Cid.UniqueThread = (HANDLE)ThreadId;
    thread->ThreadsProcess = Process;
    thread->StartAddress = (PVOID)StartAddress;
    KeInitializeThread(&thread->Tcb, &Process->Pcb, kernel_stack, Teb, StartAddress, UserStack);
    InsertTailList(&Process->ThreadListHead, &thread->ThreadListEntry);
    Process->ActiveThreads++;
    return thread;
}

/*
 * Frees an ended thread of the process that nothing refers to any more; the next thread reuses its TEB and user stack.
 * NT does this in a separate thread, soon after the end; only then is the thread off its kernel stack.
 * Returns the TEB, 0: there is no such thread. Skips the first thread, whose TEB and stack are not contiguous.
 */
static ULONG reap_thread(EPROCESS *process)
{
    LIST_ENTRY *head = &process->ThreadListHead, *entry;
    for (entry = head->Flink->Flink; entry != head; entry = entry->Flink) {
        ETHREAD *thread = CONTAINING_RECORD(entry, ETHREAD, ThreadListEntry);
        if (thread->Tcb.State == Terminated && ObHeaderOf(thread)->PointerCount == 1) {
            ULONG teb = (ULONG)thread->Tcb.Teb;
            RemoveEntryList(&thread->ThreadListEntry);
            RemoveEntryList(&thread->Tcb.ThreadListEntry);
            ExFreePool(thread->Tcb.StackLimit);
            ObDereferenceObject(thread);
            return teb;
        }
    }
    return 0;
}

/* Reserves a TEB with a stack above it in the process's region; 0: the region is full. */
static ULONG allocate_teb(EPROCESS *process)
{
    ULONG teb = process->UserRegionNext;
    if (process->UserRegionEnd - teb < TEB_SIZE + USER_STACK_SIZE)
        return 0;
    process->UserRegionNext = teb + TEB_SIZE + USER_STACK_SIZE;
    return teb;
}

/* Fills a TEB and the stack above it; returns the initial stack pointer, 0: that memory is not mapped. */
static ULONG prepare_user_part(const EPROCESS *process, ULONG thread_id, ULONG teb, PVOID first, PVOID second)
{
    ULONG stack[3] = {0, (ULONG)first, (ULONG)second}; /* return address and parameters */
    ULONG user_stack;
    INITIAL_TEB initial;
    memset(&initial, 0, sizeof initial);
    initial.ExceptionList = END_OF_EXCEPTION_LIST;
    initial.StackLimit = teb + TEB_SIZE;
    initial.StackBase = initial.StackLimit + USER_STACK_SIZE;
    initial.Self = teb;
    initial.ClientId.UniqueProcess = process->UniqueProcessId;
    initial.ClientId.UniqueThread = (HANDLE)thread_id;
    initial.ProcessEnvironmentBlock = process->Peb;
    user_stack = initial.StackBase - sizeof stack;
    return MmCopyToUser((PVOID)teb, &initial, sizeof initial) &&
                   MmCopyToUser((PVOID)user_stack, stack, sizeof stack)
               ? user_stack
               : 0;
}

NTSTATUS NTAPI NtCreateUserThread(HANDLE *ThreadHandle, PVOID StartAddress, PVOID FirstParameter,
                                  PVOID SecondParameter, ULONG *ThreadId)
{
    EPROCESS *process = PsGetCurrentProcess();
    ULONG id = last_thread_id + 4, teb = reap_thread(process), user_stack;
    ETHREAD *thread;
    HANDLE handle;
    NTSTATUS status;
    if (teb == 0)
        teb = allocate_teb(process);
    if (teb == 0)
        return STATUS_NO_MEMORY;
    user_stack = prepare_user_part(process, id, teb, FirstParameter, SecondParameter);
    if (user_stack == 0)
        return STATUS_ACCESS_VIOLATION;
    thread = PspCreateThread(process, id, (PVOID)teb, (ULONG)StartAddress, user_stack);
    if (thread == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    ObHeaderOf(thread)->PointerCount++; /* ObInsertObject takes one; the thread's own stays */
    status = ObInsertObject(thread, THREAD_ALL_ACCESS, 0, &handle);
    if (!NT_SUCCESS(status)) { /* the call fails, so its thread must not run */
        thread->Tcb.State = Terminated;
        process->ActiveThreads--;
        return status;
    }
    if (!MmCopyToUser(ThreadHandle, &handle, sizeof handle) || !MmCopyToUser(ThreadId, &id, sizeof id))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI NtYieldExecution(void)
{
    KiYield();
    return STATUS_SUCCESS;
}
