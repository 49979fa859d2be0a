/**
 * Analyses to test formats on: the emulated leak, the made-up service, and names that no format expects.
 *
 * @module
 */
import type { Analysis, Rendered, RenderOptions } from "../src/analysis.ts";
import type { Frame, FrameModule } from "../src/frame.ts";
import { analyzeReadings } from "../src/library/readings.ts";
import { traceStep } from "../src/library/trace_step.ts";
import type { Module } from "../src/module.ts";
import { namedStack, testAnalysis, testGroup } from "../src/reports/_analysis_testing.ts";
import { REPORTS } from "../src/reports/mod.ts";
import { Session, type SessionRequest } from "../src/session.ts";
import { openTarget } from "../src/targets/mod.ts";
import { ServiceTarget } from "./service_fixture.ts";

/** A fixed time, for goldens. */
const READ_AT = new Date("2026-11-29T12:00:00Z");

/** What the emulated machine's `leak 3` left since a snapshot. */
export async function emulatedLeak(): Promise<Analysis> {
  using session = new Session(await openTarget("emulated", { args: ["leak", "3"] }));
  await traceStep(session);
  const analysis = await session.diff();
  return {
    ...analysis,
    log: { ...analysis.log, readAt: READ_AT },
    snapshots: analysis.snapshots.map((snapshot) => ({ ...snapshot, readAt: READ_AT })),
  };
}

/** The service after a number of operations, all of them if omitted. */
export async function service(operations?: number): Promise<Analysis> {
  using session = new Session(new ServiceTarget(operations));
  return await analyzeReadings([session]);
}

/** The service with its growth since an earlier reading. */
export async function grownService(request: SessionRequest = {}): Promise<Analysis> {
  using before = new Session(new ServiceTarget(60_000));
  using now = new Session(new ServiceTarget());
  return await analyzeReadings([before, now], () => request);
}

const APP: Module = {
  name: "app",
  path: "C:\\my programs\\app.exe",
  base: 0x40_0000n,
  size: 0x1000,
  pdb: { guid: "0123456789ABCDEF0123456789ABCDEF", age: 10, path: "D:\\build\\app.pdb" },
};
const FORMULA: FrameModule = { name: "=HYPERLINK(1)" };

/** Frames whose names and paths contain the formats' separators and markup, innermost first. */
export const ODD_FRAMES: readonly Frame[] = [
  {
    address: 0x40_0100n,
    module: APP,
    symbol: 'Größe<a;b, "c" & d>::operator new',
    displacement: 4,
    file: "C:\\my src\\a#b\\größe?1.cpp",
    line: 7,
    inlined: [
      { symbol: "std::unique_ptr<x>::reset", file: "C:\\my src\\memory.h", line: 300 },
      { symbol: "inner\nline" },
    ],
  },
  { address: 0x40_0200n, module: APP, displacement: 0x200 },
  { address: 0x1n, isUnaddressed: true, module: FORMULA, symbol: "-1+1" },
  { address: 0x7777_0000n },
  { address: 0x40_0300n, module: APP, symbol: "main\u001b[31m", displacement: 9, line: 0 },
];

/** Three groups with such frames: one grown, one shrunk, one without a stack. */
export function oddNames(): Analysis {
  const stacks = [
    ODD_FRAMES,
    ODD_FRAMES.slice(2).map((frame) => ({ ...frame, address: frame.address + 1n })),
    [],
  ];
  return testAnalysis([{ type: "open", handle: 4, frames: ODD_FRAMES }], {
    pointerSize: 8,
    modules: [{
      name: "ntdll",
      path: "C:\\Windows\\ntdll.dll",
      base: 0x7ff0_0000_0000n,
      size: 0x1000,
    }, APP],
    target: {
      name: 'odd <names> & "more"',
      kind: "fake",
      mode: "user",
      pointerSize: 8,
      identity: { processId: 7, imageName: "app.exe" },
    },
    stacks: new Map(stacks.map((frames, stack) => [stack, namedStack(frames)])),
    groups: [
      testGroup({
        stack: 0,
        opened: 1310,
        closed: 10,
        delta: 1200,
        series: [40, 100],
        objectTypes: new Map([["Event", 1298], ["@File", 2]]),
        judgement: "growing",
        badReferences: 2,
      }),
      testGroup({ stack: 1, opened: 8, closed: 5, delta: -4, series: [9, 7] }),
      testGroup({
        stack: 2,
        opened: 3,
        closed: 0,
        judgement: "never closed",
        delta: 1,
        series: [1, 2],
      }),
    ],
    misuses: [{ handle: 8, badReference: 0, by: ODD_FRAMES[0]!, verdict: "double close" }],
  });
}

/** The output of `--format <name>` for an analysis: its parts by suffix, as bytes. */
export async function rendered(
  format: keyof typeof REPORTS,
  analysis: Analysis,
  options?: RenderOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const parts = await REPORTS[format].render(analysis, options) as Rendered;
  const encoder = new TextEncoder();
  const bytesOf = (content: string | Uint8Array): Uint8Array =>
    typeof content === "string" ? encoder.encode(content) : content;
  if (typeof parts === "string" || parts instanceof Uint8Array) {
    return new Map([["", bytesOf(parts)]]);
  }
  if ("next" in parts) return new Map([["", encoder.encode([...parts].join(""))]]);
  return new Map(parts.map(({ suffix, content }) => [suffix, bytesOf(content)]));
}

/** The first part of a format's output, as text. */
export async function renderedText(...args: Parameters<typeof rendered>): Promise<string> {
  return new TextDecoder().decode((await rendered(...args)).get(""));
}
