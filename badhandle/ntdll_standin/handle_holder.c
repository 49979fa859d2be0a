/*
 * A process to look at: opens one handle of each kind that the Wine tests expect, says "ready" and waits for the end of
 * its standard input, so that it never outlives the test that started it.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

void start(void) {
  /* Any number of instances: a test may still hold a duplicate of an earlier process's pipe. */
  HANDLE pipe = CreateNamedPipeW(L"\\\\.\\pipe\\htrace-holder", PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE,
                                 PIPE_UNLIMITED_INSTANCES, 0, 0, 0, NULL);
  HANDLE event = CreateEventW(NULL, TRUE, FALSE, L"htrace-holder-event");
  HANDLE semaphore = CreateSemaphoreW(NULL, 1, 1, NULL);
  if (pipe == INVALID_HANDLE_VALUE || event == NULL || semaphore == NULL) ExitProcess(1);
  static const char ready[] = "ready\n";
  DWORD count;
  WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), ready, sizeof ready - 1, &count, NULL);
  char ignored[64];
  while (ReadFile(GetStdHandle(STD_INPUT_HANDLE), ignored, sizeof ignored, &count, NULL) && count > 0) {
  }
  ExitProcess(0);
}
