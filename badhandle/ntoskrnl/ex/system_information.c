/* NtQuerySystemInformation: all processes, and all their open handles. */
#include "ke/ke.h"
#include "mm/mm.h"
#include "ntcalls.h"
#include "ob/ob.h"
#include "ps/ps.h"

#define SystemProcessInformation 5
#define SystemExtendedHandleInformation 64

/* SYSTEM_PROCESS_INFORMATION without its threads: NumberOfThreads says how many records would follow on Windows. */
typedef struct PROCESS_RECORD {
    ULONG NextEntryOffset; /* 00 0 in the last */
    ULONG NumberOfThreads; /* 04 0 here: no thread records follow */
    ULONG Unused08[12];
    UNICODE_STRING ImageName; /* 38 its characters follow the record */
    LONG BasePriority;        /* 40 */
    HANDLE UniqueProcessId;   /* 44 */
    HANDLE InheritedFrom;     /* 48 */
    ULONG HandleCount;        /* 4C */
    ULONG Unused50[26];
} PROCESS_RECORD;
CHECK_OFFSET(PROCESS_RECORD, ImageName, 0x38);
CHECK_OFFSET(PROCESS_RECORD, UniqueProcessId, 0x44);
CHECK_SIZE(PROCESS_RECORD, 0xB8);

#define IMAGE_NAME_BYTES 0x20 /* 15 characters of EPROCESS.ImageFileName and a terminator, in UTF-16 */

/* SYSTEM_HANDLE_TABLE_ENTRY_INFO_EX, 32-bit */
typedef struct HANDLE_RECORD {
    PVOID Object;                 /* 00 its body */
    HANDLE UniqueProcessId;       /* 04 */
    HANDLE HandleValue;           /* 08 */
    ACCESS_MASK GrantedAccess;    /* 0C */
    USHORT CreatorBackTraceIndex; /* 10 */
    USHORT ObjectTypeIndex;       /* 12 */
    ULONG HandleAttributes;       /* 14 OBJ_ bits */
    ULONG Reserved;               /* 18 */
} HANDLE_RECORD;
CHECK_SIZE(HANDLE_RECORD, 0x1C);

/* SYSTEM_HANDLE_INFORMATION_EX */
typedef struct HANDLE_LIST {
    ULONG NumberOfHandles;   /* 00 */
    ULONG Reserved;          /* 04 */
    HANDLE_RECORD Handles[]; /* 08 */
} HANDLE_LIST;

static ULONG widen_name(WCHAR *target, const char *name)
{
    ULONG count = 0;
    while (count < IMAGE_NAME_BYTES / sizeof(WCHAR) - 1 && name[count] != '\0') {
        target[count] = (UCHAR)name[count];
        count++;
    }
    target[count] = 0;
    return count * sizeof(WCHAR);
}

static BOOLEAN copy_process(UCHAR *user, const EPROCESS *process, BOOLEAN last)
{
    PROCESS_RECORD record;
    WCHAR name[IMAGE_NAME_BYTES / sizeof(WCHAR)];
    memset(&record, 0, sizeof record);
    memset(name, 0, sizeof name);
    record.NextEntryOffset = last ? 0 : sizeof record + IMAGE_NAME_BYTES;
    record.ImageName.Length = (USHORT)widen_name(name, process->ImageFileName);
    record.ImageName.MaximumLength = IMAGE_NAME_BYTES;
    record.ImageName.Buffer = (WCHAR *)(user + sizeof record);
    record.UniqueProcessId = process->UniqueProcessId;
    record.InheritedFrom = process->InheritedFromUniqueProcessId;
    record.HandleCount = process->ObjectTable != NULL ? (ULONG)process->ObjectTable->HandleCount : 0;
    return MmCopyToUser(user, &record, sizeof record) && MmCopyToUser(user + sizeof record, name, sizeof name);
}

static NTSTATUS query_processes(UCHAR *buffer, ULONG length, ULONG *needed)
{
    LIST_ENTRY *entry;
    *needed = 0;
    for (entry = PsActiveProcessHead.Flink; entry != &PsActiveProcessHead; entry = entry->Flink) {
        ULONG start = *needed;
        *needed += sizeof(PROCESS_RECORD) + IMAGE_NAME_BYTES;
        if (*needed <= length && !copy_process(buffer + start, CONTAINING_RECORD(entry, EPROCESS, ActiveProcessLinks),
                                               entry->Flink == &PsActiveProcessHead))
            return STATUS_ACCESS_VIOLATION;
    }
    return *needed <= length ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}

static BOOLEAN copy_handle(HANDLE_RECORD *user, HANDLE_TABLE *table, HANDLE handle)
{
    const HANDLE_TABLE_ENTRY *entry = ExpLookupHandleTableEntry(table, handle);
    OBJECT_HEADER *header = ObpHeaderOfEntry(entry);
    HANDLE_RECORD record;
    record.Object = header->Body;
    record.UniqueProcessId = table->UniqueProcessId;
    record.HandleValue = handle;
    record.GrantedAccess = entry->GrantedAccess & ACCESS_MASK_BITS;
    record.CreatorBackTraceIndex = 0;
    record.ObjectTypeIndex = (USHORT)header->Type->Index;
    record.HandleAttributes = ObpAttributesOfEntry(entry);
    record.Reserved = 0;
    return MmCopyToUser(user, &record, sizeof record);
}

static NTSTATUS query_handles(HANDLE_LIST *buffer, ULONG length, ULONG *needed)
{
    LIST_ENTRY *link;
    ULONG count = 0;
    *needed = OFFSET_OF(HANDLE_LIST, Handles);
    for (link = HandleTableListHead.Flink; link != &HandleTableListHead; link = link->Flink) {
        HANDLE_TABLE *table = CONTAINING_RECORD(link, HANDLE_TABLE, HandleTableList);
        HANDLE handle = NULL;
        while ((handle = ExNextHandle(table, handle)) != NULL) {
            *needed += sizeof(HANDLE_RECORD);
            if (*needed <= length && !copy_handle(&buffer->Handles[count], table, handle))
                return STATUS_ACCESS_VIOLATION;
            count++;
        }
    }
    if (*needed > length)
        return STATUS_INFO_LENGTH_MISMATCH;
    return MmCopyToUser(&buffer->NumberOfHandles, &count, sizeof count) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NTAPI NtQuerySystemInformation(ULONG SystemInformationClass, PVOID SystemInformation, ULONG Length,
                                        ULONG *ReturnLength)
{
    ULONG needed;
    NTSTATUS status;
    if (SystemInformationClass == SystemProcessInformation)
        status = query_processes(SystemInformation, Length, &needed);
    else if (SystemInformationClass == SystemExtendedHandleInformation)
        status = query_handles(SystemInformation, Length, &needed);
    else
        return STATUS_INVALID_INFO_CLASS;
    if (ReturnLength != NULL && !MmCopyToUser(ReturnLength, &needed, sizeof needed))
        return STATUS_ACCESS_VIOLATION;
    return status;
}
