/*
 * The guest's C runtime: splits the command line and calls main. On real Windows the compiler's own is used.
 */
#include <windows.h>

#define MAX_ARGUMENTS 8
#define MAX_COMMAND_LINE 260

int main(int argc, char **argv);

static char command_line[MAX_COMMAND_LINE];
static char *arguments[MAX_ARGUMENTS + 1];

/* Splits at spaces outside double quotes, which are removed. Arguments beyond MAX_ARGUMENTS are ignored. */
static int split_command_line(const char *text)
{
    char *out = command_line, *end = command_line + MAX_COMMAND_LINE - 1;
    int count = 0;
    while (count < MAX_ARGUMENTS) {
        int quoted = 0;
        while (*text == ' ')
            text++;
        if (*text == '\0')
            break;
        arguments[count++] = out;
        for (; *text != '\0' && (quoted || *text != ' '); text++) {
            if (*text == '"')
                quoted = !quoted;
            else if (out < end)
                *out++ = *text;
        }
        *out = '\0';
        if (out < end)
            out++;
    }
    arguments[count] = NULL;
    return count;
}

void mainCRTStartup(void)
{
    int argc = split_command_line(GetCommandLineA());
    ExitProcess((UINT)main(argc, arguments));
}
