/* The modules of the process, as they come and go. */
#ifndef RECORDER_MODULES_H
#define RECORDER_MODULES_H

#include "nt.h"

/* Records the modules that are there, and from now on those that come and go. */
void record_modules(void);

/* The module loaded at an address; NULL where there is none. */
const Module *module_at(u64 address);

/* The address of an export by its name, NULL for none: from the image itself, so that it can be asked while the loader
   is at work. */
void *find_export(HMODULE image, const char *name);

#endif
