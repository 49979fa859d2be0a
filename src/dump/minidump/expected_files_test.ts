/**
 * Compares real minidumps, written by dbghelp, Crashpad and Breakpad, with every field of their expected files. The
 * names of frames are tested with the target, which has the symbolizer.
 */
import { assert, assertEquals } from "@std/assert";
import { bytesSource } from "../../byte_source.ts";
import { EngineStackTable } from "../../engine/stack_table.ts";
import { traceAt } from "../../trace_log.ts";
import { isInModule, moduleNameOf } from "../../module.ts";
import { expectedFiles, sharedFolder } from "../_shared_data_testing.ts";
import { hex } from "../dump_file.ts";
import { findStream, type Minidump, openMinidump } from "./dump.ts";
import { HANDLE_LIST_HEADER, HANDLE_OPERATION, MEMORY_INFO_LIST, STREAM } from "./format.ts";
import { readHandles } from "./handles.ts";
import { DumpMemory, readMemory64List, readMemoryList } from "./memory.ts";
import { readMemoryRegions } from "./memory_regions.ts";
import { readModules } from "./modules.ts";
import { readObjectInformation } from "./object_information.ts";
import { readHandleOperations } from "./operations.ts";
import { readMiscInfo } from "./process.ts";
import { readThreads } from "./threads.ts";

/** The form of the files (`shared/data/README.md`). */
interface Expected {
  readonly kernel?: true;
  readonly version_low: number;
  readonly flags: string;
  readonly timestamp: number;
  readonly streams: readonly { type: number; size: number; rva: number }[];
  readonly system: {
    readonly arch: number;
    readonly processors: number;
    readonly product: number;
    readonly os: string;
    readonly platform: number;
    readonly csd: string;
  };
  readonly misc: {
    readonly size_of_info: number;
    readonly flags1: string;
    readonly process_id: number;
  };
  readonly modules: readonly unknown[];
  readonly threads: readonly unknown[];
  readonly memory_list?: { readonly ranges: number; readonly bytes: number };
  readonly memory64?: {
    readonly ranges: number;
    readonly base_rva: number;
    readonly bytes: number;
    readonly first: readonly {
      readonly start: string;
      readonly size: number;
      readonly file_offset: number;
      readonly sha256: string;
    }[];
  };
  readonly memory_info?: {
    readonly header: number;
    readonly entry: number;
    readonly count: number;
  };
  readonly handle_data?: {
    readonly header: number;
    readonly descriptor: number;
    readonly count: number;
    readonly handles: readonly { readonly info?: unknown }[];
  };
  readonly handle_operations?: {
    readonly header: number;
    readonly entry: number;
    readonly count: number;
    readonly order: string;
    readonly operations: readonly {
      readonly handle: string;
      readonly pid: number;
      readonly tid: number;
      readonly type: string;
      readonly depth: number;
      readonly index: number;
      readonly frames: readonly {
        readonly address: string;
        readonly module: string;
        readonly rva: string;
      }[];
    }[];
    readonly still_open: readonly string[];
  };
}

const isMissing = sharedFolder("minidumps") === undefined;

if (isMissing) {
  Deno.test({ name: "real minidumps (shared/data is missing)", ignore: true, fn: () => {} });
}

for (const file of expectedFiles("minidumps")) {
  const expected = file.expected as Expected;
  if (expected.kernel) continue;
  Deno.test(`${file.name} reads as expected`, async (test) => {
    const bytes = await file.bytes();
    const dump = openMinidump(bytesSource(file.name, bytes));
    const step = async (name: string, check: () => void | Promise<void>): Promise<void> => {
      assert(await test.step(name, check));
    };
    await step("header and directory", () => checkHeader(dump, expected));
    await step("system and process", () => checkSystem(dump, expected));
    await step("modules", () => checkModules(dump, expected));
    await step("threads", () => checkThreads(dump, expected));
    await step("memory", () => checkMemory(dump, expected));
    await step("handles", () => checkHandles(dump, expected));
    await step("handle operations", () => checkOperations(dump, expected));
  });
}

function checkHeader(dump: Minidump, expected: Expected): void {
  assertEquals(dump.version, expected.version_low);
  assertEquals(hex(dump.flags), expected.flags);
  assertEquals(dump.timestamp, expected.timestamp);
  assertEquals(
    dump.streams.map(({ type, size, offset }) => ({ type, size, rva: offset })),
    [...expected.streams],
  );
}

function checkSystem(dump: Minidump, expected: Expected): void {
  const { system } = dump;
  assertEquals({
    arch: system.architecture,
    processors: system.processors,
    product: system.productType,
    os: `${system.majorVersion}.${system.minorVersion}.${system.buildNumber}`,
    platform: system.platform,
    csd: system.servicePack,
  }, { ...expected.system });
  const misc = readMiscInfo(dump)!;
  assertEquals({
    size_of_info: misc.size,
    flags1: hex(misc.flags),
    process_id: misc.processId,
  }, { ...expected.misc });
}

function checkModules(dump: Minidump, expected: Expected): void {
  const modules = readModules(dump);
  assertEquals(modules.incomplete, undefined);
  assertEquals(
    modules.entries.map(({ base, size, checksum, timestamp, path, codeView }) => ({
      base: hex(base),
      size: hex(size),
      checksum: hex(checksum),
      timestamp: hex(timestamp),
      name: path,
      ...(codeView?.kind === "RSDS" && {
        pdb: {
          guid: dashed(codeView.pdb.guid),
          age: codeView.pdb.age,
          path: codeView.pdb.path,
        },
      }),
    })),
    [...expected.modules],
  );
}

