/**
 * The functions of kernel32 that are called, in one table: those whose counterparts in ntdll would take much more code.
 *
 * @module
 */

/** By name, with each parameter's C declaration; each caller opens the ones that it needs. */
export const KERNEL32 = {
  // processthreadsapi.h. Not RtlCreateUserProcess or NtCreateUserProcess, although they return a status: their
  // processes are not announced to the Win32 subsystem, and lack their manifest's activation context.
  CreateProcessW: {
    parameters: [
      "pointer", // LPCWSTR lpApplicationName: null, the command line begins with it
      "buffer", // LPWSTR lpCommandLine, written to
      "pointer", // LPSECURITY_ATTRIBUTES lpProcessAttributes
      "pointer", // LPSECURITY_ATTRIBUTES lpThreadAttributes
      "i32", // BOOL bInheritHandles
      "u32", // DWORD dwCreationFlags
      "pointer", // LPVOID lpEnvironment: ours
      "pointer", // LPCWSTR lpCurrentDirectory: ours
      "buffer", // LPSTARTUPINFOW lpStartupInfo
      "buffer", // LPPROCESS_INFORMATION lpProcessInformation
    ],
    result: "i32",
  },
  // processenv.h
  GetStdHandle: {
    parameters: ["u32"], // DWORD nStdHandle
    result: "isize",
  },
  // namedpipeapi.h
  CreatePipe: {
    parameters: [
      "buffer", // PHANDLE hReadPipe
      "buffer", // PHANDLE hWritePipe
      "buffer", // LPSECURITY_ATTRIBUTES lpPipeAttributes
      "u32", // DWORD nSize: 0 is the system's choice
    ],
    result: "i32",
  },
  // handleapi.h
  SetHandleInformation: {
    parameters: [
      "isize", // HANDLE hObject
      "u32", // DWORD dwMask
      "u32", // DWORD dwFlags
    ],
    result: "i32",
  },
  // fileapi.h
  ReadFile: {
    parameters: [
      "isize", // HANDLE hFile
      "buffer", // LPVOID lpBuffer
      "u32", // DWORD nNumberOfBytesToRead
      "buffer", // LPDWORD lpNumberOfBytesRead
      "pointer", // LPOVERLAPPED lpOverlapped
    ],
    result: "i32",
    nonblocking: true,
  },
  // fileapi.h
  WriteFile: {
    parameters: [
      "isize", // HANDLE hFile
      "buffer", // LPCVOID lpBuffer
      "u32", // DWORD nNumberOfBytesToWrite
      "buffer", // LPDWORD lpNumberOfBytesWritten
      "pointer", // LPOVERLAPPED lpOverlapped
    ],
    result: "i32",
  },
  // handleapi.h
  CloseHandle: {
    parameters: ["isize"], // HANDLE hObject
    result: "i32",
  },
  // winbase.h
  ReplaceFileW: {
    parameters: [
      "buffer", // LPCWSTR lpReplacedFileName
      "buffer", // LPCWSTR lpReplacementFileName
      "pointer", // LPCWSTR lpBackupFileName, optional
      "u32", // DWORD dwReplaceFlags
      "pointer", // LPVOID lpExclude, reserved
      "pointer", // LPVOID lpReserved
    ],
    result: "i32",
  },
  // fileapi.h
  GetFileAttributesW: {
    parameters: ["buffer"], // LPCWSTR lpFileName
    result: "u32",
  },
  // fileapi.h
  SetFileAttributesW: {
    parameters: [
      "buffer", // LPCWSTR lpFileName
      "u32", // DWORD dwFileAttributes
    ],
    result: "i32",
  },
  // libloaderapi.h
  SetDefaultDllDirectories: {
    parameters: ["u32"], // DWORD DirectoryFlags
    result: "i32",
  },
  // libloaderapi.h
  AddDllDirectory: {
    parameters: ["buffer"], // PCWSTR NewDirectory
    result: "pointer",
  },
} as const satisfies Deno.ForeignLibraryInterface;
