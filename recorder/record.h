/* Records of what hooked calls did. The guard must be held. */
#ifndef RECORDER_RECORD_H
#define RECORDER_RECORD_H

#include "thread.h"

/* What is known about an event besides its call, its stack, its thread and its time. */
typedef struct {
  u8 kind;
  u8 type;
  u8 flags;
  u32 detail;
  NTSTATUS status;
  Word handle;
} What;

/* The current process and thread, and their tokens, have handles that are never opened or closed: -1 to -6. */
static inline int is_pseudo_handle(Word handle) { return (LONG_PTR)handle < 0 && (LONG_PTR)handle >= -6; }

/* Records an opened handle: after the call, so that it comes after the close that freed its value. */
void record_open(const Pending *pending, Word handle, u8 type, u32 name, NTSTATUS status);

/* Records a use of a handle that is not open. */
void record_bad_reference(const Pending *pending, Word handle, u8 flags);

/* Records a handle that was made in another process. */
void record_given(const Pending *pending, Word handle, u8 type, u32 process_id);

/* Records a close, before it is made: the kernel may reuse the value before the call returns. */
void record_closing(Pending *pending, Word handle);

/* Records how that close ended: EVENT_CLOSE, EVENT_CLOSE_FAILED or EVENT_BAD_REFERENCE. */
void finish_closing(Pending *pending, u8 kind, NTSTATUS status, u8 flags);

/* Asks the system for the type of a handle, which must be open; 0 if there is no result. */
u8 query_type(HANDLE handle);

#endif
