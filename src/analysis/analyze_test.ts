import { assertEquals } from "@std/assert";
import type { Analysis } from "../analysis.ts";
import { EngineStackTable } from "../engine/stack_table.ts";
import type { Frame } from "../frame.ts";
import { FakeTarget } from "../target_fixture.ts";
import type { HandleTrace } from "../trace.ts";
import { traceAt, type TraceLog } from "../trace_log.ts";
import { trace, traceLog } from "../trace_log_fixture.ts";
import { type AnalysisRequest, analyze } from "./analyze.ts";

/** Functions of the program by address; those above 0x1000 are the system's. */
function nameOf(address: bigint): Frame {
  const system: Readonly<Record<string, string>> = { "4096": "NtCreateEvent", "8192": "NtClose" };
  const symbol = system[String(address)] ?? `f${address}`;
  return { address, module: { name: system[String(address)] ? "ntdll" : "app" }, symbol };
}

const [NT_CREATE, NT_CLOSE] = [0x1000n, 0x2000n];

/** Analyzes traces that are given oldest first, as one tells a story. */
async function analyzeStory(
  story: readonly HandleTrace[],
  request: AnalysisRequest = {},
  facts: Partial<TraceLog> = {},
): Promise<Analysis> {
  const stacks = new EngineStackTable();
  const log = { ...traceLog(stacks, story.toReversed()), slots: 4096, ...facts };
  return await analyze({
    target: new FakeTarget(),
    stacks,
    log,
    modules: [],
    nameAddresses: (addresses) => Promise.resolve(Array.from(addresses, nameOf)),
  }, request);
}

const open = (handle: number, by: bigint, thread?: number) =>
  trace("open", handle, [NT_CREATE, by], thread);
const close = (handle: number, by: bigint, thread?: number) =>
  trace("close", handle, [NT_CLOSE, by], thread);
const use = (handle: number, by: bigint, thread?: number) =>
  trace("badref", handle, [0x3000n, by], thread);

/** Verdicts and suspects of the stories, newest first. */
function storiesOf({ misuses }: Analysis): string[] {
  return misuses.map(({ verdict, by, closedBy, openedBy }) =>
    `${verdict}: ${[openedBy, closedBy, by].map((frame) => frame?.symbol ?? "-").join(" ")}`
  );
}

Deno.test("a bad reference is told with the close and the open before it", async () => {
  const analysis = await analyzeStory([open(4, 1n), close(4, 2n), use(4, 3n)]);
  assertEquals(storiesOf(analysis), ["use after close: f1 f2 f12288"]);
  assertEquals(
    analysis.misuses.map(({ badReference, close, open }) => [badReference, close, open]),
    [[0, 1, 2]],
  );
});

Deno.test("a second close is a double close, recognized by its call or by another close of its stack", async () => {
  const byCall = await analyzeStory([
    open(4, 1n),
    close(4, 2n),
    trace("badref", 4, [NT_CLOSE, 3n]),
  ]);
  assertEquals(storiesOf(byCall), ["double close: f1 f2 f3"]);
  const byStack = await analyzeStory([
    open(4, 1n),
    trace("close", 4, [2n]),
    trace("badref", 4, [2n]),
  ]);
  assertEquals(storiesOf(byStack), ["double close: f1 f2 f2"]);
});

Deno.test("a close of a value that the same code closed before hit somebody else's handle", async () => {
  const analysis = await analyzeStory([
    open(4, 1n), // a session
    close(4, 2n), // its end
    open(4, 5n), // the journal gets the same value
    close(4, 2n), // the session's end again
    use(4, 6n),
  ]);
  assertEquals(storiesOf(analysis), ["wrong close: f5 f2 f12288"]);
});

Deno.test("a handle that nobody opened was never open if the log is complete, otherwise it is unknown", async () => {
  assertEquals(storiesOf(await analyzeStory([use(4, 1n)])), ["never open: - - f12288"]);
  const full = await analyzeStory([use(4, 1n)], {}, { slots: 1 });
  assertEquals(storiesOf(full), ["unknown: - - f12288"]);
  const cut = await analyzeStory([use(4, 1n)], {}, { incomplete: "a page is missing" });
  assertEquals(storiesOf(cut), ["unknown: - - f12288"]);
});

Deno.test("a filter selects opens with everything that became of them", async () => {
  const story = [open(4, 1n, 7), open(8, 1n, 9), close(4, 2n, 9), close(8, 2n, 9)];
  const { groups, listed, leftOut } = await analyzeStory(story, { filter: { threadId: 7 } });
  assertEquals(groups.map(({ opened, closed }) => [opened, closed]), [[1, 1]]);
  assertEquals([listed.length, leftOut.traces], [1, 3]);
});

Deno.test("only leaks lists open handles, only misuses lists the traces of stories", async () => {
  const story = [open(4, 1n), open(8, 1n), close(4, 2n), use(4, 3n)];
  const handlesOf = async (only: "leaks" | "misuses"): Promise<number[]> => {
    const { listed, log } = await analyzeStory(story, { filter: { only } });
    return Array.from(listed, (index) => traceAt(log, index).handle);
  };
  assertEquals(await handlesOf("leaks"), [8]);
  assertEquals(await handlesOf("misuses"), [4, 4, 4]);
});

Deno.test("top and minOutstanding leave groups out and count them", async () => {
  const story = [open(4, 1n), open(8, 1n), open(12, 2n), open(16, 3n), close(16, 3n)];
  const counts = async (filter: object): Promise<[number, number]> => {
    const { groups, leftOut } = await analyzeStory(story, { filter });
    return [groups.length, leftOut.groups];
  };
  assertEquals(await counts({ top: 1 }), [1, 2]);
  assertEquals(await counts({ minOutstanding: 1 }), [2, 1]);
  // Their stacks are dropped, too; JSON would list them.
  const { stacks } = await analyzeStory(story, { filter: { top: 1, maxTraces: 1 } });
  assertEquals(stacks.size, 2);
});

Deno.test("times, objects and deep stacks of a source reach the analysis", async () => {
  const deep = BigUint64Array.from({ length: 192 }, (_, frame) => BigInt(frame + 1));
  const opened: HandleTrace = {
    ...open(4, 1n),
    stack: deep,
    time: 1_700_000_000_000,
    object: { type: "Key", name: "\\REGISTRY\\x" },
  };
  const reused: HandleTrace = { ...open(4, 1n), object: { type: "Event" } };
  const { groups, log, objectOf, stacks } = await analyzeStory([
    opened,
    { ...close(4, 2n), time: 1_700_000_001_000 },
    reused,
  ]);
  assertEquals([0, 1, 2].map((index) => objectOf(index)?.type), ["Event", "Key", "Key"]);
  assertEquals(groups.map(({ objectTypes }) => [...objectTypes]), [[["Event", 1]], []]);
  assertEquals(stacks.get(log.stack[2]!)?.frames.length, 192);
  assertEquals(traceAt(log, 2).time, 1_700_000_000_000);
});

Deno.test("groups are ordered by outstanding handles, then by opens", async () => {
  const story = [open(4, 1n), close(4, 1n), open(4, 1n), close(4, 1n), open(8, 2n), open(12, 3n)];
  const { groups, stacks } = await analyzeStory(story);
  assertEquals(
    groups.map(({ stack }) => stacks.get(stack)?.suspect?.frame.symbol),
    ["f3", "f2", "f1"],
  );
});
