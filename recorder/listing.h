/* The process's handle table as the system lists it: what was there before, and what the hooks have not seen. */
#ifndef RECORDER_LISTING_H
#define RECORDER_LISTING_H

#include "nt.h"

/* Lists the handles that are there when recording begins and puts them into the table of open handles. */
void record_existing(void);

/* The process ends itself: lists its handles for the last time. The guard must be held. */
void record_end(u32 exit_status);

#endif
