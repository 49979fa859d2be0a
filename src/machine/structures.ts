/**
 * The NT structures that the machine writes and passes to system calls, Windows XP SP2 for 32-bit x86.
 *
 * The machine has its own tables on purpose: `nt/` reads the same structures through its own layouts, so that neither
 * can hide the other's mistake. Sources: published type listings of that build (`dt` output) and the public headers
 * winternl.h and wdbgexts.h.
 *
 * @module
 */

/** Where a field is: byte offset, and width in bytes. */
export type FieldPlace = readonly [offset: number, size: 1 | 2 | 4 | 8];

/** A structure: its size and the fields that the machine writes. */
export interface StructureLayout {
  /** Size of the whole structure in bytes. */
  readonly size: number;
  /** Fields by name. */
  readonly fields: Readonly<Record<string, FieldPlace>>;
}

/** Values for fields of a structure; fields left out stay zero. */
export type FieldValues<L extends StructureLayout> = Partial<Record<keyof L["fields"], number>>;

/** LIST_ENTRY. */
export const LIST_ENTRY = {
  size: 0x08,
  fields: { Flink: [0x00, 4], Blink: [0x04, 4] },
} as const satisfies StructureLayout;

/** UNICODE_STRING: lengths in bytes, without the terminating zero. */
export const UNICODE_STRING = {
  size: 0x08,
  fields: { Length: [0x00, 2], MaximumLength: [0x02, 2], Buffer: [0x04, 4] },
} as const satisfies StructureLayout;

/** CLIENT_ID. */
export const CLIENT_ID = {
  size: 0x08,
  fields: { UniqueProcess: [0x00, 4], UniqueThread: [0x04, 4] },
} as const satisfies StructureLayout;

/** OBJECT_ATTRIBUTES. */
export const OBJECT_ATTRIBUTES = {
  size: 0x18,
  fields: { Length: [0x00, 4] },
} as const satisfies StructureLayout;

/** PEB. */
export const PEB = {
  size: 0x210,
  fields: {
    BeingDebugged: [0x02, 1],
    ImageBaseAddress: [0x08, 4],
    Ldr: [0x0c, 4],
    ProcessParameters: [0x10, 4],
    NumberOfProcessors: [0x64, 4],
    OSMajorVersion: [0xa4, 4],
    OSMinorVersion: [0xa8, 4],
    OSBuildNumber: [0xac, 2],
    OSCSDVersion: [0xae, 2],
    OSPlatformId: [0xb0, 4],
  },
} as const satisfies StructureLayout;

/** TEB; its first 0x1C bytes are the NT_TIB. */
export const TEB = {
  size: 0xfb8,
  fields: {
    ExceptionList: [0x00, 4],
    StackBase: [0x04, 4],
    StackLimit: [0x08, 4],
    Self: [0x18, 4],
    UniqueProcess: [0x20, 4],
    UniqueThread: [0x24, 4],
    ProcessEnvironmentBlock: [0x30, 4],
  },
} as const satisfies StructureLayout;

/** RTL_USER_PROCESS_PARAMETERS. */
export const PROCESS_PARAMETERS = {
  size: 0x290,
  fields: {
    MaximumLength: [0x00, 4],
    Length: [0x04, 4],
    Flags: [0x08, 4],
    ImagePathName: [0x38, 8],
    CommandLine: [0x40, 8],
  },
} as const satisfies StructureLayout;

/** PEB_LDR_DATA. */
export const PEB_LDR_DATA = {
  size: 0x28,
  fields: {
    Length: [0x00, 4],
    Initialized: [0x04, 1],
    InLoadOrderModuleList: [0x0c, 8],
    InMemoryOrderModuleList: [0x14, 8],
    InInitializationOrderModuleList: [0x1c, 8],
  },
} as const satisfies StructureLayout;

/** LDR_DATA_TABLE_ENTRY of a process. */
export const LDR_DATA_TABLE_ENTRY = {
  size: 0x50,
  fields: {
    InLoadOrderLinks: [0x00, 8],
    InMemoryOrderLinks: [0x08, 8],
    InInitializationOrderLinks: [0x10, 8],
    DllBase: [0x18, 4],
    EntryPoint: [0x1c, 4],
    SizeOfImage: [0x20, 4],
    FullDllName: [0x24, 8],
    BaseDllName: [0x2c, 8],
    LoadCount: [0x38, 2],
    TimeDateStamp: [0x44, 4],
  },
} as const satisfies StructureLayout;

