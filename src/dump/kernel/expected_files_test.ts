/** Dumps by an independent writer, with what is true of them (`shared/data/kdumps`). */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { bytesSource } from "../../byte_source.ts";
import { HtraceError } from "../../error.ts";
import type { Module } from "../../module.ts";
import { type HandleTableWalk, walkHandleTable } from "../../nt/handle_table.ts";
import { findKernel, type Kernel } from "../../nt/kernel.ts";
import { type ModuleWalk, walkKernelModules, walkProcessModules } from "../../nt/loader.ts";
import { ObjectTypes } from "../../nt/object_types.ts";
import { type KernelProcess, walkProcesses } from "../../nt/process.ts";
import { readTraceRing, type TraceRing } from "../../nt/trace_ring.ts";
import { type ExpectedFile, expectedFiles } from "../_shared_data_testing.ts";
import { openKernelDump } from "./kernel_dump.ts";

/** The fields of `expected.json` that are compared; its README describes them. */
interface Expected {
  readonly kdbg?: unknown;
  readonly modules: readonly ExpectedModule[];
  readonly processes: readonly ExpectedProcess[];
  readonly processesReachable?: readonly ExpectedProcess[];
  readonly processesWhole?: readonly ExpectedProcess[];
}

interface ExpectedModule {
  readonly name: string;
  readonly path: string;
  readonly base: string;
  readonly size: string;
  readonly timeDateStamp: string | null;
  readonly pdb: { readonly key: string; readonly path: string } | null;
}

interface ExpectedProcess {
  readonly eprocess: string;
  readonly pid: number;
  readonly ppid?: number;
  readonly image: string;
  readonly directoryTableBase?: string;
  readonly objectTable: string;
  readonly handleCount: number;
  readonly tracing: "on" | "off";
  readonly peb?: string;
  readonly handles: readonly ExpectedHandle[];
  readonly handlesIncomplete?: {
    readonly unreadableLeafTables: readonly {
      readonly handles: readonly [string, string];
      readonly why: string;
    }[];
  };
  readonly modules: readonly ExpectedModule[];
  readonly modulesUnavailable?: string;
  readonly trace?: ExpectedTrace;
}

interface ExpectedHandle {
  readonly handle: string;
  readonly type: string;
  readonly objectName: string | null;
  readonly objectPath: string | null;
  readonly object: string;
  readonly grantedAccess: string;
  readonly attributes: number;
}

interface ExpectedTrace {
  readonly tableSize: number;
  readonly traces: readonly {
    readonly type: "OPEN" | "CLOSE" | "BADREF";
    readonly handle: string;
    readonly pid: number;
    readonly tid: number;
    readonly frames: readonly string[];
  }[];
  readonly incomplete?: {
    readonly unreadableSlots: number;
    readonly unreadablePages: readonly { readonly why: string }[];
  };
  readonly classic: {
    readonly all: { readonly parsed: string; readonly dumped: string };
  } | null;
}

/** What a cause of `expected.json` is called here. */
const REASONS: Readonly<Record<string, string>> = {
  pagefile: "unavailable page: the page is in the page file",
  "demand-zero": "invalid page: the page was never touched",
  absent: "unavailable page: the page is not in the dump",
  "proto-pagefile": "unavailable page: the page is in the page file, as its prototype entry says",
  "proto-vad": "unavailable page: only the VAD says where the page is",
};

/**
 * Windows XP without PAE: where its prototype entries are, only a variable of the kernel tells, which these dumps leave
 * unset. Pages behind them are reported, not read.
 */
const WITHOUT_PROTOTYPES = /^(01|13i)/;

const FILES = expectedFiles("kdumps");
const TYPES = { OPEN: 1, CLOSE: 2, BADREF: 3 } as const;

function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}

function expectedOf(file: ExpectedFile): Expected {
  return file.expected as Expected;
}

interface Opened {
  readonly kernel: Kernel;
  readonly damage: readonly string[];
}

