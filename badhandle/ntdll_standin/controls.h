/*
 * What a test can set: which Windows the stand-in behaves as, what it refuses, and the records that its processes make.
 * Exported, so that a test calls it on the same DLL that htrace was pointed at. Everything is off after StandinReset.
 */
#ifndef STANDIN_CONTROLS_H
#define STANDIN_CONTROLS_H

#include "nt.h"

/* The system knows only the 4-byte form of enabling, as Windows XP. */
#define STANDIN_SHORT_FORM_ONLY 0x01u
/* Windows 11 24H2: Flags may have its low four bits, and stacks are zero for a caller without SeDebugPrivilege. */
#define STANDIN_24H2 0x02u
/* The caller is restricted (low integrity): queries are refused. */
#define STANDIN_RESTRICTED_CALLER 0x04u
/* The token does not hold SeDebugPrivilege. */
#define STANDIN_NO_DEBUG_PRIVILEGE 0x08u
/* Processes open only for a caller with SeDebugPrivilege, as those of another user. */
#define STANDIN_FOREIGN_PROCESSES 0x10u
/* The name of a named pipe is never told: the call does not return. */
#define STANDIN_PIPE_NAMES_HANG 0x20u
/* There is no nonpaged pool left for a trace database. */
#define STANDIN_NO_POOL 0x40u
/* A busy target: records arrive faster than the caller's buffers grow, so that none is ever large enough. */
#define STANDIN_NEVER_ENOUGH 0x80u

extern ULONG standin_behaviour;             /* STANDIN_ bits */
extern BOOL standin_debug_privilege;        /* SeDebugPrivilege was enabled through the stand-in */
extern ULONG_PTR standin_exiting_process;   /* id of the process without a handle table any more, 0 for none */
extern RTL_OSVERSIONINFOW standin_version;  /* answer of RtlGetVersion; dwMajorVersion 0 for the real one */

/* Turns tracing off everywhere and every control back to what a present Windows does. */
__declspec(dllexport) void NTAPI StandinReset(void);

/* Sets the STANDIN_ bits. */
__declspec(dllexport) void NTAPI StandinBehave(ULONG behaviour);

/* The version that RtlGetVersion returns from now on. */
__declspec(dllexport) void NTAPI StandinSetVersion(ULONG major, ULONG minor, ULONG build);

/* The process behaves as one whose handle table is gone. */
__declspec(dllexport) void NTAPI StandinSetExiting(ULONG process_id);

/*
 * The process records an operation of a thread: type 1 open, 2 close, 3 bad reference, with up to 16 return addresses,
 * innermost first. STATUS_INVALID_PARAMETER while its tracing is off.
 */
__declspec(dllexport) NTSTATUS NTAPI StandinRecord(ULONG process_id, ULONG type, ULONG handle, ULONG by_process,
                                                   ULONG by_thread, const PVOID *stack, ULONG frames);

/* How many slots the process's ring has; 0 while its tracing is off. */
__declspec(dllexport) ULONG NTAPI StandinSlots(ULONG process_id);

#endif
