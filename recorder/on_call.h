/* The hooks' part for a call that went wrong. */
#ifndef RECORDER_ON_CALL_H
#define RECORDER_ON_CALL_H

#include "record.h"

/* Records which handle a call found invalid: its only one, or of several the first that is not known to be open. The
   guard must be held. */
void record_bad_handle(const Pending *pending, u8 flags);

#endif
