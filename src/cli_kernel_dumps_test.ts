/** Kernel dumps in the verbs that scripts use, compared with the truth about them (`shared/data/kdumps`). */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { assertFits } from "../docs/json_schema_fixture.ts";
import { runCli } from "./cli_fixture.ts";
import { type ExpectedFile, expectedFiles } from "./dump/_shared_data_testing.ts";
import { withFolder } from "./folder_fixture.ts";

/** The parts of an `expected.json` that are compared. */
interface Expected {
  readonly kdbg?: unknown;
  readonly pointerSize: 4 | 8;
  readonly modules: readonly ExpectedModule[];
  readonly processes: readonly ExpectedProcess[];
}

interface ExpectedModule {
  readonly path: string;
  readonly base: string;
  readonly pdb: { readonly key: string } | null;
}

interface ExpectedProcess {
  readonly eprocess: string;
  readonly pid: number;
  readonly ppid: number;
  readonly image: string;
  readonly objectTable: string;
  readonly handleCount: number;
  readonly tracing: "on" | "off";
  readonly handles: readonly {
    readonly handle: string;
    readonly type: string;
    readonly objectName: string | null;
    readonly objectPath: string | null;
    readonly object: string;
    readonly grantedAccess: string;
  }[];
  readonly handlesIncomplete?: unknown;
  readonly modules?: readonly ExpectedModule[];
  readonly modulesUnavailable?: string;
  readonly trace?: {
    readonly traces: readonly {
      readonly type: string;
      readonly handle: string;
      readonly pid: number;
      readonly tid: number;
      readonly frames: readonly string[];
    }[];
    readonly incomplete?: { readonly unreadableSlots: number };
    readonly classic: {
      readonly all: Totals;
      readonly byHandle: Readonly<Record<string, Totals>>;
    } | null;
  };
}

interface Totals {
  readonly parsed: string;
  readonly dumped: string;
}

/** The parts of `show --format json` output that are read. */
interface Shown {
  readonly target: { readonly processId: number; readonly imageName: string };
  readonly incomplete?: string;
  readonly traces: readonly {
    readonly type: string;
    readonly handle: number;
    readonly processId: number;
    readonly threadId: number;
    readonly stack: number;
  }[];
  readonly stacks: Readonly<Record<string, readonly { readonly address: string }[]>>;
  readonly modules: readonly {
    readonly path: string;
    readonly base: string;
    readonly pdb?: { readonly guid: string; readonly age: number };
  }[];
  readonly handles: readonly {
    readonly handle: number;
    readonly type: string;
    readonly objectName?: string;
    readonly objectPath?: string;
    readonly object: string;
    readonly grantedAccess: number;
  }[];
}

const FILES = expectedFiles("kdumps");
const WHOLE = FILES.filter(({ expected }) => (expected as Expected).kdbg !== undefined);
/** Windows XP without PAE, whose prototype entries cannot be found in these dumps. */
const WITHOUT_PROTOTYPES = /^01-/;
const TYPES: Readonly<Record<string, string>> = { OPEN: "open", CLOSE: "close", BADREF: "badref" };

/** Runs a test with the dump in a file. */
function withDump(file: ExpectedFile, test: (path: string) => Promise<void>): Promise<void> {
  return withFolder(async (folder) => {
    const path = `${folder}/${file.name}.dmp`;
    Deno.writeFileSync(path, await file.bytes());
    await test(path);
  });
}

/** The JSON line that a command prints. */
async function json(definition: string, ...words: string[]): Promise<unknown> {
  const { stdout, stderr, code } = await runCli(...words);
  assertEquals(code, 0, stderr);
  const value: unknown = JSON.parse(stdout);
  assertFits(definition, value);
  return value;
}

if (FILES.length === 0) {
  Deno.test({
    name: "the verbs on kernel dumps: shared/data/kdumps is missing",
    ignore: true,
    fn(): void {},
  });
}

