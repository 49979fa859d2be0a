/* The A functions that create objects: they convert the name to UTF-16 and call the W function. */
#include "base.h"

HANDLE NTAPI CreateEventA(const SECURITY_ATTRIBUTES *security, BOOL manual_reset, BOOL initial_state,
                          const char *name)
{
    const WCHAR *wide;
    if (!BaseStaticUnicode(name, &wide))
        return NULL;
    return CreateEventW(security, manual_reset, initial_state, wide);
}

HANDLE NTAPI CreateSemaphoreA(const SECURITY_ATTRIBUTES *security, LONG initial_count, LONG maximum_count,
                              const char *name)
{
    const WCHAR *wide;
    if (!BaseStaticUnicode(name, &wide))
        return NULL;
    return CreateSemaphoreW(security, initial_count, maximum_count, wide);
}
