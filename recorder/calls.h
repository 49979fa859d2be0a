/*
 * The hooked calls, one row each.
 *
 *   X(name, kind, type, arguments, out, name at, handles)
 *
 * arguments   how many the call takes, as phnt's headers declare it (ntobapi.h, ntexapi.h, ntpsapi.h, ntioapi.h,
 *             ntmmapi.h, ntregapi.h, ntseapi.h, ntlpcapi.h, nttmapi.h, ntdbg.h, ntuser.h); in a 32-bit program the
 *             stub's own `ret n` must agree
 * type        of the object that it opens, as the system names types; "" if the handle must be queried
 * out         which argument points to the handle that it opens
 * name at     which argument has the object's name: an OBJECT_ATTRIBUTES, or STRING(n) for a UNICODE_STRING
 * handles     which arguments are handles: one of them is bad if the call returns STATUS_INVALID_HANDLE
 *
 * Never to be hooked: calls that recording itself needs (NtProtectVirtualMemory is called under the lock of the
 * function tables that a walk takes), and calls that do not return to their caller (NtContinue, NtCallbackReturn).
 */
#ifndef RECORDER_CALLS_H
#define RECORDER_CALLS_H

#include "nt.h"

enum {
  OPEN,             /* opens a handle */
  REFERENCE,        /* only uses handles */
  CLOSE,            /* NtClose */
  DUPLICATE,        /* NtDuplicateObject */
  CREATE_PROCESS,   /* NtCreateUserProcess: opens up to five */
  WAIT_MULTIPLE,    /* NtWaitForMultipleObjects: takes an array of handles */
  QUERY_PROCESS,    /* NtQueryInformationProcess: class 30 opens the debug object */
  QUERY_TOKEN,      /* NtQueryInformationToken: class 19 opens the linked token */
  WAIT_DEBUG,       /* NtWaitForDebugEvent: opens handles with its events */
  ALPC_RECEIVE,     /* NtAlpcSendWaitReceivePort: a message may bring a handle */
  TERMINATE,        /* NtTerminateProcess: for this process, the last chance to list */
  USER_OPEN,        /* win32u: returns the handle */
  USER_CLOSE        /* win32u: returns whether it closed */
};

#define A1 (1u << 0)
#define A2 (1u << 1)
#define A3 (1u << 2)
#define A4 (1u << 3)
#define A5 (1u << 4)
#define A6 (1u << 5)
#define A7 (1u << 6)
#define A8 (1u << 7)
#define STRING(argument) (0x80 | (argument))

