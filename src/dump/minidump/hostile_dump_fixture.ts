/**
 * Test helper: a minidump as large as a reader may have to accept, in which everything is different.
 *
 * @module
 */
import { encodeStructure, writeStructure } from "../structure_table.ts";
import { DumpBuilder } from "./_dump_builder.ts";
import {
  HANDLE_DESCRIPTOR_2,
  HANDLE_LIST_HEADER,
  HANDLE_OPERATION,
  HANDLE_OPERATION_LAYOUT,
  MISC_INFO,
  MODULE,
  STREAM,
  SYSTEM_INFO,
} from "./format.ts";

/** The size of its contents, and what distinguishes it from another one. */
export interface HostileDump {
  /** First number in names: dumps whose numbers are far apart have no name in common. */
  readonly seed: number;
  /** Length of a name, in characters of two bytes each. */
  readonly nameLength: number;
  /** Number of return addresses of each trace. */
  readonly depth: number;
}

const [MODULES, NAMES, HANDLES, TRACES] = [0x1_0000, 0x2_0000, 0x4_0000, 0x2_0000];
const BASE = 0x7ff0_0000_0000n;

/** A dump of process 0x10 with 65,536 modules, 262,144 handles of as many types, and 131,072 stacks. */
export function hostileDump({ seed, nameLength, depth }: HostileDump): readonly Uint8Array[] {
  const dump = new DumpBuilder(8);
  dump.stream(
    STREAM.systemInfo,
    encodeStructure(SYSTEM_INFO, { ProcessorArchitecture: 9, PlatformId: 2, MajorVersion: 10 }),
  );
  dump.stream(
    STREAM.miscInfo,
    encodeStructure(MISC_INFO, { SizeOfInfo: MISC_INFO.size, Flags1: 1, ProcessId: 0x10 }),
  );
  const program = dump.string("C:\\service.exe");
  const names = Array.from(
    { length: NAMES },
    (_, index) => dump.string(`${seed + index}`.padEnd(nameLength, "\u4e2d")),
  );
  dump.stream(STREAM.moduleList, Uint8Array.of(0, 0, 1, 0), modules(program, names));
  dump.stream(STREAM.handleData, listHeader(HANDLE_DESCRIPTOR_2.size, HANDLES), handles(names));
  dump.stream(
    STREAM.handleOperationList,
    listHeader(HANDLE_OPERATION_LAYOUT.size, TRACES),
    operations(depth),
  );
  return dump.pieces({ flags: 4, timestamp: 1_700_000_000 + seed });
}

function listHeader(SizeOfEntry: number, NumberOfEntries: number): Uint8Array {
  return encodeStructure(HANDLE_LIST_HEADER, { SizeOfHeader: 16, SizeOfEntry, NumberOfEntries });
}

function modules(program: number, names: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(MODULES * MODULE.size);
  for (let index = 0; index < MODULES; index++) {
    const values = {
      BaseOfImage: BASE + BigInt(index * 0x1000),
      SizeOfImage: 0x1000,
      TimeDateStamp: index + 1,
      ModuleNameRva: index === 0 ? program : names[index]!,
    };
    writeStructure(MODULE, values, bytes, index * MODULE.size);
  }
  return bytes;
}

function handles(names: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(HANDLES * HANDLE_DESCRIPTOR_2.size);
  for (let index = 0; index < HANDLES; index++) {
    const values = {
      Handle: BigInt(4 + 4 * index),
      TypeNameRva: names[(index * 7 + 1) % names.length]!,
      ObjectNameRva: names[index % names.length]!,
    };
    writeStructure(HANDLE_DESCRIPTOR_2, values, bytes, index * HANDLE_DESCRIPTOR_2.size);
  }
  return bytes;
}

function operations(depth: number): Uint8Array {
  const { size, stack } = HANDLE_OPERATION_LAYOUT;
  const bytes = new Uint8Array(TRACES * size);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < TRACES; index++) {
    const values = {
      Handle: BigInt(4 + 4 * index),
      ProcessId: 0x10,
      OperationType: 1,
      Depth: depth,
    };
    writeStructure(HANDLE_OPERATION, values, bytes, index * size);
    for (let frame = 0; frame < depth; frame++) {
      const address = BASE + BigInt((index * depth + frame) * 16 + 5);
      view.setBigUint64(index * size + stack.offset + frame * 8, address, true);
    }
  }
  return bytes;
}
