/*
 * A process to inspect: opens one handle of each kind that the tests expect and prints "ready". For every line of its
 * standard input it opens an event, which stays open, opens and closes a semaphore, and prints "done". It exits when
 * its input ends, so that it never outlives the test that started it.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

static void say(const char *text, DWORD length) {
  DWORD count;
  WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, length, &count, NULL);
}

void start(void) {
  /* Any number of instances: a test may still hold a duplicate of an earlier process's pipe. */
  HANDLE pipe = CreateNamedPipeW(L"\\\\.\\pipe\\htrace-holder", PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE,
                                 PIPE_UNLIMITED_INSTANCES, 0, 0, 0, NULL);
  HANDLE event = CreateEventW(NULL, TRUE, FALSE, L"htrace-holder-event");
  HANDLE semaphore = CreateSemaphoreW(NULL, 1, 1, NULL);
  if (pipe == INVALID_HANDLE_VALUE || event == NULL || semaphore == NULL) ExitProcess(1);
  say("ready\n", 6);
  char line[64];
  DWORD count;
  while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), line, sizeof line, &count, NULL) && count > 0) {
    CreateEventW(NULL, TRUE, FALSE, NULL);
    CloseHandle(CreateSemaphoreW(NULL, 1, 1, NULL));
    say("done\n", 5);
  }
  ExitProcess(0);
}
