import { assertEquals, assertThrows } from "@std/assert";
import { Session } from "../session.ts";
import { openTarget } from "../targets/mod.ts";
import { assertNoLeaks, LeakError } from "./assert_no_leaks.ts";
import { baselineOf } from "./baseline.ts";
import { leaksOf } from "./leaks.ts";
import { runProgram } from "./run.ts";
import { traceStep } from "./trace_step.ts";
import { groupsOf, tracesOf } from "./views.ts";

Deno.test("tracesOf() and groupsOf() return traces and groups with their frames, even after the session", async () => {
  const analysis = await (async () => {
    using session = new Session(await openTarget("emulated", { args: ["leak", "2"] }));
    await traceStep(session);
    return await session.diff();
  })();
  const traces = tracesOf(analysis);
  assertEquals(
    traces.map(({ type, frames, object, isOutstanding }) => [
      type,
      frames[1]?.symbol,
      object?.type,
      isOutstanding,
    ]),
    Array(2).fill(["open", "open_event", "Event", true]),
  );
  const [leak] = groupsOf(analysis);
  assertEquals(leak?.suspect?.frame.symbol, "open_event");
  assertEquals(leak?.key.text.split(";").at(-1), "badhandle!open_event");
  assertEquals(leak?.frames.length, 7);
});

Deno.test("assertNoLeaks() names the stacks that leak, and ignores those in a baseline", async () => {
  const { analysis } = await runProgram(["leak", "3"], { on: "emulated" });
  const { message, leaks } = assertThrows(() => assertNoLeaks(analysis), LeakError);
  assertEquals(leaks.length, 1);
  assertEquals(
    message,
    "emulated leaked handles: \n  3 from badhandle!open_event " +
      "(C:\\htrace\\badhandle\\badhandle.c:25): badhandle!mainCRTStartup;badhandle!main;" +
      "badhandle!run_named;badhandle!leak;badhandle!open_event",
  );
  assertNoLeaks(analysis, baselineOf(leaksOf(analysis)));
});

Deno.test("assertNoLeaks() passes if nothing leaked, and fails if that is unknown", async () => {
  const { analysis } = await runProgram(["churn", "10"], { on: "emulated" });
  assertNoLeaks(analysis);
  const { analysis: full } = await runProgram(["churn", "3000"], { on: "emulated" });
  assertThrows(() => assertNoLeaks(full), LeakError, "older traces are gone");
});
