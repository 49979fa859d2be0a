/*
 * Measures the cost of a record. `bench pairs` opens and closes events, in a process with or without the recorder, and
 * prints the time of a pair. `bench records` runs the recorder's own code over a system call that does nothing, and
 * prints the time of a record at several stack depths, and how many per second one and four threads make. Times are in
 * nanoseconds, each the least of many blocks. One line per figure, for `deno task bench`: NAME VALUE.
 */
#include "../hook.h"
#include "../modules.h"
#include "../thread.h"

#include "start.h"

static u64 frequency;

static u64 counter(void) { return performance_counter(); }

static void print(const char *name, u64 value) {
  char line[64];
  char digits[24];
  DWORD written;
  u32 length = 0, count = 0;
  while (*name != '\0') line[length++] = *name++;
  line[length++] = ' ';
  do digits[count++] = (char)('0' + value % 10), value /= 10;
  while (value > 0);
  while (count > 0) line[length++] = digits[--count];
  line[length++] = '\n';
  WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line, length, &written, NULL);
}

/* The least time of a round among `blocks` blocks of `rounds`. */
static u64 least(void (*round)(void), u32 rounds, u32 blocks) {
  u64 best = ~0ull;
  for (u32 block = 0; block < blocks; block++) {
    const u64 begin = counter();
    for (u32 i = 0; i < rounds; i++) round();
    const u64 time = (counter() - begin) * 1000000000ull / frequency / rounds;
    if (time < best) best = time;
  }
  return best;
}

/* ---- A pair of real calls ---- */

static void pair(void) { CloseHandle(CreateEventW(NULL, FALSE, FALSE, NULL)); }

/* ---- Records alone ---- */

void hook_entry(void);

/* A stub of a system call that does nothing: calls through it take the path of a hooked call. */
NTSTATUS NTAPI open_nothing(HANDLE *event, ULONG access, void *attributes, ULONG type, BOOLEAN state);
NTSTATUS NTAPI close_nothing(HANDLE event);
__asm__(".globl open_nothing\nopen_nothing: movl $" /* CALL_NtCreateEvent */ "2, %eax\n jmp hook_entry\n"
        ".globl close_nothing\nclose_nothing: movl $" /* CALL_NtClose */ "0, %eax\n jmp hook_entry\n");
_Static_assert(CALL_NtClose == 0 && CALL_NtCreateEvent == 2, "the stubs above have other numbers");

static NTSTATUS NTAPI nothing(HANDLE *event) {
  (void)event;
  return 0;
}

static void open_and_close(void) {
  HANDLE event = (HANDLE)0x40; /* as a real call would set it */
  open_nothing(&event, 0, NULL, 0, FALSE);
  close_nothing(event);
}

static void (*deep_round)(void);
static u32 deep_rounds, deep_blocks;

/* Measures with `frames` more frames on the stack. */
static __attribute__((noinline)) u64 deeper(u32 frames) {
  const u64 time = frames == 0 ? least(deep_round, deep_rounds, deep_blocks) : deeper(frames - 1);
  __asm__ volatile("");
  return time;
}

static u64 record_time(u32 frames) {
  deep_round = open_and_close;
  deep_rounds = 500;
  deep_blocks = 200;
  return deeper(frames) / 2;
}

#define RATE_ROUNDS 200000u
static DWORD WINAPI hammer(void *parameter) {
  (void)parameter;
  for (u32 i = 0; i < RATE_ROUNDS; i++) open_and_close();
  return 0;
}

static u64 records_a_second(u32 threads) {
  HANDLE handles[4];
  const u64 begin = counter();
  for (u32 i = 0; i < threads; i++) handles[i] = CreateThread(NULL, 0, hammer, NULL, 0, NULL);
  WaitForMultipleObjects(threads, handles, TRUE, INFINITE);
  const u64 ticks = counter() - begin;
  for (u32 i = 0; i < threads; i++) CloseHandle(handles[i]);
  return 2ull * RATE_ROUNDS * threads * frequency / ticks;
}

u32 guard_place, pending_place;

/* A log in memory with the layout that src/recorder/new_log.ts makes, for frames of up to `frames`. */
static void make_log(u32 frames) {
  const u32 ring_slots = 0x80000, arena_size = 0x1000000;
  const u32 calls = sizeof(Header), types = calls + 256 * sizeof(Call), directory = types + 128 * sizeof(Type);
  const u32 buckets = directory + 0x4000 * sizeof(u32), ring = (buckets + 0x8000 * sizeof(u32) + 0xFFF) & ~0xFFFu;
  const u32 arena = ring + ring_slots * sizeof(Event), size = arena + arena_size;
  u8 *memory = VirtualAlloc(NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  Header *header = (Header *)memory;
  *header = (Header){.magic = LOG_MAGIC, .version = LOG_VERSION, .header_size = sizeof(Header), .size = size, .calls = calls,
                     .call_slots = 256, .types = types, .type_slots = 128, .directory = directory, .directory_slots = 0x4000,
                     .buckets = buckets, .bucket_slots = 0x8000, .ring = ring, .ring_slots = ring_slots, .arena = arena,
                     .max_frames = frames};
  log_attach(memory, size);
}

static void measure_records(void) {
  hooked_calls[CALL_NtCreateEvent] = (HookedCall){(void *)nothing, (Word)open_nothing, 1, 5};
  hooked_calls[CALL_NtClose] = (HookedCall){(void *)nothing, (Word)close_nothing, 0, 1};
  guard_place = TEB_TLS_SLOTS + TlsAlloc() * sizeof(Word);
  pending_place = TEB_TLS_SLOTS + TlsAlloc() * sizeof(Word);
  make_log(64);
  enter();
  record_modules(); /* the walk needs them */
  leave(0);
  log_header->state = STATE_RECORDING;
  print("record-9", record_time(2));
  const u64 stacks = log_header->arena_next - log_header->arena, events = log_header->next_event - 1;
  print("bytes-100", (events * sizeof(Event) + stacks) * 100 / events);
  print("record-19", record_time(12));
  print("record-34", record_time(27));
  print("record-64", record_time(80));
  print("rate-1", records_a_second(1));
  print("rate-4", records_a_second(4));
}

UINT run(const WCHAR *what) {
  LARGE_INTEGER ticks;
  QueryPerformanceFrequency(&ticks);
  frequency = (u64)ticks.QuadPart;
  if (is_text(what, L"pairs")) {
    print("pair", least(pair, 20, 1500));
    return 0;
  }
  measure_records();
  return 0;
}
