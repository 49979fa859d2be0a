/**
 * Windows constants that this folder passes to calls or compares with, under their names in the headers.
 * `declarations_test.ts` checks them against Microsoft's metadata.
 *
 * @module
 */

/** winnt.h, for `NtDuplicateObject`: the duplicate gets the rights of the original. */
export const DUPLICATE_SAME_ACCESS = 2;

/** wdm.h: the privilege to open processes of other users; since Windows 11 24H2 it also shows stacks. */
export const SE_DEBUG_PRIVILEGE = 20;

/** WinBase.h, for `CreateProcessW`. */
export const CREATE_SUSPENDED = 0x4;

/** WinBase.h, in `STARTUPINFOW.dwFlags`. */
export const STARTF_USESTDHANDLES = 0x100;

/** winbase.h, for `SetHandleInformation`: a child inherits the handle. */
export const HANDLE_FLAG_INHERIT = 1;

/** processenv.h, for `GetStdHandle`: -10 to -12 as DWORDs. */
export const STD_HANDLE = {
  STD_INPUT_HANDLE: 0xffff_fff6,
  STD_OUTPUT_HANDLE: 0xffff_fff5,
  STD_ERROR_HANDLE: 0xffff_fff4,
} as const;

/** libloaderapi.h, for `SetDefaultDllDirectories`: folders that `AddDllDirectory` named. */
export const LOAD_LIBRARY_SEARCH_USER_DIRS = 0x400;
/** libloaderapi.h, likewise: the system folder. */
export const LOAD_LIBRARY_SEARCH_SYSTEM32 = 0x800;

/** fileapi.h: what `GetFileAttributesW` returns if there is no such file. */
export const INVALID_FILE_ATTRIBUTES = 0xffff_ffff;

/** winnt.h: attributes of a file. */
export const FILE_ATTRIBUTE = {
  FILE_ATTRIBUTE_HIDDEN: 0x2,
  FILE_ATTRIBUTE_SYSTEM: 0x4,
  FILE_ATTRIBUTE_ARCHIVE: 0x20,
  FILE_ATTRIBUTE_NOT_CONTENT_INDEXED: 0x2000,
} as const;

/** ntpsapi.h, ntddk.h: classes for `NtQueryInformationProcess` and its counterpart. */
export const PROCESSINFOCLASS = {
  ProcessBasicInformation: 0,
  ProcessWow64Information: 26,
  ProcessDebugFlags: 31,
  ProcessMitigationPolicy: 52,
  ProcessProtectionInformation: 61,
} as const;

/** winnt.h: policies for `ProcessMitigationPolicy`. */
export const PROCESS_MITIGATION_POLICY = {
  ProcessDynamicCodePolicy: 2,
  ProcessSignaturePolicy: 8,
} as const;

/** winnt.h: how pages are allocated and protected. */
export const MEM_COMMIT = 0x1000;
/** winnt.h, likewise. */
export const MEM_RESERVE = 0x2000;
/** winnt.h: pages may be read and written. */
export const PAGE_READWRITE = 4;

/** winnt.h: a section with all pages committed. */
export const SEC_COMMIT = 0x800_0000;

/** winnt.h: rights to a section. */
export const SECTION_ACCESS = {
  SECTION_QUERY: 0x1,
  SECTION_MAP_WRITE: 0x2,
  SECTION_MAP_READ: 0x4,
} as const;

/** winnt.h: rights to a file. */
export const FILE_ACCESS = {
  FILE_GENERIC_READ: 0x12_0089,
  FILE_GENERIC_WRITE: 0x12_0116,
  FILE_ALL_ACCESS: 0x1f_01ff,
} as const;

/** winnt.h: the right to change who may open an object. */
export const WRITE_DAC = 0x4_0000;

/** winnt.h: who else may open a file. */
export const FILE_SHARE = {
  FILE_SHARE_READ: 1,
  FILE_SHARE_WRITE: 2,
  FILE_SHARE_DELETE: 4,
} as const;

/** ntioapi.h, for `NtOpenFile`: calls return once they are done. */
export const FILE_SYNCHRONOUS_IO_NONALERT = 0x20;

/** winnt.h: the right to query a token. */
export const TOKEN_QUERY = 8;
/** winnt.h, TOKEN_INFORMATION_CLASS: the token's user. */
export const TOKEN_INFORMATION_CLASS = { TokenUser: 1 } as const;

/** winnt.h, SECURITY_INFORMATION: who may open an object. */
export const DACL_SECURITY_INFORMATION = 4;

/** winnt.h: a security descriptor whose parts follow it, with its own access list. */
export const SECURITY_DESCRIPTOR_CONTROL = {
  SE_DACL_PRESENT: 0x4,
  SE_DACL_PROTECTED: 0x1000,
  SE_SELF_RELATIVE: 0x8000,
} as const;
/** winnt.h: the revision of a descriptor and of a list. */
export const SECURITY_DESCRIPTOR_REVISION = 1;
/** winnt.h, likewise. */
export const ACL_REVISION = 2;

/** ntobapi.h: classes for `NtQueryObject`. */
export const OBJECT_INFORMATION_CLASS = { ObjectNameInformation: 1 } as const;

/** ntdbg.h: every right to a debug object. */
export const DEBUG_ALL_ACCESS = 0x1f_000f;

/** ntdbg.h: what an event of a debug object reports, the values of `DBG_STATE`. */
export const DBG_STATE = {
  DbgCreateThreadStateChange: 2,
  DbgCreateProcessStateChange: 3,
  DbgExitProcessStateChange: 5,
  DbgExceptionStateChange: 6,
  DbgBreakpointStateChange: 7,
  DbgSingleStepStateChange: 8,
  DbgLoadDllStateChange: 9,
} as const;

/** ntstatus.h: statuses that are passed to or by calls. */
export const STATUS = {
  /** The debug event was handled. */
  DBG_CONTINUE: 0x0001_0002,
  /** The exception is left to the program, as without a debugger. */
  DBG_EXCEPTION_NOT_HANDLED: 0x8001_0001,
  /** The exception of OutputDebugStringA: length and address of the text. */
  DBG_PRINTEXCEPTION_C: 0x4001_0006,
  /**
   * The exception of OutputDebugStringW since Windows 10: length and address of the text, then of the same text in
   * ANSI.
   */
  DBG_PRINTEXCEPTION_WIDE_C: 0x4001_000a,
  /** The exit status of a program that we end before it has run. */
  STATUS_CANCELLED: 0xc000_0120,
} as const;

/** winerror.h: results that our own COM object returns. */
export const HRESULT = {
  S_OK: 0,
  E_NOINTERFACE: 0x8000_4002,
} as const;
