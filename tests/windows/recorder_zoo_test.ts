/**
 * The leak zoo with the recorder: programs that misuse handles in known ways, checked against the truth derived from
 * their sources (`shared/data/zoo`). Ignored if the zoo is not beside the project.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Analysis } from "../../src/analysis.ts";
import { runCli } from "../../src/cli_fixture.ts";
import { outstandingTraces } from "../../src/engine/engine.ts";
import { findGrowth } from "../../src/library/mod.ts";
import type { TraceLog } from "../../src/trace_log.ts";
import { recorder32Test, recorderTest } from "../../src/win32/windows_fixture.ts";
import { functionOf, ownFunctions, record, type Recorded, tallies } from "./_recorder_testing.ts";
import { SHARED } from "../../src/shared_fixture.ts";

/** `NAME.expected.json`, the members that are checked; the zoo's README explains each. */
interface Truth {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly architectures: readonly ("x86_64" | "i686")[];
  readonly exitCode: number | null;
  readonly statusCode?: string;
  readonly outstandingAtEnd: readonly {
    readonly function: string;
    readonly type: string;
    readonly count: number;
    readonly caller?: string;
    readonly callerFrame?: number;
    readonly module?: string;
    readonly distinctStacks?: number;
  }[];
  readonly transient: readonly {
    readonly function: string;
    readonly type: string;
    readonly opened: number;
    readonly closed: number;
    readonly closedBy?: string;
    readonly dependsOnHandleValues?: boolean;
  }[];
  readonly badReferences: readonly {
    readonly function: string;
    readonly count: number;
    readonly doubleClose?: boolean;
  }[];
  readonly wrongClose: null | {
    readonly closer: { readonly function: string };
    readonly victim: { readonly openedBy: string; readonly type: string };
  };
  readonly pseudoHandleCloses?: readonly { readonly function: string }[];
  readonly marks: readonly string[];
  readonly growthPerIteration: null | {
    readonly perIteration: readonly Grown[];
    readonly warmup: readonly Grown[];
  };
  readonly unloadedModules?: readonly string[];
}

interface Grown {
  readonly function: string;
  readonly type: string;
  readonly count: number;
}

const ZOO = new URL("data/zoo/", SHARED);

function truths(): Truth[] {
  try {
    return [...Deno.readDirSync(ZOO)]
      .filter(({ name }) => name.endsWith(".expected.json"))
      .map(({ name }) => JSON.parse(Deno.readTextFileSync(new URL(name, ZOO))) as Truth);
  } catch {
    return [];
  }
}

function programPath(path: string): string {
  return decodeURIComponent(new URL(path, ZOO).pathname).slice(1).replaceAll("/", "\\");
}

const found = truths();
if (found.length === 0) {
  Deno.test({ name: "the leak zoo [shared/data/zoo]", ignore: true, fn: (): void => {} });
}

for (const truth of found.sort((a, b) => a.program < b.program ? -1 : 1)) {
  recorderTest(`zoo: ${truth.program} matches its truth`, () => check(truth, ""));
  if (truth.architectures.includes("i686")) {
    recorder32Test(`zoo: ${truth.program} matches its truth`, () => check(truth, "i686/"));
  }
}

async function check(truth: Truth, folder: string): Promise<void> {
  const path = programPath(`bin/${folder}${truth.program}.exe`);
  const recorded = await record([path, ...truth.arguments]);
  const { analysis } = recorded;
  assertEquals(recorded.exitStatus, truth.exitCode ?? Number(truth.statusCode));
  checkOutstanding(truth, analysis);
  checkTransient(truth, analysis);
  checkBadReferences(truth, analysis);
  checkMarks(truth, recorded);
  checkGrowth(truth, analysis);
  checkAgainstTable(truth, analysis);
}

function key({ function: name, type }: { function: string; type: string }): string {
  return `${name} ${type}`;
}

