/*
 * The system calls that the stand-in implements itself: handle tracing, with the published checks in their published
 * order (a wrong length must fail before the handle is checked), and the failures that tests request.
 * ntdll_standin.def forwards all other calls.
 */
#include "controls.h"
#include "nt.h"
#include "trace_db.h"

#define PROCESS_ENABLE_KNOWN_FLAGS_24H2 0xFu
#define SE_DEBUG_PRIVILEGE 20u

/* Finds the process that a handle refers to; the handle must grant the wanted access. */
static NTSTATUS reference_process(HANDLE process, ACCESS_MASK wanted, ULONG_PTR *process_id) {
  const HANDLE self = GetCurrentProcess();
  if (process == self) {
    *process_id = GetCurrentProcessId();
  } else {
    OBJECT_BASIC_INFORMATION basic;
    NTSTATUS status = NtQueryObject(process, 0, &basic, sizeof basic, NULL);
    if (!NT_SUCCESS(status)) return status;
    /* The handle may lack the right to query its process's id, so a duplicate with that right is queried. */
    HANDLE asking;
    status = NtDuplicateObject(self, process, self, &asking, PROCESS_QUERY_LIMITED_INFORMATION, 0, 0);
    if (!NT_SUCCESS(status)) return status;
    PROCESS_BASIC_INFORMATION information;
    status = NtQueryInformationProcess(asking, ProcessBasicInformation, &information, sizeof information, NULL);
    NtClose(asking);
    if (!NT_SUCCESS(status)) return status;
    if ((basic.GrantedAccess & wanted) != wanted) return STATUS_ACCESS_DENIED;
    *process_id = information.UniqueProcessId;
  }
  return *process_id == standin_exiting_process ? STATUS_PROCESS_IS_TERMINATING : STATUS_SUCCESS;
}

static NTSTATUS set_handle_tracing(HANDLE process, const ULONG *buffer, ULONG length) {
  const ULONG short_form = sizeof(ULONG);    /* Flags */
  const ULONG long_form = 2 * sizeof(ULONG); /* Flags, TotalSlots */
  BOOL known = length == 0 || length == short_form ||
               (length == long_form && !(standin_behaviour & STANDIN_SHORT_FORM_ONLY));
  if (!known) return STATUS_INFO_LENGTH_MISMATCH;
  ULONG allowed_flags = standin_behaviour & STANDIN_24H2 ? PROCESS_ENABLE_KNOWN_FLAGS_24H2 : 0;
  if (length != 0 && (buffer[0] & ~allowed_flags) != 0) return STATUS_INVALID_PARAMETER;
  ULONG_PTR process_id;
  NTSTATUS status = reference_process(process, PROCESS_SET_INFORMATION, &process_id);
  if (!NT_SUCCESS(status)) return status;
  if (length == 0) {
    trace_db_disable(process_id);
    return STATUS_SUCCESS;
  }
  if (standin_behaviour & STANDIN_NO_POOL) return STATUS_INSUFFICIENT_RESOURCES;
  return trace_db_enable(process_id, length == long_form ? buffer[1] : 0);
}

static NTSTATUS query_handle_tracing(HANDLE process, PVOID buffer, ULONG length, ULONG *return_length) {
  if (length < FIELD_OFFSET(PROCESS_HANDLE_TRACING_QUERY, HandleTrace)) return STATUS_INFO_LENGTH_MISMATCH;
  if ((ULONG_PTR)buffer % sizeof(ULONG) != 0) return STATUS_DATATYPE_MISALIGNMENT;
  if (standin_behaviour & STANDIN_RESTRICTED_CALLER) return STATUS_ACCESS_DENIED;
  ULONG_PTR process_id;
  NTSTATUS status = reference_process(process, PROCESS_QUERY_INFORMATION, &process_id);
  if (!NT_SUCCESS(status)) return status;
  TraceDb *db = trace_db_find(process_id);
  if (db == NULL) return STATUS_INVALID_PARAMETER; /* *return_length stays unchanged */
  BOOL zero_stacks = (standin_behaviour & STANDIN_24H2) && !standin_debug_privilege;
  ULONG written;
  status = trace_db_query(db, zero_stacks, buffer, length, &written);
  if (standin_behaviour & STANDIN_NEVER_ENOUGH) {
    ((PROCESS_HANDLE_TRACING_QUERY *)buffer)->TotalTraces = length; /* more than a buffer of that length can hold */
    status = STATUS_INFO_LENGTH_MISMATCH;
  }
  if (return_length != NULL) *return_length = written;
  return status;
}

NTSTATUS NTAPI StandinSetInformationProcess(HANDLE process, ULONG class, PVOID buffer, ULONG length) {
  if (class == ProcessHandleTracing) return set_handle_tracing(process, buffer, length);
  return NtSetInformationProcess(process, class, buffer, length);
}

NTSTATUS NTAPI StandinQueryInformationProcess(HANDLE process, ULONG class, PVOID buffer, ULONG length,
                                              PULONG return_length) {
  if (class == ProcessHandleTracing) return query_handle_tracing(process, buffer, length, return_length);
  return NtQueryInformationProcess(process, class, buffer, length, return_length);
}

NTSTATUS NTAPI StandinOpenProcess(PHANDLE process, ACCESS_MASK access, PVOID attributes, PVOID client_id) {
  if ((standin_behaviour & STANDIN_FOREIGN_PROCESSES) && !standin_debug_privilege) return STATUS_ACCESS_DENIED;
  return NtOpenProcess(process, access, attributes, client_id);
}

NTSTATUS NTAPI StandinAdjustPrivilege(ULONG privilege, BOOLEAN enable, BOOLEAN client, PBOOLEAN was_enabled) {
  if (privilege != SE_DEBUG_PRIVILEGE) return RtlAdjustPrivilege(privilege, enable, client, was_enabled);
  if (standin_behaviour & STANDIN_NO_DEBUG_PRIVILEGE) return STATUS_PRIVILEGE_NOT_HELD;
  *was_enabled = (BOOLEAN)standin_debug_privilege;
  standin_debug_privilege = enable;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI StandinGetVersion(PRTL_OSVERSIONINFOW version) {
  NTSTATUS status = RtlGetVersion(version);
  if (standin_version.dwMajorVersion != 0) {
    version->dwMajorVersion = standin_version.dwMajorVersion;
    version->dwMinorVersion = standin_version.dwMinorVersion;
    version->dwBuildNumber = standin_version.dwBuildNumber;
  }
  return status;
}

/* Real Windows waits for the lock of a synchronous pipe that another thread is reading from; Wine never does. */
static void wait_for_ever(void) {
  const LARGE_INTEGER longest = {.QuadPart = MINLONGLONG};
  for (;;) NtDelayExecution(FALSE, &longest);
}

NTSTATUS NTAPI StandinQueryObject(HANDLE handle, ULONG class, PVOID buffer, ULONG length, PULONG return_length) {
  if (class == ObjectNameInformation && (standin_behaviour & STANDIN_PIPE_NAMES_HANG)) {
    if (GetFileType(handle) == FILE_TYPE_PIPE) wait_for_ever();
  }
  return NtQueryObject(handle, class, buffer, length, return_length);
}
