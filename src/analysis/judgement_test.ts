import { assertEquals } from "@std/assert";
import { fakeModule } from "../target_fixture.ts";
import { judgementOf, suspectOf } from "./judgement.ts";

Deno.test("judgementOf() distinguishes handles that are never, sometimes and usually closed", () => {
  assertEquals(judgementOf({ opened: 3, closed: 0 }), "never closed");
  assertEquals(judgementOf({ opened: 4, closed: 2 }), "outstanding");
  assertEquals(judgementOf({ opened: 4, closed: 3 }), "usually closed");
});

Deno.test("judgementOf() does not call a stack never closed if the source reports no closes", () => {
  assertEquals(judgementOf({ opened: 3, closed: 0 }, { tellsCloses: false }), "outstanding");
});

Deno.test("judgementOf() calls a stack growing if it rose at every snapshot, regardless of closes", () => {
  const closed = { opened: 100, closed: 90 };
  assertEquals(judgementOf({ ...closed, series: [2, 5], delta: 3 }), "growing");
  assertEquals(judgementOf({ ...closed, series: [2, 5], delta: 0 }), "usually closed");
  assertEquals(judgementOf({ ...closed, series: [0], delta: 10 }), "usually closed");
});

Deno.test("judgementOf() does not count the end of a program with marks as a step", () => {
  const marks = { opened: 100, closed: 97, series: [1, 2, 3], delta: 0 };
  assertEquals(judgementOf(marks, { hasMarks: true }), "growing");
  assertEquals(judgementOf(marks), "usually closed");
  assertEquals(judgementOf({ ...marks, delta: -3 }, { hasMarks: true }), "growing");
});

Deno.test("suspectOf() skips system modules and addresses outside all modules", () => {
  const ntdll = fakeModule("ntdll", 0x7c90_0000n, "C:\\WINDOWS\\system32\\ntdll.dll");
  const own = { address: 0x0100_1000n, module: fakeModule("app", 0x0100_0000n) };
  const frames = [{ address: 0x7c90_1000n, module: ntdll }, { address: 0x5000n }, own];
  assertEquals(suspectOf(frames), { frame: own, owner: "own" });
  assertEquals(suspectOf(frames.slice(0, 2)), undefined);
});

Deno.test("suspectOf() lets the user decide whose a module is", () => {
  const frames = [
    { address: 1n, module: { name: "vendorlib" } },
    { address: 2n, module: { name: "app" } },
    { address: 3n, module: { name: "ntdll" } },
  ];
  assertEquals(suspectOf(frames, { system: [/^vendor/] })?.frame, frames[1]);
  assertEquals(suspectOf(frames.slice(2), { own: [/^ntdll$/] })?.frame, frames[2]);
});
