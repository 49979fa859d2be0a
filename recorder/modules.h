/* The modules of the process, as they are loaded and unloaded. */
#ifndef RECORDER_MODULES_H
#define RECORDER_MODULES_H

#include "nt.h"

/* Records the modules that are loaded, and from now on every load and unload. */
void record_modules(void);

/* The module loaded at an address; NULL if there is none. */
const Module *module_at(u64 address);

/* The address of an export by its name, NULL for none: read from the image itself, so that it works while the loader is
   busy. */
void *find_export(HMODULE image, const char *name);

#endif