for (const file of WHOLE) {
  const expected = file.expected as Expected;

  Deno.test(`htrace processes --json: ${file.name}`, () =>
    withDump(file, async (path) => {
      const list = await json("processes", "processes", path, "--json") as readonly Record<
        string,
        unknown
      >[];
      const byAddress = (one: unknown[], other: unknown[]): number =>
        String(one[0]).localeCompare(String(other[0]));
      assertEquals(
        list.map((entry) =>
          [
            entry.process,
            entry.processId,
            entry.parentProcessId,
            entry.imageName,
            entry.objectTable,
            entry.handleCount,
            entry.traced,
          ] as unknown[]
        ).sort(byAddress),
        expected.processes.map((process) =>
          [
            process.eprocess,
            process.pid,
            process.ppid,
            process.image,
            process.objectTable,
            process.handleCount,
            process.tracing === "on",
          ] as unknown[]
        ).sort(byAddress),
      );
    }));

  Deno.test(`htrace show --process --format json: ${file.name}`, () =>
    withDump(file, async (path) => {
      for (const process of expected.processes) {
        const shown = await json(
          "analysis",
          ...["show", path, "--process", String(process.pid), "--format", "json", "--offline"],
        ) as Shown;
        assertEquals(shown.target.processId, process.pid);
        assertEquals(shown.target.imageName, process.image);
        checkHandles(shown, process);
        checkModules(shown, process, expected.modules);
        checkTraces(shown, process, file.name);
      }
    }));

  Deno.test(`!htrace prints the totals of the debugger's own walk: ${file.name}`, () =>
    withDump(file, async (path) => {
      const cases = expected.processes.flatMap(({ eprocess, trace }) => {
        if (trace?.classic === undefined || trace.classic === null) return [];
        const { all, byHandle } = trace.classic;
        return [["0", all] as const, ...Object.entries(byHandle)]
          .map(([handle, totals]) => ({ command: `!htrace ${handle} ${eprocess}`, totals }));
      });
      const commands = cases.map(({ command }) => command).join("; ");
      const { stdout } = await runCli("debug", path, "--offline", "-c", commands);
      const totals = stdout.matchAll(
        /Parsed (0x[0-9A-F]+) stack traces\.\nDumped (0x[0-9A-F]+) stack traces\./g,
      );
      assertEquals(
        Array.from(totals, ([, parsed, dumped]) => [Number(parsed), Number(dumped)]),
        cases.map(({ totals: { parsed, dumped } }) => [Number(parsed), Number(dumped)]),
      );
    }));
}

function checkHandles(shown: Shown, process: ExpectedProcess): void {
  assertEquals(
    shown.handles.map((handle) => [
      handle.handle,
      handle.type,
      handle.objectName ?? null,
      handle.objectPath ?? null,
      handle.object,
      handle.grantedAccess,
    ]),
    process.handles.map((handle) => [
      Number(handle.handle),
      handle.type,
      handle.objectName,
      handle.objectPath,
      handle.object,
      Number(handle.grantedAccess),
    ]),
  );
  const isSaid = /its handles 0x[0-9a-f]+ to 0x[0-9a-f]+ are missing/.test(shown.incomplete ?? "");
  assertEquals(isSaid, process.handlesIncomplete !== undefined);
}

/** The kernel's modules, then those of the process; the main image of a WoW64 process once. */
function checkModules(
  shown: Shown,
  process: ExpectedProcess,
  kernel: readonly ExpectedModule[],
): void {
  const all = [...kernel, ...process.modules ?? []];
  const once = all.filter(({ base }, index) =>
    all.findIndex((other) => other.base === base) === index
  );
  assertEquals(
    shown.modules.map(({ path, base, pdb }) => [
      path,
      base,
      pdb && `${pdb.guid}${pdb.age.toString(16)}`,
    ]),
    once.map(({ path, base, pdb }) => [path, base, pdb?.key]),
  );
  if (process.modulesUnavailable !== undefined) {
    assertStringIncludes(shown.incomplete ?? "", "its modules are missing: Cannot read PEB.Ldr");
  }
}

function checkTraces(shown: Shown, { tracing, trace }: ExpectedProcess, name: string): void {
  if (tracing === "off") {
    assertEquals(shown.traces, []);
    assertMatch(shown.incomplete ?? "", /handle tracing was never enabled|it has exited/);
    return;
  }
  const { traces, incomplete } = trace!;
  const lost = Number(/(\d+) of \d+ slots cannot be read/.exec(shown.incomplete ?? "")?.[1] ?? 0);
  if (incomplete !== undefined && WITHOUT_PROTOTYPES.test(name)) {
    assert(lost > incomplete.unreadableSlots);
    return;
  }
  assertEquals(lost, incomplete?.unreadableSlots ?? 0);
  assertEquals(
    shown.traces.map(({ type, handle, processId, threadId, stack }) => [
      type,
      handle,
      processId,
      threadId,
      shown.stacks[stack]?.map(({ address }) => address),
    ]),
    traces.map(({ type, handle, pid, tid, frames }) => [
      TYPES[type],
      Number(handle),
      pid,
      tid,
      frames,
    ]),
  );
}

/** Dumps that are not targets, and the line printed for them. */
const REJECTED: Readonly<Record<string, RegExp>> = {
  "10a-win7sp1-x64-headeronly": /header-only dump: there is no memory in the file/,
  "10b-win7sp1-x64-cut-in-header": /too short for the 64-bit header/,
  "10d-win7sp1-x64-empty": /no target|empty/,
  "11-win7sp1-x64-full-filler-runs": /there is no list of runs and no page can be found/,
  "13c-hostile-run-count-2pow32-1": /list of runs is damaged/,
  "13f-hostile-first-page-offset-past-the-end": /beyond the end of the file/,
  "13g-hostile-rdmp-range-of-2pow60-pages":
    /1152921504606846976 pages from page 0x20 are more than any machine has, and/,
  "13h-hostile-self-referencing-page-tables": /does not lead to processes/,
  "13l-hostile-header-cr3-outside-memory": /physical address 0xffffffffff000/,
};

