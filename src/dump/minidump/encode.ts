/**
 * Writes minidumps that debuggers accept: modules, threads, handles and handle operations of a process.
 *
 * @module
 */
import {
  encodeStructure,
  type FieldTypes,
  type StructureTable,
  writeStructure,
} from "../structure_table.ts";
import { joinBytes } from "../../byte_pieces.ts";
import type { HandleEntry } from "../../target.ts";
import { DumpBuilder } from "./_dump_builder.ts";
import { encodeOperations, type OperationColumns } from "./encode_operations.ts";
import type { CodeView, DumpModule } from "./modules.ts";
import type { SystemInfo } from "./system.ts";
import {
  FLAG,
  HANDLE_DESCRIPTOR_2,
  HANDLE_LIST_HEADER,
  MEMORY_DESCRIPTOR,
  MISC_FLAG,
  MISC_INFO,
  MODULE,
  NB10,
  NB10_SIGNATURE,
  RSDS,
  RSDS_GUID_OFFSET,
  RSDS_SIGNATURE,
  STREAM,
  SYSTEM_INFO,
  THREAD,
} from "./format.ts";

/** The contents of a new dump. */
export interface MinidumpContents {
  /** When it is written. */
  readonly writtenAt: Date;
  /** The system that the process ran on. */
  readonly system: Omit<SystemInfo, "pointerSize">;
  /** The process's id, if known. */
  readonly processId?: number;
  /** When the process was started, if known. */
  readonly startTime?: Date;
  /** Its modules, the program first. */
  readonly modules: readonly DumpModule[];
  /** The known ids of its threads. Their registers are unknown, so their contexts are zero. */
  readonly threadIds: readonly number[];
  /** Its open handles, if known. */
  readonly handles?: readonly (HandleEntry & { readonly attributes?: number })[];
  /** Its traces, if any. */
  readonly operations?: OperationColumns;
  /** Some of its memory, such as the headers of its images. */
  readonly memory?: readonly { readonly start: bigint; readonly bytes: Uint8Array }[];
  /** A comment; debuggers show it when they open the dump. */
  readonly comment?: string;
}

/** A dump, and how much of its contents the format could not hold. */
export interface EncodedMinidump {
  /** The file, in pieces. */
  readonly pieces: readonly Uint8Array[];
  /** Number of traces whose stacks were truncated to 32 frames. */
  readonly cutStacks: number;
}

/** CONTEXT by architecture (`winnt.h`): its size, the offset of its ContextFlags, and the flags for all registers. */
const CONTEXTS: Readonly<
  Record<number, { readonly size: number; readonly flagsOffset: number; readonly flags: number }>
> = {
  0: { size: 716, flagsOffset: 0, flags: 0x1_0007 },
  5: { size: 416, flagsOffset: 0, flags: 0x20_0003 },
  9: { size: 1232, flagsOffset: 0x30, flags: 0x10_0007 },
  12: { size: 912, flagsOffset: 0, flags: 0x40_0003 },
};

const STREAMS = 9;

/**
 * Encodes a dump with the streams that a debugger's `!htrace`, `!handle`, `lm` and `~` read.
 *
 * A dump without a thread opens in WinDbg, but no command works, so there is always at least one.
 */
export function encodeMinidump(contents: MinidumpContents): EncodedMinidump {
  const dump = new DumpBuilder(STREAMS);
  addSystem(dump, contents);
  addModules(dump, contents.modules);
  addThreads(dump, contents);
  addMemory(dump, contents.memory ?? []);
  if (contents.handles) addHandles(dump, contents.handles);
  let cutStacks = 0;
  if (contents.operations) {
    const operations = encodeOperations(contents.operations);
    dump.stream(STREAM.handleOperationList, operations.bytes);
    cutStacks = operations.cutStacks;
  }
  if (contents.comment) dump.stream(STREAM.commentW, terminatedUtf16(contents.comment));
  const hasHandles = contents.handles !== undefined || contents.operations !== undefined;
  const pieces = dump.pieces({
    flags: hasHandles ? FLAG.withHandleData : 0,
    timestamp: seconds(contents.writtenAt),
  });
  return { pieces, cutStacks };
}

function addSystem(dump: DumpBuilder, contents: MinidumpContents): void {
  const { system, processId, startTime } = contents;
  dump.stream(
    STREAM.systemInfo,
    encodeStructure(SYSTEM_INFO, {
      ProcessorArchitecture: system.architecture,
      NumberOfProcessors: system.processors,
      ProductType: system.productType,
      MajorVersion: system.majorVersion,
      MinorVersion: system.minorVersion,
      BuildNumber: system.buildNumber,
      PlatformId: system.platform,
      CSDVersionRva: dump.string(system.servicePack),
    }),
  );
  const flags = (processId === undefined ? 0 : MISC_FLAG.processId) |
    (startTime === undefined ? 0 : MISC_FLAG.processTimes);
  dump.stream(
    STREAM.miscInfo,
    encodeStructure(MISC_INFO, {
      SizeOfInfo: MISC_INFO.size,
      Flags1: flags,
      ProcessId: processId ?? 0,
      ProcessCreateTime: startTime ? seconds(startTime) : 0,
    }),
  );
}

