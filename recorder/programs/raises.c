/*
 * Calls that raise an exception instead of returning: closes of bad and of protected handles, while a debugger is attached.
 * The debugger is a second process of the same program, `raises debug ID`. Exit code 0: all that should raise did.
 */
#include "start.h"

#define BAD ((HANDLE)0x12340)

static int caught;

/* The exception leaves the hook and everything above it. */
NAMED void close_bad(void) {
  __try {
    CloseHandle(BAD);
  } __except (GetExceptionCode() == STATUS_INVALID_HANDLE) {
    caught++;
  }
}

NAMED void close_protected(void) {
  HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
  SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
  __try {
    CloseHandle(event);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
  }
}

static LONG CALLBACK go_on(EXCEPTION_POINTERS *raised) {
  if (raised->ExceptionRecord->ExceptionCode != STATUS_INVALID_HANDLE) return EXCEPTION_CONTINUE_SEARCH;
  caught++;
  return EXCEPTION_CONTINUE_EXECUTION;
}

/* The exception is handled, and the call returns after all. */
NAMED void close_bad_and_go_on(void) {
  PVOID handler = AddVectoredExceptionHandler(0, go_on);
  CloseHandle(BAD);
  RemoveVectoredExceptionHandler(handler);
}

NAMED void open_after(void) {
  CreateEventW(NULL, FALSE, FALSE, NULL);
  KEEP_FRAME();
}

static DWORD number_of(const WCHAR *text) {
  DWORD number = 0;
  for (; *text >= L'0' && *text <= L'9'; text++) number = number * 10 + (DWORD)(*text - L'0');
  return number;
}

static UINT debug(DWORD process) {
  DEBUG_EVENT event;
  if (!DebugActiveProcess(process)) return 1;
  DebugSetProcessKillOnExit(FALSE);
  while (WaitForDebugEvent(&event, 10000)) {
    const int is_breakpoint = event.dwDebugEventCode == EXCEPTION_DEBUG_EVENT &&
                              event.u.Exception.ExceptionRecord.ExceptionCode == (DWORD)STATUS_BREAKPOINT;
    const int is_exception = event.dwDebugEventCode == EXCEPTION_DEBUG_EVENT && !is_breakpoint;
    ContinueDebugEvent(event.dwProcessId, event.dwThreadId, is_exception ? DBG_EXCEPTION_NOT_HANDLED : DBG_CONTINUE);
    if (event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT) return 0;
  }
  return 2;
}

static int start_debugger(void) {
  WCHAR command[MAX_PATH + 32];
  STARTUPINFOW startup = {.cb = sizeof startup};
  PROCESS_INFORMATION process;
  DWORD length, id = GetCurrentProcessId();
  command[0] = L'"';
  length = 1 + GetModuleFileNameW(NULL, command + 1, MAX_PATH);
  for (const WCHAR *rest = L"\" debug "; *rest != 0; rest++) command[length++] = *rest;
  DWORD scale = 1;
  while (id / scale >= 10) scale *= 10;
  for (; scale > 0; scale /= 10) command[length++] = (WCHAR)(L'0' + id / scale % 10);
  command[length] = 0;
  if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process)) return 0;
  CloseHandle(process.hProcess);
  CloseHandle(process.hThread);
  for (int tries = 0; tries < 1000 && !IsDebuggerPresent(); tries++) Sleep(10);
  return IsDebuggerPresent();
}

UINT run(const WCHAR *arguments) {
  if (arguments[0] == L'd') return debug(number_of(arguments + 6));
  if (!start_debugger()) return 3;
  close_bad();
  close_bad_and_go_on();
  close_protected();
  open_after();
  return caught == 2 ? 0 : 4;
}
