#include "record.h"

#include "calls.h"

static u32 capture_stack(const Pending *pending) {
  u64 frames[MAX_FRAMES];
  int is_cut;
  frames[0] = hooked_calls[pending->call].returns;
  const u32 count = 1 + walk_stack(pending->caller, frames + 1, log_header->max_frames - 1, &is_cut);
  if (is_cut) ATOMIC_ADD(&log_header->cut_stacks, 1);
  return log_intern(BLOB_STACK, log_header->generation * 2 + (u32)is_cut, frames, count * sizeof frames[0]);
}

/* Records an event with all that is known; returns its number even if it has no place. */
static Event *record(const Pending *pending, const What *what, u32 stack, u64 time, u64 *number) {
  Event *event = log_reserve(number);
  if (event == NULL) return NULL;
  event->time = time;
  event->handle = (u32)what->handle;
  event->thread = teb_u32(TEB_THREAD_ID);
  event->stack = stack;
  event->detail = what->detail;
  event->status = (u32)what->status;
  event->call = (u16)pending->call;
  event->type = what->type;
  event->flags = what->flags;
#ifdef _WIN64
  if (what->handle >> 32 != 0 && what->kind != EVENT_OPEN && what->kind != EVENT_GIVEN) {
    event->detail = (u32)(what->handle >> 32);
    event->flags |= FLAG_WIDE;
  }
#endif
  log_commit(event, *number, what->kind);
  return event;
}

static void count_of_stack(u32 stack, u32 offset) {
  if (stack != 0) ATOMIC_ADD((u32 *)((u8 *)log_at(stack) + offset), 1);
}

/* Whether a slot has a handle that nobody is closing. */
static int is_replacing(const OpenHandle *slot) {
  const u64 opened = ATOMIC_LOAD(&slot->opened);
  return opened != 0 && (opened & (SLOT_WRITING | SLOT_CLOSING)) == 0;
}

void record_open(const Pending *pending, Word handle, u8 type, u32 name, NTSTATUS status) {
  const u64 time = performance_counter();
  const u32 stack = capture_stack(pending);
  OpenHandle *slot = log_slot(handle, 1);
  What what = {EVENT_OPEN, type, 0, name, status, handle};
  u64 number;
  if (slot == NULL) ATOMIC_ADD(&log_header->lost_handles, 1);
  else if (is_replacing(slot)) what.flags = FLAG_REPLACES;
  record(pending, &what, stack, time, &number);
  count_of_stack(stack, __builtin_offsetof(Blob, opened));
  if (slot == NULL) return;
  const OpenHandle opened = {number, time, stack, name, teb_u32(TEB_THREAD_ID), (u16)pending->call, type, 0};
  if (log_put(slot, &opened)) ATOMIC_ADD(&log_header->replaced, 1);
}

void record_bad_reference(const Pending *pending, Word handle, u8 flags) {
  const u64 time = performance_counter();
  const u32 stack = capture_stack(pending);
  const What what = {EVENT_BAD_REFERENCE, 0, flags, 0, STATUS_INVALID_HANDLE, handle};
  u64 number;
  record(pending, &what, stack, time, &number);
  count_of_stack(stack, __builtin_offsetof(Blob, bad));
}

void record_given(const Pending *pending, Word handle, u8 type, u32 process_id) {
  const u64 time = performance_counter();
  const What what = {EVENT_GIVEN, type, 0, process_id, 0, handle};
  u64 number;
  record(pending, &what, capture_stack(pending), time, &number);
}

void record_closing(Pending *pending, Word handle) {
  const u64 time = performance_counter();
  const u32 stack = capture_stack(pending);
  OpenHandle *slot = log_slot(handle, 0);
  const u64 opened = slot == NULL ? 0 : log_begin_closing(slot);
  What what = {EVENT_CLOSING, 0, FLAG_UNSEEN, 0, 0, handle};
  if (opened != 0) {
    pending->opening_stack = what.detail = slot->stack;
    what.type = slot->type;
    what.flags = slot->flags & FLAG_EXISTING;
  }
  pending->closing = record(pending, &what, stack, time, &pending->closing_number);
  pending->closing_stack = stack;
  pending->slot = slot;
  pending->opened = opened;
}

void finish_closing(Pending *pending, u8 kind, NTSTATUS status, u8 flags) {
  if (pending->closing_number == 0) return;
  if (pending->opened == 0) {
    if (kind == EVENT_CLOSE) ATOMIC_ADD(&log_header->unseen_closes, 1);
  } else {
    log_end_closing(pending->slot, pending->opened, kind != EVENT_CLOSE_FAILED);
    if (kind == EVENT_CLOSE) count_of_stack(pending->opening_stack, __builtin_offsetof(Blob, closed));
    else if (kind == EVENT_BAD_REFERENCE) ATOMIC_ADD(&log_header->gone, 1);
  }
  if (kind == EVENT_BAD_REFERENCE) count_of_stack(pending->closing_stack, __builtin_offsetof(Blob, bad));
  log_finish(pending->closing, pending->closing_number, kind, status, flags);
  pending->closing_number = 0;
}

#define OBJECT_TYPE_INFORMATION 2u

u8 query_type(HANDLE handle) {
  union {
    UNICODE_STRING name; /* OBJECT_TYPE_INFORMATION begins with it, and its text follows */
    u8 bytes[512];
  } information;
  char name[sizeof(Type)];
  ULONG size;
  u32 i = 0;
  if (!NT_SUCCESS(NtQueryObject(handle, OBJECT_TYPE_INFORMATION, &information, sizeof information, &size))) return 0;
  for (; i < information.name.Length / sizeof(WCHAR) && i < sizeof name - 1; i++) {
    const WCHAR letter = information.name.Buffer[i];
    name[i] = letter < 0x80 ? (char)letter : '?';
  }
  name[i] = '\0';
  return log_type(name);
}
