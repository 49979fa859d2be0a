/* Eight threads open and close 160,000 events as fast as they can, and keep 5 each. 320,000 records minus 40 closes. */
#include "start.h"

#define THREADS 8
#define ROUNDS 20000
#define KEPT_EVERY 4000

NAMED HANDLE open_event(void) {
  HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
  KEEP_FRAME();
  return event;
}

NAMED void close_event(HANDLE event) {
  CloseHandle(event);
  KEEP_FRAME();
}

static DWORD WINAPI hammer(void *parameter) {
  (void)parameter;
  for (int round = 0; round < ROUNDS; round++) {
    HANDLE event = open_event();
    if (event == NULL) return 1;
    if (round % KEPT_EVERY != 0) close_event(event);
  }
  return 0;
}

UINT run(const WCHAR *arguments) {
  HANDLE threads[THREADS];
  (void)arguments;
  for (int i = 0; i < THREADS; i++) threads[i] = CreateThread(NULL, 0, hammer, NULL, 0, NULL);
  WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE);
  for (int i = 0; i < THREADS; i++) CloseHandle(threads[i]);
  return 0;
}
