/**
 * The functions of ntdll that are called, in one table; each caller opens the ones that it needs.
 *
 * All return an NTSTATUS, read unsigned. A HANDLE is an `isize` and not a pointer, so that it stays a number on our
 * side. Headers: ntpsapi.h, ntexapi.h, ntobapi.h, ntmmapi.h, ntdbg.h and ntrtl.h as in phnt; SDK and WDK headers too,
 * if they declare the call. An optional pointer is a `buffer`, which takes null.
 *
 * @module
 */

/** By name, with each parameter's C declaration. */
export const NTDLL = {
  // ntpsapi.h, wdm.h
  NtOpenProcess: {
    parameters: [
      "buffer", // PHANDLE ProcessHandle
      "u32", // ACCESS_MASK DesiredAccess
      "buffer", // POBJECT_ATTRIBUTES ObjectAttributes
      "buffer", // PCLIENT_ID ClientId
    ],
    result: "u32",
  },
  // ntobapi.h, winternl.h
  NtClose: {
    parameters: ["isize"], // HANDLE Handle
    result: "u32",
  },
  // ntpsapi.h
  NtSetInformationProcess: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "u32", // PROCESSINFOCLASS ProcessInformationClass
      "buffer", // PVOID ProcessInformation
      "u32", // ULONG ProcessInformationLength
    ],
    result: "u32",
  },
  // ntpsapi.h, winternl.h
  NtQueryInformationProcess: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "u32", // PROCESSINFOCLASS ProcessInformationClass
      "buffer", // PVOID ProcessInformation
      "u32", // ULONG ProcessInformationLength
      "buffer", // PULONG ReturnLength
    ],
    result: "u32",
  },
  // ntmmapi.h
  NtReadVirtualMemory: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "usize", // PVOID BaseAddress
      "buffer", // PVOID Buffer
      "usize", // SIZE_T NumberOfBytesToRead
      "buffer", // PSIZE_T NumberOfBytesRead
    ],
    result: "u32",
  },
  // ntexapi.h, winternl.h
  NtQuerySystemInformation: {
    parameters: [
      "u32", // SYSTEM_INFORMATION_CLASS SystemInformationClass
      "buffer", // PVOID SystemInformation
      "u32", // ULONG SystemInformationLength
      "buffer", // PULONG ReturnLength
    ],
    result: "u32",
  },
  // ntobapi.h, winternl.h
  NtQueryObject: {
    parameters: [
      "isize", // HANDLE Handle
      "u32", // OBJECT_INFORMATION_CLASS ObjectInformationClass
      "buffer", // PVOID ObjectInformation
      "u32", // ULONG ObjectInformationLength
      "buffer", // PULONG ReturnLength
    ],
    result: "u32",
  },
  // ntobapi.h, ntifs.h
  NtDuplicateObject: {
    parameters: [
      "isize", // HANDLE SourceProcessHandle
      "isize", // HANDLE SourceHandle
      "isize", // HANDLE TargetProcessHandle
      "buffer", // PHANDLE TargetHandle
      "u32", // ACCESS_MASK DesiredAccess
      "u32", // ULONG HandleAttributes
      "u32", // ULONG Options
    ],
    result: "u32",
  },
  // ntrtl.h, wdm.h
  RtlGetVersion: {
    parameters: ["buffer"], // PRTL_OSVERSIONINFOW VersionInformation
    result: "u32",
  },
  // ntrtl.h
  RtlAdjustPrivilege: {
    parameters: [
      "u32", // ULONG Privilege
      "u8", // BOOLEAN Enable
      "u8", // BOOLEAN Client: the thread's token instead of the process's
      "buffer", // PBOOLEAN WasEnabled
    ],
    result: "u32",
  },
  // ntpsapi.h
  NtResumeThread: {
    parameters: [
      "isize", // HANDLE ThreadHandle
      "pointer", // PULONG PreviousSuspendCount
    ],
    result: "u32",
  },
  // ntpsapi.h, ntddk.h
  NtTerminateProcess: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "u32", // NTSTATUS ExitStatus
    ],
    result: "u32",
  },
  // ntmmapi.h
  NtAllocateVirtualMemory: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "buffer", // PVOID *BaseAddress
      "usize", // ULONG_PTR ZeroBits
      "buffer", // PSIZE_T RegionSize
      "u32", // ULONG AllocationType
      "u32", // ULONG PageProtection
    ],
    result: "u32",
  },
  // ntmmapi.h
  NtProtectVirtualMemory: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "buffer", // PVOID *BaseAddress
      "buffer", // PSIZE_T RegionSize
      "u32", // ULONG NewProtection
      "buffer", // PULONG OldProtection
    ],
    result: "u32",
  },
  // ntmmapi.h, ntifs.h
  NtCreateSection: {
    parameters: [
      "buffer", // PHANDLE SectionHandle
      "u32", // ACCESS_MASK DesiredAccess
      "buffer", // POBJECT_ATTRIBUTES ObjectAttributes
      "buffer", // PLARGE_INTEGER MaximumSize: null for the file's size
      "u32", // ULONG SectionPageProtection
      "u32", // ULONG AllocationAttributes
      "isize", // HANDLE FileHandle
    ],
    result: "u32",
  },
  // ntioapi.h, winternl.h
  NtOpenFile: {
    parameters: [
      "buffer", // PHANDLE FileHandle
      "u32", // ACCESS_MASK DesiredAccess
      "buffer", // POBJECT_ATTRIBUTES ObjectAttributes
      "buffer", // PIO_STATUS_BLOCK IoStatusBlock
      "u32", // ULONG ShareAccess
      "u32", // ULONG OpenOptions
    ],
    result: "u32",
  },
  // ntobapi.h, winternl.h
  NtWaitForSingleObject: {
    parameters: [
      "isize", // HANDLE Handle
      "u8", // BOOLEAN Alertable
      "pointer", // PLARGE_INTEGER Timeout: null, wait forever
    ],
    result: "u32",
    nonblocking: true,
  },
  // ntseapi.h, ntifs.h
  NtOpenProcessToken: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "u32", // ACCESS_MASK DesiredAccess
      "buffer", // PHANDLE TokenHandle
    ],
    result: "u32",
  },
  // ntseapi.h, ntifs.h
  NtQueryInformationToken: {
    parameters: [
      "isize", // HANDLE TokenHandle
      "u32", // TOKEN_INFORMATION_CLASS TokenInformationClass
      "buffer", // PVOID TokenInformation
      "u32", // ULONG TokenInformationLength
      "buffer", // PULONG ReturnLength
    ],
    result: "u32",
  },
  // ntobapi.h, ntifs.h
  NtSetSecurityObject: {
    parameters: [
      "isize", // HANDLE Handle
      "u32", // SECURITY_INFORMATION SecurityInformation
      "buffer", // PSECURITY_DESCRIPTOR SecurityDescriptor
    ],
    result: "u32",
  },
  // ntmmapi.h
  NtWriteVirtualMemory: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "usize", // PVOID BaseAddress
      "buffer", // PVOID Buffer
      "usize", // SIZE_T NumberOfBytesToWrite
      "pointer", // PSIZE_T NumberOfBytesWritten
    ],
    result: "u32",
  },
  // ntdbg.h
  NtCreateDebugObject: {
    parameters: [
      "buffer", // PHANDLE DebugObjectHandle
      "u32", // ACCESS_MASK DesiredAccess
      "pointer", // POBJECT_ATTRIBUTES ObjectAttributes
      "u32", // ULONG Flags: 1 ends the processes with the object
    ],
    result: "u32",
  },
  // ntdbg.h
  NtDebugActiveProcess: {
    parameters: [
      "isize", // HANDLE ProcessHandle
      "isize", // HANDLE DebugObjectHandle
    ],
    result: "u32",
  },
  // ntdbg.h
  NtWaitForDebugEvent: {
    parameters: [
      "isize", // HANDLE DebugObjectHandle
      "u8", // BOOLEAN Alertable
      "pointer", // PLARGE_INTEGER Timeout: null, wait forever
      "buffer", // PDBGUI_WAIT_STATE_CHANGE WaitStateChange
    ],
    result: "u32",
    nonblocking: true,
  },
  // ntdbg.h
  NtDebugContinue: {
    parameters: [
      "isize", // HANDLE DebugObjectHandle
      "buffer", // PCLIENT_ID ClientId
      "u32", // NTSTATUS ContinueStatus
    ],
    result: "u32",
  },
} as const satisfies Deno.ForeignLibraryInterface;
