/**
 * The minidump format as tables: stream types, structures, and limits on how much is read of each.
 *
 * Layouts: `minidumpapiset.h` and `mindumpdef.h` of the Windows SDK, `avrfsdk.h` for handle operations, and the pages
 * of learn.microsoft.com for the same structures. Packing is 4 bytes. An RVA is a file offset.
 *
 * @module
 */
import type { EntryLayout } from "../../entry_layout.ts";
import { structureTable } from "../structure_table.ts";

/** `MDMP`, the first four bytes. */
export const SIGNATURE = 0x504d_444d;
/** Low half of the version; the high half is the writer's own. */
export const VERSION = 0xa793;

/** Stream types that are read or written here (MINIDUMP_STREAM_TYPE). */
export const STREAM = {
  threadList: 3,
  moduleList: 4,
  memoryList: 5,
  exception: 6,
  systemInfo: 7,
  memory64List: 9,
  commentA: 10,
  commentW: 11,
  handleData: 12,
  unloadedModuleList: 14,
  miscInfo: 15,
  memoryInfoList: 16,
  threadInfoList: 17,
  handleOperationList: 18,
  threadNames: 24,
} as const;

/**
 * MINIDUMP_TYPE bits written or reported here; in dumps by writers other than dbghelp they may not match the streams.
 */
export const FLAG = { withFullMemory: 2, withHandleData: 4 } as const;

export const HEADER = structureTable("MINIDUMP_HEADER", 32, {
  Signature: [0, "u32"],
  Version: [4, "u32"],
  NumberOfStreams: [8, "u32"],
  StreamDirectoryRva: [0xc, "u32"],
  CheckSum: [0x10, "u32"],
  TimeDateStamp: [0x14, "u32"],
  Flags: [0x18, "u64"],
});

export const DIRECTORY = structureTable("MINIDUMP_DIRECTORY", 12, {
  StreamType: [0, "u32"],
  DataSize: [4, "u32"],
  Rva: [8, "u32"],
});

export const SYSTEM_INFO = structureTable("MINIDUMP_SYSTEM_INFO", 56, {
  ProcessorArchitecture: [0, "u16"],
  ProcessorLevel: [2, "u16"],
  ProcessorRevision: [4, "u16"],
  NumberOfProcessors: [6, "u8"],
  ProductType: [7, "u8"],
  MajorVersion: [8, "u32"],
  MinorVersion: [0xc, "u32"],
  BuildNumber: [0x10, "u32"],
  PlatformId: [0x14, "u32"],
  CSDVersionRva: [0x18, "u32"],
  SuiteMask: [0x1c, "u16"],
});

/** The part that all five sizes of MINIDUMP_MISC_INFO begin with. */
export const MISC_INFO = structureTable("MINIDUMP_MISC_INFO", 24, {
  SizeOfInfo: [0, "u32"],
  Flags1: [4, "u32"],
  ProcessId: [8, "u32"],
  ProcessCreateTime: [0xc, "u32"],
  ProcessUserTime: [0x10, "u32"],
  ProcessKernelTime: [0x14, "u32"],
});

/** MISC_INFO.Flags1: which fields are filled in. */
export const MISC_FLAG = { processId: 1, processTimes: 2 } as const;

export const MODULE = structureTable("MINIDUMP_MODULE", 108, {
  BaseOfImage: [0, "u64"],
  SizeOfImage: [8, "u32"],
  CheckSum: [0xc, "u32"],
  TimeDateStamp: [0x10, "u32"],
  ModuleNameRva: [0x14, "u32"],
  CvRecordSize: [0x4c, "u32"],
  CvRecordRva: [0x50, "u32"],
});

export const UNLOADED_MODULE = structureTable("MINIDUMP_UNLOADED_MODULE", 24, {
  BaseOfImage: [0, "u64"],
  SizeOfImage: [8, "u32"],
  CheckSum: [0xc, "u32"],
  TimeDateStamp: [0x10, "u32"],
  ModuleNameRva: [0x14, "u32"],
});

/** CV_INFO_PDB70 up to the path, except for its GUID of 16 bytes. */
export const RSDS = structureTable("CV_INFO_PDB70", 24, {
  Signature: [0, "u32"],
  Age: [0x14, "u32"],
});
export const RSDS_GUID_OFFSET = 4;
export const RSDS_SIGNATURE = 0x5344_5352;

/** CV_INFO_PDB20 up to the path. */
export const NB10 = structureTable("CV_INFO_PDB20", 16, {
  Signature: [0, "u32"],
  TimeDateStamp: [8, "u32"],
  Age: [0xc, "u32"],
});
export const NB10_SIGNATURE = 0x3031_424e;

export const THREAD = structureTable("MINIDUMP_THREAD", 48, {
  ThreadId: [0, "u32"],
  SuspendCount: [4, "u32"],
  PriorityClass: [8, "u32"],
  Priority: [0xc, "u32"],
  Teb: [0x10, "u64"],
  StackStart: [0x18, "u64"],
  StackSize: [0x20, "u32"],
  StackRva: [0x24, "u32"],
  ContextSize: [0x28, "u32"],
  ContextRva: [0x2c, "u32"],
});

