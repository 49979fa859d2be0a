/*
 * One of each kind of call that opens, copies or closes handles in an unusual way, each in its own function. The exit
 * code is 0, or the number of the first call that did not do what it should.
 */
#include "start.h"

typedef LONG NTSTATUS;
NTSTATUS NTAPI NtCreateEvent(HANDLE *event, ACCESS_MASK access, void *attributes, ULONG type, BOOLEAN state);
NTSTATUS NTAPI NtClose(HANDLE handle);
NTSTATUS NTAPI NtDuplicateObject(HANDLE, HANDLE, HANDLE, HANDLE *, ACCESS_MASK, ULONG, ULONG);

#define SELF GetCurrentProcess()
#define BAD ((HANDLE)0x12340)

static HANDLE open_event(void) { return CreateEventW(NULL, FALSE, FALSE, NULL); }

/* Recording leaves the thread's last error alone. */
NAMED int keeps_last_error(void) {
  HANDLE event;
  SetLastError(1234);
  if (NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, 1, FALSE) < 0 || NtClose(event) < 0) return 0;
  return GetLastError() == 1234;
}

/* The copy is made although nobody learns its value. */
NAMED int copies_unasked(void) {
  HANDLE event = open_event();
  const int is_good = NtDuplicateObject(SELF, event, SELF, NULL, 0, 0, DUPLICATE_SAME_ACCESS) >= 0;
  CloseHandle(event);
  return is_good;
}

/* The copy closes the source, and stays open. */
NAMED int moves(void) {
  HANDLE moved = NULL;
  return DuplicateHandle(SELF, open_event(), SELF, &moved, 0, FALSE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) &&
         moved != NULL;
}

/* No copy at all: the call is a close. */
NAMED int closes_by_copy(void) {
  HANDLE event = open_event();
  NtDuplicateObject(SELF, event, NULL, NULL, 0, 0, DUPLICATE_CLOSE_SOURCE);
  return WaitForSingleObject(event, 0) == WAIT_FAILED; /* a bad reference */
}

/* There is no such process to copy to; the source is closed all the same. */
NAMED int closes_though_copy_fails(void) {
  HANDLE event = open_event(), copy = NULL;
  const int has_failed = NtDuplicateObject(SELF, event, BAD, &copy, 0, 0, DUPLICATE_CLOSE_SOURCE) < 0;
  return has_failed && WaitForSingleObject(event, 0) == WAIT_FAILED; /* a bad reference */
}

NAMED int copies_bad(void) {
  HANDLE copy;
  return !DuplicateHandle(SELF, BAD, SELF, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS);
}

/* NULL is not a handle, but must be one here. */
NAMED int copies_nothing(void) {
  HANDLE copy;
  return !DuplicateHandle(SELF, NULL, SELF, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS);
}

NAMED int copies_own_process(void) {
  HANDLE copy;
  return DuplicateHandle(SELF, SELF, SELF, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS) != 0;
}

NAMED int closes_protected(void) {
  HANDLE event = open_event();
  SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, HANDLE_FLAG_PROTECT_FROM_CLOSE);
  if (CloseHandle(event)) return 0;
  SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
  return CloseHandle(event);
}

/* Two handles, one of them bad. */
NAMED int waits_for_bad(void) {
  HANDLE handles[2] = {open_event(), BAD};
  const int has_failed = WaitForMultipleObjects(2, handles, FALSE, 0) == WAIT_FAILED;
  CloseHandle(handles[0]);
  return has_failed;
}

NAMED int asks_bad_thread(void) {
  static CONTEXT context;
  context.ContextFlags = CONTEXT_CONTROL;
  return !GetThreadContext(BAD, &context);
}

NAMED int maps_bad(void) { return MapViewOfFile(BAD, FILE_MAP_READ, 0, 0, 0) == NULL; }

/* A key relative to a key: its full name is known. */
NAMED int opens_key_beneath(void) {
  HKEY software, key;
  if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"Software", 0, KEY_READ, &software) != 0) return 0;
  const int is_good = RegOpenKeyExW(software, L"Microsoft", 0, KEY_READ, &key) == 0;
  RegCloseKey(software);
  return is_good;
}