async function open(file: ExpectedFile): Promise<Opened> {
  const dump = openKernelDump(bytesSource(`${file.name}.dmp`, await file.bytes()));
  if (dump.kind !== "memory") throw new TypeError(`${file.name} has no memory`);
  const { header, memory, damage } = dump;
  const architecture = header.bits === 64 ? "x64" : "x86";
  return { kernel: findKernel(memory, { name: file.name, architecture, ...header }), damage };
}

function processesOf(kernel: Kernel): readonly KernelProcess[] {
  return walkProcesses(kernel, kernel.psActiveProcessHead, kernel.processLink).processes;
}

function processOf(kernel: Kernel, imageName: string): KernelProcess {
  const found = processesOf(kernel).find((process) => process.imageName === imageName);
  if (found === undefined) throw new TypeError(`no ${imageName}`);
  return found;
}

function handlesOf(kernel: Kernel, process: KernelProcess): HandleTableWalk {
  const typeObjectType = kernel.debuggerData?.obpTypeObjectType;
  const types = new ObjectTypes(kernel, typeObjectType === undefined ? {} : { typeObjectType });
  return walkHandleTable(kernel, process.objectTable, types);
}

function modulesOf(kernel: Kernel, process: KernelProcess): ModuleWalk {
  const { peb, wow64Peb, directoryTableBase } = process;
  const pebs = { native: peb, ...(wow64Peb !== undefined && { wow64: wow64Peb }) };
  return walkProcessModules(kernel.addressSpace(directoryTableBase), pebs);
}

/** What is known of every process. */
function summaryOf(process: KernelProcess): unknown {
  return {
    eprocess: hex(process.process),
    pid: process.processId,
    image: process.imageName,
    objectTable: hex(process.objectTable),
    handleCount: process.handleCount,
    tracing: process.traced ? "on" : "off",
  };
}

function expectedSummary(process: ExpectedProcess): unknown {
  const { eprocess, pid, image, objectTable, handleCount, tracing } = process;
  return { eprocess, pid, image, objectTable, handleCount, tracing };
}

function moduleFacts({ path, base, size, timestamp, pdb }: Module): unknown {
  return {
    path,
    base: hex(base),
    size: hex(size),
    timeDateStamp: timestamp === undefined ? null : hex(timestamp),
    key: pdb && `${pdb.guid}${pdb.age.toString(16)}`,
    pdb: pdb?.path,
  };
}

function expectedModuleFacts({ path, base, size, timeDateStamp, pdb }: ExpectedModule): unknown {
  return { path, base, size, timeDateStamp, key: pdb?.key, pdb: pdb?.path };
}

/** The entries of a ring, newest first, blank ones left out. */
function tracesOf(ring: TraceRing, size: 4 | 8): unknown[] {
  const view = new DataView(ring.entries.buffer);
  const word = (offset: number): bigint =>
    size === 4 ? BigInt(view.getUint32(offset, true)) : view.getBigUint64(offset, true);
  const traces: unknown[] = [];
  for (let start = 0; start < view.byteLength; start += 20 * size) {
    const type = view.getUint32(start + 3 * size, true);
    if (type === 0) continue;
    const stack = Array.from({ length: 16 }, (_, frame) => word(start + (4 + frame) * size));
    const depth = stack.indexOf(0n);
    traces.push({
      type,
      handle: hex(word(start + 2 * size)),
      pid: Number(word(start)),
      tid: Number(word(start + size)),
      frames: stack.slice(0, depth < 0 ? 16 : depth).map(hex),
    });
  }
  return traces;
}

function expectedTraces({ traces }: ExpectedTrace): unknown[] {
  return traces.map(({ type, handle, pid, tid, frames }) => ({
    type: TYPES[type],
    handle,
    pid,
    tid,
    frames,
  }));
}

if (FILES.length === 0) {
  Deno.test({
    name: "kernel dumps against shared/data/kdumps: the folder is missing",
    ignore: true,
    fn(): void {},
  });
}

