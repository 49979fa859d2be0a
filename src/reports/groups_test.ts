import { assertEquals } from "@std/assert";
import type { Misuse } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import { testAnalysis, testGroup, type TestTrace } from "./_analysis_testing.ts";
import { renderGroups } from "./groups.ts";

const MAIN: Frame = {
  address: 0x1001200n,
  module: { name: "app" },
  symbol: "main",
  displacement: 0x20,
};
const CLOSER: Frame = {
  address: 0x1001300n,
  module: { name: "app" },
  symbol: "finish",
  displacement: 0x8,
};

const USER: Frame = {
  address: 0x1001400n,
  module: { name: "app" },
  symbol: "use",
  displacement: 4,
};

const TRACES: readonly TestTrace[] = [
  { type: "open", handle: 0x7cc, frames: [MAIN] },
  { type: "close", handle: 0x7d4, frames: [CLOSER] },
  { type: "open", handle: 0x7d4, frames: [MAIN] },
];

const GROUP = testGroup({ closers: [{ stack: 1, count: 1 }] });

Deno.test("renderGroups() writes counts, judgement, suspect, handles, stack and closers", () => {
  const objectOf = () => ({ type: "Event", name: "\\done" });
  const text = renderGroups(testAnalysis(TRACES, { groups: [GROUP], objectOf }));
  assertEquals(
    text,
    `--------------------------------------
Opened = 0x2, Closed = 0x1, Outstanding = 0x1, Bad references = 0x0 - outstanding
Suspect = 0x01001200: app!main+0x00000020
Handles = 0x000007cc Event \\done

0x01001200: app!main+0x00000020

Closed 0x1 times by
0x01001300: app!finish+0x00000008
--------------------------------------
Displayed 0x1 stacks that opened handles, 0x1 handles outstanding.
`,
  );
});

Deno.test("renderGroups() says who closed a handle, then who used it", () => {
  const misuse: Misuse = {
    handle: 0x7d4,
    badReference: 0,
    close: 1,
    open: 2,
    by: USER,
    closedBy: CLOSER,
    openedBy: MAIN,
    verdict: "use after close",
  };
  const traces: readonly TestTrace[] = [
    { type: "badref", handle: 0x7d4, threadId: 0x28, frames: [USER] },
    ...TRACES.slice(1),
  ];
  const text = renderGroups(testAnalysis(traces, { misuses: [misuse] }));
  assertEquals(
    text,
    `--------------------------------------
Handle = 0x000007d4 - *** BAD REFERENCE *** - use after close
Opened by 0x01001200: app!main+0x00000020 (thread 0x20), then closed by 0x01001300: app!finish+0x00000008 \
(thread 0x20), then used by 0x01001400: app!use+0x00000004 (thread 0x28)

Used by
0x01001400: app!use+0x00000004

Closed by
0x01001300: app!finish+0x00000008

Opened by
0x01001200: app!main+0x00000020
--------------------------------------
Displayed 0x0 stacks that opened handles, 0x0 handles outstanding.
Displayed 0x1 bad references.
`,
  );
});

Deno.test("renderGroups() says that a suspect is a framework's, and that there is none", () => {
  const SYSTEM: Frame = { address: 0x7c90_1000n, module: { name: "ntdll" }, displacement: 1 };
  const suspectLine = (frames: readonly Frame[]): string | undefined =>
    renderGroups(testAnalysis([{ type: "open", handle: 4, frames }], { groups: [testGroup()] }))
      .split("\n").find((line) => line.startsWith("Suspect"));
  assertEquals(suspectLine([SYSTEM]), "Suspect = none: no own frame within the 1 recorded");
});

Deno.test("renderGroups() lists values if they are few, and the objects by type if they are many", () => {
  const traces = Array.from({ length: 20 }, (_, index): TestTrace => ({
    type: "open",
    handle: 4 * (index + 1),
    frames: [MAIN],
  }));
  const linesOf = (outstanding: number): string[] => {
    const outstandingTraces = Uint32Array.from({ length: outstanding }, (_, index) => index);
    const group = { ...GROUP, outstanding, outstandingTraces, closers: [] };
    const objectOf = (trace: number) =>
      trace < 3 ? { type: "File", name: `\\Device\\Afd${trace}` } : { type: "Event" };
    return renderGroups(testAnalysis(traces, { groups: [group], objectOf })).split("\n");
  };
  assertEquals(linesOf(16)[3], "Objects = 13 Event, 3 File \\Device\\…");
  assertEquals(linesOf(16)[4]?.split(", ").length, 16);
  assertEquals(linesOf(17).slice(3, 5), ["Objects = 14 Event, 3 File \\Device\\…", ""]);
});

Deno.test("renderGroups() shows file and line of every frame and of functions inlined there", () => {
  const frame: Frame = {
    ...MAIN,
    file: "C:\\src\\main.cpp",
    line: 12,
    inlined: [{ symbol: "File::Open", file: "C:\\src\\file.h", line: 7 }],
  };
  const groups = [testGroup({ closers: [] })];
  const lines = renderGroups(
    testAnalysis([{ type: "open", handle: 4, frames: [frame] }], { groups }),
  )
    .split("\n");
  assertEquals(lines.filter((line) => line.includes("C:")), [
    "Suspect = 0x01001200: app!main+0x00000020 [C:\\src\\main.cpp @ 12]",
    "(inlined) app!File::Open [C:\\src\\file.h @ 7]",
    "0x01001200: app!main+0x00000020 [C:\\src\\main.cpp @ 12]",
  ]);
});

Deno.test("renderGroups() counts groups without open handles and those of the system in one line", () => {
  const SYSTEM: Frame = { address: 0x7c90_1000n, module: { name: "ntdll" }, displacement: 1 };
  const text = renderGroups(testAnalysis([
    { type: "open", handle: 4, frames: [MAIN] },
    { type: "open", handle: 8, frames: [SYSTEM] },
    { type: "open", handle: 12, frames: [CLOSER] },
    { type: "open", handle: 16, frames: [USER] },
  ], {
    groups: [
      testGroup({ stack: 0 }),
      testGroup({ stack: 1, opened: 7, closed: 0 }),
      testGroup({ stack: 2, opened: 5, closed: 5 }),
      testGroup({ stack: 3, opened: 1, closed: 1, badReferences: 1 }),
    ],
  }));
  assertEquals(text.split("\n").slice(-4), [
    "--------------------------------------",
    "Displayed 0x2 stacks that opened handles, 0x1 handles outstanding.",
    "Not listed: 1 stack of the system alone with 7 handles, 1 stack without open handles.",
    "",
  ]);
});

Deno.test("renderGroups() starts a diff like the debugger", () => {
  const diff = { newTraces: 3, historyLost: false };
  const text = renderGroups(testAnalysis(TRACES, { groups: [GROUP], diff }));
  assertEquals(text.split("\n").slice(0, 3), [
    "Handle tracing information snapshot successfully taken.",
    "0x3 new stack traces since the previous snapshot.",
    "-".repeat(38),
  ]);
});

Deno.test("renderGroups() shows no groups when history was lost", () => {
  const diff = { newTraces: 3, historyLost: true };
  const text = renderGroups(testAnalysis(TRACES, { groups: [GROUP], diff }));
  assertEquals(text.includes("too large"), true);
  assertEquals(text.includes("Opened"), false);
});
