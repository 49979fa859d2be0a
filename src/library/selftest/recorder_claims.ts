/**
 * Claims about the in-process recorder, on Windows and systems that imitate it: it needs no kernel tracing.
 *
 * @module
 */
import { objectAt } from "../../trace_log.ts";
import { type Claim, expect, expectEqual } from "./claim.ts";

/** The recorder in programs of both widths. */
export const RECORDER_CLAIMS: readonly Claim[] = [
  {
    text: "the recorder finds what a program leaks, with its stack, its type and its times",
    check: async (bench) => {
      const { exitStatus, leaks, analysis } = await bench.record("badhandle64", ["leak", "3"]);
      expectEqual("exit status", exitStatus, 0);
      expectEqual("stacks that leak", leaks.leaks.length, 1);
      const { key, group } = leaks.leaks[0]!;
      expectEqual("handles of the stack", group.outstanding, 3);
      expect(/!leak\b/.test(key), `the stack is ${key}`);
      const { log } = analysis;
      const newest = log.stack.indexOf(group.stack);
      expectEqual("type of the newest", objectAt(log, newest)?.type, "Event");
      // Traces have finer times than the millisecond of the reading, and Windows has two clocks for them.
      const age = log.readAt!.getTime() - log.time![newest]!;
      expect(age > -CLOCK_TICK && age < HOUR, `the newest was opened ${age} ms before the end`);
    },
  },
  {
    text: "the recorder shows a bad reference with the close and the open before it",
    check: async (bench) => {
      const { analysis: { misuses } } = await bench.record("badhandle64", ["double-close"]);
      const whole = misuses.filter(({ close, open }) => close !== undefined && open !== undefined);
      expectEqual("bad references with their story", whole.length, 1);
    },
  },
  {
    text: "the recorder keeps every operation where a ring would have been overrun",
    check: async (bench) => {
      const { analysis, historyLost } = await bench.record("badhandle64", ["churn", "10000"]);
      expect(!historyLost, "history is said to be lost");
      expect(analysis.log.count >= 20_000, `${analysis.log.count} traces of 20,000 operations`);
    },
  },
  {
    text: "the recorder records a 32-bit program",
    check: async (bench) => {
      const { leaks } = await bench.record("badhandle32", ["leak", "3"]);
      expectEqual("stacks that leak", leaks.leaks.length, 1);
      expectEqual("handles of the stack", leaks.leaks[0]?.group.outstanding, 3);
      expect(/!leak\b/.test(leaks.leaks[0]!.key), `the stack is ${leaks.leaks[0]!.key}`);
    },
  },
  {
    text: "the recorder knows the code of every system call that it hooks here",
    check: async (bench) => {
      for (const program of ["badhandle64", "badhandle32"] as const) {
        const { analysis: { limits } } = await bench.record(program, ["churn", "1"]);
        const hooks = limits.find((limit) => limit.includes("calls are hooked")) ?? "";
        expect(/: \d+ of \d+ calls/.test(hooks), `it does not say how many: ${limits.join("; ")}`);
        expect(!hooks.includes("could not be changed"), `${program}: ${hooks}`);
      }
    },
  },
  {
    text: "what the recorder saw opened is in the handle table",
    check: async (bench) => {
      const { analysis: { limits } } = await bench.record("badhandle64", ["leak", "100"]);
      const gone = limits.find((limit) => limit.includes("gone from the handle table"));
      expect(gone === undefined, gone ?? "");
      expect(!limits.includes("the handle table was not listed at the end"), "it was not listed");
    },
  },
];

/** More than our programs take, and less than a clock that is off by a time zone. */
const HOUR = 3_600_000;
/** How far two clocks of a system may be apart, in milliseconds: the longest tick that Windows has. */
const CLOCK_TICK = 16;