#define RECORDER_CALLS(X)                                                      \
  /* Closes and copies */                                                      \
  X(NtClose, CLOSE, "", 1, 0, 0, A1)                                           \
  X(NtDuplicateObject, DUPLICATE, "", 7, 4, 0, A1 | A2 | A3)                   \
  /* Opens */                                                                  \
  X(NtCreateEvent, OPEN, "Event", 5, 1, 3, 0)                                  \
  X(NtOpenEvent, OPEN, "Event", 3, 1, 3, 0)                                    \
  X(NtCreateSemaphore, OPEN, "Semaphore", 5, 1, 3, 0)                          \
  X(NtOpenSemaphore, OPEN, "Semaphore", 3, 1, 3, 0)                            \
  X(NtCreateMutant, OPEN, "Mutant", 4, 1, 3, 0)                                \
  X(NtOpenMutant, OPEN, "Mutant", 3, 1, 3, 0)                                  \
  X(NtCreateTimer, OPEN, "Timer", 4, 1, 3, 0)                                  \
  X(NtOpenTimer, OPEN, "Timer", 3, 1, 3, 0)                                    \
  X(NtCreateTimer2, OPEN, "IRTimer", 5, 1, 3, 0)                               \
  X(NtCreateIRTimer, OPEN, "IRTimer", 3, 1, 0, 0)                              \
  X(NtCreateKeyedEvent, OPEN, "KeyedEvent", 4, 1, 3, 0)                        \
  X(NtOpenKeyedEvent, OPEN, "KeyedEvent", 3, 1, 3, 0)                          \
  X(NtCreateEventPair, OPEN, "EventPair", 3, 1, 3, 0)                          \
  X(NtOpenEventPair, OPEN, "EventPair", 3, 1, 3, 0)                            \
  X(NtCreateIoCompletion, OPEN, "IoCompletion", 4, 1, 3, 0)                    \
  X(NtOpenIoCompletion, OPEN, "IoCompletion", 3, 1, 3, 0)                      \
  X(NtCreateWaitCompletionPacket, OPEN, "WaitCompletionPacket", 3, 1, 3, 0)    \
  X(NtCreateWorkerFactory, OPEN, "TpWorkerFactory", 10, 1, 3, A4 | A5)         \
  X(NtCreateIoRing, OPEN, "IoRing", 5, 1, 0, 0)                                \
  X(NtCreateFile, OPEN, "File", 11, 1, 3, 0)                                   \
  X(NtOpenFile, OPEN, "File", 6, 1, 3, 0)                                      \
  X(NtCreateNamedPipeFile, OPEN, "File", 14, 1, 3, 0)                          \
  X(NtCreateMailslotFile, OPEN, "File", 8, 1, 3, 0)                            \
  X(NtCreateKey, OPEN, "Key", 7, 1, 3, 0)                                      \
  X(NtOpenKey, OPEN, "Key", 3, 1, 3, 0)                                        \
  X(NtOpenKeyEx, OPEN, "Key", 4, 1, 3, 0)                                      \
  X(NtCreateKeyTransacted, OPEN, "Key", 8, 1, 3, A7)                           \
  X(NtOpenKeyTransacted, OPEN, "Key", 4, 1, 3, A4)                             \
  X(NtOpenKeyTransactedEx, OPEN, "Key", 5, 1, 3, A5)                           \
  X(NtLoadKeyEx, OPEN, "Key", 8, 7, 1, A4 | A5)                                \
  X(NtLoadKey3, OPEN, "Key", 8, 7, 1, 0)                                       \
  X(NtCreateRegistryTransaction, OPEN, "RegistryTransaction", 4, 1, 3, 0)      \
  X(NtOpenRegistryTransaction, OPEN, "RegistryTransaction", 3, 1, 3, 0)        \
  X(NtCreateSection, OPEN, "Section", 7, 1, 3, A7)                             \
  X(NtCreateSectionEx, OPEN, "Section", 9, 1, 3, A7)                           \
  X(NtOpenSection, OPEN, "Section", 3, 1, 3, 0)                                \
  X(NtCreateDirectoryObject, OPEN, "Directory", 3, 1, 3, 0)                    \
  X(NtCreateDirectoryObjectEx, OPEN, "Directory", 5, 1, 3, A4)                 \
  X(NtOpenDirectoryObject, OPEN, "Directory", 3, 1, 3, 0)                      \
  X(NtCreatePrivateNamespace, OPEN, "Directory", 4, 1, 3, 0)                   \
  X(NtOpenPrivateNamespace, OPEN, "Directory", 4, 1, 3, 0)                     \
  X(NtCreateSymbolicLinkObject, OPEN, "SymbolicLink", 4, 1, 3, 0)              \
  X(NtOpenSymbolicLinkObject, OPEN, "SymbolicLink", 3, 1, 3, 0)                \
  X(NtOpenProcess, OPEN, "Process", 4, 1, 3, 0)                                \
  X(NtCreateProcess, OPEN, "Process", 8, 1, 3, A4 | A6 | A7 | A8)              \
  X(NtCreateProcessEx, OPEN, "Process", 9, 1, 3, A4 | A6 | A7 | A8)            \
  X(NtGetNextProcess, OPEN, "Process", 5, 5, 0, A1)                            \
  X(NtAlpcOpenSenderProcess, OPEN, "Process", 6, 1, 6, A2)                     \
  X(NtOpenThread, OPEN, "Thread", 4, 1, 3, 0)                                  \
  X(NtCreateThread, OPEN, "Thread", 8, 1, 3, A4)                               \
  X(NtCreateThreadEx, OPEN, "Thread", 11, 1, 3, A4)                            \
  X(NtGetNextThread, OPEN, "Thread", 6, 6, 0, A1 | A2)                         \
  X(NtAlpcOpenSenderThread, OPEN, "Thread", 6, 1, 6, A2)                       \
  X(NtOpenProcessToken, OPEN, "Token", 3, 3, 0, A1)                            \
  X(NtOpenProcessTokenEx, OPEN, "Token", 4, 4, 0, A1)                          \
  X(NtOpenThreadToken, OPEN, "Token", 4, 4, 0, A1)                             \
  X(NtOpenThreadTokenEx, OPEN, "Token", 5, 5, 0, A1)                           \
  X(NtDuplicateToken, OPEN, "Token", 6, 6, 3, A1)                              \
  X(NtFilterToken, OPEN, "Token", 6, 6, 0, A1)                                 \
  X(NtFilterTokenEx, OPEN, "Token", 14, 14, 0, A1)                             \
  X(NtCreateToken, OPEN, "Token", 13, 1, 3, 0)                                 \
  X(NtCreateTokenEx, OPEN, "Token", 17, 1, 3, 0)                               \
  X(NtCreateLowBoxToken, OPEN, "Token", 9, 1, 4, A2)                           \
  X(NtCreateJobObject, OPEN, "Job", 3, 1, 3, 0)                                \
  X(NtOpenJobObject, OPEN, "Job", 3, 1, 3, 0)                                  \
  X(NtCreateDebugObject, OPEN, "DebugObject", 4, 1, 3, 0)                      \
  X(NtOpenSession, OPEN, "Session", 3, 1, 3, 0)                                \
  X(NtCreatePartition, OPEN, "Partition", 5, 2, 4, A1)                         \
  X(NtOpenPartition, OPEN, "Partition", 3, 1, 3, 0)                            \
  X(NtCreateProfile, OPEN, "Profile", 9, 1, 0, A2)                             \
  X(NtCreateProfileEx, OPEN, "Profile", 10, 1, 0, A2)                          \
  X(NtCreateTransactionManager, OPEN, "TmTm", 6, 1, 3, 0)                      \
  X(NtOpenTransactionManager, OPEN, "TmTm", 6, 1, 3, 0)                        \
  X(NtCreateTransaction, OPEN, "TmTx", 10, 1, 3, A5)                           \
  X(NtOpenTransaction, OPEN, "TmTx", 5, 1, 3, A5)                              \
  X(NtCreateResourceManager, OPEN, "TmRm", 7, 1, 5, A3)                        \
  X(NtOpenResourceManager, OPEN, "TmRm", 5, 1, 5, A3)                          \
  X(NtCreateEnlistment, OPEN, "TmEn", 8, 1, 5, A3 | A4)                        \
  X(NtOpenEnlistment, OPEN, "TmEn", 5, 1, 5, A3)                               \
  X(NtAlpcCreatePort, OPEN, "ALPC Port", 3, 1, 2, 0)                           \
  X(NtAlpcConnectPort, OPEN, "ALPC Port", 11, 1, STRING(2), 0)                   \
  X(NtAlpcConnectPortEx, OPEN, "ALPC Port", 11, 1, 2, 0)                       \
  X(NtAlpcAcceptConnectPort, OPEN, "ALPC Port", 9, 1, 4, A2)                   \
  X(NtCreatePort, OPEN, "ALPC Port", 5, 1, 2, 0)                               \
  X(NtCreateWaitablePort, OPEN, "ALPC Port", 5, 1, 2, 0)                       \
  X(NtConnectPort, OPEN, "ALPC Port", 8, 1, STRING(2), 0)                        \
  X(NtSecureConnectPort, OPEN, "ALPC Port", 9, 1, STRING(2), 0)                  \
  X(NtAcceptConnectPort, OPEN, "ALPC Port", 6, 1, 0, 0)                        \
  X(NtAcquireProcessActivityReference, OPEN, "ActivityReference", 3, 1, 0, A2) \
  X(NtCreateProcessStateChange, OPEN, "ProcessStateChange", 5, 1, 3, A4)       \
  X(NtCreateThreadStateChange, OPEN, "ThreadStateChange", 5, 1, 3, A4)         \
  X(NtAllocateReserveObject, OPEN, "", 3, 1, 2, 0)                             \
  /* Opens of more than one handle, or of one in a structure */                \
  X(NtCreateUserProcess, CREATE_PROCESS, "Process", 11, 1, 0, 0)               \
  X(NtQueryInformationProcess, QUERY_PROCESS, "DebugObject", 5, 3, 0, A1)      \
  X(NtQueryInformationToken, QUERY_TOKEN, "Token", 5, 3, 0, A1)                \
  X(NtWaitForDebugEvent, WAIT_DEBUG, "", 4, 0, 0, A1)                         \
  X(NtAlpcSendWaitReceivePort, ALPC_RECEIVE, "", 8, 0, 0, A1)                  \
  /* Desktops and window stations */                                           \
  X(NtUserCreateDesktopEx, USER_OPEN, "Desktop", 6, 0, 1, 0)                   \
  X(NtUserOpenDesktop, USER_OPEN, "Desktop", 3, 0, 1, 0)                       \
  X(NtUserOpenInputDesktop, USER_OPEN, "Desktop", 3, 0, 0, 0)                  \
  X(NtUserCreateWindowStation, USER_OPEN, "WindowStation", 8, 0, 1, 0)         \
  X(NtUserOpenWindowStation, USER_OPEN, "WindowStation", 2, 0, 1, 0)           \
  X(NtUserCloseDesktop, USER_CLOSE, "Desktop", 1, 0, 0, A1)                    \
  X(NtUserCloseWindowStation, USER_CLOSE, "WindowStation", 1, 0, 0, A1)        \
  /* Uses: for bad references */                                               \
  X(NtWaitForMultipleObjects, WAIT_MULTIPLE, "", 5, 0, 0, 0)                   \
  X(NtWaitForSingleObject, REFERENCE, "", 3, 0, 0, A1)                         \
  X(NtSignalAndWaitForSingleObject, REFERENCE, "", 4, 0, 0, A1 | A2)           \
  X(NtSetEvent, REFERENCE, "", 2, 0, 0, A1)                                    \
  X(NtSetEventEx, REFERENCE, "", 2, 0, 0, A1)                                  \
  X(NtResetEvent, REFERENCE, "", 2, 0, 0, A1)                                  \
  X(NtClearEvent, REFERENCE, "", 1, 0, 0, A1)                                  \
  X(NtPulseEvent, REFERENCE, "", 2, 0, 0, A1)                                  \
  X(NtQueryEvent, REFERENCE, "", 5, 0, 0, A1)                                  \
  X(NtReleaseSemaphore, REFERENCE, "", 3, 0, 0, A1)                            \
  X(NtQuerySemaphore, REFERENCE, "", 5, 0, 0, A1)                              \
  X(NtReleaseMutant, REFERENCE, "", 2, 0, 0, A1)                               \
  X(NtQueryMutant, REFERENCE, "", 5, 0, 0, A1)                                 \
  X(NtSetTimer, REFERENCE, "", 7, 0, 0, A1)                                    \
  X(NtSetTimerEx, REFERENCE, "", 4, 0, 0, A1)                                  \
  X(NtSetTimer2, REFERENCE, "", 4, 0, 0, A1)                                   \
  X(NtCancelTimer, REFERENCE, "", 2, 0, 0, A1)                                 \
  X(NtCancelTimer2, REFERENCE, "", 2, 0, 0, A1)                                \
  X(NtQueryTimer, REFERENCE, "", 5, 0, 0, A1)                                  \
  X(NtSetIoCompletion, REFERENCE, "", 5, 0, 0, A1)                             \
  X(NtSetIoCompletionEx, REFERENCE, "", 6, 0, 0, A1 | A2)                      \
  X(NtRemoveIoCompletion, REFERENCE, "", 5, 0, 0, A1)                          \
  X(NtRemoveIoCompletionEx, REFERENCE, "", 6, 0, 0, A1)                        \
  X(NtQueryIoCompletion, REFERENCE, "", 5, 0, 0, A1)                           \
  X(NtAssociateWaitCompletionPacket, REFERENCE, "", 8, 0, 0, A1 | A2 | A3)     \
  X(NtCancelWaitCompletionPacket, REFERENCE, "", 2, 0, 0, A1)                  \
  X(NtReadFile, REFERENCE, "", 9, 0, 0, A1 | A2)                               \
  X(NtWriteFile, REFERENCE, "", 9, 0, 0, A1 | A2)                              \
  X(NtReadFileScatter, REFERENCE, "", 9, 0, 0, A1 | A2)                        \
  X(NtWriteFileGather, REFERENCE, "", 9, 0, 0, A1 | A2)                        \
  X(NtDeviceIoControlFile, REFERENCE, "", 10, 0, 0, A1 | A2)                   \
  X(NtFsControlFile, REFERENCE, "", 10, 0, 0, A1 | A2)                         \
  X(NtQueryInformationFile, REFERENCE, "", 5, 0, 0, A1)                        \
  X(NtSetInformationFile, REFERENCE, "", 5, 0, 0, A1)                          \
  X(NtQueryVolumeInformationFile, REFERENCE, "", 5, 0, 0, A1)                  \
  X(NtSetVolumeInformationFile, REFERENCE, "", 5, 0, 0, A1)                    \
  X(NtQueryDirectoryFile, REFERENCE, "", 11, 0, 0, A1 | A2)                    \
  X(NtQueryDirectoryFileEx, REFERENCE, "", 10, 0, 0, A1 | A2)                  \
  X(NtNotifyChangeDirectoryFile, REFERENCE, "", 9, 0, 0, A1 | A2)              \
  X(NtNotifyChangeDirectoryFileEx, REFERENCE, "", 10, 0, 0, A1 | A2)           \
  X(NtLockFile, REFERENCE, "", 10, 0, 0, A1 | A2)                              \
  X(NtUnlockFile, REFERENCE, "", 5, 0, 0, A1)                                  \
  X(NtFlushBuffersFile, REFERENCE, "", 2, 0, 0, A1)                            \
  X(NtFlushBuffersFileEx, REFERENCE, "", 5, 0, 0, A1)                          \
  X(NtCancelIoFile, REFERENCE, "", 2, 0, 0, A1)                                \
  X(NtCancelIoFileEx, REFERENCE, "", 3, 0, 0, A1)                              \
  X(NtCancelSynchronousIoFile, REFERENCE, "", 3, 0, 0, A1)                     \
  X(NtQueryEaFile, REFERENCE, "", 9, 0, 0, A1)                                 \
  X(NtSetEaFile, REFERENCE, "", 4, 0, 0, A1)                                   \
  X(NtMapViewOfSection, REFERENCE, "", 10, 0, 0, A1 | A2)                      \
  X(NtMapViewOfSectionEx, REFERENCE, "", 9, 0, 0, A1 | A2)                     \
  X(NtUnmapViewOfSection, REFERENCE, "", 2, 0, 0, A1)                          \
  X(NtQuerySection, REFERENCE, "", 5, 0, 0, A1)                                \
  X(NtExtendSection, REFERENCE, "", 2, 0, 0, A1)                               \
  X(NtQueryKey, REFERENCE, "", 5, 0, 0, A1)                                    \
  X(NtQueryValueKey, REFERENCE, "", 6, 0, 0, A1)                               \
  X(NtQueryMultipleValueKey, REFERENCE, "", 6, 0, 0, A1)                       \
  X(NtSetValueKey, REFERENCE, "", 6, 0, 0, A1)                                 \
  X(NtDeleteValueKey, REFERENCE, "", 2, 0, 0, A1)                              \
  X(NtDeleteKey, REFERENCE, "", 1, 0, 0, A1)                                   \
  X(NtRenameKey, REFERENCE, "", 2, 0, 0, A1)                                   \
  X(NtEnumerateKey, REFERENCE, "", 6, 0, 0, A1)                                \
  X(NtEnumerateValueKey, REFERENCE, "", 6, 0, 0, A1)                           \
  X(NtFlushKey, REFERENCE, "", 1, 0, 0, A1)                                    \
  X(NtSetInformationKey, REFERENCE, "", 4, 0, 0, A1)                           \
  X(NtNotifyChangeKey, REFERENCE, "", 10, 0, 0, A1 | A2)                       \
  X(NtNotifyChangeMultipleKeys, REFERENCE, "", 12, 0, 0, A1 | A4)              \
  X(NtSetInformationProcess, REFERENCE, "", 4, 0, 0, A1)                       \
  X(NtSuspendProcess, REFERENCE, "", 1, 0, 0, A1)                              \
  X(NtResumeProcess, REFERENCE, "", 1, 0, 0, A1)                               \
  X(NtAllocateVirtualMemory, REFERENCE, "", 6, 0, 0, A1)                       \
  X(NtFreeVirtualMemory, REFERENCE, "", 4, 0, 0, A1)                           \
  X(NtQueryVirtualMemory, REFERENCE, "", 6, 0, 0, A1)                          \
  X(NtReadVirtualMemory, REFERENCE, "", 5, 0, 0, A1)                           \
  X(NtWriteVirtualMemory, REFERENCE, "", 5, 0, 0, A1)                          \
  X(NtQueryInformationThread, REFERENCE, "", 5, 0, 0, A1)                      \
  X(NtSetInformationThread, REFERENCE, "", 4, 0, 0, A1)                        \
  X(NtGetContextThread, REFERENCE, "", 2, 0, 0, A1)                            \
  X(NtSetContextThread, REFERENCE, "", 2, 0, 0, A1)                            \
  X(NtImpersonateThread, REFERENCE, "", 3, 0, 0, A1 | A2)                      \
  X(NtTerminateThread, REFERENCE, "", 2, 0, 0, A1)                             \
  X(NtSuspendThread, REFERENCE, "", 2, 0, 0, A1)                               \
  X(NtResumeThread, REFERENCE, "", 2, 0, 0, A1)                                \
  X(NtAlertThread, REFERENCE, "", 1, 0, 0, A1)                                 \
  X(NtQueueApcThread, REFERENCE, "", 5, 0, 0, A1)                              \
  X(NtQueueApcThreadEx, REFERENCE, "", 6, 0, 0, A1 | A2)                       \
  X(NtIsProcessInJob, REFERENCE, "", 2, 0, 0, A1 | A2)                         \
  X(NtAssignProcessToJobObject, REFERENCE, "", 2, 0, 0, A1 | A2)               \
  X(NtTerminateJobObject, REFERENCE, "", 2, 0, 0, A1)                          \
  X(NtQueryInformationJobObject, REFERENCE, "", 5, 0, 0, A1)                   \
  X(NtSetInformationJobObject, REFERENCE, "", 4, 0, 0, A1)                     \
  X(NtSetInformationToken, REFERENCE, "", 4, 0, 0, A1)                         \
  X(NtAdjustPrivilegesToken, REFERENCE, "", 6, 0, 0, A1)                       \
  X(NtAdjustGroupsToken, REFERENCE, "", 6, 0, 0, A1)                           \
  X(NtPrivilegeCheck, REFERENCE, "", 3, 0, 0, A1)                              \
  X(NtAccessCheck, REFERENCE, "", 8, 0, 0, A2)                                 \
  X(NtCompareTokens, REFERENCE, "", 3, 0, 0, A1 | A2)                          \
  X(NtQueryObject, REFERENCE, "", 5, 0, 0, A1)                                 \
  X(NtSetInformationObject, REFERENCE, "", 4, 0, 0, A1)                        \
  X(NtQuerySecurityObject, REFERENCE, "", 5, 0, 0, A1)                         \
  X(NtSetSecurityObject, REFERENCE, "", 3, 0, 0, A1)                           \
  X(NtCompareObjects, REFERENCE, "", 2, 0, 0, A1 | A2)                         \
  X(NtMakeTemporaryObject, REFERENCE, "", 1, 0, 0, A1)                         \
  X(NtMakePermanentObject, REFERENCE, "", 1, 0, 0, A1)                         \
  X(NtQueryDirectoryObject, REFERENCE, "", 7, 0, 0, A1)                        \
  X(NtQuerySymbolicLinkObject, REFERENCE, "", 3, 0, 0, A1)                     \
  X(NtDebugActiveProcess, REFERENCE, "", 2, 0, 0, A1 | A2)                     \
  X(NtDebugContinue, REFERENCE, "", 3, 0, 0, A1)                               \
  X(NtRemoveProcessDebug, REFERENCE, "", 2, 0, 0, A1 | A2)                     \
  X(NtRequestPort, REFERENCE, "", 2, 0, 0, A1)                                 \
  X(NtRequestWaitReplyPort, REFERENCE, "", 3, 0, 0, A1)                        \
  X(NtReplyPort, REFERENCE, "", 2, 0, 0, A1)                                   \
  X(NtReplyWaitReceivePort, REFERENCE, "", 4, 0, 0, A1)                        \
  X(NtListenPort, REFERENCE, "", 2, 0, 0, A1)                                  \
  X(NtCompleteConnectPort, REFERENCE, "", 1, 0, 0, A1)                         \
  /* The end */                                                                \
  X(NtTerminateProcess, TERMINATE, "", 2, 0, 0, A1)

typedef struct {
  const char *name;
  const char *type;
  u8 kind, arguments, out, name_at, handles;
} CallRow;

/* The calls' numbers. */
enum {
#define X(name, kind, type, arguments, out, name_at, handles) CALL_##name,
  RECORDER_CALLS(X)
#undef X
  CALLS
};
/* Calls of win32u; all others are ntdll's. */
#define FIRST_USER_CALL CALL_NtUserCreateDesktopEx
#define END_OF_USER_CALLS (CALL_NtUserCloseWindowStation + 1)

extern const CallRow call_rows[CALLS];

/* What the hooks know about a call while the program runs. */
typedef struct {
  void *original; /* the call itself: its first instructions, then the rest of its stub; NULL if not hooked */
  Word returns;   /* where its system call returns to: the innermost frame of its stacks, as in the kernel's traces */
  u8 type;        /* number of its type */
  u8 arguments;
} HookedCall;

extern HookedCall hooked_calls[CALLS];

#endif
