/*
 * What the Debugger process runs: it makes the system calls that the host requests, one after another.
 */
#include "ntcalls.h"

/* ntdll/system_call.S */
NTSTATUS NTAPI MakeSystemCall(ULONG Service, ULONG *Arguments);

/* The Debugger's first thread starts here; its parameter is not used. */
void NTAPI DbgServiceLoop(PVOID parameter)
{
    DEBUGGER_CALL call;
    (void)parameter;
    call.Status = STATUS_SUCCESS;
    for (;;) {
        if (!NT_SUCCESS(NtExchangeDebuggerCall(&call)))
            break;
        call.Status = MakeSystemCall(call.Service, call.Arguments);
    }
    NtTerminateProcess(NtCurrentProcess(), STATUS_SUCCESS);
}
