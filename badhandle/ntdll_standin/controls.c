/* The controls that tests call: which Windows this is, which calls fail, and which records a process makes. */
#include "controls.h"

#include "trace_db.h"

ULONG standin_behaviour;
BOOL standin_debug_privilege;
ULONG_PTR standin_exiting_process;
RTL_OSVERSIONINFOW standin_version;

void NTAPI StandinReset(void) {
  trace_db_disable_all();
  standin_behaviour = 0;
  standin_debug_privilege = FALSE;
  standin_exiting_process = 0;
  standin_version.dwMajorVersion = 0;
}

void NTAPI StandinBehave(ULONG behaviour) { standin_behaviour = behaviour; }

void NTAPI StandinSetVersion(ULONG major, ULONG minor, ULONG build) {
  standin_version.dwMajorVersion = major;
  standin_version.dwMinorVersion = minor;
  standin_version.dwBuildNumber = build;
}

void NTAPI StandinSetExiting(ULONG process_id) { standin_exiting_process = process_id; }

NTSTATUS NTAPI StandinRecord(ULONG process_id, ULONG type, ULONG handle, ULONG by_process, ULONG by_thread,
                             const PVOID *stack, ULONG frames) {
  TraceDb *db = trace_db_find(process_id);
  if (db == NULL || frames > PROCESS_HANDLE_TRACING_MAX_STACKS) return STATUS_INVALID_PARAMETER;
  PROCESS_HANDLE_TRACING_ENTRY *record = trace_db_next(db);
  record->Handle = ULongToHandle(handle);
  record->ClientId.UniqueProcess = ULongToHandle(by_process);
  record->ClientId.UniqueThread = ULongToHandle(by_thread);
  record->Type = type;
  for (ULONG i = 0; i < PROCESS_HANDLE_TRACING_MAX_STACKS; i++) record->Stacks[i] = i < frames ? stack[i] : NULL;
  return STATUS_SUCCESS;
}

ULONG NTAPI StandinSlots(ULONG process_id) {
  const TraceDb *db = trace_db_find(process_id);
  return db == NULL ? 0 : db->TableSize;
}
