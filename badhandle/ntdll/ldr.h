/* The loader's part of ntdll. */
#ifndef LDR_H
#define LDR_H

#include "nt.h"

/* Called by a process's first thread before any other code of the process runs. */
void NTAPI LdrInitializeProcess(void);

#endif
