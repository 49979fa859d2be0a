/*
 * Writes the log without locks: numbers and places are taken by atomic additions, lists grow by compare-and-swap, and a
 * record becomes valid by one store at its end. A thread that is ended halfway leaves one unusable record.
 */
#include "log.h"

Header *log_header;

#define LOG ((u8 *)log_header)

static int is_power_of_two(u64 value) { return value != 0 && (value & (value - 1)) == 0; }

static int fits(u64 offset, u64 count, u64 size) {
  return offset % 8 == 0 && offset >= sizeof(Header) && offset <= log_header->size &&
         count <= (log_header->size - offset) / size;
}

u32 log_attach(void *mapped, u64 size) {
  log_header = mapped;
  const Header *h = log_header;
  int is_valid = h->magic == LOG_MAGIC && h->version == LOG_VERSION && h->header_size == sizeof(Header) &&
                 h->size == size && is_power_of_two(h->bucket_slots) && is_power_of_two(h->ring_slots) &&
                 h->type_slots >= 1 && fits(h->calls, h->call_slots, sizeof(Call)) &&
                 fits(h->types, h->type_slots, sizeof(Type)) && fits(h->directory, h->directory_slots, sizeof(u32)) &&
                 fits(h->buckets, h->bucket_slots, sizeof(u32)) && fits(h->ring, h->ring_slots, sizeof(Event)) &&
                 fits(h->arena, 0, 1);
  if (!is_valid) {
    log_header = NULL;
    return FAILURE_LAYOUT;
  }
  log_header->type_count = 1; /* the unknown type */
  log_header->next_event = 1;
  log_header->arena_next = h->arena;
  return FAILURE_NONE;
}

u64 performance_counter(void) {
  LARGE_INTEGER counter;
  RtlQueryPerformanceCounter(&counter);
  return (u64)counter.QuadPart;
}

void *log_at(u32 ref) { return ref == 0 ? NULL : LOG + (u64)ref * 8; }

u32 log_allocate(u32 bytes) {
  const u32 rounded = (bytes + 7) & ~7u;
  u64 next = ATOMIC_LOAD(&log_header->arena_next);
  do {
    if (rounded > log_header->size - next) return 0;
  } while (!ATOMIC_REPLACE(&log_header->arena_next, &next, next + rounded));
  return (u32)(next / 8);
}

static u64 hash_of(u16 kind, u32 tag, const void *data, u32 bytes) {
  const u64 factor = 0xFF51AFD7ED558CCDull; /* of MurmurHash3's finalizer */
  u64 hash = ((u64)tag << 32 | (u64)kind << 16 | bytes) * factor;
  const u64 *words = data;
  for (; bytes >= 8; bytes -= 8, words++) {
    hash = (hash ^ *words) * factor;
    hash ^= hash >> 32;
  }
  for (const u8 *rest = (const u8 *)words; bytes > 0; bytes--, rest++) {
    hash = (hash ^ *rest) * factor;
    hash ^= hash >> 32;
  }
  return hash;
}

u32 log_intern(u16 kind, u32 tag, const void *data, u32 bytes) {
  const u64 hash = hash_of(kind, tag, data, bytes);
  u32 *bucket = (u32 *)(LOG + log_header->buckets) + (hash & (log_header->bucket_slots - 1));
  u32 head = ATOMIC_LOAD(bucket);
  u32 made = 0;
  for (;;) {
    for (u32 ref = head; ref != 0;) {
      const Blob *blob = log_at(ref);
      if (blob->hash == hash && blob->kind == kind && blob->tag == tag && blob->bytes == bytes &&
          __builtin_memcmp(blob + 1, data, bytes) == 0)
        return ref;
      ref = blob->next;
    }
    if (made == 0) {
      made = log_allocate(sizeof(Blob) + bytes);
      if (made == 0) {
        ATOMIC_ADD(kind == BLOB_STACK ? &log_header->lost_stacks : &log_header->lost_names, 1);
        return 0;
      }
      Blob *blob = log_at(made);
      blob->hash = hash;
      blob->kind = kind;
      blob->bytes = (u16)bytes;
      blob->tag = tag;
      __builtin_memcpy(blob + 1, data, bytes);
    }
    ((Blob *)log_at(made))->next = head;
    if (ATOMIC_REPLACE(bucket, &head, made)) return made;
  }
}

u32 log_name(const WCHAR *text, u32 bytes) {
  if (text == NULL || bytes < sizeof(WCHAR)) return 0;
  return log_intern(BLOB_NAME, 0, text, bytes > MAX_NAME_BYTES ? MAX_NAME_BYTES : bytes & ~1u);
}