/** Own code's outstanding handles, by the function that they are attributed to: those of the truth, and no others. */
function checkOutstanding({ outstandingAtEnd }: Truth, analysis: Analysis): void {
  const { log, isOutstanding, stacks } = analysis;
  const actual = new Map<string, number[]>();
  for (let trace = 0; trace < log.count; trace++) {
    const name = functionOf(analysis, log.stack[trace]!);
    if (!isOutstanding[trace] || name === "") continue;
    const who = `${name} ${analysis.objectOf(trace)?.type}`;
    actual.set(who, [...actual.get(who) ?? [], trace]);
  }
  const expected = new Map<string, number>();
  for (const entry of outstandingAtEnd) {
    expected.set(key(entry), (expected.get(key(entry)) ?? 0) + entry.count);
  }
  assertEquals(
    Object.fromEntries([...actual].map(([who, traces]) => [who, traces.length]).sort()),
    Object.fromEntries([...expected].sort()),
  );
  for (const entry of outstandingAtEnd) {
    const { caller, callerFrame, module, distinctStacks } = entry;
    const traces = actual.get(key(entry)) ?? [];
    for (const trace of traces) {
      const stack = log.stack[trace]!;
      if (module !== undefined) {
        assertEquals(`${stacks.get(stack)?.suspect?.frame.module?.name}.dll`, module);
      }
      if (caller === undefined) continue;
      assert(ownFunctions(analysis, stack).includes(caller), `${caller} is on no stack`);
      if (callerFrame === undefined) continue;
      const place = stacks.get(stack)!.frames.findIndex(({ symbol }) => symbol === caller);
      assert(place + 1 >= callerFrame, `${caller} is frame ${place + 1}`);
    }
    if (distinctStacks !== undefined) {
      assertEquals(new Set(traces.map((trace) => log.stack[trace])).size, distinctStacks);
    }
  }
}

/**
 * What functions opened, and how much of it was closed, by whom. The system may open and close its own handles below
 * the same function: then both numbers are higher by the same amount.
 */
function checkTransient({ transient }: Truth, analysis: Analysis): void {
  const all = tallies(analysis);
  for (const entry of transient) {
    const { opened = 0, closed = 0, closedBy } = all.get(key(entry)) ?? {};
    const message = `${key(entry)}: ${opened} opened, ${closed} closed`;
    assertEquals(opened - closed, entry.opened - entry.closed, message);
    assert(opened >= entry.opened, message);
    if (entry.closedBy === undefined || entry.dependsOnHandleValues) continue;
    assertEquals(closedBy?.get(entry.closedBy), entry.closed, `${message} by ${entry.closedBy}`);
  }
}

function checkBadReferences(truth: Truth, analysis: Analysis): void {
  const { misuses } = analysis;
  const byFunction = new Map<string, number>();
  for (const { by } of misuses) {
    byFunction.set(by?.symbol ?? "", (byFunction.get(by?.symbol ?? "") ?? 0) + 1);
  }
  assertEquals(
    Object.fromEntries([...byFunction].sort()),
    Object.fromEntries(truth.badReferences.map((bad) => [bad.function, bad.count]).sort()),
  );
  for (const { function: name, doubleClose } of truth.badReferences) {
    if (!doubleClose) continue;
    assertEquals(misuses.find(({ by }) => by?.symbol === name)?.verdict, "double close");
  }
  const wrong = misuses.filter(({ verdict }) => verdict === "wrong close");
  if (truth.wrongClose === null) {
    assertEquals(wrong.length, 0);
  } else {
    const { closer, victim } = truth.wrongClose;
    assert(wrong.length > 0, "the wrong close was not found");
    for (const { closedBy, openedBy } of wrong) {
      assertEquals([closedBy?.symbol, openedBy?.symbol], [closer.function, victim.openedBy]);
    }
  }
  const traced = Array.from(analysis.log.stack, (stack) => functionOf(analysis, stack));
  for (const { function: name } of truth.pseudoHandleCloses ?? []) {
    assert(!traced.includes(name), `closes of pseudo-handles by ${name} are traces`);
  }
}

