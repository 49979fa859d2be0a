import { assertEquals } from "@std/assert";
import { nextTurn, runToStop } from "./run_to_stop.ts";
import type { Execution, MarkEvent, Pause, StopEvent } from "./target.ts";

const PAUSED: Pause = { kind: "paused", address: 0x1000n, threadId: 8 };
const EXITED: StopEvent = { kind: "exited", exitStatus: 3 };

/** A target that stops after a number of pieces. */
function pieces(count: number): Execution {
  return { go: () => EXITED, advance: () => count-- > 0 ? PAUSED : EXITED };
}

Deno.test("runToStop() lets timers run between two pieces", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++);
  assertEquals(await runToStop(pieces(50)), EXITED);
  clearInterval(timer);
  assertEquals(turns > 0, true);
});

Deno.test("runToStop() leaves the target where it is when somebody breaks in", async () => {
  let asked = 0;
  const isBroken = async (): Promise<boolean> => {
    await nextTurn();
    return ++asked === 2;
  };
  assertEquals(await runToStop(pieces(5), { isBroken }), PAUSED);
  assertEquals(asked, 2);
});

Deno.test("runToStop() awaits the callback for a mark, and continues", async () => {
  const mark = (name: string): MarkEvent => ({ kind: "mark", name });
  const events = [mark("warmup"), PAUSED, mark("iteration"), EXITED];
  const marks: string[] = [];
  const onMark = async (name: string): Promise<void> => {
    await nextTurn();
    marks.push(name);
  };
  const execution = { go: () => EXITED, advance: () => events.shift()! };
  assertEquals(await runToStop(execution, { onMark }), EXITED);
  assertEquals(marks, ["warmup", "iteration"]);
});

Deno.test("runToStop() can break into a target that sets one mark after another", async () => {
  const mark: MarkEvent = { kind: "mark", name: "iteration" };
  const execution = { go: () => EXITED, advance: () => mark };
  let isPressed = false;
  setTimeout(() => isPressed = true, 20);
  const isBroken = async (): Promise<boolean> => {
    await nextTurn();
    return isPressed;
  };
  assertEquals(await runToStop(execution, { isBroken }), mark);
});

Deno.test("runToStop() runs a target in one go if it cannot run in pieces", async () => {
  assertEquals(await runToStop({ go: () => EXITED }), EXITED);
});