for (const file of FILES.filter((one) => expectedOf(one).kdbg !== undefined)) {
  const expected = expectedOf(file);

  Deno.test(`${file.name}: processes, kernel modules`, async () => {
    const { kernel, damage } = await open(file);
    assertEquals(damage, []);
    assertEquals(kernel.incomplete, []);
    const processes = processesOf(kernel);
    assertEquals(processes.map(summaryOf), expected.processes.map(expectedSummary));
    assertEquals(
      processes.map(({ parentProcessId, directoryTableBase }) => [
        parentProcessId,
        hex(directoryTableBase),
      ]),
      expected.processes.map(({ ppid, directoryTableBase }) => [ppid!, directoryTableBase!]),
    );
    const { modules, incomplete } = walkKernelModules(kernel, kernel.psLoadedModuleList);
    assertEquals(modules.map(moduleFacts), expected.modules.map(expectedModuleFacts));
    assertEquals(incomplete, [
      "no PDB identity was found for pagedhdr.sys (unavailable page: the page is in the page file)",
    ]);
  });

  Deno.test(`${file.name}: handles with types, names and paths, and those that are missing`, async () => {
    const { kernel } = await open(file);
    for (const process of processesOf(kernel)) {
      if (process.objectTable === 0n) continue;
      const { handles, handlesIncomplete } = expected.processes.find(({ eprocess }) =>
        eprocess === hex(process.process)
      )!;
      const walk = handlesOf(kernel, process);
      assertEquals(
        walk.handles.map((handle) => ({
          handle: hex(handle.handle),
          type: handle.type!,
          objectName: handle.objectName ?? null,
          objectPath: handle.objectPath ?? null,
          object: hex(handle.object ?? 0),
          grantedAccess: hex(handle.grantedAccess ?? 0),
          attributes: handle.attributes,
        })),
        handles.map((
          { handle, type, objectName, objectPath, object, grantedAccess, attributes },
        ) => (
          { handle, type, objectName, objectPath, object, grantedAccess, attributes }
        )),
      );
      const missing = handlesIncomplete?.unreadableLeafTables ?? [];
      assertEquals(
        walk.incomplete,
        missing.map(({ handles: [first, last], why }) =>
          `its handles ${first} to ${last} are missing (${REASONS[why]})`
        ),
      );
    }
  });

  Deno.test(`${file.name}: user modules, or why there are none`, async () => {
    const { kernel } = await open(file);
    for (const process of processesOf(kernel)) {
      const { peb, modules, modulesUnavailable } = expected.processes.find(({ eprocess }) =>
        eprocess === hex(process.process)
      )!;
      assertEquals(hex(process.peb), peb ?? "0x0");
      if (peb === undefined) continue;
      const walk = modulesOf(kernel, process);
      // The main image of a WoW64 process stands in both lists.
      const once = modules.filter(({ base }, index) =>
        modules.findIndex((other) => other.base === base) === index
      );
      assertEquals(walk.modules.map(moduleFacts), once.map(expectedModuleFacts));
      if (modulesUnavailable === undefined) continue;
      const table = /\(PFN (0x[0-9a-f]+)\)/.exec(modulesUnavailable)?.[1];
      const reason = table === undefined
        ? REASONS.absent
        : `its page table, physical page ${table}, is missing: the page is not in the dump`;
      assert(walk.incomplete[0]?.includes(`${reason})`), walk.incomplete.join());
    }
  });

  Deno.test(`${file.name}: traces, the totals of the classic walk, and lost slots by cause`, async () => {
    const { kernel } = await open(file);
    for (const process of processesOf(kernel)) {
      const { trace } = expected.processes.find(({ eprocess }) =>
        eprocess === hex(process.process)
      )!;
      if (trace === undefined) continue;
      const ring = readTraceRing(kernel, process);
      assertEquals(ring.slots, trace.tableSize);
      const lost = [...ring.lost.values()].reduce((sum, count) => sum + count, 0);
      if (trace.incomplete !== undefined && WITHOUT_PROTOTYPES.test(file.name)) {
        assert(lost > trace.incomplete.unreadableSlots);
        assert(
          [...ring.lost.keys()].some((reason) => reason.includes("prototype entry cannot be")),
        );
        continue;
      }
      assertEquals(tracesOf(ring, kernel.layouts.pointerSize), expectedTraces(trace));
      assertEquals(lost, trace.incomplete?.unreadableSlots ?? 0);
      const causes = trace.incomplete?.unreadablePages.map(({ why }) => REASONS[why]) ?? [];
      assertEquals([...ring.lost.keys()].sort(), causes.sort());
      if (trace.classic === null) continue;
      const { parsed, dumped } = ring.walk;
      assertEquals({ parsed: hex(parsed), dumped: hex(dumped) }, trace.classic.all);
    }
  });
}