/** KLDR_DATA_TABLE_ENTRY, linked on PsLoadedModuleList; the first fields are those of a process's entry. */
export const KLDR_DATA_TABLE_ENTRY = {
  size: 0x50,
  fields: {
    InLoadOrderLinks: [0x00, 8],
    DllBase: [0x18, 4],
    EntryPoint: [0x1c, 4],
    SizeOfImage: [0x20, 4],
    FullDllName: [0x24, 8],
    BaseDllName: [0x2c, 8],
    LoadCount: [0x38, 2],
    CheckSum: [0x40, 4],
  },
} as const satisfies StructureLayout;

/** KDDEBUGGER_DATA64 of Windows XP; pointers are 64 bits wide, sign-extended. */
export const KDDEBUGGER_DATA64 = {
  size: 0x290,
  fields: {
    ListFlink: [0x00, 8],
    ListBlink: [0x08, 8],
    OwnerTag: [0x10, 4],
    Size: [0x14, 4],
    KernBase: [0x18, 8],
    PsLoadedModuleList: [0x48, 8],
    PsActiveProcessHead: [0x50, 8],
  },
} as const satisfies StructureLayout;

/** LOADER_PROCESS, our own: `badhandle/ntoskrnl/loader_block.h`. */
export const LOADER_PROCESS = {
  size: 0x3c,
  fields: {
    DirectoryTableBase: [0x00, 4],
    Peb: [0x04, 4],
    Teb: [0x08, 4],
    StackBase: [0x0c, 4],
    StackLimit: [0x10, 4],
    StartAddress: [0x14, 4],
    Parameter: [0x18, 4],
    HeapStart: [0x1c, 4],
    HeapEnd: [0x20, 4],
    ProcessId: [0x24, 4],
    ThreadId: [0x28, 4],
  },
} as const satisfies StructureLayout;

/** LOADER_PROCESS.ImageFileName: 16 bytes, zero-terminated. */
export const LOADER_PROCESS_IMAGE_FILE_NAME = { offset: 0x2c, size: 16 } as const;

/** LOADER_BLOCK, our own: `badhandle/ntoskrnl/loader_block.h`. */
export const LOADER_BLOCK = {
  size: 0x90,
  fields: {
    Flags: [0x00, 4],
    NonPagedPoolStart: [0x04, 4],
    NonPagedPoolEnd: [0x08, 4],
    PagedPoolStart: [0x0c, 4],
    PagedPoolEnd: [0x10, 4],
    SystemDirectoryTableBase: [0x14, 4],
  },
} as const satisfies StructureLayout;

/** Byte offsets of the two LOADER_PROCESS structures inside LOADER_BLOCK. */
export const LOADER_BLOCK_PROCESSES = { Target: 0x18, Debugger: 0x54 } as const;

/** KD_MAILBOX, our own: `badhandle/ntoskrnl/ke/ke.h`. */
export const KD_MAILBOX = {
  size: 0x50,
  fields: {
    Reason: [0x00, 4],
    ProcessId: [0x04, 4],
    ThreadId: [0x08, 4],
    Address: [0x0c, 4],
    Detail: [0x10, 4],
    Pending: [0x14, 4],
    Service: [0x18, 4],
    Status: [0x4c, 4],
  },
} as const satisfies StructureLayout;

/** KD_MAILBOX.Arguments: byte offset of the first, and how many there are. */
export const KD_MAILBOX_ARGUMENTS = { offset: 0x1c, count: 12 } as const;

/** KD_MAILBOX.Reason. */
export const STOP_REASONS = {
  started: 1,
  breakpoint: 2,
  request: 3,
  processExiting: 4,
  processEnded: 5,
  deadlock: 6,
  bugCheck: 7,
  debugString: 8,
} as const;

/** LOADER_BLOCK.Flags. */
export const LOADER_FLAGS = { traceFromMain: 0x1, server2003: 0x2 } as const;

/**
 * Encodes a structure. The value of an 8-byte field is a 32-bit pointer and is sign-extended, as in KDDEBUGGER_DATA64;
 * 8-byte fields that are structures (lists, strings) are written separately.
 */
export function encodeStructure<L extends StructureLayout>(
  layout: L,
  values: FieldValues<L>,
): Uint8Array {
  const bytes = new Uint8Array(layout.size);
  const view = new DataView(bytes.buffer);
  const given: Readonly<Record<string, number | undefined>> = values;
  for (const [name, [offset, size]] of Object.entries(layout.fields)) {
    const value = given[name];
    if (value === undefined) continue;
    if (size === 1) view.setUint8(offset, value);
    else if (size === 2) view.setUint16(offset, value, true);
    else if (size === 4) view.setUint32(offset, value, true);
    else view.setBigInt64(offset, BigInt(value | 0), true);
  }
  return bytes;
}
