/*
 * The recorder's test programs have no C run-time, so that nothing but their own calls is recorded. Functions that
 * tests look for in stacks are exported, which gives them names.
 */
#ifndef START_H
#define START_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#define NAMED __declspec(dllexport) __attribute__((noinline))

/* Keeps the call before it from being a tail call, which the compiler would make a jump: the frame would be lost. */
#define KEEP_FRAME() __asm__ volatile("")

/* Runs the program with the text after its own name; returns the exit code. */
UINT run(const WCHAR *arguments);

void start(void) {
  const WCHAR *text = GetCommandLineW();
  if (*text == L'"') {
    for (text++; *text != 0 && *text != L'"'; text++) {
    }
    if (*text == L'"') text++;
  } else {
    while (*text != 0 && *text != L' ') text++;
  }
  while (*text == L' ') text++;
  ExitProcess(run(text));
}

static inline int is_text(const WCHAR *a, const WCHAR *b) {
  while (*a != 0 && *a == *b) a++, b++;
  return *a == *b;
}

#endif
