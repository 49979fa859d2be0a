/*
 * NtClose, compiled without an EBP frame: the frame that ObpCloseHandle saves is the trap frame, where a walk along
 * saved EBPs ends. That is why a traced CLOSE does not show the system-call entry.
 */
#include "ntcalls.h"
#include "ob/ob.h"

NTSTATUS NTAPI NtClose(HANDLE Handle)
{
    if (Handle == NtCurrentProcess() || Handle == NtCurrentThread())
        return STATUS_SUCCESS;
    return ObpCloseHandle(Handle);
}
