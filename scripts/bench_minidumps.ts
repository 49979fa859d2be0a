/**
 * A dump of 1 GiB with full memory: time to the first result and peak memory, against reading its bytes once.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a benchmark prints
import { joinBytes } from "../src/byte_pieces.ts";
import { DumpBuilder } from "../src/dump/minidump/_dump_builder.ts";
import { encodeOperations } from "../src/dump/minidump/encode_operations.ts";
import {
  HANDLE_DESCRIPTOR_2,
  HANDLE_LIST_HEADER,
  MEMORY64_LIST,
  MEMORY_DESCRIPTOR64,
  MODULE,
  STREAM,
  SYSTEM_INFO,
} from "../src/dump/minidump/format.ts";
import { encodeStructure } from "../src/dump/structure_table.ts";
import { EngineStackTable } from "../src/engine/stack_table.ts";
import { busyLog } from "../src/trace_log_fixture.ts";
import { measureReading, measureVerb, printFigures } from "./_bench_file.ts";

const MIB = 1024 * 1024;
/** The dump's contents: a full ring, a large process. */
const TRACES = 131_072;
const HANDLES = 20_000;
const MODULES = 200;
const RANGES = 16_384;
const RANGE_BYTES = 64 * 1024;
const folder = await Deno.makeTempDir({ prefix: "htrace-" });
try {
  const dump = `${folder}/large.dmp`;
  writeDump(dump);
  const read = await measureReading(dump);
  const { size } = await Deno.stat(dump);
  console.log(
    `dump of ${
      (size / MIB).toFixed(0)
    } MiB: ${TRACES} traces, ${HANDLES} handles, ${RANGES} ranges of memory`,
  );
  printFigures("read its bytes once", read, read);
  const verbs: readonly (readonly [name: string, args: readonly string[]])[] = [
    ["processes (first result)", ["processes", dump]],
    ["show one handle", ["show", dump, "4", "--offline"]],
    ["report, ten groups", ["report", dump, "--offline", "--top", "10"]],
  ];
  for (const [name, args] of verbs) {
    printFigures(`htrace ${name}`, await measureVerb(args), read);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Writes the dump; the contents of its memory do not matter, but it must not be a hole in the file. */
function writeDump(path: string): void {
  const { length } = dumpHead(0);
  using file = Deno.openSync(path, { write: true, createNew: true });
  writeAll(file, dumpHead(length));
  const piece = new Uint8Array(RANGE_BYTES);
  for (let index = 0; index < piece.length; index++) piece[index] = index * 131;
  for (let range = 0; range < RANGES; range++) writeAll(file, piece);
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}

/** Everything before the memory, which begins at `memoryOffset`. */
function dumpHead(memoryOffset: number): Uint8Array {
  const dump = new DumpBuilder(6);
  dump.stream(STREAM.systemInfo, encodeStructure(SYSTEM_INFO, { ProcessorArchitecture: 9 }));
  const modules = Array.from({ length: MODULES }, (_, index) =>
    encodeStructure(MODULE, {
      BaseOfImage: 0x7ff0_0000_0000n + BigInt(index) * 0x100_0000n,
      SizeOfImage: 0x80_0000,
      TimeDateStamp: 0x6000_0000 + index,
      ModuleNameRva: dump.string(`C:\\Program Files\\app\\module${index}.dll`),
    }));
  dump.stream(STREAM.moduleList, new Uint8Array(Uint32Array.of(MODULES).buffer), ...modules);
  const TypeNameRva = dump.string("Event");
  const handles = Array.from(
    { length: HANDLES },
    (_, index) =>
      encodeStructure(HANDLE_DESCRIPTOR_2, { Handle: BigInt(4 + index * 4), TypeNameRva }),
  );
  const header = encodeStructure(HANDLE_LIST_HEADER, {
    SizeOfHeader: HANDLE_LIST_HEADER.size,
    SizeOfEntry: HANDLE_DESCRIPTOR_2.size,
    NumberOfEntries: HANDLES,
  });
  dump.stream(STREAM.handleData, header, joinBytes(handles));
  using stacks = new EngineStackTable();
  dump.stream(STREAM.handleOperationList, encodeOperations(busyLog(stacks, TRACES)).bytes);
  const ranges = Array.from({ length: RANGES }, (_, index) =>
    encodeStructure(MEMORY_DESCRIPTOR64, {
      StartOfMemoryRange: 0x1_0000n + BigInt(index) * 0x2_0000n,
      DataSize: BigInt(RANGE_BYTES),
    }));
  const list = encodeStructure(MEMORY64_LIST, {
    NumberOfMemoryRanges: BigInt(RANGES),
    BaseRva: BigInt(memoryOffset),
  });
  dump.stream(STREAM.memory64List, list, joinBytes(ranges));
  return dump.build({ flags: 6, timestamp: 1_795_000_000 });
}