/** A GUID in the form of the expected files. */
function dashed(guid: string): string {
  return guid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function checkThreads(dump: Minidump, expected: Expected): void {
  const threads = readThreads(dump);
  assertEquals(threads.incomplete, undefined);
  assertEquals(
    threads.entries.map((thread) => ({
      id: thread.threadId,
      teb: hex(thread.teb),
      stack: hex(thread.stackStart),
      stack_size: thread.stackSize,
      context_size: thread.contextSize,
    })),
    [...expected.threads],
  );
}

async function checkMemory(dump: Minidump, expected: Expected): Promise<void> {
  const list = readMemoryList(dump).entries;
  assertEquals(list.length, expected.memory_list?.ranges ?? 0);
  assertEquals(sum(list.map(({ size }) => size)), expected.memory_list?.bytes ?? 0);

  const list64 = readMemory64List(dump).entries;
  assertEquals(list64.length, expected.memory64?.ranges ?? 0);
  assertEquals(sum(list64.map(({ size }) => size)), expected.memory64?.bytes ?? 0);
  assertEquals(list64[0]?.offset, expected.memory64?.base_rva);
  const memory = new DumpMemory(dump);
  assertEquals(memory.incomplete, undefined);
  for (const range of expected.memory64?.first ?? []) {
    const found = list64.find(({ offset }) => offset === range.file_offset);
    assertEquals(found && { start: hex(found.start), size: found.size }, {
      start: range.start,
      size: range.size,
    });
    assertEquals(await sha256(memory.read(BigInt(range.start), range.size)), range.sha256);
  }

  const regions = findStream(dump, STREAM.memoryInfoList);
  assertEquals(readMemoryRegions(dump).entries.length, expected.memory_info?.count ?? 0);
  if (regions === undefined) return assertEquals(expected.memory_info, undefined);
  const { SizeOfHeader, SizeOfEntry } = dump.file.structure(MEMORY_INFO_LIST, regions.offset);
  assertEquals([SizeOfHeader, SizeOfEntry], [
    expected.memory_info?.header,
    expected.memory_info?.entry,
  ]);
}

function checkHandles(dump: Minidump, expected: Expected): void {
  const stream = findStream(dump, STREAM.handleData);
  if (stream === undefined) return assertEquals(expected.handle_data, undefined);
  const header = dump.file.structure(HANDLE_LIST_HEADER, stream.offset);
  const handles = readHandles(dump);
  assertEquals(handles.incomplete, undefined);
  assertEquals({
    header: header.SizeOfHeader,
    descriptor: header.SizeOfEntry,
    count: handles.entries.length,
    handles: handles.entries.map((handle) => ({
      handle: hex(handle.handle),
      type: handle.type ?? null,
      name: handle.objectName ?? null,
      attributes: hex(handle.attributes),
      granted_access: hex(handle.grantedAccess),
      handle_count: handle.handleCount,
      pointer_count: handle.pointerCount,
      info: readObjectInformation(dump, handle.objectInformation).map(({ type, bytes }) => ({
        type,
        size: bytes.length,
        bytes: bytes.toHex(),
      })),
    })),
  }, {
    ...expected.handle_data,
    handles: expected.handle_data?.handles.map((handle) => ({ info: [], ...handle })),
  });
}

function checkOperations(dump: Minidump, expected: Expected): void {
  using stacks = new EngineStackTable();
  const found = readHandleOperations(dump, stacks);
  const stream = findStream(dump, STREAM.handleOperationList);
  const wanted = expected.handle_operations;
  if (!stream || !found || !wanted) return assertEquals(found, wanted);
  const header = dump.file.structure(HANDLE_LIST_HEADER, stream.offset);
  assertEquals([header.SizeOfHeader, header.SizeOfEntry], [wanted.header, wanted.entry]);
  assertEquals(found.incomplete, undefined);
  assertEquals(wanted.order, "newest first");
  const modules = readModules(dump).entries;
  const log = { ...found, stacks, readAt: new Date(), parsed: found.count };
  const operations = Array.from({ length: found.count }, (_, index) => {
    const { handle, processId, threadId, type, stack } = traceAt(log, index);
    // The only field that is not in a trace.
    const place = stream.offset + header.SizeOfHeader + index * header.SizeOfEntry;
    return {
      handle: hex(handle),
      pid: processId,
      tid: threadId,
      type: type.toUpperCase(),
      depth: stack.length,
      index: dump.file.structure(HANDLE_OPERATION, place).Index,
      frames: Array.from(stack, (address) => {
        const module = modules.find((candidate) => isInModule(candidate, address));
        return {
          address: hex(address),
          module: moduleNameOf(module?.path ?? "").toLowerCase(),
          rva: hex(address - (module?.base ?? 0n)),
        };
      }),
    };
  });
  assertEquals(operations.length, wanted.count);
  assertEquals(
    operations,
    wanted.operations.map((operation) => ({
      ...operation,
      frames: operation.frames.map(({ address, module, rva }) => ({ address, module, rva })),
    })),
  );
  const opened = new Set<string>();
  for (const { handle, type } of operations.toReversed()) {
    if (type === "OPEN") opened.add(handle);
    if (type === "CLOSE") opened.delete(handle);
  }
  assertEquals([...opened].sort(), [...wanted.still_open].sort());
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))).toHex();
}
