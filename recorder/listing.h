/* The process's handle table as the system lists it: handles open before, and handles that the hooks have not seen. */
#ifndef RECORDER_LISTING_H
#define RECORDER_LISTING_H

#include "nt.h"

/* Lists the handles that are open when recording begins and puts them into the table of open handles. */
void record_existing(void);

/* Called when the process ends itself: lists its handles for the last time. The guard must be held. */
void record_end(u32 exit_status);

#endif
