/* Making threads, in the kernel and for user mode. */
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

/* Takes a TEB and the stack above it from the process's region; FALSE where the region or its memory ends. */
static BOOLEAN allocate_user_part(EPROCESS *process, ULONG thread_id, PVOID first, PVOID second, ULONG *teb,
                                  ULONG *user_stack)
{
    ULONG stack[3] = {0, (ULONG)first, (ULONG)second}; /* return address and parameters */
    INITIAL_TEB initial;
    *teb = process->UserRegionNext;
    if (process->UserRegionEnd - *teb < TEB_SIZE + USER_STACK_SIZE)
        return FALSE;
    memset(&initial, 0, sizeof initial);
    initial.ExceptionList = END_OF_EXCEPTION_LIST;
    initial.StackLimit = *teb + TEB_SIZE;
    initial.StackBase = initial.StackLimit + USER_STACK_SIZE;
    initial.Self = *teb;
    initial.ClientId.UniqueProcess = process->UniqueProcessId;
    initial.ClientId.UniqueThread = (HANDLE)thread_id;
    initial.ProcessEnvironmentBlock = process->Peb;
    *user_stack = initial.StackBase - sizeof stack;
    if (!MmCopyToUser((PVOID)*teb, &initial, sizeof initial) ||
        !MmCopyToUser((PVOID)*user_stack, stack, sizeof stack))
        return FALSE;
    process->UserRegionNext = initial.StackBase;
    return TRUE;
}

NTSTATUS NTAPI NtCreateUserThread(HANDLE *ThreadHandle, PVOID StartAddress, PVOID FirstParameter,
                                  PVOID SecondParameter, ULONG *ThreadId)
{
    EPROCESS *process = PsGetCurrentProcess();
    ULONG id = last_thread_id + 4, teb, user_stack;
    ETHREAD *thread;
    HANDLE handle;
    NTSTATUS status;
    if (!allocate_user_part(process, id, FirstParameter, SecondParameter, &teb, &user_stack))
        return STATUS_NO_MEMORY;
    thread = PspCreateThread(process, id, (PVOID)teb, (ULONG)StartAddress, user_stack);
    if (thread == NULL)
        return STATUS_INSUFFICIENT_RESOURCES;
    ObHeaderOf(thread)->PointerCount++; /* ObInsertObject takes one; the thread's own stays */
    status = ObInsertObject(thread, THREAD_ALL_ACCESS, 0, &handle);
    if (!NT_SUCCESS(status)) { /* a thread that nobody asked for must not run */
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
