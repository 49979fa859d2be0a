/* Processes and threads: where they start, how they end, and what they query about themselves. */
#include "base.h"

__declspec(dllimport) void NTAPI DbgBreakPoint(void);
__declspec(dllimport) void NTAPI LdrInitializeProcess(void);

typedef void (*ENTRY_POINT)(void);
typedef DWORD(NTAPI *THREAD_START)(PVOID parameter);

/*
 * Application Verifier's "Handles" check: a flag of the image makes the process trace its own handles, after startup
 * and before the program runs.
 */
static void enable_handle_tracing(void)
{
    ULONG flags = 0;
    NtSetInformationProcess(NtCurrentProcess(), ProcessHandleTracing, &flags, sizeof flags);
}

static void initialize_process(void)
{
    LdrInitializeProcess();
    if (NtCurrentTeb()->ProcessEnvironmentBlock->NtGlobalFlag & FLG_APPLICATION_VERIFIER)
        enable_handle_tracing();
}

/* A process's first thread starts here; the parameter is the image's entry point. */
void NTAPI BaseProcessStart(ENTRY_POINT entry)
{
    initialize_process();
    entry();
    ExitProcess(0);
}

/* All other threads start here. Not static, so that its name is public: it is the outermost frame of their stacks. */
void NTAPI BaseThreadStart(THREAD_START start, PVOID parameter)
{
    NtTerminateThread(NtCurrentThread(), (NTSTATUS)start(parameter));
}

HANDLE NTAPI CreateThread(const SECURITY_ATTRIBUTES *security, DWORD stack_size, THREAD_START start,
                          PVOID parameter, DWORD flags, DWORD *thread_id)
{
    HANDLE handle = NULL;
    ULONG id = 0;
    NTSTATUS status;
    (void)security;
    (void)stack_size; /* the kernel gives every thread the same size */
    if (flags != 0) { /* creating a suspended thread is not supported */
        BaseSetLastNtStatus(STATUS_INVALID_PARAMETER);
        return NULL;
    }
    status = NtCreateUserThread(&handle, (PVOID)BaseThreadStart, (PVOID)start, parameter, &id);
    if (thread_id != NULL)
        *thread_id = id;
    return BaseSetLastNtStatus(status) ? handle : NULL;
}

void NTAPI ExitProcess(DWORD exit_code)
{
    NtTerminateProcess(NtCurrentProcess(), (NTSTATUS)exit_code);
}

HANDLE NTAPI GetCurrentProcess(void)
{
    return NtCurrentProcess();
}

BOOL NTAPI SwitchToThread(void)
{
    return NT_SUCCESS(NtYieldExecution());
}

BOOL NTAPI IsDebuggerPresent(void)
{
    return NtCurrentTeb()->ProcessEnvironmentBlock->BeingDebugged;
}

void NTAPI DebugBreak(void)
{
    DbgBreakPoint();
}