/** Marks in order, and between two of them the growth that the truth states. */
function checkMarks(truth: Truth, { analysis, marks }: Recorded): void {
  assertEquals([...marks.keys()], truth.marks);
  assertEquals(analysis.snapshots.map(({ name }) => name), truth.marks);
  if (truth.growthPerIteration === null) return;
  const { warmup, perIteration } = truth.growthPerIteration;
  const [first, ...iterations] = [...marks.values()].map((log) => openByFunction(analysis, log));
  assertEquals(first, asCounts(warmup));
  let before = first!;
  for (const counts of iterations) {
    const growth = Object.fromEntries(
      Object.entries(counts)
        .map(([who, count]) => [who, count - (before[who] ?? 0)] as const)
        .filter(([, count]) => count !== 0),
    );
    assertEquals(growth, asCounts(perIteration));
    before = counts;
  }
  for (const grown of perIteration) {
    const group = analysis.groups.find(({ stack, objectTypes }) =>
      functionOf(analysis, stack) === grown.function && objectTypes.has(grown.type)
    );
    assertEquals(group?.series?.length, truth.marks.length);
    assertEquals(group?.delta, 0); // the last mark is the end
  }
}

/** After the first mark, which ends the warm-up, the functions that the truth names grow, by as much as it says. */
function checkGrowth({ marks, growthPerIteration }: Truth, analysis: Analysis): void {
  const growth = findGrowth(analysis, { warmup: 1 });
  if (growthPerIteration === null || growth.kind === "too few") {
    assertEquals(growth, { kind: "too few", steps: marks.length, needed: 3 });
    assertEquals(growthPerIteration, null);
    return;
  }
  const rates: Record<string, number> = {};
  for (const { group, rate } of growth.growing) {
    const name = functionOf(analysis, group.stack);
    rates[name] = (rates[name] ?? 0) + rate;
  }
  const expected: Record<string, number> = {};
  for (const { function: name, count } of growthPerIteration.perIteration) {
    expected[name] = (expected[name] ?? 0) + count;
  }
  assertEquals(rates, expected);
}

for (const truth of found.filter(({ growthPerIteration }) => growthPerIteration !== null)) {
  const path = programPath(`bin/${truth.program}.exe`);
  recorderTest(
    `zoo: run --recorder --fail-on-growth fails for ${truth.program}, and says why`,
    async () => {
      const run = ["run", "--recorder", "--offline", "--warmup", "1"];
      const command = ["--", path, ...truth.arguments];
      const { code, stderr } = await runCli(...run, "--fail-on-growth", ...command);
      assertEquals(code, 1);
      for (const { function: name, count } of truth.growthPerIteration!.perIteration) {
        const handles = count === 1 ? "1 handle" : `${count} handles`;
        assertMatch(
          stderr,
          new RegExp(`!${name} .* grew at each of .*, by ${handles} an iteration`),
        );
      }
      const most = Math.max(...truth.growthPerIteration!.perIteration.map(({ count }) => count));
      const allowed = await runCli(...run, "--fail-on-growth", String(most), ...command);
      assertEquals(allowed.code, truth.exitCode);
    },
  );
}

function openByFunction(analysis: Analysis, log: TraceLog): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const trace of outstandingTraces(log)) {
    const name = functionOf(analysis, log.stack[trace]!);
    if (name === "") continue;
    const who = `${name} ${log.objects?.[log.object![trace]! - 1]?.type}`;
    counts[who] = (counts[who] ?? 0) + 1;
  }
  return counts;
}

function asCounts(grown: readonly Grown[]): Record<string, number> {
  return Object.fromEntries(grown.map((entry) => [key(entry), entry.count]));
}

/** The log and the handle table agree, and unloaded modules still have their names. */
function checkAgainstTable(truth: Truth, analysis: Analysis): void {
  const notes = analysis.log.notes ?? [];
  const differences = notes.filter((note) => /handle table|gone/.test(note));
  assertEquals(differences, []);
  for (const name of truth.unloadedModules ?? []) {
    assert(analysis.modules.some(({ path }) => path.toLowerCase().endsWith(`\\${name}`)), name);
  }
}
