/*
 * badhandle: a program that misuses handles on purpose.
 *
 *   badhandle                the scenario of the debugger documentation: a stale event handle is set
 *   badhandle leak N         leaves N events open, among transient ones that are closed
 *   badhandle double-close   closes one event twice
 *   badhandle threads N      N threads open and close an event each
 *   badhandle duplicate      duplicates a handle within the process and closes only one of the two
 *   badhandle churn N        opens and closes N events, to overrun a table of traces
 *   badhandle loop N         opens one event for good; then each of N iterations leaks one and ends with a mark
 *
 * Under a debugger it breaks before and after its step, so that the step alone can be traced. Exit code 2: no such
 * scenario; 3: an event or thread could not be created. Plain Win32; the emulated machine runs the same source.
 */
#include <windows.h>

static void break_if_debugged(void)
{
    if (IsDebuggerPresent())
        DebugBreak();
}

static HANDLE open_event(void)
{
    return CreateEventA(NULL, FALSE, FALSE, NULL);
}

static void open_and_close(void)
{
    CloseHandle(open_event());
}

/* The loop's transient event leaves traces that a diff counts as new but does not list. */
static BOOL leak(unsigned count)
{
    while (count-- > 0) {
        if (open_event() == NULL)
            return FALSE;
        open_and_close();
    }
    return TRUE;
}

static void double_close(void)
{
    HANDLE event = open_event();
    CloseHandle(event);
    CloseHandle(event);
}

static DWORD WINAPI worker(void *parameter)
{
    HANDLE event;
    (void)parameter;
    event = open_event();
    SwitchToThread(); /* so that the threads' traces interleave */
    CloseHandle(event);
    return 0;
}

#define MAX_BATCH 32

/* Runs threads side by side and waits for all of them. */
static BOOL run_batch(unsigned count)
{
    HANDLE handles[MAX_BATCH];
    unsigned started = 0, i;
    while (started < count && (handles[started] = CreateThread(NULL, 0, worker, NULL, 0, NULL)) != NULL)
        started++;
    for (i = 0; i < started; i++) {
        WaitForSingleObject(handles[i], INFINITE);
        CloseHandle(handles[i]);
    }
    return started == count;
}

static BOOL threads(unsigned count)
{
    for (; count > MAX_BATCH; count -= MAX_BATCH) {
        if (!run_batch(MAX_BATCH))
            return FALSE;
    }
    return run_batch(count);
}

static void duplicate(void)
{
    HANDLE event = open_event(), copy = NULL;
    DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS);
    CloseHandle(event); /* the copy stays open */
}

static void churn(unsigned count)
{
    while (count-- > 0)
        open_and_close();
}

#define MAX_COUNT 0xFFFFFFFFu

/* A count that does not fit becomes MAX_COUNT. */
static unsigned parse_count(const char *text)
{
    unsigned value = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
        unsigned digit = (unsigned)(*text - '0');
        value = value <= (MAX_COUNT - digit) / 10 ? value * 10 + digit : MAX_COUNT;
    }
    return value;
}

static int same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* Sets marks for a debugger that takes a snapshot at each, through both the A and the W function. */
static BOOL loop(unsigned count)
{
    BOOL done = open_event() != NULL;
    OutputDebugStringW(L"htrace:mark warmup");
    while (done && count-- > 0) {
        done = leak(1);
        OutputDebugStringA("htrace:mark iteration");
    }
    return done;
}

static int run_named(int argc, char **argv)
{
    const char *name = argv[1];
    unsigned count = argc > 2 ? parse_count(argv[2]) : 1;
    BOOL done = TRUE;
    break_if_debugged();
    if (same(name, "leak"))
        done = leak(count);
    else if (same(name, "double-close"))
        double_close();
    else if (same(name, "threads"))
        done = threads(count);
    else if (same(name, "duplicate"))
        duplicate();
    else if (same(name, "churn"))
        churn(count);
    else if (same(name, "loop"))
        done = loop(count);
    else
        return 2;
    break_if_debugged();
    return done ? 0 : 3;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        HANDLE event;
        break_if_debugged();
        event = CreateEventA(NULL, FALSE, FALSE, NULL);
#ifdef ONE_MORE_EVENT /* for the test that traces come from running this code */
        CreateEventA(NULL, FALSE, FALSE, NULL);
#endif
        CloseHandle(event);
        SetEvent(event); /* the misuse: the handle is stale */
        CloseHandle(CreateSemaphoreA(NULL, 1, 1, NULL));
        break_if_debugged();
        return 0;
    }
    return run_named(argc, argv);
}
