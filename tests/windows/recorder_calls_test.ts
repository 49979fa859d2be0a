/** Calls that open, copy, close and use handles in unusual ways (`recorder/programs/calls.c`), one function each. */
import { assert, assertEquals } from "@std/assert";
import { operationAt } from "../../src/trace_log.ts";
import { binaryPath, recorder32Test, recorderTest } from "../../src/win32/windows_fixture.ts";
import { functionOf, record, type Recorded, tallies } from "./_recorder_testing.ts";

/** What is still open at the end, by function: types, and names of objects that have one. */
const OUTSTANDING: Readonly<Record<string, readonly string[]>> = {
  copies_unasked: ["Event"], // nobody received the copy's value
  moves: ["Event"],
  copies_own_process: ["Process"], // a copy of a pseudo-handle
  opens_key_beneath: ["Key \\REGISTRY\\Machine\\Software\\Microsoft"],
  opens_desktops: ["Desktop"],
  marks: ["Event"],
};

/** Bad references, by function: how many, and to which value if known. */
const BAD = 0x12340;
const BAD_REFERENCES: Readonly<Record<string, number | undefined>> = {
  closes_by_copy: undefined,
  closes_though_copy_fails: undefined,
  copies_bad: BAD,
  copies_nothing: 0,
  waits_for_bad: BAD,
  asks_bad_thread: BAD,
  maps_bad: BAD,
};

for (const bits of [64, 32] as const) {
  const register = bits === 64 ? recorderTest : recorder32Test;

  register(`each unusual call is recorded as what it does, ${bits} bits`, async () => {
    const recorded = await record([binaryPath(`recorder\\calls${bits}.exe`)]);
    assertEquals(recorded.exitStatus, 0, "the first call that did not do what it should");
    checkOutstanding(recorded);
    checkBadReferences(recorded);
    checkCloses(recorded);
    assertEquals([...recorded.marks.keys()], ["first", "second", "日本"]);
    checkMarks(recorded);
    checkNotes(recorded);
  });
}

function checkOutstanding({ analysis }: Recorded): void {
  const { log, isOutstanding, objectOf } = analysis;
  const open: Record<string, string[]> = {};
  for (let trace = 0; trace < log.count; trace++) {
    const name = functionOf(analysis, log.stack[trace]!);
    // What a debugger has open after its child has ended is up to the system.
    if (!isOutstanding[trace] || name === "" || name === "debugs_child") continue;
    const { type = "?", name: object } = objectOf(trace) ?? {};
    (open[name] ??= []).push(object === undefined ? type : `${type} ${object}`);
  }
  const sorted = Object.entries(open).map(([name, objects]) => [name, objects.sort()]).sort();
  assertEquals(Object.fromEntries(sorted), Object.fromEntries(Object.entries(OUTSTANDING).sort()));
}

function checkBadReferences({ analysis }: Recorded): void {
  const found = analysis.misuses.map(({ by, handle, verdict }) => ({
    by: by?.symbol ?? "",
    handle,
    verdict,
  }));
  assertEquals(found.map(({ by }) => by).sort(), Object.keys(BAD_REFERENCES).sort());
  for (const { by, handle, verdict } of found) {
    assertEquals(handle, BAD_REFERENCES[by] ?? handle);
    // Copying with close did close the handle; nobody ever opened the made-up value.
    assertEquals(verdict, BAD_REFERENCES[by] === undefined ? "use after close" : "never open", by);
  }
}

function checkCloses({ analysis }: Recorded): void {
  const all = tallies(analysis);
  // Debug events give a debugger handles to the process, to threads, and to image files.
  for (const type of ["DebugObject", "Process", "Thread", "File"]) {
    assert(all.has(`debugs_child ${type}`), type);
  }
  const closes = (who: string): unknown[] => [...all.get(who)?.closedBy ?? []];
  assertEquals(closes("moves Event"), [["moves", 1]]); // DUPLICATE_CLOSE_SOURCE
  assertEquals(closes("closes_by_copy Event"), [["closes_by_copy", 1]]);
  assertEquals(closes("closes_though_copy_fails Event"), [["closes_though_copy_fails", 1]]);
  assertEquals(closes("closes_protected Event"), [["closes_protected", 1]]);
  assertEquals(closes("opens_desktops WindowStation"), [["opens_desktops", 1]]);
  assertEquals(closes("opens_desktops Desktop"), [["opens_desktops", 1]]);
}

/** Each mark is at the end of what it names: the event that is opened between them is only in the second. */
function checkMarks({ analysis, marks }: Recorded): void {
  const [first, second] = [...marks.values()];
  const opens = (count: number): number =>
    Array.from({ length: count }, (_, index) => analysis.log.count - 1 - index)
      .filter((trace) => operationAt(analysis.log, trace).type === "open")
      .filter((trace) => functionOf(analysis, analysis.log.stack[trace]!) === "marks")
      .filter((trace) => analysis.objectOf(trace)?.type === "Event").length;
  assertEquals([opens(first!.count), opens(second!.count)], [0, 1]);
}

function checkNotes({ analysis: { log: { notes = [] } } }: Recorded): void {
  for (
    const note of [
      "1 close failed: the handle stayed open",
      "1 handle was made in other processes",
      "1 process was started, and not recorded",
    ]
  ) {
    assert(notes.includes(note), notes.join("\n"));
  }
}

recorderTest(
  "the system's own handles below one of the program's calls are nobody's fault",
  async () => {
    const { analysis } = await record([binaryPath("recorder\\calls64.exe")]);
    const kept = [...analysis.log.systemStacks ?? []]
      .flatMap((stack) => analysis.groups.filter((group) => group.stack === stack))
      .flatMap(({ objectTypes }) => [...objectTypes.keys()]);
    assert(kept.includes("Mutant"), kept.join()); // DBWinMutex, of OutputDebugString
    for (const stack of analysis.log.systemStacks ?? []) {
      assertEquals(analysis.stacks.get(stack)?.suspect, undefined);
    }
  },
);

for (const [bits, register] of [[64, recorderTest], [32, recorder32Test]] as const) {
  register(`only code of a known shape is taken for a system call, ${bits} bits`, async () => {
    const program = new Deno.Command(binaryPath(`recorder\\shapes${bits}.exe`));
    assertEquals((await program.output()).code, 0, "the first shape that was judged wrongly");
  });
}

recorderTest("calls that raise an exception are recorded, and so are later calls", async () => {
  const { exitStatus, analysis } = await record([binaryPath("recorder\\raises64.exe")]);
  assertEquals(exitStatus, 0, "not all calls raised that should have");
  assertEquals(
    analysis.misuses.map(({ by, handle, verdict }) => [by?.symbol, handle, verdict]),
    [
      ["close_bad_and_go_on", BAD, "never open"],
      ["close_bad", BAD, "never open"],
    ],
  );
  const all = tallies(analysis);
  // Protected from close, and open to the end.
  assertEquals([all.get("close_protected Event")?.closed], [0]);
  assertEquals([all.get("open_after Event")?.opened], [1]);
  const { notes = [] } = analysis.log;
  assert(notes.includes("1 close failed: the handle stayed open"), notes.join("\n"));
});
