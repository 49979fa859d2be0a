/*
 * Data that the machine fills in for debuggers, as the boot loader and early kernel startup do on Windows: the debugger
 * data block (KDDEBUGGER_DATA64) and the list of loaded modules.
 */
#include "ke/ke.h"

#define DEBUGGER_DATA_SIZE 0x290 /* KDDEBUGGER_DATA64 of Windows XP */

ULONG KdDebuggerDataBlock[DEBUGGER_DATA_SIZE / sizeof(ULONG)];
LIST_ENTRY PsLoadedModuleList = {&PsLoadedModuleList, &PsLoadedModuleList};
