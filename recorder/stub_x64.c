/*
 * System-call stubs of 64-bit ntdll and win32u:
 *
 *   Windows 10 and later, Wine   4C 8B D1  B8 N N N N  F6 04 25 08 03 FE 7F 01  75 03  0F 05  C3 ...
 *   Windows Vista to 10 1507     4C 8B D1  B8 N N N N  0F 05  C3
 *
 * that is `mov r10,rcx`, `mov eax,N`, a test of how to call the system, and the call. Instructions up to the test are
 * position-independent. The test is replaced, which fills an aligned word of 8 bytes: a thread that is anywhere in the
 * stub at that time goes on as before. An old stub has no test, and its first two instructions are replaced: the
 * program must not run at that time.
 */
#include "hook.h"

/* Entered with the call's number in eax. (entry_x64.S) */
void hook_entry(void);

/*
 * The jumps of a call:
 *   00  mov eax, call         to the hook, without its own frame: the stack is still the caller's
 *   05  jmp [rip]; hook_entry
 *   18  the stub up to and including the replaced part
 *   28  jmp [rip]; the rest of the stub
 */
#define TO_ORIGINAL 0x18
const u32 jump_size = 0x40;

#define WORD 8u
static const u8 begin[] = {0x4C, 0x8B, 0xD1, 0xB8};
static const u8 test[] = {0xF6, 0x04, 0x25, 0x08, 0x03, 0xFE, 0x7F, 0x01};
static const u8 new_call[] = {0x75, 0x03, 0x0F, 0x05, 0xC3};
static const u8 old_call[] = {0x0F, 0x05, 0xC3};

static int is_at(const u8 *place, const u8 *bytes, u32 size) { return __builtin_memcmp(place, bytes, size) == 0; }
#define IS_AT(place, bytes) is_at(place, bytes, sizeof bytes)

static int is_new(const u8 *stub) { return IS_AT(stub, begin) && IS_AT(stub + WORD, test) && IS_AT(stub + 2 * WORD, new_call); }
static int is_old(const u8 *stub) { return IS_AT(stub, begin) && IS_AT(stub + WORD, old_call); }

int is_system_call(const u8 *stub, u32 arguments) {
  (void)arguments; /* the caller cleans the stack, so the stub does not show it */
  return (Word)stub % WORD == 0 && (is_new(stub) || is_old(stub));
}

/* Places are tried from near to far, in both directions, within reach of a 32-bit jump. */
u8 *allocate_jumps(u8 *image, u32 size) {
  const LONG_PTR reach = 0x70000000, step = 0x10000;
  for (LONG_PTR distance = step; distance < reach; distance = distance > 0 ? -distance : step - distance) {
    PVOID base = image + distance;
    SIZE_T bytes = size;
    if (NT_SUCCESS(NtAllocateVirtualMemory(CURRENT_PROCESS, &base, 0, &bytes, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE)))
      return base;
  }
  return NULL;
}

/* jmp [rip]; address */
static void write_jump(u8 *place, const void *to) {
  static const u8 jump[] = {0xFF, 0x25, 0, 0, 0, 0};
  __builtin_memcpy(place, jump, sizeof jump);
  __builtin_memcpy(place + sizeof jump, &to, sizeof to);
}

u64 *make_jumps(u32 call, u8 *stub, u8 *jumps, u64 *patch) {
  u8 *replaced = is_new(stub) ? stub + WORD : stub;
  const u32 copied = (u32)(replaced - stub) + WORD;
  const int distance = (int)(jumps - (replaced + 5));
  u8 *bytes = (u8 *)patch;
  jumps[0] = 0xB8;
  __builtin_memcpy(jumps + 1, &call, sizeof call);
  write_jump(jumps + 5, (const void *)hook_entry);
  __builtin_memcpy(jumps + TO_ORIGINAL, stub, copied);
  write_jump(jumps + TO_ORIGINAL + copied, stub + copied);
  hooked_calls[call].original = jumps + TO_ORIGINAL;
  /* After the system-call instruction. */
  hooked_calls[call].returns = (Word)stub + (is_new(stub) ? 2 * WORD + 4 : WORD + 2);
  hooked_calls[call].arguments = call_rows[call].arguments + SPARE_ARGUMENTS;
  /* jmp jumps; int3 */
  bytes[0] = 0xE9;
  __builtin_memcpy(bytes + 1, &distance, sizeof distance);
  bytes[5] = bytes[6] = bytes[7] = 0xCC;
  return (u64 *)replaced;
}
