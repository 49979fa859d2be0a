/*
 * The recorder's data for each thread, in slots of thread-local storage that are read through the TEB: without a call,
 * and valid in a thread that has not been initialized yet.
 */
#ifndef RECORDER_THREAD_H
#define RECORDER_THREAD_H

#include "log.h"
#include "stack.h"

/* A hooked call that has not returned, on the stack of the thread that made it. */
typedef struct Pending {
  struct Pending *outer; /* the call during which this one was made: by an APC or a callback */
  const Caller *caller;
  Word returns; /* a copy of caller->arguments[-1]: shows whether the stack here is still this call's */
  u32 call;
  u8 is_raised; /* it raised an exception, and that has been recorded */
  u8 foreign;   /* arguments (A1 ...) that are handles of another process */
  /* For a close. */
  Event *closing; /* NULL: it has no place in the ring */
  u64 closing_number; /* 0: nothing is being closed */
  u32 closing_stack;
  OpenHandle *slot;
  u64 opened;        /* the event that opened the handle, and its stack; 0 if not known */
  u32 opening_stack;
} Pending;

/* Offsets of the slots in the TEB: the guard, the pending call, the ref of a wide mark that may be repeated in ANSI. */
extern u32 guard_place, pending_place, wide_mark_place;

/* Takes the slots; returns 0 if none is free. */
int allocate_thread_slots(void);

static inline Pending *pending_call(void) { return (Pending *)teb_word(pending_place); }

/*
 * The guard keeps the recorder from recording itself. It is held while a record is made and never during a hooked call:
 * that call may raise an exception, which would leave it held forever, and run other code of the program. Its value is
 * the frame of its holder: if that frame is gone, because the stack ran out while a record was made and the program's
 * handler continued further out, nobody holds the guard.
 */
static inline int is_guarded(void) { return teb_word(guard_place) > (Word)__builtin_frame_address(0); }
static inline int is_guard_forgotten(void) { return teb_word(guard_place) != 0 && !is_guarded(); }

/* Takes the guard; returns what leave() needs. The thread's last error stays as the program left it. */
static inline u32 enter(void) {
  set_teb_word(guard_place, (Word)__builtin_frame_address(0));
  return teb_u32(TEB_LAST_ERROR);
}

static inline void leave(u32 last_error) {
  set_teb_u32(TEB_LAST_ERROR, last_error);
  set_teb_word(guard_place, 0);
}

static inline int is_recording(void) {
  return log_header != NULL && ATOMIC_LOAD(&log_header->state) == STATE_RECORDING && !ATOMIC_LOAD(&log_header->is_stopped);
}

#endif
