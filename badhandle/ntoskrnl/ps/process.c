/*
 * Creating processes. The machine has mapped their images and written their PEBs; the kernel's own structures are
 * created here.
 */
#include "ps/ps.h"

#include "mm/mm.h"
#include "ob/ob.h"

#define SYSTEM_PROCESS_ID 4
#define PEB_NT_GLOBAL_FLAG 0x68
#define USER_PARAMETER_BYTES 8 /* a thread's initial stack: a zero return address and its parameter */

LIST_ENTRY PsActiveProcessHead = {&PsActiveProcessHead, &PsActiveProcessHead};
EPROCESS *PsInitialSystemProcess;

static EPROCESS *create_process(ULONG process_id, ULONG directory, const char *image_file_name)
{
    EPROCESS *process = ObCreateObject(PsProcessType, sizeof *process, NULL);
    if (process == NULL)
        KeBugCheck(STATUS_INSUFFICIENT_RESOURCES, 0);
    process->Pcb.Header.Type = ProcessObject;
    process->Pcb.Header.Size = sizeof(KPROCESS) / sizeof(ULONG);
    InitializeListHead(&process->Pcb.Header.WaitListHead);
    InitializeListHead(&process->Pcb.ProfileListHead);
    InitializeListHead(&process->Pcb.ThreadListHead);
    InitializeListHead(&process->ThreadListHead);
    process->Pcb.DirectoryTableBase[0] = directory;
    process->UniqueProcessId = (HANDLE)process_id;
    process->InheritedFromUniqueProcessId = (HANDLE)(process_id == SYSTEM_PROCESS_ID ? 0 : SYSTEM_PROCESS_ID);
    memcpy(process->ImageFileName, image_file_name, sizeof process->ImageFileName);
    process->ObjectTable = ExCreateHandleTable(process);
    if (process->ObjectTable == NULL)
        KeBugCheck(STATUS_INSUFFICIENT_RESOURCES, 0);
    InsertTailList(&PsActiveProcessHead, &process->ActiveProcessLinks);
    return process;
}

void NTAPI PsInitialize(ULONG SystemDirectoryTableBase)
{
    static const char name[16] = "System";
    PsInitialSystemProcess = create_process(SYSTEM_PROCESS_ID, SystemDirectoryTableBase, name);
}

/* Application Verifier is switched on by a flag in the PEB, which the process's own startup reads. */
static void set_verifier_flag(const EPROCESS *process)
{
    ULONG flags;
    UCHAR *field = (UCHAR *)process->Peb + PEB_NT_GLOBAL_FLAG;
    if (!MmCopyFromUser(&flags, field, sizeof flags))
        return;
    flags |= FLG_APPLICATION_VERIFIER;
    MmCopyToUser(field, &flags, sizeof flags);
}

KTHREAD *NTAPI PsCreateLoadedProcess(const LOADER_PROCESS *Loaded)
{
    EPROCESS *process = create_process(Loaded->ProcessId, Loaded->DirectoryTableBase, Loaded->ImageFileName);
    ULONG stack[USER_PARAMETER_BYTES / sizeof(ULONG)] = {0, Loaded->Parameter};
    ULONG user_stack = Loaded->StackBase - USER_PARAMETER_BYTES;
    ETHREAD *thread;
    process->Peb = (PVOID)Loaded->Peb;
    process->UserRegionNext = Loaded->HeapStart;
    process->UserRegionEnd = Loaded->HeapEnd;
    thread = PspCreateThread(process, Loaded->ThreadId, (PVOID)Loaded->Teb, Loaded->StartAddress, user_stack);
    if (thread == NULL)
        KeBugCheck(STATUS_INSUFFICIENT_RESOURCES, 0);
    KiLoadDirectory(Loaded->DirectoryTableBase);
    if (!MmCopyToUser((PVOID)user_stack, stack, sizeof stack))
        KeBugCheck(STATUS_ACCESS_VIOLATION, 0);
    if (KiLoaderFlags & LOADER_TRACE_FROM_MAIN)
        set_verifier_flag(process);
    return &thread->Tcb;
}
