/**
 * Test helper: dumps made in code, usual and odd ones, and one call that reads everything in a dump.
 *
 * @module
 */
import { joinBytes } from "../../byte_pieces.ts";
import { bytesSource } from "../../byte_source.ts";
import { EngineStackTable } from "../../engine/stack_table.ts";
import type { StackTable } from "../../trace_log.ts";
import { trace, traceLog } from "../../trace_log_fixture.ts";
import {
  encodeStructure,
  type FieldTypes,
  type Structure,
  type StructureTable,
} from "../structure_table.ts";
import { DumpBuilder } from "./_dump_builder.ts";
import { type Minidump, openMinidump } from "./dump.ts";
import { encodeMinidump, type MinidumpContents } from "./encode.ts";
import { encodeOperations } from "./encode_operations.ts";
import { type DumpException, INVALID_HANDLE, readException } from "./exception.ts";
import {
  EXCEPTION,
  HANDLE_DESCRIPTOR_2,
  HANDLE_LIST_HEADER,
  MISC_INFO,
  STREAM,
  SYSTEM_INFO,
} from "./format.ts";
import { type DumpHandle, readHandles } from "./handles.ts";
import { DumpMemory } from "./memory.ts";
import { type MemoryRegion, readMemoryRegions } from "./memory_regions.ts";
import {
  type DumpModule,
  readModules,
  readUnloadedModules,
  type UnloadedModule,
} from "./modules.ts";
import { objectFactOf, readObjectInformation } from "./object_information.ts";
import { type HandleOperations, readHandleOperations } from "./operations.ts";
import { readComments, readMiscInfo } from "./process.ts";
import { type DumpThread, readThreads } from "./threads.ts";

/** A dump of the streams that `build` adds to SystemInfo, by default of an x64 process. */
export function dumpWith(build: (dump: DumpBuilder) => void, architecture = 9): Minidump {
  return openMinidump(bytesSource("odd.dmp", buildDump(build, { architecture })));
}

/** The bytes of such a dump, whose directory has `slots` slots. */
export function buildDump(
  build: (dump: DumpBuilder) => void,
  { architecture = 9, platform = 2, slots = 8 } = {},
): Uint8Array {
  const dump = new DumpBuilder(slots);
  dump.stream(
    STREAM.systemInfo,
    encodeStructure(SYSTEM_INFO, { ProcessorArchitecture: architecture, PlatformId: platform }),
  );
  build(dump);
  return dump.build({ flags: 0, timestamp: 0 });
}

/** A 32-bit number as bytes. */
export function u32(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

/** The bytes of a structure, padded to `size`. */
export function structure<Types extends FieldTypes>(
  table: StructureTable<Types>,
  values: Partial<Structure<Types>>,
  size: number = table.size,
): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set(encodeStructure(table, values).subarray(0, size));
  return bytes;
}

/** The contents of a debugger's dump, in every stream that is written here. */
export function usualContents(stacks: StackTable): MinidumpContents {
  return {
    writtenAt: new Date("2026-11-24T06:00:00Z"),
    system: {
      architecture: 9,
      processors: 4,
      productType: 1,
      majorVersion: 10,
      minorVersion: 0,
      buildNumber: 19045,
      platform: 2,
      servicePack: "",
    },
    processId: 4242,
    startTime: new Date("2026-11-24T05:00:00Z"),
    modules: [
      {
        base: 0x1_4000_0000n,
        size: 0xa_0000,
        checksum: 0x1234,
        timestamp: 0x6b04_bafa,
        path: "C:\\Programme\\Dienst für alles.exe",
        codeView: {
          kind: "RSDS",
          pdb: { guid: "0123456789ABCDEF0123456789ABCDEF", age: 3, path: "C:\\bau\\für alles.pdb" },
        },
      },
      {
        base: 0x7fff_0000_0000n,
        size: 0x1f_0000,
        checksum: 0,
        timestamp: 0xfedc_ba98,
        path: "C:\\Windows\\System32\\ntdll.dll",
        codeView: { kind: "NB10", timestamp: 0x3b7d_8410, age: 2, path: "ntdll.pdb" },
      },
      { base: 0x7ffe_0000_0000n, size: 0x1000, checksum: 0, timestamp: 0, path: "" },
    ],
    threadIds: [12, 16],
    handles: [
      {
        handle: 4,
        type: "Event",
        objectName: "\\BaseNamedObjects\\\ud83e\udd96 \ud800",
        attributes: 2,
        grantedAccess: 0x1f_0003,
        handleCount: 2,
        pointerCount: 0x7fff,
      },
      {
        handle: 0xffff_fffc,
        type: "File",
        attributes: 0,
        grantedAccess: 0x12_0089,
        handleCount: 1,
        pointerCount: 1,
      },
      { handle: 8, attributes: 0, grantedAccess: 0, handleCount: 0, pointerCount: 0 },
    ],
    operations: traceLog(stacks, [
      { ...trace("badref", 4, [0x1_4000_1234n]), wideHandle: 0xdead_beef_0000_0004n },
      trace("close", 4, []),
      trace("open", 4, Array.from({ length: 32 }, (_, frame) => 0x1_4000_0000n + BigInt(frame))),
    ]),
    memory: [{ start: 0x1_4000_0000n, bytes: new TextEncoder().encode("MZ and more") }],
    comment: "Geschrieben für einen Test",
  };
}

