/*
 * ends HOW: opens three events and ends.
 *
 *   exit        orderly
 *   terminate   TerminateProcess on itself, with code 7
 *   crash       access violation
 *   fail-fast   ended by the processor's own report, past all handlers
 *   wait        prints "ready" and waits to be ended from outside
 */
#include "start.h"

NAMED void open_three(void) {
  for (int i = 0; i < 3; i++) CreateEventW(NULL, FALSE, FALSE, NULL);
}

static void say(const char *text, DWORD length) {
  DWORD written;
  WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), text, length, &written, NULL);
}

UINT run(const WCHAR *how) {
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
  open_three();
  if (is_text(how, L"terminate")) TerminateProcess(GetCurrentProcess(), 7);
  if (is_text(how, L"crash")) *(volatile int *)16 = 1;
  if (is_text(how, L"fail-fast")) __fastfail(1);
  if (is_text(how, L"wait")) {
    say("ready\n", 6);
    Sleep(INFINITE);
  }
  return 0;
}
