/* Writes the log. Everything here may be called by any thread at any time; nothing waits for another thread. */
#ifndef RECORDER_LOG_H
#define RECORDER_LOG_H

#include "nt.h"

/* The mapped file; NULL until there is one. */
extern Header *log_header;

/* Takes over a mapped log after checking what htrace wrote; returns 0, or why not (FAILURE_). */
u32 log_attach(void *mapped, u64 size);

u64 performance_counter(void);

/* The data at a ref; NULL for none. */
void *log_at(u32 ref);

/* Allocates zeroed bytes of the arena; 0 if it is full. */
u32 log_allocate(u32 bytes);

/* The ref of a blob of these bytes, the same for the same bytes; 0 if the arena is full. */
u32 log_intern(u16 kind, u32 tag, const void *data, u32 bytes);

/* The ref of a name, cut if it is very long; 0 for none. */
#define MAX_NAME_BYTES 1040u
u32 log_name(const WCHAR *text, u32 bytes);

/* The number of an object type; 0 if the table of types is full. */
u8 log_type(const char *name);

/* Reserves a place in the ring; NULL if there is none. The number counts even then. */
Event *log_reserve(u64 *number);

/* Publishes an event that has been filled in. */
void log_commit(Event *event, u64 number, u8 kind);

/* Completes an event that was committed as EVENT_CLOSING, if it is still in the ring. */
void log_finish(Event *event, u64 number, u8 kind, NTSTATUS status, u8 flags);

/* The slot of a handle in the table of open handles; NULL if its page is not made and must not or cannot be. */
OpenHandle *log_slot(Word handle, int may_make);

/* Puts an opened handle into its slot; returns whether it replaces one that nobody is closing. */
int log_put(OpenHandle *slot, const OpenHandle *opened);

/* Marks the handle in a slot as being closed and returns the number of the event that opened it; 0 if there is none, or
   if another thread is closing it. */
u64 log_begin_closing(OpenHandle *slot);

/* The end of that: empties the slot, or keeps the handle. By then, another handle may have the value and slot. */
void log_end_closing(OpenHandle *slot, u64 opened, int is_closed);

/* Prepends a record of the arena that begins with a `next` to the list whose newest record is at `head`. */
void log_push(u32 *head, u32 ref);

#endif