/** Dumps that cannot be opened, and what their one line says. */
const REJECTED: Readonly<Record<string, RegExp>> = {
  "10a-win7sp1-x64-headeronly": /it is a header-only dump: there is no memory in the file/,
  "10b-win7sp1-x64-cut-in-header":
    /too short for the 64-bit header: 0x2000 bytes are expected, 0x800 are there/,
  "10d-win7sp1-x64-empty": /the file is empty/,
  "11-win7sp1-x64-full-filler-runs": /physical memory block is unset, so there is no list of runs/,
  "13c-hostile-run-count-2pow32-1":
    /list of runs is damaged: it should have 4294967295 runs, and the header has room for 42/,
  "13f-hostile-first-page-offset-past-the-end":
    /first page should be at 0x7ffffffffffff000, beyond the end of the file/,
  "13g-hostile-rdmp-range-of-2pow60-pages": /its list of processes .* leads to no process/,
  "13h-hostile-self-referencing-page-tables": /does not lead to processes of build 19041/,
  "13l-hostile-header-cr3-outside-memory":
    /root of its page tables should be at physical address 0xffffffffff000/,
};

for (const file of FILES.filter(({ name }) => name in REJECTED)) {
  Deno.test(`${file.name}: ends in one line that says why`, async () => {
    const error = await assertRejects(() => open(file), HtraceError);
    assertMatch(error.message, REJECTED[file.name]!);
    assertEquals(error.message.split("\n").length, 1);
  });
}

/** Tests of single files, where they are. */
function testOf(name: string, what: string, check: (file: ExpectedFile) => Promise<void>): void {
  const file = FILES.find((one) => one.name === name);
  if (file !== undefined) Deno.test(`${name}: ${what}`, () => check(file));
}

testOf("09-win10-19045-x64-triage", "has the drivers and says what it lacks", async (file) => {
  const dump = openKernelDump(bytesSource("small.dmp", await file.bytes()));
  if (dump.kind !== "triage") throw new TypeError("it is a small dump");
  assertEquals(dump.damage, []);
  assertEquals(
    dump.modules.map(({ name, base, size, timestamp }) => ({
      name,
      base: hex(base),
      size: hex(size),
      timeDateStamp: hex(timestamp),
    })),
    expectedOf(file).modules,
  );
  assertEquals(
    dump.lacks,
    '"small.dmp" is a small (triage) dump, and it holds no physical memory: no process list, no handle tables, ' +
      "no trace databases; write a kernel, automatic, active or complete memory dump",
  );
});

testOf(
  "10c-win7sp1-x64-cut-in-pages",
  "shows the processes without their list's head",
  async (file) => {
    const { kernel, damage } = await open(file);
    assertMatch(damage.join(), /the file is cut short: it ends at 0xd5123/);
    assertMatch(kernel.incomplete.join(), /processes were found by searching memory/);
    const whole = expectedOf(file).processesWhole ?? [];
    assertEquals(processesOf(kernel).map(summaryOf), whole.map(expectedSummary));
    const badhandle = processOf(kernel, "badhandle.exe");
    assertThrows(() => readTraceRing(kernel, badhandle), Error, "the page is not in the dump");
  },
);