static int same_text(const char *a, const char *b, u32 most) {
  for (u32 i = 0; i < most; i++) {
    if (a[i] != b[i]) return 0;
    if (a[i] == '\0') return 1;
  }
  return 1;
}

u8 log_type(const char *name) {
  Type *types = (Type *)(LOG + log_header->types);
  const u32 limit = log_header->type_slots < 256 ? log_header->type_slots : 256;
  const u32 most = sizeof types->name - 1;
  if (name[0] == '\0') return 0;
  for (;;) {
    u32 count = ATOMIC_LOAD(&log_header->type_count);
    for (u32 i = 1; i < count; i++) {
      if (same_text(types[i].name, name, most)) return (u8)i;
    }
    if (count >= limit) return 0;
    /* Two threads may add a type at once; it is then in the table twice, under two numbers. */
    if (!ATOMIC_REPLACE(&log_header->type_count, &count, count + 1)) continue;
    for (u32 i = 0; i < most && name[i] != '\0'; i++) types[count].name[i] = name[i];
    return (u8)count;
  }
}

Event *log_reserve(u64 *number) {
  const u64 mine = ATOMIC_ADD(&log_header->next_event, 1);
  *number = mine;
  Event *event = (Event *)(LOG + log_header->ring) + (mine & (log_header->ring_slots - 1));
  u64 state = ATOMIC_LOAD(&event->state);
  /* A slot that is still being written, after a whole round of the ring, is left to its writer: two writers in one slot
     would both lose their record. */
  if ((state & 0xFF) != EVENT_WRITING && state >> 8 < mine && ATOMIC_REPLACE(&event->state, &state, mine << 8 | EVENT_WRITING))
    return event;
  ATOMIC_ADD(&log_header->lost_events, 1);
  return NULL;
}

void log_commit(Event *event, u64 number, u8 kind) { ATOMIC_STORE(&event->state, number << 8 | kind); }

void log_finish(Event *event, u64 number, u8 kind, NTSTATUS status, u8 flags) {
  u64 closing = number << 8 | EVENT_CLOSING;
  if (event == NULL || !ATOMIC_REPLACE(&event->state, &closing, number << 8 | EVENT_WRITING)) return;
  event->status = (u32)status;
  event->flags |= flags;
  log_commit(event, number, kind);
}

OpenHandle *log_slot(Word handle, int may_make) {
  const u64 index = (u64)handle / 4;
  const u64 page = index / SLOTS_PER_PAGE;
  if (page >= log_header->directory_slots) return NULL;
  u32 *entry = (u32 *)(LOG + log_header->directory) + page;
  u32 ref = ATOMIC_LOAD(entry);
  if (ref == 0) {
    if (!may_make) return NULL;
    u32 made = log_allocate(SLOTS_PER_PAGE * sizeof(OpenHandle));
    if (made == 0) return NULL;
    if (ATOMIC_REPLACE(entry, &ref, made)) ref = made; /* else another thread's page is there, and ours is wasted */
  }
  return (OpenHandle *)log_at(ref) + index % SLOTS_PER_PAGE;
}

int log_put(OpenHandle *slot, const OpenHandle *opened) {
  const u64 replaced = __atomic_exchange_n(&slot->opened, SLOT_WRITING, __ATOMIC_ACQ_REL);
  slot->time = opened->time;
  slot->stack = opened->stack;
  slot->name = opened->name;
  slot->thread = opened->thread;
  slot->call = opened->call;
  slot->type = opened->type;
  slot->flags = opened->flags;
  ATOMIC_STORE(&slot->opened, opened->opened);
  return replaced != 0 && (replaced & (SLOT_WRITING | SLOT_CLOSING)) == 0;
}

u64 log_begin_closing(OpenHandle *slot) {
  u64 opened = ATOMIC_LOAD(&slot->opened);
  while (opened != 0 && (opened & (SLOT_WRITING | SLOT_CLOSING)) == 0) {
    if (ATOMIC_REPLACE(&slot->opened, &opened, opened | SLOT_CLOSING)) return opened;
  }
  return 0;
}

void log_end_closing(OpenHandle *slot, u64 opened, int is_closed) {
  u64 closing = opened | SLOT_CLOSING;
  ATOMIC_REPLACE(&slot->opened, &closing, is_closed ? 0 : opened);
}

void log_push(u32 *head, u32 ref) {
  u32 *next = log_at(ref);
  *next = ATOMIC_LOAD(head);
  while (!ATOMIC_REPLACE(head, next, ref)) {
  }
}
