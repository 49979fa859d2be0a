/* CreateEventW, in its own file: its EBP frame is what puts CreateEventA into a traced stack. */
#include "base.h"

HANDLE NTAPI CreateEventW(const SECURITY_ATTRIBUTES *security, BOOL manual_reset, BOOL initial_state,
                          const WCHAR *name)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE handle = NULL;
    OBJECT_ATTRIBUTES *named = BaseObjectAttributes(&attributes, &string, security, name);
    NTSTATUS status = NtCreateEvent(&handle, EVENT_ALL_ACCESS, named,
                                    manual_reset ? NotificationEvent : SynchronizationEvent, initial_state != 0);
    return BaseSetLastNtStatus(status) ? handle : NULL;
}
