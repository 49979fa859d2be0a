/*
 * NtQueryInformationProcess and NtSetInformationProcess (reference: handle-tracing, A.3 and A.4).
 */
#include "mm/mm.h"
#include "ntcalls.h"
#include "ob/ob.h"
#include "ps/ps.h"

/* PROCESS_BASIC_INFORMATION */
typedef struct BASIC_INFORMATION {
    NTSTATUS ExitStatus;                 /* 00 */
    PVOID PebBaseAddress;                /* 04 */
    ULONG AffinityMask;                  /* 08 */
    LONG BasePriority;                   /* 0C */
    HANDLE UniqueProcessId;              /* 10 */
    HANDLE InheritedFromUniqueProcessId; /* 14 */
} BASIC_INFORMATION;
CHECK_SIZE(BASIC_INFORMATION, 0x18);

#define NORMAL_PRIORITY 8

/* PROCESS_HANDLE_TRACING_ENTRY: its fields are in a different order from the kernel's record. */
typedef struct TRACING_ENTRY {
    HANDLE Handle;                    /* 00 */
    CLIENT_ID ClientId;               /* 04 */
    ULONG Type;                       /* 0C */
    ULONG Stacks[TRACE_STACK_FRAMES]; /* 10 */
} TRACING_ENTRY;
CHECK_SIZE(TRACING_ENTRY, sizeof(HANDLE_TRACE_DB_ENTRY));

/* PROCESS_HANDLE_TRACING_QUERY */
typedef struct TRACING_QUERY {
    HANDLE Handle;               /* 00 in: the only handle wanted, NULL: all */
    ULONG TotalTraces;           /* 04 out: all that match, even those that do not fit */
    TRACING_ENTRY HandleTrace[]; /* 08 newest first */
} TRACING_QUERY;
CHECK_OFFSET(TRACING_QUERY, HandleTrace, 8);

static BOOLEAN copy_trace(TRACING_ENTRY *user_entry, const HANDLE_TRACE_DB_ENTRY *record)
{
    TRACING_ENTRY entry;
    entry.Handle = record->Handle;
    entry.ClientId = record->ClientId;
    entry.Type = record->Type;
    memcpy(entry.Stacks, record->StackTrace, sizeof entry.Stacks);
    return MmCopyToUser(user_entry, &entry, sizeof entry);
}

/* Goes once around the ring from the newest record back; skips slots that were never written. */
static NTSTATUS query_traces(HANDLE_TABLE *table, TRACING_QUERY *user, ULONG length, ULONG *returned)
{
    TRACE_DATABASE database;
    HANDLE wanted;
    ULONG room = (length - OFFSET_OF(TRACING_QUERY, HandleTrace)) / sizeof(TRACING_ENTRY), total = 0, i, index;
    if (!MmCopyFromUser(&wanted, &user->Handle, sizeof wanted))
        return STATUS_ACCESS_VIOLATION;
    if (!ExpOpenTraceDatabase(table, &database))
        return STATUS_INVALID_PARAMETER;
    index = *database.CurrentStackIndex;
    for (i = 0; i < database.TableSize; i++, index--) {
        const HANDLE_TRACE_DB_ENTRY *record = &database.TraceDb[index & (database.TableSize - 1)];
        if (record->Type == 0 || (wanted != NULL && record->Handle != wanted))
            continue;
        if (total < room && !copy_trace(&user->HandleTrace[total], record))
            return STATUS_ACCESS_VIOLATION;
        total++;
    }
    if (!MmCopyToUser(&user->TotalTraces, &total, sizeof total))
        return STATUS_ACCESS_VIOLATION;
    *returned = OFFSET_OF(TRACING_QUERY, HandleTrace) + (total < room ? total : room) * sizeof(TRACING_ENTRY);
    return total <= room ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
}

static NTSTATUS query_tracing(const EPROCESS *process, PVOID buffer, ULONG length, ULONG *returned)
{
    if (process->ObjectTable == NULL)
        return STATUS_PROCESS_IS_TERMINATING;
    return query_traces(process->ObjectTable, buffer, length, returned);
}

