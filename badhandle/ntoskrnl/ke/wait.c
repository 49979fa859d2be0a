/* What a satisfied wait does to the object that was waited on. */
#include "ke/ke.h"

BOOLEAN NTAPI KiTryWait(DISPATCHER_HEADER *Object)
{
    if (Object->SignalState <= 0)
        return FALSE;
    if (Object->Type == EventSynchronizationObject || Object->Type == SemaphoreObject)
        Object->SignalState--;
    return TRUE;
}
