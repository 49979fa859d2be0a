/**
 * The engine's speed as a ratio: diff and groups of two readings of a full ring, against copying the bytes of
 * both into WASM memory once. Run by `deno task bench`.
 *
 * The aim is 10 times the copy. The largest ring keeps it; the smallest does not, at 15 to 20 times: its bytes stay
 * in the processor's cache, where they are copied four times as fast, while comparing and hashing them is not faster.
 * Nor does its memory keep the aim of 4 times the input: 4 MiB are the module's stack, which undecoration needs.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a benchmark prints
import { analyzeTraces, diffTraces } from "./engine.ts";
import { busyLog } from "./trace_log_fixture.ts";
import { memorySize } from "./wasm.ts";

/** Smallest and largest ring that the benchmark fills, in traces; the first is the default of Windows. */
const TABLES = [4096, 131_072];
/** Runs of each kind; the median counts. */
const RUNS = 15;
/** Milliseconds of calls before those that count, so that the WASM code has been optimized: 30 calls were not enough. */
const WARM_UP = 300;
/** Operations between the two readings, as part of the ring. */
const NEW_PART = 1 / 4;

const MIB = 1024 * 1024;

for (const count of TABLES) {
  const snapshot = busyLog(count);
  const now = busyLog(count, count * NEW_PART);
  const input = snapshot.bytes.length + now.bytes.length;

  const pages = Math.ceil(input / 65536);
  const copied = new Uint8Array(new WebAssembly.Memory({ initial: pages }).buffer);
  const copy = medianTime(() => {
    copied.set(snapshot.bytes);
    copied.set(now.bytes, snapshot.bytes.length);
  });

  let groups = 0;
  const engine = medianTime(() => {
    const diff = diffTraces(snapshot, now);
    groups = analyzeTraces(now, diff.newTraces).groups.length;
  });
  let allGroups = 0;
  const all = medianTime(() => {
    diffTraces(snapshot, now);
    allGroups = analyzeTraces(now).groups.length;
  });

  console.log(`engine, two logs of ${count} traces (${mib(input).trim()})`);
  report("copy of the bytes", ms(copy));
  report(`diff and ${groups} groups of what is new`, ms(engine), `${ratio(engine, copy)} copy`);
  report(`diff and ${allGroups} groups of the whole table`, ms(all), `${ratio(all, copy)} copy`);
  report("WASM memory", mib(memorySize()), `${ratio(memorySize(), input)} input`);
}

/** Prints a line of the table. */
function report(what: string, value: string, against = ""): void {
  console.log(`  ${what.padEnd(42)} ${value}  ${against}`.trimEnd());
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`.padStart(10);
}

/** Median milliseconds of a call. */
function medianTime(call: () => void): number {
  const warm = performance.now() + WARM_UP;
  while (performance.now() < warm) call();
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    call();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}

function ms(time: number): string {
  return `${time.toFixed(2)} ms`.padStart(10);
}

function ratio(value: number, base: number): string {
  return `${(value / base).toFixed(1)} ×`.padStart(8);
}
