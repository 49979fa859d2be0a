/**
 * Pages in every state of the HTML report: what is rendered, and what a reader must find there.
 *
 * @module
 */
import type { Analysis } from "../../src/analysis.ts";
import type { Frame } from "../../src/frame.ts";
import { analyzeReadings } from "../../src/library/readings.ts";
import { namedStack, testAnalysis, testGroup } from "../../src/reports/_analysis_testing.ts";
import { traceStep } from "../../src/library/trace_step.ts";
import { Session } from "../../src/session.ts";
import { openTarget } from "../../src/targets/mod.ts";
import { emulatedLeak, grownService, oddNames, service } from "../report_fixture.ts";

/** A state of the page. */
export interface PageState {
  /** Its name, also used for its screenshots. */
  readonly name: string;
  /** The analysis. */
  readonly analyze: () => Analysis | Promise<Analysis>;
  /** Texts that must be on it, as a person reads them. */
  readonly shows: readonly (string | RegExp)[];
}

async function doubleClose(): Promise<Analysis> {
  using session = new Session(await openTarget("emulated", { args: ["double-close"] }));
  await traceStep(session);
  return await session.diff();
}

async function kernelMode(): Promise<Analysis> {
  using session = new Session(await openTarget("emulated:kernel"));
  return await session.show();
}

/** What the emulated machine has leaked after 2, 8 and 18 rounds, as readings of one process. */
async function growth(): Promise<Analysis> {
  const sessions: Session[] = [];
  try {
    for (const rounds of ["2", "8", "18"]) {
      const session = new Session(await openTarget("emulated", { args: ["leak", rounds] }));
      sessions.push(session);
      await traceStep(session);
    }
    return await analyzeReadings(sessions);
  } finally {
    for (const session of sessions) session[Symbol.dispose]();
  }
}

/** A function name that an attacker may choose in the hope that a page runs it. */
export const MARKUP =
  "<img src=x onerror=alert(1)></script><script>document.title='owned'</script>";

function pathOf(module: string): string {
  return module === "ntdll" ? "C:\\Windows\\System32\\ntdll.dll" : `C:\\app\\${module}.exe`;
}

function frame(symbol: string, address: number, module = "app"): Frame {
  return {
    address: BigInt(address),
    module: { name: module, path: pathOf(module), base: 0x40_0000n, size: 0x100_0000 },
    symbol,
    displacement: 0x1f,
  };
}

function hostile(): Analysis {
  const frames = [frame(MARKUP, 0x40_1000), frame("\u202eevil\x1b[2J", 0x40_2000)];
  return testAnalysis([{ type: "open", handle: 4, frames }], {
    groups: [testGroup({ opened: 3, closed: 0, objectTypes: new Map([[MARKUP, 3]]) })],
    objectOf: () => ({ type: MARKUP, name: MARKUP }),
    target: { name: MARKUP, kind: "fake", mode: "user", pointerSize: 4, identity: {} },
  });
}

function withoutStacks(): Analysis {
  return testAnalysis([{ type: "open", handle: 4, frames: [] }], {
    stacks: new Map([[0, namedStack([])]]),
    groups: [testGroup({ opened: 7, closed: 0 })],
  });
}

function steady(): Analysis {
  const frames = [frame("Cache::Fill", 0x40_1000), frame("main", 0x40_2000)];
  return testAnalysis([{ type: "open", handle: 4, frames }], {
    groups: [
      testGroup({
        opened: 90,
        closed: 88,
        delta: 0,
        series: [40, 40],
        judgement: "usually closed",
      }),
    ],
    snapshots: [{ name: "first" }, { name: "second" }],
    diff: { newTraces: 178, historyLost: false },
  });
}

function noLeak(): Analysis {
  const frames = [frame("Session::Begin", 0x40_1000), frame("main", 0x40_2000)];
  return testAnalysis([{ type: "open", handle: 4, frames }], {
    groups: [testGroup({ opened: 90, closed: 90, judgement: "usually closed" })],
  });
}

function lost(): Analysis {
  const frames = [frame("Session::Begin", 0x40_1000), frame("main", 0x40_2000)];
  return testAnalysis([{ type: "open", handle: 4, frames }], {
    groups: [testGroup({ opened: 90, closed: 20 })],
    diff: { newTraces: 4096, historyLost: true },
  });
}

function severalProcesses(): Analysis {
  const frames = [frame("Session::Begin", 0x40_1000), frame("main", 0x40_2000)];
  return testAnalysis([
    { type: "open", handle: 4, frames, processId: 4242 },
    { type: "open", handle: 8, frames, processId: 77 },
  ], { groups: [testGroup({ opened: 2, closed: 0 })] });
}

/** A text whose addresses were cut off: only names are known. */
function withoutAddresses(): Analysis {
  const frames = ["ntdll!NtCreateEvent", "orders!Session::Begin", "orders!WorkerPool::Run"]
    .map((name, index): Frame => {
      const [module, symbol] = name.split("!");
      return {
        address: BigInt(index + 1),
        isUnaddressed: true,
        module: { name: module! },
        symbol: symbol!,
      };
    });
  return testAnalysis([{ type: "open", handle: 0x1f0, frames }], {
    groups: [testGroup({ opened: 2, closed: 0, judgement: "never closed" })],
    diff: { newTraces: 2, historyLost: false },
    target: {
      name: "pasted.txt",
      kind: "debugger log",
      mode: "user",
      pointerSize: 8,
      identity: {},
    },
    limits: [
      "a diff lists only outstanding opens, not closes or handles that were closed again",
    ],
  });
}

