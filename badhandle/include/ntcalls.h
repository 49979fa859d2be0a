/* Declarations of the system calls, for the kernel that implements them and for user mode that imports them. */
#ifndef NTCALLS_H
#define NTCALLS_H

#include "nt.h"

#if defined(NT_KERNEL) || defined(NT_NTDLL)
#define NTSYSAPI
#else
#define NTSYSAPI __declspec(dllimport)
#endif

NTSYSAPI NTSTATUS NTAPI NtClose(HANDLE Handle);
NTSYSAPI NTSTATUS NTAPI NtCreateEvent(HANDLE *EventHandle, ACCESS_MASK DesiredAccess,
                                      OBJECT_ATTRIBUTES *ObjectAttributes, ULONG EventType, BOOLEAN InitialState);
NTSYSAPI NTSTATUS NTAPI NtCreateSemaphore(HANDLE *SemaphoreHandle, ACCESS_MASK DesiredAccess,
                                          OBJECT_ATTRIBUTES *ObjectAttributes, LONG InitialCount, LONG MaximumCount);
NTSYSAPI NTSTATUS NTAPI NtDuplicateObject(HANDLE SourceProcessHandle, HANDLE SourceHandle, HANDLE TargetProcessHandle,
                                          HANDLE *TargetHandle, ACCESS_MASK DesiredAccess, ULONG HandleAttributes,
                                          ULONG Options);
NTSYSAPI NTSTATUS NTAPI NtOpenProcess(HANDLE *ProcessHandle, ACCESS_MASK DesiredAccess,
                                      OBJECT_ATTRIBUTES *ObjectAttributes, CLIENT_ID *ClientId);
NTSYSAPI NTSTATUS NTAPI NtQueryInformationProcess(HANDLE ProcessHandle, ULONG ProcessInformationClass,
                                                  PVOID ProcessInformation, ULONG Length, ULONG *ReturnLength);
NTSYSAPI NTSTATUS NTAPI NtQueryObject(HANDLE Handle, ULONG ObjectInformationClass, PVOID ObjectInformation,
                                      ULONG Length, ULONG *ReturnLength);
NTSYSAPI NTSTATUS NTAPI NtQuerySystemInformation(ULONG SystemInformationClass, PVOID SystemInformation, ULONG Length,
                                                 ULONG *ReturnLength);
NTSYSAPI NTSTATUS NTAPI NtReadVirtualMemory(HANDLE ProcessHandle, PVOID BaseAddress, PVOID Buffer, ULONG Length,
                                            ULONG *ReturnLength);
NTSYSAPI NTSTATUS NTAPI NtReleaseSemaphore(HANDLE SemaphoreHandle, LONG ReleaseCount, LONG *PreviousCount);
NTSYSAPI NTSTATUS NTAPI NtResumeProcess(HANDLE ProcessHandle);
NTSYSAPI NTSTATUS NTAPI NtSetEvent(HANDLE EventHandle, LONG *PreviousState);
NTSYSAPI NTSTATUS NTAPI NtSetInformationProcess(HANDLE ProcessHandle, ULONG ProcessInformationClass,
                                                PVOID ProcessInformation, ULONG Length);
NTSYSAPI NTSTATUS NTAPI NtSuspendProcess(HANDLE ProcessHandle);
NTSYSAPI NTSTATUS NTAPI NtTerminateProcess(HANDLE ProcessHandle, NTSTATUS ExitStatus);
NTSYSAPI NTSTATUS NTAPI NtTerminateThread(HANDLE ThreadHandle, NTSTATUS ExitStatus);
/* Timeout: a 64-bit count of 100 ns units, NULL to wait forever. With no clock, any count means "do not wait". */
NTSYSAPI NTSTATUS NTAPI NtWaitForSingleObject(HANDLE Handle, BOOLEAN Alertable, PVOID Timeout);
NTSYSAPI NTSTATUS NTAPI NtYieldExecution(void);

/* Specific to this guest: creates a thread in the caller's process, its stack and TEB in the process's region. */
NTSYSAPI NTSTATUS NTAPI NtCreateUserThread(HANDLE *ThreadHandle, PVOID StartAddress, PVOID FirstParameter,
                                           PVOID SecondParameter, ULONG *ThreadId);
/* Specific to this guest: gives the Debugger's loop its next call once the host requests one. */
NTSYSAPI NTSTATUS NTAPI NtExchangeDebuggerCall(DEBUGGER_CALL *Call);

#endif
