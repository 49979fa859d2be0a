/* The part of hooking that both processors share: finding the stubs, making their code writable, the one store. */
#include "hook.h"

#include "log.h"
#include "modules.h"

HMODULE ntdll;
HookedCall hooked_calls[CALLS];

const CallRow call_rows[CALLS] = {
#define X(name, kind, type, arguments, out, name_at, handles) {#name, type, kind, arguments, out, name_at, handles},
  RECORDER_CALLS(X)
#undef X
};

static Call *log_call(u32 call) { return (Call *)((u8 *)log_header + log_header->calls) + call; }

u32 hooked_count(void) {
  u32 count = 0;
  for (u32 call = 0; call < CALLS; call++) count += hooked_calls[call].original != NULL;
  return count;
}

static int protect(u8 *place, SIZE_T size, ULONG protection, ULONG *old) {
  PVOID base = place;
  return NT_SUCCESS(NtProtectVirtualMemory(CURRENT_PROCESS, &base, &size, protection, old));
}

/* The fewest arguments that a stub must take. Those of win32u differ by version; the hooks use only one. */
static u32 arguments_needed(u32 call) {
  return call >= FIRST_USER_CALL && call < END_OF_USER_CALLS ? 1 : call_rows[call].arguments;
}

#define STUB_SIZE 16 /* at least as much as is changed, in all shapes */

/* Hooks one call with the jumps at `jumps` and returns its CALL_ state. */
static u32 hook_call(u32 call, u8 *stub, u8 *jumps) {
  ULONG old;
  u64 patch;
  if (stub == NULL) return CALL_ABSENT;
  for (u32 i = 0; i < sizeof log_call(call)->code; i++) log_call(call)->code[i] = stub[i];
  if (!is_system_call(stub, arguments_needed(call))) return CALL_OTHER_CODE;
  if (!protect(stub, STUB_SIZE, PAGE_EXECUTE_READWRITE, &old)) return CALL_PROTECTED;
  u64 *word = make_jumps(call, stub, jumps, &patch);
  hooked_calls[call].type = log_type(call_rows[call].type);
  /* From here on the call may be entered. */
  __atomic_store_n(word, patch, __ATOMIC_SEQ_CST);
  protect(stub, STUB_SIZE, old, &old);
  log_call(call)->arguments = hooked_calls[call].arguments;
  return CALL_HOOKED;
}

void hook_calls(HMODULE dll, u32 first, u32 end) {
  u8 *jumps = NULL;
  u32 size = (end - first) * jump_size;
  ULONG old;
  if (dll != NULL) jumps = allocate_jumps((u8 *)dll, size);
  for (u32 call = first; call < end; call++) {
    Call *entry = log_call(call);
    if (entry->state == CALL_HOOKED) continue;
    for (u32 i = 0; i < sizeof entry->name - 1 && call_rows[call].name[i] != '\0'; i++) entry->name[i] = call_rows[call].name[i];
    if (dll == NULL) entry->state = CALL_NOT_LOADED;
    else if (jumps == NULL) entry->state = CALL_PROTECTED;
    else entry->state = hook_call(call, find_export(dll, call_rows[call].name), jumps + (call - first) * jump_size);
  }
  if (jumps != NULL) protect(jumps, size, PAGE_EXECUTE_READ, &old);
}
