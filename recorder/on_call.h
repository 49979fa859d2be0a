/* The hooks' side of a call that went wrong. */
#ifndef RECORDER_ON_CALL_H
#define RECORDER_ON_CALL_H

#include "record.h"

/* The call said that a handle is invalid: a lone one is it, of several the first that is not known to be open. The guard
   must be held. */
void record_bad_handle(const Pending *pending, u8 flags);

#endif
