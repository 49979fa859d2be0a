/**
 * What badhandle's scenarios leave in the traces, on any system it runs on: the emulated machine or Windows.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Analysis, TraceGroup } from "../src/analysis.ts";
import { Session } from "../src/session.ts";
import { symbolSource } from "../src/symbols/path/mod.ts";
import type { TracedProgram } from "../src/targets/mod.ts";
import type { HandleTrace } from "../src/trace.ts";
import { traceAt } from "../src/trace_log.ts";

/** Where badhandle runs. */
export interface ScenarioSystem {
  /** Name of badhandle's module. */
  readonly program: string;
  /** Starts badhandle with these arguments, with tracing on. */
  launch(args: readonly string[]): Promise<TracedProgram>;
}

/** A scenario, and what its traces must show. */
export interface ScenarioTest {
  /** What the traces show. */
  readonly name: string;
  /** Badhandle's arguments. */
  readonly args: readonly string[];
  /** Checks the traces as the program ends. */
  check(ended: EndedScenario): void;
}

/** The traces of a scenario as its program is about to end. */
export interface EndedScenario {
  /** Name of badhandle's module. */
  readonly program: string;
  /** The traces, newest first. */
  readonly traces: readonly HandleTrace[];
  /** Capacity of the ring. */
  readonly slots: number;
  /** The same with groups and names. */
  readonly analysis: Analysis;
}

/** The suite. */
export const SCENARIO_SUITE: readonly ScenarioTest[] = [
  {
    name: "leak 3: three handles of one stack are outstanding, the transient ones are not",
    args: ["leak", "3"],
    check: (ended) => {
      const [leak] = ownGroups(ended).filter(({ outstanding }) => outstanding > 0);
      assertEquals([leak?.opened, leak?.closed, leak?.outstanding], [3, 0, 3]);
      assertEquals(leak?.judgement, "never closed");
      assert(ownGroups(ended).some(({ opened, closed }) => opened === 3 && closed === 3));
    },
  },
  {
    name: "double-close: a bad reference follows the handle's open and close",
    args: ["double-close"],
    check: assertBadReference,
  },
  {
    name: "the documented scenario: setting a closed event is a bad reference",
    args: [],
    check: assertBadReference,
  },
  {
    name: "duplicate: the copy is outstanding, the original is not",
    args: ["duplicate"],
    check: (ended) => {
      const counts = ownGroups(ended).map(({ opened, closed }) => `${opened}:${closed}`);
      assert(counts.includes("1:0") && counts.includes("1:1"), counts.join());
    },
  },
  {
    name: "threads 4: each thread's open carries its id",
    args: ["threads", "4"],
    check: ({ traces }) => {
      const threads = new Set(traces.map(({ threadId }) => threadId));
      assert(threads.size >= 5, `${threads.size} threads`);
    },
  },
  {
    name: "loop 3: one stack leaks in each iteration, another opened once",
    args: ["loop", "3"],
    check: (ended) => {
      const open = ownGroups(ended).filter(({ outstanding }) => outstanding > 0);
      assertEquals(open.map(({ outstanding }) => outstanding).sort(), [1, 3]);
      assertEquals(ended.analysis.snapshots.map(({ name }) => name), [
        "warmup",
        "iteration",
        "iteration #2",
        "iteration #3",
      ]);
      const series = open.map(({ series }) => series?.join(" ")).sort();
      assertEquals(series, ["0 1 2 3", "1 1 1 1"]);
    },
  },
  {
    name: "churn 3000: the ring is full and has the newest traces",
    args: ["churn", "3000"],
    check: (ended) => {
      const { traces, slots } = ended;
      assertEquals(traces.length, slots);
      const [churn = 0] = ownGroups(ended).map(({ opened }) => opened).sort((a, b) => b - a);
      // Every other trace is a close; a few at the newest end are the program's exit.
      assert(churn > slots / 2 - 0x40, `${churn} opens`);
    },
  },
];

/** Runs badhandle to just before its end and checks what it left. */
export async function runScenario(
  { program, launch }: ScenarioSystem,
  { args, check }: ScenarioTest,
): Promise<void> {
  using running = await launch(args);
  using session = new Session(running.target, { symbols: symbolSource({ offline: true }) });
  await running.runToExit((name) => session.mark(name));
  const analysis = await session.show();
  const { log } = analysis;
  const traces = Array.from({ length: log.count }, (_, index) => traceAt(log, index));
  check({ program, traces, slots: log.slots ?? 0, analysis });
}

/** Groups that badhandle's own code opened, biggest outstanding first. */
function ownGroups({ program, analysis }: EndedScenario): TraceGroup[] {
  return analysis.groups.filter(({ stack }) =>
    analysis.stacks.get(stack)?.suspect?.frame.module?.name === program
  );
}

/** There is a bad reference whose handle was opened and then closed before. */
function assertBadReference({ traces }: EndedScenario): void {
  const found = traces.some(({ type, handle }, index) => {
    if (type !== "badref") return false;
    const earlier = traces.slice(index + 1).filter((trace) => trace.handle === handle);
    return earlier[0]?.type === "close" && earlier[1]?.type === "open";
  });
  assert(found, Deno.inspect(traces.filter(({ type }) => type === "badref")));
}
