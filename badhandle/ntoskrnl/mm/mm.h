/* User memory as the kernel sees it: bounded, and never certain to be mapped. */
#ifndef MM_H
#define MM_H

#include "nt.h"

#define MM_USER_PROBE_ADDRESS 0x7FFF0000

/* Each returns FALSE if any byte lies outside user space or is not mapped. */
BOOLEAN NTAPI MmCopyFromUser(PVOID Target, const void *UserSource, ULONG Length);
BOOLEAN NTAPI MmCopyToUser(PVOID UserTarget, const void *Source, ULONG Length);

#endif