function addModules(dump: DumpBuilder, modules: readonly DumpModule[]): void {
  const entries = modules.map((module) => {
    const codeView = module.codeView && encodeCodeView(module.codeView);
    return encodeStructure(MODULE, {
      BaseOfImage: module.base,
      SizeOfImage: module.size,
      CheckSum: module.checksum,
      TimeDateStamp: module.timestamp,
      ModuleNameRva: dump.string(module.path),
      ...(codeView && { CvRecordSize: codeView.length, CvRecordRva: dump.place(codeView) }),
    });
  });
  addCounted(dump, STREAM.moduleList, entries);
}

function encodeCodeView(codeView: CodeView): Uint8Array {
  if (codeView.kind === "NB10") {
    const { timestamp, age, path } = codeView;
    const record = { Signature: NB10_SIGNATURE, TimeDateStamp: timestamp, Age: age };
    return withPath(NB10, record, path);
  }
  const { guid, age, path } = codeView.pdb;
  const bytes = withPath(RSDS, { Signature: RSDS_SIGNATURE, Age: age }, path);
  bytes.set(guidBytes(guid), RSDS_GUID_OFFSET);
  return bytes;
}

/** A record that ends with a path and a zero. */
function withPath<Types extends FieldTypes>(
  table: StructureTable<Types>,
  values: Parameters<typeof encodeStructure<Types>>[1],
  path: string,
): Uint8Array {
  const text = new TextEncoder().encode(path);
  const bytes = new Uint8Array(table.size + text.length + 1);
  bytes.set(encodeStructure(table, values));
  bytes.set(text, table.size);
  return bytes;
}

/** The bytes of a GUID of 32 hex digits: its first three numbers are little-endian. */
function guidBytes(guid: string): Uint8Array {
  const bytes = Uint8Array.fromHex(guid);
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

function addThreads(dump: DumpBuilder, { system, threadIds }: MinidumpContents): void {
  const { size, flagsOffset, flags } = CONTEXTS[system.architecture] ?? CONTEXTS[9]!;
  const context = new Uint8Array(size);
  new DataView(context.buffer).setUint32(flagsOffset, flags, true);
  const ContextRva = dump.place(context);
  const ids = threadIds.length > 0 ? threadIds : [0];
  addCounted(
    dump,
    STREAM.threadList,
    ids.map((ThreadId) => encodeStructure(THREAD, { ThreadId, ContextSize: size, ContextRva })),
  );
}

function addMemory(
  dump: DumpBuilder,
  memory: readonly { readonly start: bigint; readonly bytes: Uint8Array }[],
): void {
  addCounted(
    dump,
    STREAM.memoryList,
    memory.map(({ start, bytes }) =>
      encodeStructure(MEMORY_DESCRIPTOR, {
        StartOfMemoryRange: start,
        DataSize: bytes.length,
        Rva: dump.place(bytes),
      })
    ),
  );
}

function addHandles(
  dump: DumpBuilder,
  handles: NonNullable<MinidumpContents["handles"]>,
): void {
  const descriptors = new Uint8Array(handles.length * HANDLE_DESCRIPTOR_2.size);
  for (const [index, handle] of handles.entries()) {
    const values = {
      Handle: BigInt(handle.handle),
      TypeNameRva: dump.string(handle.type),
      ObjectNameRva: dump.string(handle.objectName),
      Attributes: handle.attributes ?? 0,
      GrantedAccess: handle.grantedAccess ?? 0,
      HandleCount: handle.handleCount ?? 0,
      PointerCount: handle.pointerCount ?? 0,
    };
    writeStructure(HANDLE_DESCRIPTOR_2, values, descriptors, index * HANDLE_DESCRIPTOR_2.size);
  }
  const header = encodeStructure(HANDLE_LIST_HEADER, {
    SizeOfHeader: HANDLE_LIST_HEADER.size,
    SizeOfEntry: HANDLE_DESCRIPTOR_2.size,
    NumberOfEntries: handles.length,
  });
  dump.stream(STREAM.handleData, header, descriptors);
}

function addCounted(dump: DumpBuilder, type: number, entries: readonly Uint8Array[]): void {
  const count = new Uint8Array(4);
  new DataView(count.buffer).setUint32(0, entries.length, true);
  dump.stream(type, count, joinBytes(entries));
}

function terminatedUtf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2 + 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < text.length; index++) {
    view.setUint16(index * 2, text.charCodeAt(index), true);
  }
  return bytes;
}

function seconds(time: Date): number {
  return Math.max(0, Math.floor(time.getTime() / 1000));
}
