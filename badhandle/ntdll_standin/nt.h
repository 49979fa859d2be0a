/*
 * The few ntdll declarations that the stand-in needs, as winternl.h and phnt's headers spell them. The mingw headers
 * have some of them, but with different integer types; one list of our own is easier to check.
 */
#ifndef STANDIN_NT_H
#define STANDIN_NT_H

#define WIN32_LEAN_AND_MEAN
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>

typedef LONG NTSTATUS;
#define NT_SUCCESS(status) ((NTSTATUS)(status) >= 0)

#define ProcessBasicInformation 0u
#define ProcessHandleTracing 32u

#define ObjectNameInformation 1u

typedef struct {
  USHORT Length; /* bytes */
  USHORT MaximumLength;
  PWSTR Buffer;
} UNICODE_STRING;

typedef struct {
  NTSTATUS ExitStatus;
  PVOID PebBaseAddress;
  ULONG_PTR AffinityMask;
  LONG BasePriority;
  ULONG_PTR UniqueProcessId;
  ULONG_PTR InheritedFromUniqueProcessId;
} PROCESS_BASIC_INFORMATION;

typedef struct {
  ULONG Attributes;
  ACCESS_MASK GrantedAccess;
  ULONG Others[12];
} OBJECT_BASIC_INFORMATION; /* 56 bytes */

NTSTATUS NTAPI NtClose(HANDLE);
NTSTATUS NTAPI NtOpenProcess(PHANDLE, ACCESS_MASK, PVOID, PVOID);
NTSTATUS NTAPI NtSetInformationProcess(HANDLE, ULONG, PVOID, ULONG);
NTSTATUS NTAPI NtQueryInformationProcess(HANDLE, ULONG, PVOID, ULONG, PULONG);
NTSTATUS NTAPI NtQueryObject(HANDLE, ULONG, PVOID, ULONG, PULONG);
NTSTATUS NTAPI NtDuplicateObject(HANDLE, HANDLE, HANDLE, PHANDLE, ACCESS_MASK, ULONG, ULONG);
NTSTATUS NTAPI NtDelayExecution(BOOLEAN alertable, const LARGE_INTEGER *interval);
NTSTATUS NTAPI RtlGetVersion(PRTL_OSVERSIONINFOW);
NTSTATUS NTAPI RtlAdjustPrivilege(ULONG, BOOLEAN enable, BOOLEAN client, PBOOLEAN was_enabled);

#endif
