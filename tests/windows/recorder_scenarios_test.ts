/** badhandle's scenarios with the recorder in it, 64-bit and 32-bit: every trace, in order. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { findGrowth } from "../../src/library/mod.ts";
import { binaryPath, recorder32Test, recorderTest } from "../../src/win32/windows_fixture.ts";
import { functionOf, record, story } from "./_recorder_testing.ts";

/**
 * Arguments, and what is recorded. The compiler has merged functions: those that open and close in the 64-bit program
 * are inlined, or return to their caller's caller.
 */
const SCENARIOS: readonly {
  readonly args: readonly string[];
  readonly traces: Readonly<Record<64 | 32, readonly string[]>>;
}[] = [
  {
    args: [],
    traces: both([
      "open Event by main",
      "close Event by main",
      "badref Event by main",
      "open Semaphore by main",
      "close Semaphore by main",
    ]),
  },
  {
    args: ["leak", "3"],
    traces: {
      64: thrice("open Event by leak", "open Event by open_and_close", "close Event by leak"),
      32: thrice(
        "open Event by open_event",
        "open Event by open_event",
        "close Event by open_and_close",
      ),
    },
  },
  {
    args: ["double-close"],
    traces: {
      64: [
        "open Event by double_close",
        "close Event by double_close",
        "badref Event by run_named",
      ],
      32: [
        "open Event by open_event",
        "close Event by double_close",
        "badref Event by double_close",
      ],
    },
  },
  {
    args: ["duplicate"],
    traces: {
      64: ["open Event by duplicate", "open Event by duplicate", "close Event by duplicate"],
      32: ["open Event by open_event", "open Event by duplicate", "close Event by duplicate"],
    },
  },
];

function both(traces: readonly string[]): Record<64 | 32, readonly string[]> {
  return { 64: traces, 32: traces };
}

function thrice(...traces: readonly string[]): string[] {
  return [...traces, ...traces, ...traces];
}

for (const bits of [64, 32] as const) {
  const register = bits === 64 ? recorderTest : recorder32Test;
  const program = binaryPath(`badhandle${bits}.exe`);

  for (const { args, traces } of SCENARIOS) {
    const scenario = args.join(" ") || "without arguments";
    register(`badhandle ${scenario} is recorded trace by trace, ${bits} bits`, async () => {
      const { exitStatus, analysis } = await record([program, ...args]);
      assertEquals(exitStatus, 0);
      assertEquals(story(analysis), traces[bits]);
      assertEquals(analysis.target.pointerSize, bits / 8);
    });
  }

  register(`badhandle threads 4: each event is of its own thread, ${bits} bits`, async () => {
    const { analysis } = await record([program, "threads", "4"]);
    const events = Array.from(analysis.log.type.keys())
      .filter((trace) => analysis.objectOf(trace)?.type === "Event");
    assertEquals(events.length, 8);
    assertEquals(new Set(events.map((trace) => analysis.log.threadId[trace])).size, 4);
    assertEquals(story(analysis).filter((line) => line === "open Thread by run_batch").length, 4);
    assertEquals(analysis.isOutstanding.indexOf(1), -1);
  });

  register(
    `badhandle loop: growth from mark to mark, in a ring that wraps, ${bits} bits`,
    async () => {
      for (const count of [3, 2000]) {
        const { analysis, marks } = await record([program, "loop", String(count)], { slots: 4096 });
        assertEquals(marks.size, count + 1);
        const growth = findGrowth(analysis);
        assertEquals(growth.kind === "judged" && growth.growing.map(({ rate }) => rate), [1]);
      }
    },
  );

  register(
    `badhandle churn: a ring that is too small loses history and no handle, ${bits} bits`,
    async () => {
      const { analysis } = await record([program, "churn", "3000"], { slots: 4096 });
      const { log, groups } = analysis;
      assertEquals(log.count, 4096);
      assertEquals(
        log.incomplete,
        "the latest 4096 of 6000 operations are kept, and all handles that are open; record with " +
          "more --slots",
      );
      // The group counts what the ring has lost, too.
      const [churn] = groups;
      assertEquals([churn?.opened, churn?.closed, churn?.outstanding], [3000, 3000, 0]);
    },
  );

  register(`stacks begin in the system call's stub, as the kernel's do, ${bits} bits`, async () => {
    const { analysis } = await record([program, "leak", "1"]);
    for (const { frames } of analysis.stacks.values()) {
      const [stub, caller] = frames;
      assertEquals(stub?.module?.name.toLowerCase(), "ntdll");
      if (bits === 64) assertMatch(stub?.symbol ?? "", /^Nt(?:CreateEvent|Close)$/);
      assertEquals(caller?.module?.name.toLowerCase(), "kernelbase");
      assert(frames.every(({ module }) => !module?.name.includes("recorder")), "a frame of ours");
      // The outermost frame is the start of the thread.
      assertEquals(frames.at(-1)?.module?.name.toLowerCase(), "ntdll");
    }
  });

  register(`--frames cuts stacks, and the notes say so, ${bits} bits`, async () => {
    const { analysis } = await record([program, "leak", "1"], { frames: 3 });
    const lengths = analysis.stacks.values().map(({ frames }) => frames.length);
    assertEquals(new Set(lengths), new Set([3]));
    assert(analysis.log.notes?.includes("3 operations have more than 3 frames"));
    assertEquals(functionOf(analysis, analysis.log.stack[2]!), bits === 64 ? "leak" : "open_event");
  });
}

recorderTest("endless marks leave a readable log, with the first of them", async () => {
  const { analysis, marks } = await record([binaryPath("badhandle64.exe"), "loop", "5000"]);
  assertEquals(marks.size, 4096);
  assert(analysis.log.notes?.includes("905 marks were not kept after the first ones"));
});

recorderTest("traces have times that rise, and the ids of process and thread", async () => {
  const before = Date.now();
  const { analysis: { log } } = await record([binaryPath("badhandle64.exe")]);
  const times = [...log.time!].reverse();
  assertEquals(times, [...times].sort((one, other) => one - other));
  assert(times[0]! >= before - 1000 && times.at(-1)! <= Date.now() + 1000, times.join());
  assertEquals(new Set(log.processId).size, 1);
  assertEquals(new Set(log.threadId).size, 1);
});
