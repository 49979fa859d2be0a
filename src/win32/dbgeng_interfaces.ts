/**
 * The interfaces of the debugger engine, as far as they are called: ids and slots from `dbgeng.h`.
 *
 * @module
 */
import type { ComInterface } from "./com.ts";

/** IDebugClient4: the interface that opens sessions. */
export const IDebugClient4 = {
  iid: "ca83c3de-5089-4cf8-93c8-d892387f2a5e",
  methods: {
    AttachKernel: { slot: 3, parameters: ["u32", "buffer"] }, // ULONG Flags, PCSTR ConnectOptions
    AttachProcess: { slot: 12, parameters: ["u64", "u32", "u32"] }, // ULONG64 Server, ULONG ProcessId, ULONG AttachFlags
    DetachProcesses: { slot: 25, parameters: [] },
    EndSession: { slot: 26, parameters: ["u32"] }, // ULONG Flags
    SetOutputCallbacks: { slot: 34, parameters: ["pointer"] }, // PDEBUG_OUTPUT_CALLBACKS Callbacks
    OpenDumpFileWide: { slot: 60, parameters: ["buffer", "u64"] }, // PCWSTR FileName, ULONG64 FileHandle
  },
} as const satisfies ComInterface;

/** IDebugControl: commands and events. */
export const IDebugControl = {
  iid: "5182e668-105e-416e-ad92-24ef800424ba",
  methods: {
    // PULONG PlatformId, Major, Minor (the build number), PSTR ServicePackString, ULONG Size, PULONG Used,
    // PULONG ServicePackNumber, PSTR BuildString, ULONG Size, PULONG Used
    GetSystemVersion: {
      slot: 40,
      parameters: [
        "buffer",
        "buffer",
        "buffer",
        "buffer",
        "u32",
        "buffer",
        "buffer",
        "buffer",
        "u32",
        "buffer",
      ],
    },
    GetDebuggeeType: { slot: 34, parameters: ["buffer", "buffer"] }, // PULONG Class, PULONG Qualifier
    IsPointer64Bit: { slot: 42, parameters: [] },
    Execute: { slot: 66, parameters: ["u32", "buffer", "u32"] }, // ULONG OutputControl, PCSTR Command, ULONG Flags
    WaitForEvent: { slot: 93, parameters: ["u32", "u32"] }, // ULONG Flags, ULONG Timeout (ms)
  },
} as const satisfies ComInterface;

/** IDebugSymbols2: modules, the symbol files that the engine found for them, and symbols by name. */
export const IDebugSymbols2 = {
  iid: "3a707211-afdd-4495-ad4f-56fecdf8163f",
  methods: {
    GetOffsetByName: { slot: 8, parameters: ["buffer", "buffer"] }, // PCSTR Symbol, PULONG64 Offset
    GetNumberModules: { slot: 12, parameters: ["buffer", "buffer"] }, // PULONG Loaded, PULONG Unloaded
    GetModuleByIndex: { slot: 13, parameters: ["u32", "buffer"] }, // ULONG Index, PULONG64 Base
    // ULONG Count, PULONG64 Bases, ULONG Start, PDEBUG_MODULE_PARAMETERS Params
    GetModuleParameters: { slot: 17, parameters: ["u32", "buffer", "u32", "buffer"] },
    Reload: { slot: 39, parameters: ["buffer"] }, // PCSTR Module, as the command .reload takes it
    // ULONG Which, ULONG Index, ULONG64 Base, PSTR Buffer, ULONG BufferSize, PULONG NameSize
    GetModuleNameString: {
      slot: 53,
      parameters: ["u32", "u32", "u64", "buffer", "u32", "buffer"],
    },
  },
} as const satisfies ComInterface;

/** IDebugDataSpaces: memory. */
export const IDebugDataSpaces = {
  iid: "88f7dfab-3ea7-4c3a-aefb-c4e8106173aa",
  methods: {
    // ULONG64 Offset, PVOID Buffer, ULONG BufferSize, PULONG BytesRead
    ReadVirtual: { slot: 3, parameters: ["u64", "buffer", "u32", "buffer"] },
    ReadPhysical: { slot: 10, parameters: ["u64", "buffer", "u32", "buffer"] },
    // ULONG Index, PVOID Buffer, ULONG BufferSize, PULONG DataSize
    ReadDebuggerData: { slot: 21, parameters: ["u32", "buffer", "u32", "buffer"] },
  },
} as const satisfies ComInterface;

/** IDebugSystemObjects: the current process. */
export const IDebugSystemObjects = {
  iid: "6b86fe2c-2c4f-4f0c-9da2-174311acc327",
  methods: {
    GetCurrentProcessDataOffset: { slot: 23, parameters: ["buffer"] }, // PULONG64: EPROCESS in kernel mode
  },
} as const satisfies ComInterface;

/** IDebugOutputCallbacks, to which the engine prints; implemented in `output_callbacks.ts`. */
export const IDebugOutputCallbacks = {
  iid: "4bf58045-d654-4c40-b0af-683090f356dc",
  methods: {
    Output: { slot: 3, parameters: ["u32", "buffer"] }, // ULONG Mask, PCSTR Text
  },
} as const satisfies ComInterface;

/** The function that the library itself exports; everything else goes through interfaces. */
export const DBGENG = {
  DebugCreate: {
    parameters: [
      "buffer", // REFIID InterfaceId
      "buffer", // PVOID *Interface
    ],
    result: "u32",
  },
} as const satisfies Deno.ForeignLibraryInterface;

/** `DEBUG_MODULE_PARAMETERS`. */
export const DEBUG_MODULE_PARAMETERS = {
  size: 0x40,
  Base: { offset: 0x00, size: 8 },
  Size: { offset: 0x08, size: 4 },
  TimeDateStamp: { offset: 0x0c, size: 4 },
} as const;

/** Flags and values of the calls above, without the prefix DEBUG_ that `dbgeng.h` gives them. */
export const DEBUG = {
  /** DEBUG_ANY_ID, used when a module is given by its base. */
  ANY_ID: 0xffff_ffff,
  ATTACH_KERNEL_CONNECTION: 0,
  ATTACH_LOCAL_KERNEL: 1,
  /** Does not debug: the process is suspended, examined and released. */
  ATTACH_NONINVASIVE: 1,
  CLASS_KERNEL: 1,
  /** DEBUG_DATA_PsLoadedModuleListAddr and its neighbour, offsets in KDDEBUGGER_DATA64. */
  DATA_PS_LOADED_MODULE_LIST: 0x48,
  DATA_PS_ACTIVE_PROCESS_HEAD: 0x50,
  /** DEBUG_DATA_PaeEnabled, a BOOLEAN. */
  DATA_PAE_ENABLED: 100_000,
  END_ACTIVE_DETACH: 2,
  EXECUTE_NOT_LOGGED: 2,
  MODNAME_IMAGE: 0,
  MODNAME_SYMBOL_FILE: 3,
  OUTCTL_THIS_CLIENT: 0,
} as const;
