/* CreateSemaphoreW: like CreateEventW, with an EBP frame. */
#include "base.h"

HANDLE NTAPI CreateSemaphoreW(const SECURITY_ATTRIBUTES *security, LONG initial_count, LONG maximum_count,
                              const WCHAR *name)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE handle = NULL;
    OBJECT_ATTRIBUTES *named = BaseObjectAttributes(&attributes, &string, security, name);
    NTSTATUS status = NtCreateSemaphore(&handle, SEMAPHORE_ALL_ACCESS, named, initial_count, maximum_count);
    return BaseSetLastNtStatus(status) ? handle : NULL;
}
