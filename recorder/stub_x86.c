/*
 * System-call stubs of the 32-bit ntdll and win32u of 64-bit Windows.
 *
 *   Windows 10 and later, Wine   B8 N N N N  BA address  FF D2         C2 n n    mov eax,N; mov edx,dispatcher; call edx
 *   Windows 8, one of Wine       B8 N N N N  64 FF 15 C0 00 00 00      C2 n n    mov eax,N; call fs:[C0]
 *
 * The callee cleans the stack, so the number of arguments is in the stub. The replaced instruction is `mov eax,N`; or
 * `mov edx,dispatcher`, if that is in one aligned word of 8 bytes and the other is not.
 */
#include "hook.h"

/* Entered with the call's number in eax. (entry_x86.S) */
void hook_entry(void);

/*
 * The jumps of a call:
 *   00  mov eax, call         to the hook, which returns here
 *   05  call hook_entry
 *   0A  ret n
 *   10  the stub's instructions up to and including the replaced one
 *   1A  jmp to the next one
 */
#define TO_ORIGINAL 0x10
const u32 jump_size = 0x20;

#define MOVE_SIZE 5u       /* of both instructions */
#define RETURN_OFFSET 12   /* return address of the system call */
#define NOWHERE (~0u)

static u32 stub_arguments(const u8 *stub) { return (stub[RETURN_OFFSET + 1] | stub[RETURN_OFFSET + 2] << 8) / 4; }

static int fits_in_a_word(const u8 *instruction) { return (Word)instruction % 8 + MOVE_SIZE <= 8; }

/* Offset of the instruction to replace; NOWHERE if the code is not a stub, or cannot be changed in one store. */
static u32 patch_offset(const u8 *stub) {
  static const u8 call_fs[] = {0x64, 0xFF, 0x15, 0xC0, 0, 0, 0};
  const int calls_edx = stub[5] == 0xBA && stub[10] == 0xFF && stub[11] == 0xD2;
  const int calls_fs = __builtin_memcmp(stub + MOVE_SIZE, call_fs, sizeof call_fs) == 0;
  if (stub[0] != 0xB8 || stub[RETURN_OFFSET] != 0xC2 || !(calls_edx || calls_fs)) return NOWHERE;
  if (fits_in_a_word(stub)) return 0;
  return calls_edx && fits_in_a_word(stub + MOVE_SIZE) ? MOVE_SIZE : NOWHERE;
}

int is_system_call(const u8 *stub, u32 arguments) { return patch_offset(stub) != NOWHERE && stub_arguments(stub) >= arguments; }

u8 *allocate_jumps(u8 *image, u32 size) {
  PVOID base = NULL; /* a jump reaches everywhere */
  SIZE_T bytes = size;
  (void)image;
  const NTSTATUS status = NtAllocateVirtualMemory(CURRENT_PROCESS, &base, 0, &bytes, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
  return NT_SUCCESS(status) ? base : NULL;
}

/* A call or jmp at `place` to an address, for code that will run at `runs_at`. */
static void write_relative(u8 *place, u8 operation, Word runs_at, Word to) {
  const Word distance = to - (runs_at + 5);
  place[0] = operation;
  __builtin_memcpy(place + 1, &distance, sizeof distance);
}

u64 *make_jumps(u32 call, u8 *stub, u8 *jumps, u64 *patch) {
  u8 *replaced = stub + patch_offset(stub);
  u8 *word = (u8 *)((Word)replaced & ~(Word)7);
  const u32 copied = (u32)(replaced - stub) + MOVE_SIZE;
  jumps[0] = 0xB8;
  __builtin_memcpy(jumps + 1, &call, sizeof call);
  write_relative(jumps + 5, 0xE8, (Word)(jumps + 5), (Word)hook_entry);
  __builtin_memcpy(jumps + 10, stub + RETURN_OFFSET, 3);
  __builtin_memcpy(jumps + TO_ORIGINAL, stub, copied);
  u8 *back = jumps + TO_ORIGINAL + copied;
  write_relative(back, 0xE9, (Word)back, (Word)stub + copied);
  hooked_calls[call].original = jumps + TO_ORIGINAL;
  hooked_calls[call].returns = (Word)stub + RETURN_OFFSET;
  hooked_calls[call].arguments = (u8)stub_arguments(stub);
  __builtin_memcpy(patch, word, sizeof *patch);
  write_relative((u8 *)patch + (replaced - word), 0xE9, (Word)replaced, (Word)jumps);
  return (u64 *)word;
}