/** The dump of {@linkcode usualContents}. */
export function usualDump(): Uint8Array {
  using stacks = new EngineStackTable();
  return joinBytes(encodeMinidump(usualContents(stacks)).pieces);
}

/**
 * The bytes of a dump of process 0x10 with the given number of handles of each type, all with one name. With
 * `invalidHandle`, the dump was caused by thread 0x24's use of it, and has the trace of that.
 */
export function dumpWithHandles(
  groups: readonly (readonly [type: string, count: number, objectName?: string])[],
  { invalidHandle }: { readonly invalidHandle?: number } = {},
): Uint8Array {
  return buildDump((dump) => {
    dump.stream(
      STREAM.miscInfo,
      structure(MISC_INFO, { SizeOfInfo: MISC_INFO.size, Flags1: 1, ProcessId: 0x10 }),
    );
    const descriptors = groups.flatMap(([type, count, objectName]) =>
      Array.from({ length: count }, () => [type, objectName] as const)
    ).map(([type, objectName], index) =>
      structure(HANDLE_DESCRIPTOR_2, {
        Handle: BigInt(4 + index * 4),
        TypeNameRva: dump.string(type),
        ObjectNameRva: dump.string(objectName),
      })
    );
    const header = structure(HANDLE_LIST_HEADER, {
      SizeOfHeader: 16,
      SizeOfEntry: 40,
      NumberOfEntries: descriptors.length,
    });
    dump.stream(STREAM.handleData, header, joinBytes(descriptors));
    if (invalidHandle === undefined) return;
    dump.stream(
      STREAM.exception,
      structure(EXCEPTION, { ThreadId: 0x24, ExceptionCode: INVALID_HANDLE }),
    );
    using stacks = new EngineStackTable();
    const log = traceLog(stacks, [trace("badref", invalidHandle, [0x1_4000_1000n], 0x24)]);
    dump.stream(STREAM.handleOperationList, encodeOperations(log).bytes);
  });
}

/** Everything that can be read from a dump. */
export interface WholeDump {
  readonly modules: readonly DumpModule[];
  readonly unloaded: readonly UnloadedModule[];
  readonly threads: readonly DumpThread[];
  readonly handles: readonly DumpHandle[];
  readonly operations?: HandleOperations;
  readonly regions: readonly MemoryRegion[];
  readonly exception?: DumpException;
  readonly comments: readonly string[];
}

/** Reads everything, and some memory at the edges of every range. */
export function readWholeDump(dump: Minidump, stacks: StackTable): WholeDump {
  readMiscInfo(dump);
  const handles = readHandles(dump).entries;
  for (const { objectInformation } of handles) {
    readObjectInformation(dump, objectInformation).map(objectFactOf);
  }
  const memory = new DumpMemory(dump);
  const modules = readModules(dump).entries;
  for (const { base } of modules) memory.read(base, 0x1000);
  memory.explainMissing(0x1000n);
  const exception = readException(dump);
  const operations = readHandleOperations(dump, stacks);
  return {
    modules,
    unloaded: readUnloadedModules(dump).entries,
    threads: readThreads(dump).entries,
    handles,
    ...(operations && { operations }),
    regions: readMemoryRegions(dump).entries,
    ...(exception && { exception }),
    comments: readComments(dump),
  };
}