/* Desktops and window stations are opened by win32u, which is loaded here and hooked when loaded. */
NAMED int opens_desktops(void) {
  const HMODULE user32 = LoadLibraryW(L"user32.dll");
  const __typeof__(&OpenInputDesktop) open = (void *)GetProcAddress(user32, "OpenInputDesktop");
  const __typeof__(&CloseDesktop) close = (void *)GetProcAddress(user32, "CloseDesktop");
  const __typeof__(&CreateWindowStationW) create_station = (void *)GetProcAddress(user32, "CreateWindowStationW");
  const __typeof__(&CloseWindowStation) close_station = (void *)GetProcAddress(user32, "CloseWindowStation");
  const HDESK closed = open(0, FALSE, GENERIC_READ);
  const HWINSTA station = create_station(L"htrace-test", 0, GENERIC_ALL, NULL);
  if (closed == NULL || !close(closed) || station == NULL || !close_station(station)) return 0;
  return open(0, FALSE, GENERIC_READ) != NULL;
}

/* A debugger gets handles of processes, threads and files with its events. */
NAMED int debugs_child(void) {
  WCHAR command[MAX_PATH + 8];
  STARTUPINFOW startup = {.cb = sizeof startup};
  PROCESS_INFORMATION child;
  DEBUG_EVENT event;
  DWORD length, code = 0;
  command[0] = L'"';
  length = 1 + GetModuleFileNameW(NULL, command + 1, MAX_PATH);
  for (const WCHAR *rest = L"\" child"; *rest != 0; rest++) command[length++] = *rest;
  command[length] = 0;
  if (!CreateProcessW(NULL, command, NULL, NULL, FALSE, DEBUG_ONLY_THIS_PROCESS, NULL, NULL, &startup, &child)) return 0;
  HANDLE given = NULL;
  DuplicateHandle(SELF, child.hThread, child.hProcess, &given, 0, FALSE, DUPLICATE_SAME_ACCESS); /* to the other process */
  HANDLE copy = NULL; /* a bad handle of the other process is not one of this process */
  if (DuplicateHandle(child.hProcess, BAD, SELF, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS)) return 0;
  while (WaitForDebugEvent(&event, 10000)) {
    ContinueDebugEvent(event.dwProcessId, event.dwThreadId, DBG_CONTINUE);
    if (event.dwDebugEventCode == LOAD_DLL_DEBUG_EVENT) CloseHandle(event.u.LoadDll.hFile);
    if (event.dwDebugEventCode == CREATE_PROCESS_DEBUG_EVENT) CloseHandle(event.u.CreateProcessInfo.hFile);
    if (event.dwDebugEventCode == EXIT_PROCESS_DEBUG_EVENT) break;
  }
  GetExitCodeProcess(child.hProcess, &code);
  CloseHandle(child.hProcess);
  CloseHandle(child.hThread);
  return given != NULL && code == 5;
}

/* Marks, each at the end of the part that it names. */
NAMED int marks(void) {
  OutputDebugStringA("htrace:mark first");
  open_event();
  OutputDebugStringW(L"htrace:mark second\n");
  OutputDebugStringA("htrace: not one");
  OutputDebugStringW(L"htrace:mark \x65E5\x672C"); /* not in the system's code page */
  return 1;
}

UINT run(const WCHAR *arguments) {
  int (*const calls[])(void) = {
      keeps_last_error,   copies_unasked,   moves,         closes_by_copy, closes_though_copy_fails,
      copies_bad,         copies_nothing,  copies_own_process, closes_protected, waits_for_bad,
      asks_bad_thread,    maps_bad,        opens_key_beneath,  opens_desktops,   debugs_child,
      marks,
  };
  if (is_text(arguments, L"child")) return 5;
  for (UINT i = 0; i < sizeof calls / sizeof calls[0]; i++) {
    if (!calls[i]()) return i + 1;
  }
  return 0;
}
