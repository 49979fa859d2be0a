/*
 * Trace databases, one for each process that is traced: a ring of records, with the kernel's rules for its size and
 * the order of its records. The structures are those of the user-mode query (phnt, ntpsapi.h), because nothing walks
 * the stand-in's memory.
 */
#ifndef STANDIN_TRACE_DB_H
#define STANDIN_TRACE_DB_H

#include "nt.h"

#define PROCESS_HANDLE_TRACING_MAX_STACKS 16

#define TRACE_EMPTY 0u /* a slot that was never written */

typedef struct {
  HANDLE Handle;
  struct {
    HANDLE UniqueProcess;
    HANDLE UniqueThread;
  } ClientId; /* of the thread that did the operation */
  ULONG Type; /* 1 open, 2 close, 3 bad reference */
  PVOID Stacks[PROCESS_HANDLE_TRACING_MAX_STACKS]; /* innermost first */
} PROCESS_HANDLE_TRACING_ENTRY;                    /* 0x50 bytes on x86, 0xA0 on x64 */

typedef struct {
  HANDLE Handle;     /* in: only records of this handle, 0 for all */
  ULONG TotalTraces; /* out: records that match, whether or not they fit */
  PROCESS_HANDLE_TRACING_ENTRY HandleTrace[1];
} PROCESS_HANDLE_TRACING_QUERY;

typedef struct TraceDb {
  ULONG_PTR ProcessId;
  ULONG TableSize;         /* slots, a power of two */
  ULONG CurrentStackIndex; /* records written so far; the newest is in slot CurrentStackIndex mod TableSize */
  PROCESS_HANDLE_TRACING_ENTRY *TraceDb;
} TraceDb;

/* The database of a process, or NULL while tracing is off. */
TraceDb *trace_db_find(ULONG_PTR process_id);

/* Gives the process a new, empty database in place of an old one. total_slots 0 is the default. */
NTSTATUS trace_db_enable(ULONG_PTR process_id, ULONG total_slots);

/* Frees the process's database; nothing to do while tracing is off. */
void trace_db_disable(ULONG_PTR process_id);

/* Frees every database. */
void trace_db_disable_all(void);

/* Takes the next slot, overwriting the oldest record when the ring is full, and returns it for the caller to fill. */
PROCESS_HANDLE_TRACING_ENTRY *trace_db_next(TraceDb *db);

/*
 * Fills the buffer, which has room for at least the header, with the matching records that fit, newest first.
 * Returns STATUS_INFO_LENGTH_MISMATCH if some did not fit. *return_length becomes the number of bytes written, which
 * is not the size that would have been enough.
 */
NTSTATUS trace_db_query(const TraceDb *db, BOOL zero_stacks, PROCESS_HANDLE_TRACING_QUERY *query, ULONG length,
                        ULONG *return_length);

#endif
