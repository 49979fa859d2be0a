/*
 * What a test can set: which Windows the stand-in behaves like, which calls fail, and which records processes make.
 * Exported, so that a test controls the very DLL that htrace uses. Everything is off after StandinReset.
 */
#ifndef STANDIN_CONTROLS_H
#define STANDIN_CONTROLS_H

#include "nt.h"

/* The system accepts only the 4-byte form of enabling, like Windows XP. */
#define STANDIN_SHORT_FORM_ONLY 0x01u
/* Windows 11 24H2: Flags may use its low four bits, and stacks are zero for a caller without SeDebugPrivilege. */
#define STANDIN_24H2 0x02u
/* The caller is restricted (low integrity): queries are denied. */
#define STANDIN_RESTRICTED_CALLER 0x04u
/* The token does not hold SeDebugPrivilege. */
#define STANDIN_NO_DEBUG_PRIVILEGE 0x08u
/* Only a caller with SeDebugPrivilege can open processes, as if they were another user's. */
#define STANDIN_FOREIGN_PROCESSES 0x10u
/* A query for the name of a named pipe hangs: the call never returns. */
#define STANDIN_PIPE_NAMES_HANG 0x20u
/* There is no nonpaged pool left for a trace database. */
#define STANDIN_NO_POOL 0x40u
/* A busy target: records arrive faster than the caller's buffers grow, so no buffer is ever large enough. */
#define STANDIN_NEVER_ENOUGH 0x80u

extern ULONG standin_behaviour;             /* STANDIN_ bits */
extern BOOL standin_debug_privilege;        /* SeDebugPrivilege was enabled through the stand-in */
extern ULONG_PTR standin_exiting_process;   /* id of the process whose handle table is gone, 0 for none */
extern RTL_OSVERSIONINFOW standin_version;  /* returned by RtlGetVersion; dwMajorVersion 0 for the real one */

/* Turns tracing off everywhere and resets every control to the behaviour of a current Windows. */
__declspec(dllexport) void NTAPI StandinReset(void);

/* Sets the STANDIN_ bits. */
__declspec(dllexport) void NTAPI StandinBehave(ULONG behaviour);

/* The version that RtlGetVersion returns from now on. */
__declspec(dllexport) void NTAPI StandinSetVersion(ULONG major, ULONG minor, ULONG build);

/* Makes the process behave like one whose handle table is gone. */
__declspec(dllexport) void NTAPI StandinSetExiting(ULONG process_id);

/*
 * Makes the process record a thread's operation: type 1 open, 2 close, 3 bad reference, with up to 16 return addresses,
 * innermost first. STATUS_INVALID_PARAMETER while its tracing is off.
 */
__declspec(dllexport) NTSTATUS NTAPI StandinRecord(ULONG process_id, ULONG type, ULONG handle, ULONG by_process,
                                                   ULONG by_thread, const PVOID *stack, ULONG frames);

/* How many slots the process's ring has; 0 while its tracing is off. */
__declspec(dllexport) ULONG NTAPI StandinSlots(ULONG process_id);

#endif
