/* The command line, cut to the buffer and to characters below 256. */
#include "base.h"

#define MAX_COMMAND_LINE 260

static char command_line[MAX_COMMAND_LINE];

char *NTAPI GetCommandLineA(void)
{
    const UNICODE_STRING *string = &NtCurrentTeb()->ProcessEnvironmentBlock->ProcessParameters->CommandLine;
    ULONG length = string->Length / sizeof(WCHAR), i;
    if (length >= MAX_COMMAND_LINE)
        length = MAX_COMMAND_LINE - 1;
    for (i = 0; i < length; i++)
        command_line[i] = (char)string->Buffer[i];
    command_line[length] = '\0';
    return command_line;
}
