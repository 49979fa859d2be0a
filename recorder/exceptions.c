#include "exceptions.h"

#include "hook.h"
#include "modules.h"
#include "on_call.h"

PVOID NTAPI RtlAddVectoredExceptionHandler(ULONG is_first, PVECTORED_EXCEPTION_HANDLER handler);

NTSTATUS NTAPI RtlMultiByteToUnicodeN(WCHAR *wide, ULONG wide_size, ULONG *wide_bytes, const char *text, ULONG bytes);
NTSTATUS NTAPI RtlUnicodeToMultiByteN(char *text, ULONG size, ULONG *bytes, const WCHAR *wide, ULONG wide_bytes);

static const char mark_prefix[] = "htrace:mark ";
#define PREFIX_LENGTH (sizeof mark_prefix - 1)
#define MAX_MARK 256u /* characters, with the prefix */

static void record_mark(u32 name) {
  const u32 ref = ATOMIC_ADD(&log_header->set_marks, 1) < MAX_MARKS ? log_allocate(sizeof(Mark)) : 0;
  if (ref == 0) return;
  Mark *mark = log_at(ref);
  mark->name = name;
  mark->number = ATOMIC_LOAD(&log_header->next_event);
  mark->time = performance_counter();
  mark->thread = teb_u32(TEB_THREAD_ID);
  log_push(&log_header->marks, ref);
}

/* Copies a text of the program with `width` bytes per character, without its zero and line end; returns its length in
   characters, 0 if it is not readable. */
static u32 copy_text(void *to, const EXCEPTION_RECORD *raised, u32 width) {
  const ULONG_PTR length = raised->ExceptionInformation[0];
  const u8 *bytes = to;
  u32 count = length < MAX_MARK ? (u32)length : MAX_MARK;
  SIZE_T copied;
  const NTSTATUS status = NtReadVirtualMemory(CURRENT_PROCESS, (const void *)raised->ExceptionInformation[1], to, count * width, &copied);
  if (!NT_SUCCESS(status)) return 0;
  for (; count > 0; count--) {
    const u8 *last = bytes + (count - 1) * width;
    const int is_end = last[0] == 0 || last[0] == '\n' || last[0] == '\r';
    if (!is_end || (width == sizeof(WCHAR) && last[1] != 0)) break;
  }
  return count;
}

static int is_mark(const WCHAR *text, u32 length) {
  if (length <= PREFIX_LENGTH) return 0;
  for (u32 i = 0; i < PREFIX_LENGTH; i++) {
    if (text[i] != (WCHAR)mark_prefix[i]) return 0;
  }
  return 1;
}

/* Whether an ANSI text is the ANSI form of a wide mark of this thread. */
static int is_said_again(const char *text, u32 length) {
  char again[2 * MAX_MARK];
  ULONG size;
  const Blob *mark = log_at((u32)teb_word(wide_mark_place));
  if (mark == NULL || !NT_SUCCESS(RtlUnicodeToMultiByteN(again, sizeof again, &size, (const WCHAR *)(mark + 1), mark->bytes))) return 0;
  const u32 rest = length - PREFIX_LENGTH;
  /* A character may take two bytes: then the text is cut earlier. */
  return (size == rest || (size > rest && length == MAX_MARK)) && __builtin_memcmp(again, text + PREFIX_LENGTH, rest) == 0;
}

/* DBG_PRINTEXCEPTION_C, or DBG_PRINTEXCEPTION_WIDE_C: raised for a debugger by OutputDebugStringA and, since Windows
   10, by OutputDebugStringW; if nobody takes the wide text, it is repeated in ANSI. The arguments are the length of the
   text with its zero, and its address. */
static void on_debug_text(const EXCEPTION_RECORD *raised, int is_wide) {
  WCHAR wide[MAX_MARK];
  char text[MAX_MARK];
  u32 length;
  int is_again = 0;
  if (raised->NumberParameters < 2) return;
  if (is_wide) {
    length = copy_text(wide, raised, sizeof(WCHAR));
  } else {
    const u32 bytes = copy_text(text, raised, 1);
    ULONG size;
    if (!NT_SUCCESS(RtlMultiByteToUnicodeN(wide, sizeof wide, &size, text, bytes))) return;
    length = size / sizeof(WCHAR);
    is_again = is_mark(wide, length) && is_said_again(text, bytes);
  }
  const u32 name = is_mark(wide, length) ? log_name(wide + PREFIX_LENGTH, (length - PREFIX_LENGTH) * sizeof(WCHAR)) : 0;
  set_teb_word(wide_mark_place, is_wide ? name : 0);
  if (is_mark(wide, length) && !is_again) record_mark(name);
}

/* A pending call is not always the one that raises: its frame may be gone because of an earlier exception. */
static int is_alive(const Pending *pending, Word stack_pointer) {
  const Word place = (Word)pending;
  const Word end = teb_word(TEB_STACK_BASE);
  if (place <= stack_pointer || place >= end - sizeof *pending) return 0;
  const Word caller = (Word)pending->caller;
  if (caller <= place || caller >= end - sizeof(Caller)) return 0;
  const Word arguments = (Word)pending->caller->arguments;
  return arguments > caller && arguments < end && pending->caller->arguments[-1] == pending->returns;
}

static const Module *ntdll_module;

/* Under a debugger, with handle tracing and with strict handle checks in the program, a bad handle raises an exception
   in the system call's stub. The call may never return, so what it did is recorded here. */
static void on_bad_handle(const EXCEPTION_POINTERS *raised) {
#ifdef _WIN64
  const Word stack_pointer = raised->ContextRecord->Rsp;
#else
  const Word stack_pointer = raised->ContextRecord->Esp;
#endif
  const NTSTATUS status = (NTSTATUS)raised->ExceptionRecord->ExceptionCode;
  const Word address = (Word)raised->ExceptionRecord->ExceptionAddress;
  Pending *pending = pending_call();
  if (!is_alive(pending, stack_pointer) || pending->is_raised || address - ntdll_module->base >= ntdll_module->size) return;
  if (pending->closing_number != 0) {
    finish_closing(pending, status == STATUS_INVALID_HANDLE ? EVENT_BAD_REFERENCE : EVENT_CLOSE_FAILED, status, FLAG_RAISED);
  } else if (status == STATUS_INVALID_HANDLE) {
    record_bad_handle(pending, FLAG_RAISED);
  }
  pending->is_raised = 1;
}

static LONG CALLBACK on_exception(EXCEPTION_POINTERS *raised) {
  const NTSTATUS code = (NTSTATUS)raised->ExceptionRecord->ExceptionCode;
  if (!is_recording() || is_guarded()) return EXCEPTION_CONTINUE_SEARCH;
  const u32 error = enter();
  if (code == DBG_PRINTEXCEPTION_C || code == DBG_PRINTEXCEPTION_WIDE_C)
    on_debug_text(raised->ExceptionRecord, code == DBG_PRINTEXCEPTION_WIDE_C);
  else if (code == STATUS_INVALID_HANDLE || code == STATUS_HANDLE_NOT_CLOSABLE)
    on_bad_handle(raised);
  leave(error);
  return EXCEPTION_CONTINUE_SEARCH;
}

void watch_exceptions(void) {
  ntdll_module = module_at((Word)ntdll);
  RtlAddVectoredExceptionHandler(1, on_exception);
}