export const THREAD_INFO = structureTable("MINIDUMP_THREAD_INFO", 64, {
  ThreadId: [0, "u32"],
  DumpFlags: [4, "u32"],
  DumpError: [8, "u32"],
  ExitStatus: [0xc, "u32"],
  CreateTime: [0x10, "u64"],
  ExitTime: [0x18, "u64"],
  KernelTime: [0x20, "u64"],
  UserTime: [0x28, "u64"],
  StartAddress: [0x30, "u64"],
  Affinity: [0x38, "u64"],
});

export const THREAD_NAME = structureTable("MINIDUMP_THREAD_NAME", 12, {
  ThreadId: [0, "u32"],
  RvaOfThreadName: [4, "u64"],
});

/** MINIDUMP_EXCEPTION_STREAM; the 15 words of ExceptionInformation begin at 0x28. */
export const EXCEPTION = structureTable("MINIDUMP_EXCEPTION_STREAM", 168, {
  ThreadId: [0, "u32"],
  ExceptionCode: [8, "u32"],
  ExceptionFlags: [0xc, "u32"],
  ExceptionRecord: [0x10, "u64"],
  ExceptionAddress: [0x18, "u64"],
  NumberParameters: [0x20, "u32"],
  ContextSize: [0xa0, "u32"],
  ContextRva: [0xa4, "u32"],
});
export const EXCEPTION_INFORMATION = { offset: 0x28, count: 15 } as const;

export const MEMORY_DESCRIPTOR = structureTable("MINIDUMP_MEMORY_DESCRIPTOR", 16, {
  StartOfMemoryRange: [0, "u64"],
  DataSize: [8, "u32"],
  Rva: [0xc, "u32"],
});

export const MEMORY64_LIST = structureTable("MINIDUMP_MEMORY64_LIST", 16, {
  NumberOfMemoryRanges: [0, "u64"],
  BaseRva: [8, "u64"],
});

export const MEMORY_DESCRIPTOR64 = structureTable("MINIDUMP_MEMORY_DESCRIPTOR64", 16, {
  StartOfMemoryRange: [0, "u64"],
  DataSize: [8, "u64"],
});

export const MEMORY_INFO_LIST = structureTable("MINIDUMP_MEMORY_INFO_LIST", 16, {
  SizeOfHeader: [0, "u32"],
  SizeOfEntry: [4, "u32"],
  NumberOfEntries: [8, "u64"],
});

export const MEMORY_INFO = structureTable("MINIDUMP_MEMORY_INFO", 48, {
  BaseAddress: [0, "u64"],
  AllocationBase: [8, "u64"],
  AllocationProtect: [0x10, "u32"],
  RegionSize: [0x18, "u64"],
  State: [0x20, "u32"],
  Protect: [0x24, "u32"],
  Type: [0x28, "u32"],
});

/** UnloadedModuleList and ThreadInfoList begin with these three words. */
export const LIST_HEADER = structureTable("MINIDUMP_UNLOADED_MODULE_LIST", 12, {
  SizeOfHeader: [0, "u32"],
  SizeOfEntry: [4, "u32"],
  NumberOfEntries: [8, "u32"],
});

/** HandleData and HandleOperationList: the same three words, and a reserved one. */
export const HANDLE_LIST_HEADER = structureTable("MINIDUMP_HANDLE_DATA_STREAM", 16, {
  SizeOfHeader: [0, "u32"],
  SizeOfEntry: [4, "u32"],
  NumberOfEntries: [8, "u32"],
});

/** MINIDUMP_HANDLE_DESCRIPTOR, the short form. */
export const HANDLE_DESCRIPTOR = structureTable("MINIDUMP_HANDLE_DESCRIPTOR", 32, {
  Handle: [0, "u64"],
  TypeNameRva: [8, "u32"],
  ObjectNameRva: [0xc, "u32"],
  Attributes: [0x10, "u32"],
  GrantedAccess: [0x14, "u32"],
  HandleCount: [0x18, "u32"],
  PointerCount: [0x1c, "u32"],
});

/** MINIDUMP_HANDLE_DESCRIPTOR_2, the long form, which dbghelp writes from version 6.5 on. */
export const HANDLE_DESCRIPTOR_2 = structureTable("MINIDUMP_HANDLE_DESCRIPTOR_2", 40, {
  ...HANDLE_DESCRIPTOR.fields,
  ObjectInfoRva: [0x20, "u32"],
});

/** Precedes each piece of object information. */
export const OBJECT_INFORMATION = structureTable("MINIDUMP_HANDLE_OBJECT_INFORMATION", 12, {
  NextInfoRva: [0, "u32"],
  InfoType: [4, "u32"],
  SizeOfInfo: [8, "u32"],
});

/**
 * What MiniDumpWriteDump queries with relatives of NtQueryObject, by InfoType and size in bytes (`ntpsapi.h` and
 * `ntexapi.h` of phnt). The documentation does not specify these bytes. Thread, mutant and event were seen in dumps;
 * process and semaphore follow from their names and are read only if the size is right.
 */
