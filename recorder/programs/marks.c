/* Marks in both kinds of text, and a text that is not one: what a debugger and a recorder receive from a program. */
#include "start.h"

UINT run(const WCHAR *arguments) {
  (void)arguments;
  OutputDebugStringA("htrace:mark first");
  OutputDebugStringW(L"htrace:mark second\n");
  OutputDebugStringA("htrace: not one");
  return 0;
}
