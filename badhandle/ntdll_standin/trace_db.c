/* A ring of records for each traced process, in a small fixed table. */
#include "trace_db.h"

#define DEFAULT_SLOTS 0x1000u
#define MINIMUM_SLOTS 0x80u
#define MAXIMUM_SLOTS 0x20000u

#define MAXIMUM_PROCESSES 16

/* Tests trace a handful of processes at a time. ProcessId 0 marks a free entry. */
static TraceDb databases[MAXIMUM_PROCESSES];

TraceDb *trace_db_find(ULONG_PTR process_id) {
  for (int i = 0; i < MAXIMUM_PROCESSES; i++) {
    if (databases[i].ProcessId == process_id) return &databases[i];
  }
  return NULL;
}

/* The kernel's rules: 0 is the default; anything else is clamped and rounded up to a power of two. */
static ULONG slots_for(ULONG wanted) {
  if (wanted == 0) return DEFAULT_SLOTS;
  if (wanted > MAXIMUM_SLOTS) return MAXIMUM_SLOTS;
  ULONG slots = MINIMUM_SLOTS;
  while (slots < wanted) slots *= 2;
  return slots;
}

NTSTATUS trace_db_enable(ULONG_PTR process_id, ULONG total_slots) {
  trace_db_disable(process_id);
  TraceDb *db = trace_db_find(0);
  if (db == NULL) return STATUS_INSUFFICIENT_RESOURCES;
  ULONG slots = slots_for(total_slots);
  SIZE_T bytes = slots * sizeof(PROCESS_HANDLE_TRACING_ENTRY);
  PVOID memory = VirtualAlloc(NULL, bytes, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE); /* zeroed: all slots empty */
  if (memory == NULL) return STATUS_INSUFFICIENT_RESOURCES;
  db->ProcessId = process_id;
  db->TableSize = slots;
  db->CurrentStackIndex = 0;
  db->TraceDb = memory;
  return STATUS_SUCCESS;
}

void trace_db_disable(ULONG_PTR process_id) {
  TraceDb *db = trace_db_find(process_id);
  if (db == NULL) return;
  VirtualFree(db->TraceDb, 0, MEM_RELEASE);
  db->ProcessId = 0;
}

void trace_db_disable_all(void) {
  for (int i = 0; i < MAXIMUM_PROCESSES; i++) {
    if (databases[i].ProcessId != 0) trace_db_disable(databases[i].ProcessId);
  }
}

PROCESS_HANDLE_TRACING_ENTRY *trace_db_next(TraceDb *db) {
  /* Incremented first, so that the first record goes into slot 1 and slot 0 is first used when the ring wraps. */
  db->CurrentStackIndex++;
  return &db->TraceDb[db->CurrentStackIndex % db->TableSize];
}

NTSTATUS trace_db_query(const TraceDb *db, BOOL zero_stacks, PROCESS_HANDLE_TRACING_QUERY *query, ULONG length,
                        ULONG *return_length) {
  const ULONG header = FIELD_OFFSET(PROCESS_HANDLE_TRACING_QUERY, HandleTrace);
  const ULONG room = (length - header) / sizeof(PROCESS_HANDLE_TRACING_ENTRY);
  const HANDLE filter = query->Handle; /* read before the results overwrite the buffer */
  ULONG matching = 0;
  ULONG written = 0;
  for (ULONG back = 0; back < db->TableSize; back++) {
    const PROCESS_HANDLE_TRACING_ENTRY *record = &db->TraceDb[(db->CurrentStackIndex - back) % db->TableSize];
    if (record->Type == TRACE_EMPTY) continue; /* skipped, not a terminator */
    if (filter != NULL && record->Handle != filter) continue;
    matching++;
    if (written == room) continue;
    query->HandleTrace[written] = *record;
    if (zero_stacks) ZeroMemory(query->HandleTrace[written].Stacks, sizeof record->Stacks);
    written++;
  }
  query->TotalTraces = matching;
  *return_length = header + written * sizeof(PROCESS_HANDLE_TRACING_ENTRY);
  return matching > written ? STATUS_INFO_LENGTH_MISMATCH : STATUS_SUCCESS;
}