export const OBJECT_INFORMATION_TYPE = {
  thread: 1,
  mutant: 2,
  process: 4,
  event: 6,
  semaphore: 8,
} as const;

export const THREAD_BASIC_INFORMATION_32 = structureTable("THREAD_BASIC_INFORMATION", 28, {
  ExitStatus: [0, "u32"],
  UniqueProcess: [8, "u32"],
  UniqueThread: [0xc, "u32"],
});
export const THREAD_BASIC_INFORMATION_64 = structureTable("THREAD_BASIC_INFORMATION", 48, {
  ExitStatus: [0, "u32"],
  UniqueProcess: [0x10, "u32"],
  UniqueThread: [0x18, "u32"],
});
export const PROCESS_BASIC_INFORMATION_32 = structureTable("PROCESS_BASIC_INFORMATION", 24, {
  ExitStatus: [0, "u32"],
  UniqueProcessId: [0x10, "u32"],
});
export const PROCESS_BASIC_INFORMATION_64 = structureTable("PROCESS_BASIC_INFORMATION", 48, {
  ExitStatus: [0, "u32"],
  UniqueProcessId: [0x20, "u32"],
});
export const MUTANT_BASIC_INFORMATION = structureTable("MUTANT_BASIC_INFORMATION", 8, {
  CurrentCount: [0, "i32"],
  OwnedByCaller: [4, "u8"],
  AbandonedState: [5, "u8"],
});
export const EVENT_BASIC_INFORMATION = structureTable("EVENT_BASIC_INFORMATION", 8, {
  EventType: [0, "i32"],
  EventState: [4, "i32"],
});
export const SEMAPHORE_BASIC_INFORMATION = structureTable("SEMAPHORE_BASIC_INFORMATION", 8, {
  CurrentCount: [0, "i32"],
  MaximumCount: [4, "i32"],
});

/** AVRF_HANDLE_OPERATION up to its stack of 32 return addresses. */
export const HANDLE_OPERATION = structureTable("AVRF_HANDLE_OPERATION", 288, {
  Handle: [0, "u64"],
  ProcessId: [8, "u32"],
  ThreadId: [0xc, "u32"],
  OperationType: [0x10, "u32"],
  Depth: [0x18, "u32"],
  Index: [0x1c, "u32"],
});

/** The layout by which the engine reads AVRF_HANDLE_OPERATION entries: the same for every architecture. */
export const HANDLE_OPERATION_LAYOUT: EntryLayout = {
  name: HANDLE_OPERATION.name,
  size: HANDLE_OPERATION.size,
  handle: { offset: 0, size: 8 },
  processId: { offset: 8, size: 4 },
  threadId: { offset: 0xc, size: 4 },
  type: { offset: 0x10, size: 4 },
  stack: { offset: 0x20, size: 8, frames: 32 },
};

/**
 * The most that is read of each thing. Counts in a damaged or hostile file can have any value; each limit is far beyond
 * what Windows makes, and small enough that all of them together stay under 200 MB.
 */
export const LIMITS = {
  /** dbghelp writes up to twenty; Crashpad adds one for each user stream. */
  streams: 0x1000,
  /** The largest programs load some thousands; the limit for a live process is the same. */
  modules: 0x2000,
  /** Windows keeps the last 64. */
  unloadedModules: 0x400,
  threads: 0x2_0000,
  /**
   * A process can have 16 million handles, but nobody dumps so many. This many take 50 MB as objects, and twice that in
   * a comparison of two dumps.
   */
  handles: 0x4_0000,
  /** Types in one list: since Windows 7 an object's type is stored in one byte, and older systems had some forty. */
  types: 0x100,
  /** The largest ring that the kernel makes. */
  operations: 0x2_0000,
  /**
   * Different stacks, each of which becomes a group: ten million traces of a real program have some 20,000, a ring has
   * some 2,000.
   */
  stacks: 0x4000,
  /**
   * Addresses of those stacks, 16 each. Each address gets a name, which takes half a kilobyte if all are different.
   */
  stackAddresses: 0x4_0000,
  /** A full dump has one for each region of similar pages: some tens of thousands. */
  memoryRanges: 0x4_0000,
  memoryRegions: 0x4_0000,
  /** Bytes of a MINIDUMP_STRING: the longest UNICODE_STRING. */
  stringBytes: 0x1_0000,
  /** Strings read: there are some seventy types, and objects that leak have the same name or none. */
  strings: 0x1_0000,
  /** Characters of those strings: 64 each, as in paths. Strings can overlap, so the file's size is no limit. */
  characters: 0x40_0000,
  /**
   * Characters of all uses of strings, 48 for each handle: many handles with one long name make much text when printed.
   */
  usedCharacters: 0xc0_0000,
  /** Bytes of a CodeView record: 24 and a path of MAX_PATH letters with three bytes each. */
  codeViewBytes: 0x400,
  /** Pieces of information about one object, each of a different kind: there are nine kinds. */
  objectInformation: 16,
  /** Bytes of a piece: PROCESS_BASIC_INFORMATION, the largest known, has 48. */
  objectInformationBytes: 0x1000,
  /** Bytes of a comment. */
  commentBytes: 0x1_0000,
} as const;
