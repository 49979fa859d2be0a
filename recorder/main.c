/*
 * The recorder: a DLL that is the first import of the program it records. It maps the log that htrace has made, hooks
 * the system calls that open, close and use handles, and is never unloaded: threads may be in its hooks. If anything
 * fails, the program runs as without it, and the log's header says why.
 */
#include "exceptions.h"
#include "hook.h"
#include "listing.h"
#include "modules.h"
#include "parameters.h"
#include "thread.h"

u32 guard_place, pending_place, wide_mark_place;

#define TLS_SLOTS_IN_TEB 64u

int allocate_thread_slots(void) {
  u32 *const places[] = {&guard_place, &pending_place, &wide_mark_place};
  for (u32 i = 0; i < sizeof places / sizeof places[0]; i++) {
    const DWORD slot = TlsAlloc();
    if (slot >= TLS_SLOTS_IN_TEB) return 0;
    *places[i] = TEB_TLS_SLOTS + slot * sizeof(Word);
  }
  return 1;
}

static const u8 *image_base(void) { return *(const u8 *const *)((const u8 *)teb_word(TEB_PEB) + PEB_IMAGE_BASE); }

/* The page in front of the program's import table, if htrace has put it there. */
static const Parameters *find_parameters(void) {
  const u8 *base = image_base();
  const IMAGE_NT_HEADERS *headers = (const IMAGE_NT_HEADERS *)(base + ((const IMAGE_DOS_HEADER *)base)->e_lfanew);
  const u32 imports = headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress;
  const u8 *place = base + imports - PARAMETERS_SIZE;
  u64 magic;
  SIZE_T copied;
  if (imports % PARAMETERS_SIZE != 0) return NULL;
  if (!NT_SUCCESS(NtReadVirtualMemory(CURRENT_PROCESS, place, &magic, sizeof magic, &copied))) return NULL;
  const Parameters *parameters = (const Parameters *)place;
  return magic == PARAMETERS_MAGIC && parameters->version == LOG_VERSION ? parameters : NULL;
}

/* Restores the program's own headers: programs read them, and children with the same image are made from them. */
static void restore_image(const Parameters *parameters) {
  for (u32 i = 0; i < parameters->patches && i < MAX_PATCHES; i++) {
    const Patch *patch = &parameters->patch[i];
    PVOID base = (PVOID)(Word)patch->address;
    SIZE_T size = patch->size;
    ULONG old;
    if (!NT_SUCCESS(NtProtectVirtualMemory(CURRENT_PROCESS, &base, &size, PAGE_READWRITE, &old))) continue;
    __builtin_memcpy((void *)(Word)patch->address, (const u8 *)parameters + patch->offset, patch->size);
    NtProtectVirtualMemory(CURRENT_PROCESS, &base, &size, old, &old);
  }
}

#define VIEW_SHARE 1u

static u32 map_log(const Parameters *parameters) {
  const HANDLE section = (HANDLE)(Word)parameters->section;
  PVOID base = NULL;
  SIZE_T size = (SIZE_T)parameters->section_size;
  const NTSTATUS status = NtMapViewOfSection(section, CURRENT_PROCESS, &base, 0, 0, NULL, &size, VIEW_SHARE, 0, PAGE_READWRITE);
  NtClose(section);
  return NT_SUCCESS(status) ? log_attach(base, parameters->section_size) : FAILURE_LAYOUT;
}

static void describe_process(void) {
  LARGE_INTEGER frequency, time;
  RtlQueryPerformanceFrequency(&frequency);
  NtQuerySystemTime(&time);
  log_header->process_id = teb_u32(TEB_PROCESS_ID);
  log_header->pointer_size = sizeof(Word);
  log_header->frequency = (u64)frequency.QuadPart;
  log_header->start_counter = performance_counter();
  log_header->start_time = (u64)time.QuadPart;
  log_header->call_count = CALLS;
  if (log_header->max_frames > MAX_FRAMES) log_header->max_frames = MAX_FRAMES;
  if (log_header->max_frames < 2) log_header->max_frames = 2;
}

static u32 start(void) {
  if (log_header->call_slots < CALLS) return FAILURE_LAYOUT;
  log_header->state = STATE_STARTING;
  describe_process();
  if (!allocate_thread_slots()) return FAILURE_TLS;
  const u32 error = enter();
  ntdll = GetModuleHandleW(L"ntdll.dll");
  record_modules(); /* before the hooks: the modules of a stack's addresses */
  hook_calls(ntdll, 0, FIRST_USER_CALL);
  hook_calls(ntdll, END_OF_USER_CALLS, CALLS);
  record_existing();
  watch_exceptions();
  leave(error);
  return hooked_count() == 0 ? FAILURE_HOOKS : FAILURE_NONE;
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
  (void)self, (void)reserved;
  if (reason != DLL_PROCESS_ATTACH) return TRUE;
  const Parameters *parameters = find_parameters();
  if (parameters == NULL) return TRUE;
  restore_image(parameters);
  if (map_log(parameters) != FAILURE_NONE) return TRUE; /* htrace notices that the log is unchanged */
  log_header->failure = start();
  ATOMIC_STORE(&log_header->state, log_header->failure == FAILURE_NONE ? STATE_RECORDING : STATE_FAILED);
  return TRUE;
}

/* Ordinal 1: exists only to be imported. */
__declspec(dllexport) void htrace_recorder(void) {}
