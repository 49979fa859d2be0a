/*
 * Text that a program sends to its debugger. Windows raises an exception for the debugger to handle; the guest has no
 * exceptions, so it calls the kernel's debug service, as DbgPrint does.
 */
#include "base.h"

__declspec(dllimport) void NTAPI DbgPrintString(const char *text, ULONG length);

#define MAX_TEXT 512

void NTAPI OutputDebugStringA(const char *text)
{
    ULONG length = 0;
    while (text[length] != '\0')
        length++;
    DbgPrintString(text, length);
}

/* The debugger gets ANSI, as before Windows 10. */
void NTAPI OutputDebugStringW(const WCHAR *text)
{
    char narrow[MAX_TEXT];
    ULONG length;
    for (length = 0; length < MAX_TEXT && text[length] != 0; length++)
        narrow[length] = text[length] <= 0xFF ? (char)text[length] : '?';
    DbgPrintString(narrow, length);
}
