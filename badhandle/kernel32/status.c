/* Win32 errors from NTSTATUS values. */
#include "base.h"

static const struct {
    NTSTATUS status;
    DWORD error;
} errors[] = {
    {STATUS_INVALID_HANDLE, 6},       /* ERROR_INVALID_HANDLE */
    {STATUS_OBJECT_TYPE_MISMATCH, 6}, /* ERROR_INVALID_HANDLE */
    {STATUS_ACCESS_DENIED, 5},        /* ERROR_ACCESS_DENIED */
    {STATUS_NO_MEMORY, 8},            /* ERROR_NOT_ENOUGH_MEMORY */
    {STATUS_INSUFFICIENT_RESOURCES, 1450}, /* ERROR_NO_SYSTEM_RESOURCES */
    {STATUS_INVALID_PARAMETER, 87},   /* ERROR_INVALID_PARAMETER */
    {STATUS_SEMAPHORE_LIMIT_EXCEEDED, 298}, /* ERROR_TOO_MANY_POSTS */
};

#define ERROR_MR_MID_NOT_FOUND 317 /* what Windows returns for a status without a Win32 error */

BOOL NTAPI BaseSetLastNtStatus(NTSTATUS status)
{
    ULONG i;
    DWORD error = ERROR_MR_MID_NOT_FOUND;
    if (NT_SUCCESS(status))
        return TRUE;
    for (i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i].status == status)
            error = errors[i].error;
    }
    NtCurrentTeb()->LastErrorValue = error;
    return FALSE;
}

DWORD NTAPI GetLastError(void)
{
    return NtCurrentTeb()->LastErrorValue;
}