static NTSTATUS query_basic(const EPROCESS *process, PVOID buffer, ULONG *returned)
{
    BASIC_INFORMATION information;
    information.ExitStatus = process->ObjectTable != NULL ? STATUS_PENDING : process->ExitStatus; /* still running */
    information.PebBaseAddress = process->Peb;
    information.AffinityMask = 1;
    information.BasePriority = NORMAL_PRIORITY;
    information.UniqueProcessId = process->UniqueProcessId;
    information.InheritedFromUniqueProcessId = process->InheritedFromUniqueProcessId;
    *returned = sizeof information;
    return MmCopyToUser(buffer, &information, sizeof information) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS query_handle_count(const EPROCESS *process, PVOID buffer, ULONG *returned)
{
    ULONG count = process->ObjectTable != NULL ? (ULONG)process->ObjectTable->HandleCount : 0;
    *returned = sizeof count;
    return MmCopyToUser(buffer, &count, sizeof count) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* The length is checked before the handle, as on Windows. */
static NTSTATUS check_query_length(ULONG information_class, ULONG length)
{
    switch (information_class) {
    case ProcessBasicInformation:
        return length == sizeof(BASIC_INFORMATION) ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
    case ProcessHandleCount:
        return length == sizeof(ULONG) ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
    case ProcessHandleTracing:
        return length >= OFFSET_OF(TRACING_QUERY, HandleTrace) ? STATUS_SUCCESS : STATUS_INFO_LENGTH_MISMATCH;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NTAPI NtQueryInformationProcess(HANDLE ProcessHandle, ULONG ProcessInformationClass,
                                         PVOID ProcessInformation, ULONG Length, ULONG *ReturnLength)
{
    EPROCESS *process;
    ULONG returned = 0; /* stays 0 if there is no length to return */
    NTSTATUS status = check_query_length(ProcessInformationClass, Length);
    if (!NT_SUCCESS(status))
        return status;
    if ((ULONG)ProcessInformation % sizeof(ULONG) != 0)
        return STATUS_DATATYPE_MISALIGNMENT;
    status = ObReferenceObjectByHandle(ProcessHandle, PROCESS_QUERY_INFORMATION, PsProcessType, (PVOID *)&process);
    if (!NT_SUCCESS(status))
        return status;
    if (ProcessInformationClass == ProcessBasicInformation)
        status = query_basic(process, ProcessInformation, &returned);
    else if (ProcessInformationClass == ProcessHandleCount)
        status = query_handle_count(process, ProcessInformation, &returned);
    else
        status = query_tracing(process, ProcessInformation, Length, &returned);
    ObDereferenceObject(process);
    if (returned != 0 && ReturnLength != NULL && !MmCopyToUser(ReturnLength, &returned, sizeof returned))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

/* The accepted lengths depend on the version: XP takes only the short form and cannot disable tracing. */
static BOOLEAN is_tracing_length(ULONG length)
{
    if (length == OFFSET_OF(PROCESS_HANDLE_TRACING_ENABLE_EX, TotalSlots))
        return TRUE;
    return (KiLoaderFlags & LOADER_SERVER_2003) != 0 &&
           (length == 0 || length == sizeof(PROCESS_HANDLE_TRACING_ENABLE_EX));
}

NTSTATUS NTAPI NtSetInformationProcess(HANDLE ProcessHandle, ULONG ProcessInformationClass,
                                       PVOID ProcessInformation, ULONG Length)
{
    PROCESS_HANDLE_TRACING_ENABLE_EX enable = {0, 0};
    EPROCESS *process;
    NTSTATUS status;
    if (ProcessInformationClass != ProcessHandleTracing)
        return STATUS_INVALID_INFO_CLASS;
    if (!is_tracing_length(Length))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!MmCopyFromUser(&enable, ProcessInformation, Length))
        return STATUS_ACCESS_VIOLATION;
    if (enable.Flags != 0)
        return STATUS_INVALID_PARAMETER;
    status = ObReferenceObjectByHandle(ProcessHandle, PROCESS_SET_INFORMATION, PsProcessType, (PVOID *)&process);
    if (!NT_SUCCESS(status))
        return status;
    if (process->ObjectTable == NULL)
        status = STATUS_PROCESS_IS_TERMINATING;
    else if (Length == 0)
        ExDisableHandleTracing(process->ObjectTable);
    else
        status = ExEnableHandleTracing(process->ObjectTable, enable.TotalSlots);
    ObDereferenceObject(process);
    return status;
}
