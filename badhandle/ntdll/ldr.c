/*
 * A process's startup: opens what a real loader and its DLLs would, keeps most of it and closes two handles.
 *
 * There are no files, keys or directories in the guest, so events and semaphores stand in for them. What matters
 * is what startup leaves behind: a table in use, and free handles that were in use before.
 */
#include "ldr.h"

#include "ntcalls.h"

static HANDLE create_event(void)
{
    HANDLE handle = NULL;
    NtCreateEvent(&handle, EVENT_ALL_ACCESS, NULL, SynchronizationEvent, FALSE);
    return handle;
}

static HANDLE create_semaphore(const WCHAR *name)
{
    HANDLE handle = NULL;
    UNICODE_STRING string = {0, 0, (WCHAR *)name};
    OBJECT_ATTRIBUTES attributes = {sizeof attributes, NULL, &string, 0, NULL, NULL};
    while (name[string.Length / sizeof(WCHAR)] != 0)
        string.Length += sizeof(WCHAR);
    string.MaximumLength = string.Length;
    NtCreateSemaphore(&handle, SEMAPHORE_ALL_ACCESS, &attributes, 0, 0x7FFFFFFF);
    return handle;
}

#define LONG_LIVED_EVENTS 7

void NTAPI LdrInitializeProcess(void)
{
    HANDLE image_lock, last_import_lock;
    int i;
    for (i = 0; i < LONG_LIVED_EVENTS; i++)
        create_event();
    create_semaphore(L"\\BaseNamedObjects\\shell.{startup}");
    /* Binding the image's imports takes one lock per module; the first and the last are released. */
    image_lock = create_event();
    create_event();
    create_event();
    create_event();
    last_import_lock = create_event();
    NtClose(last_import_lock);
    NtClose(image_lock);
}