for (const file of FILES.filter(({ name }) => name in REJECTED)) {
  Deno.test(`htrace processes ends with one line and 3: ${file.name}`, () =>
    withDump(file, async (path) => {
      for (const words of [["processes", path, "--json"], ["show", path]]) {
        const { code, stdout, stderr } = await runCli(...words);
        assertEquals([code, stdout], [3, ""]);
        assertMatch(stderr, REJECTED[file.name]!);
        assertEquals(stderr.trimEnd().split("\n").length, 1);
      }
    }));
}

/** What a damaged dump still shows, and what is said about the damage. */
const DAMAGED: Readonly<Record<string, readonly [processes: number, said: RegExp]>> = {
  "09-win10-19045-x64-triage": [1, /small \(triage\) dump, and it holds no physical memory/],
  "10c-win7sp1-x64-cut-in-pages": [11, /the file is cut short: it ends at 0xd5123/],
  "13a-hostile-cyclic-process-list": [6, /the list of processes is not whole: it is cyclic/],
  "13b-hostile-cyclic-handle-table": [11, /PDB identity/],
  "13d-hostile-page-counts-2pow60-and-2pow64-1-in-runs": [7, /its list of pages is damaged/],
  "13e-hostile-bitmap-of-2pow62-bits": [11, /its bitmap is damaged/],
  "13i-hostile-prototype-pte-loops": [10, /PDB identity/],
  "13j-hostile-trace-database-fields": [11, /PDB identity/],
  "13k-hostile-names-types-module-list": [11, /the list of kernel modules is not whole/],
};

for (const file of FILES.filter(({ name }) => name in DAMAGED)) {
  Deno.test(`htrace shows what is there, and says what is missing: ${file.name}`, () =>
    withDump(file, async (path) => {
      const [count, said] = DAMAGED[file.name]!;
      const { code, stdout, stderr } = await runCli("processes", path, "--json");
      assertEquals(code, 0);
      const list = JSON.parse(stdout) as readonly { readonly processId: number }[];
      assertEquals(list.length, count);
      assertMatch(stderr, said);
      for (const { processId } of list) {
        const words = ["show", path, "--process", String(processId), "--format", "json"];
        const shown = await json("analysis", ...words, "--offline") as Shown;
        assertMatch(shown.incomplete ?? "", said);
      }
    }));
}

const [documented] = FILES.filter(({ name }) => name.startsWith("01s-"));
if (documented !== undefined) {
  Deno.test("htrace uses the only traced process of a dump, under any of its names", () =>
    withDump(documented, async (path) => {
      const { stdout } = await runCli("show", path);
      assertMatch(stdout, /^Process 0x81400300\nObjectTable 0xE10CCF60\n/);
      for (const process of ["1484", "0x81400300", "badhandle", "badhandle.exe"]) {
        assertEquals((await runCli("show", path, "--process", process)).stdout, stdout);
      }
      const { code, stderr } = await runCli("show", path, "--process", "77");
      assertEquals(code, 3);
      assertStringIncludes(stderr, "no process has that id");
    }));
}

const [several] = FILES.filter(({ name }) => name.startsWith("04-"));
if (several !== undefined) {
  Deno.test("htrace lists the traced processes if there are several and none is named", () =>
    withDump(several, async (path) => {
      const { code, stderr } = await runCli("report", path);
      assertEquals(code, 3);
      assertMatch(
        stderr,
        /handles of 5 processes were traced, badhandle.exe \(1960\), .*; name one with --process/,
      );
    }));

  Deno.test("every verb uses the named process of a dump", () =>
    withDump(several, async (path) => {
      const words = ["--process", "leaky", "--offline"];
      const report = await runCli("report", path, ...words);
      assertMatch(report.stdout, /256 traces, .* opened/);
      const symbols = await runCli("symbols", path, ...words);
      assertMatch(symbols.stdout, /^000000013f000000 {2}leaky/m);
      const { stdout } = await runCli("debug", path, ...words, "-c", ".process");
      assertEquals(stdout, "Implicit process is now fffffa80`01004a90\n");
      const recording = path.replace(/dmp$/, "htrace");
      const recorded = await runCli("record", path, ...words, "-o", recording);
      assertEquals(recorded.stdout, "Saved 256 traces, 11 modules, 255 handles.\n");
      assertMatch((await runCli("show", recording)).stdout, /^Process 0xFFFFFA8001004A90\n/);
      const diff = await runCli("diff", path, path, ...words);
      assertMatch(diff.stdout, /0x0 new stack traces since the previous snapshot/);
    }));

  Deno.test("the prompt switches between the processes of a dump", () =>
    withDump(several, async (path) => {
      const commands = ".process; !htrace; .process fffffa8001004a90; !handle 4; !htrace 0 0 1";
      const { stdout } = await runCli("debug", path, "--offline", "-c", commands);
      assertMatch(stdout, /^Implicit process is now 00000000`00000000\nCannot choose a process of/);
      assertMatch(stdout, /now fffffa80`01004a90\nHandle 4\n {2}Type\s+Event\n {2}Name\s+BadEvent/);
      assertMatch(stdout, /Process 0xFFFFFA8001004A90\n[^]*Parsed 0x1 stack traces\./);
    }));
}