/** A text that lists no closes, and fewer opens than it states. */
async function diffText(): Promise<Analysis> {
  const name = "22-more-stated-than-shown.txt";
  const path = new URL(`../../testdata/log_forms/${name}`, import.meta.url);
  using session = new Session(await openTarget(decodeURIComponent(path.pathname)));
  const analysis = await session.show();
  return { ...analysis, target: { ...analysis.target, name } };
}

/** All states. */
export const PAGE_STATES: readonly PageState[] = [
  {
    name: "leak",
    analyze: emulatedLeak,
    shows: ["leaks: 3 Event handles since the snapshot", "never closed", "Nobody, as far as"],
  },
  {
    name: "service",
    analyze: () => service(),
    shows: [
      "orders!orders::Session6::Step40",
      "there is no snapshot",
      "all traced stacks",
      "250 stacks",
    ],
  },
  { name: "service-grown", analyze: grownService, shows: ["+157", "24 stacks grew, 11 shrank"] },
  {
    name: "growth",
    analyze: growth,
    shows: [/leaks: \d+ Event handles since the snapshot/, "3 snapshots", "all stacks listed"],
  },
  {
    name: "double-close",
    analyze: doubleClose,
    shows: ["No leak, but 1 bad reference: double close", "closed again by", "1 opened, 1 closed"],
  },
  {
    name: "kernel",
    analyze: kernelMode,
    shows: [
      "kernel mode",
      "Kernel mode: the traces are those of one process",
      "use after close",
      "No times",
    ],
  },
  {
    name: "debugger-log",
    analyze: withoutAddresses,
    shows: ["orders!Session::Begin leaks", "nothing says how many were open then"],
  },
  {
    name: "diff-text",
    analyze: diffText,
    shows: [
      "Load leaks: 1 handle since the snapshot, 33 % of all open handles.",
      "Traces are missing: entries left out",
      "all that a diff lists",
      "Not known: a diff lists opens alone.",
    ],
  },
  {
    name: "filtered",
    analyze: () => grownService({ filter: { focus: /no such function/ } }),
    shows: ["Nothing passes the filter: it left out all 230 stacks.", "leave the filter out"],
  },
  {
    name: "odd-names",
    analyze: oddNames,
    shows: ["closes by stacks that are not known", "(no stack)"],
  },
  { name: "hostile", analyze: hostile, shows: [MARKUP, "\\u202eevil\\u001b[2J"] },
  {
    name: "empty",
    analyze: () => testAnalysis([]),
    shows: [
      "No handle operations were traced",
      "Next: turn tracing on",
      "No stack opened a handle here",
    ],
  },
  {
    name: "no-leak",
    analyze: noLeak,
    shows: ["No leak: all 90 handles opened were closed", "nothing to mend here"],
  },
  {
    name: "no-stacks",
    analyze: withoutStacks,
    shows: ["the traces have no stacks", "Next: trace with stacks", "No stack was recorded."],
  },
  {
    name: "steady",
    analyze: steady,
    shows: ["Nothing grew", "no stack grew", "what is cached on purpose"],
  },
  {
    name: "history-lost",
    analyze: lost,
    shows: [
      "History was lost",
      "lower bound",
      "take the snapshot and compare sooner",
      "at least 70",
    ],
  },
  {
    name: "several-processes",
    analyze: severalProcesses,
    shows: ["Threads of 2 processes", "--process <id> chooses one"],
  },
];

/** Number of stacks on the big page. */
export const BIG = { stacks: 11_000, depth: 24 } as const;

/** Very many stacks: 11,000 of 24 frames, which diverge so that their tree has 107,000 nodes. */
export function big(): Analysis {
  const random = randomNumbers(11);
  const made = new Map<string, Frame>();
  const frameOf = (name: string, module: string): Frame => {
    let known = made.get(name);
    if (known === undefined) {
      made.set(name, known = frame(name, 0x40_0000 + 16 * made.size, module));
    }
    return known;
  };
  const stacks = Array.from({ length: BIG.stacks }, (_, stack) =>
    namedStack(
      Array.from({ length: BIG.depth }, (_, level) => {
        // Root first: shared near the root, distinct from about the middle on.
        const shared = level < 15 ? stack % 2 ** Math.floor(level * 0.8) : stack;
        const module = level % 5 === 0 ? "ntdll" : `module${(level + shared) % 9}`;
        return frameOf(`Class${shared % 1997}::Function${level}`, module);
      }).reverse(),
    ));
  return testAnalysis(
    stacks.map(({ frames }, handle) => ({ type: "open", handle: 4 * handle + 4, frames })),
    {
      stacks: new Map(stacks.map((stack, id) => [id, stack])),
      groups: stacks.map((_, stack) => {
        const opened = 1 + random(5000);
        const closed = random(opened + 1);
        const before = random(50);
        return testGroup({
          stack,
          opened,
          closed,
          delta: opened - closed - before,
          series: [before],
          objectTypes: new Map([[["Event", "File", "Key"][stack % 3]!, opened - closed]]),
          judgement: closed === 0 ? "never closed" : "usually closed",
        });
      }).sort((a, b) => b.delta! - a.delta!),
      snapshots: [{ name: "" }],
      diff: { newTraces: 22_000, historyLost: false },
    },
  );
}

/** The same numbers on every system: Lehmer's generator. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = state * 48271 % 0x7fff_ffff) % below;
}
