import { assertEquals, assertThrows } from "@std/assert";
import type { Analysis, TraceGroup } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import { BaselineError, leaksOf, parseBaseline, renderBaseline, stackKey } from "./leaks.ts";
import { fakeModule } from "../target_fixture.ts";
import { QUERY_ENTRY_32, traceLog } from "../trace_log_fixture.ts";

const STACK: readonly Frame[] = [
  { address: 0x7c80_1000n, module: "KERNEL32", symbol: "CreateEventA", displacement: 0x66 },
  { address: 0x0100_1200n, module: "app", symbol: "open", displacement: 0x10 },
  { address: 0x1000_0040n, module: "plugin", displacement: 0x40 },
  { address: 0x0100_1300n, module: "app", symbol: "main", displacement: 0x20 },
  { address: 0x7c81_0000n, module: "KERNEL32", symbol: "BaseProcessStart", displacement: 1 },
];
const KEY = "app!main;plugin+0x40;app!open";

function group(stack: number, outstanding: number, suspect?: Frame): TraceGroup {
  return {
    stack,
    opened: 5,
    closed: 5 - outstanding,
    outstanding,
    badReferences: 0,
    outstandingTraces: new Uint32Array(),
    closers: [],
    judgement: "outstanding",
    ...(suspect && { suspect }),
  };
}

function analysisOf(groups: readonly TraceGroup[]): Analysis {
  return {
    targetName: "fake",
    mode: "user",
    pointerSize: 4,
    log: traceLog(QUERY_ENTRY_32, []),
    listed: new Uint32Array(),
    stackOf: new Uint32Array(),
    stacks: new Map([[1, STACK]]),
    groups,
  };
}

Deno.test("stackKey() names frames outside the system, outermost first, without displacements", () => {
  assertEquals(stackKey(STACK, []), KEY);
  assertEquals(stackKey([{ address: 0x1n }], []), "");
});

Deno.test("stackKey() tells the system's modules by their folders, as suspects are told", () => {
  const folder = "C:\\Windows\\System32";
  const modules = [fakeModule("combase", 0x7000_0000n, `${folder}\\combase.dll`)];
  const between = { address: 0x7000_1000n, module: "combase", symbol: "CoCreate", displacement: 8 };
  assertEquals(stackKey([...STACK, between], modules), KEY);
});

Deno.test("leaksOf() takes open handles that a program's own code opened", () => {
  const leaking = group(1, 2, STACK[1]);
  const groups = [leaking, group(1, 0, STACK[1]), group(1, 3)];
  assertEquals(leaksOf(analysisOf(groups)), [{ group: leaking, key: KEY }]);
});

Deno.test("a baseline comes back as the keys that it was written from", () => {
  const leaks = leaksOf(analysisOf([group(1, 2, STACK[1]), group(1, 1, STACK[1])]));
  const text = renderBaseline(leaks);
  assertEquals(text.split("\n").slice(-3), ["# 3 outstanding", KEY, ""]);
  assertEquals(parseBaseline(text, "known.txt"), new Set([KEY]));
});

Deno.test("parseBaseline() takes either line ending and passes over what is for people", () => {
  assertEquals(parseBaseline(`# why\r\n\r\n  ${KEY}\r\n`, "known.txt"), new Set([KEY]));
});

Deno.test("parseBaseline() refuses another text, by the line that is no stack", () => {
  const operator = "app!main;app!operator!=";
  assertEquals(parseBaseline(operator, "known.txt"), new Set([operator]));
  for (const text of ["{", `${KEY}\n${KEY};MZ\0`, "app!", "plugin+0x"]) {
    const found = `Cannot read the baseline "known.txt": line ${
      text.split("\n").length
    } is no stack`;
    assertThrows(() => parseBaseline(text, "known.txt"), BaselineError, found);
  }
});
