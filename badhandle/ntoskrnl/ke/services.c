/* The system-service table: for each number, the function and the size of its arguments in bytes. */
#include "ntcalls.h"

#define KI_SERVICE_LIMIT 0x11E

ULONG const KiServiceLimit = KI_SERVICE_LIMIT;

#define SERVICE(name, number, bytes) [number] = (PVOID)name,
PVOID const KiServiceTable[KI_SERVICE_LIMIT] = {
#include "services.h"
};
#undef SERVICE

#define SERVICE(name, number, bytes) [number] = bytes,
UCHAR const KiArgumentTable[KI_SERVICE_LIMIT] = {
#include "services.h"
};
#undef SERVICE
