/*
 * Handle functions, compiled without EBP frames: they are invisible in a traced stack, where the first user frame is
 * the return address of their caller.
 */
#include "base.h"

BOOL NTAPI CloseHandle(HANDLE handle)
{
    return BaseSetLastNtStatus(NtClose(handle));
}

BOOL NTAPI SetEvent(HANDLE event)
{
    return BaseSetLastNtStatus(NtSetEvent(event, NULL));
}

BOOL NTAPI ReleaseSemaphore(HANDLE semaphore, LONG release_count, LONG *previous_count)
{
    return BaseSetLastNtStatus(NtReleaseSemaphore(semaphore, release_count, previous_count));
}

BOOL NTAPI DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process, HANDLE *target,
                           DWORD access, BOOL inherit, DWORD options)
{
    return BaseSetLastNtStatus(NtDuplicateObject(source_process, source, target_process, target, access,
                                                 inherit ? OBJ_INHERIT : 0, options));
}

DWORD NTAPI WaitForSingleObject(HANDLE handle, DWORD milliseconds)
{
    long long timeout = -10000LL * (long)milliseconds;
    NTSTATUS status = NtWaitForSingleObject(handle, FALSE, milliseconds == INFINITE ? NULL : &timeout);
    return BaseSetLastNtStatus(status) ? (DWORD)status : 0xFFFFFFFF; /* WAIT_FAILED */
}