testOf(
  "13a-hostile-cyclic-process-list",
  "lists each process once and says it is cyclic",
  async (file) => {
    const { kernel } = await open(file);
    const { processes, incomplete } = walkProcesses(kernel, kernel.psActiveProcessHead);
    const reachable = expectedOf(file).processesReachable ?? [];
    assertEquals(processes.map(summaryOf), reachable.map(expectedSummary));
    assertMatch(incomplete.join(), /the list of processes is not whole: it is cyclic/);
  },
);

testOf("13b-hostile-cyclic-handle-table", "says which tables are damaged", async (file) => {
  const { kernel } = await open(file);
  assertEquals(processesOf(kernel).map(summaryOf), expectedOf(file).processes.map(expectedSummary));
  const said = (name: string): string =>
    handlesOf(kernel, processOf(kernel, name)).incomplete.join();
  assertMatch(said("badhandle.exe"), /damaged: it leads to its page at 0x[0-9a-f]+ twice/);
  assertMatch(said("holes.exe"), /damaged: no table has 0x[0-9a-f]+3 as its TableCode/);
  assertMatch(said("quietlongname15"), /damaged: no table has 0x7ff612345000 as its TableCode/);
  assertEquals(said("csrss.exe"), "");
});

testOf(
  "13d-hostile-page-counts-2pow60-and-2pow64-1-in-runs",
  "says the list is damaged",
  async (file) => {
    const dump = openKernelDump(bytesSource("x.dmp", await file.bytes()));
    if (dump.kind !== "memory") throw new TypeError("it has memory");
    assertMatch(dump.damage.join(), /damaged: 1152921504606846976 pages from page 0x20/);
  },
);

testOf(
  "13e-hostile-bitmap-of-2pow62-bits",
  "reads the bitmap that there is room for",
  async (file) => {
    const { kernel, damage } = await open(file);
    assertMatch(damage.join(), /it should have 4611686018427387904 bits, but there is room for/);
    assertEquals(processesOf(kernel).length, 11);
  },
);

testOf("13i-hostile-prototype-pte-loops", "leaves the pages behind the loops out", async (file) => {
  const { kernel } = await open(file);
  assertEquals(processesOf(kernel).map(summaryOf), expectedOf(file).processes.map(expectedSummary));
  const ring = readTraceRing(kernel, processOf(kernel, "paged.exe"));
  assert([...ring.lost.values()].reduce((sum, count) => sum + count) > 258);
});

testOf(
  "13j-hostile-trace-database-fields",
  "says what is wrong with each database",
  async (file) => {
    const { kernel } = await open(file);
    const said = (name: string): string =>
      assertThrows(() => readTraceRing(kernel, processOf(kernel, name)), Error).message;
    assertMatch(said("badhandle.exe"), /has a table size of 0x0, which no kernel makes/);
    assertMatch(said("leaky.exe"), /has a table size of 0xffffffff, which no kernel makes/);
    assertMatch(said("holes.exe"), /has a table size of 0x64, which no kernel makes/);
    assertMatch(said("paged.exe"), /is not at a kernel address/);
    assertMatch(said("wow32.exe"), /would be the object table itself/);
  },
);

testOf(
  "13k-hostile-names-types-module-list",
  "cuts lying names and ends the list",
  async (file) => {
    const { kernel } = await open(file);
    const processes = processesOf(kernel);
    assertEquals(processes.length, 11);
    assert(processes.every(({ processId }) => processId <= 0xffff_ffff));
    const { modules, incomplete } = walkKernelModules(kernel, kernel.psLoadedModuleList);
    assertEquals(modules.length, 5);
    assert(modules.every(({ path, size }) => path.length <= 0x1000 && size < 0x8000_0000));
    assertMatch(incomplete.join(), /the list of kernel modules is not whole: it is cyclic/);
  },
);
