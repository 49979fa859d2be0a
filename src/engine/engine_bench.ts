/**
 * The trace engine's speed: from the bytes of a full ring to finished groups, as a ratio to one copy of those bytes;
 * the diff of two full rings; and the analysis of ten million traces. Run by `deno task bench`.
 *
 * The targets: at most 8 copies for the largest ring; 4 s and 1.5 GB of process memory for ten million traces. The
 * smallest ring takes 17 copies: its bytes stay in the processor's cache, where they are copied four times as fast,
 * while hashing and comparing them is no faster.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a benchmark prints
import { busyRing, hugeLog, QUERY_ENTRY_64, READ_AT } from "../trace_log_fixture.ts";
import type { TraceLog } from "../trace_log.ts";
import { analyzeTraces, diffTraces } from "./engine.ts";
import { EngineStackTable } from "./stack_table.ts";
import { memorySize } from "./wasm.ts";

/** Smallest and largest ring that the benchmark fills, in traces; the first is the default of Windows. */
const RINGS = [4096, 131_072];
/** Milliseconds of warm-up calls, so that the WASM code has been optimized: 30 calls were not enough. */
const WARM_UP = 500;
/** Milliseconds of measured calls, and their minimum number. */
const MEASURED = { time: 1500, runs: 15 };
/** Operations between the two readings, as a fraction of the ring. */
const NEW_PART = 1 / 4;

const MIB = 1024 * 1024;

for (const count of RINGS) benchRing(count);
benchHugeLog();

function benchRing(count: number): void {
  const [before, after] = [busyRing(count), busyRing(count, count * NEW_PART)];
  const copied = new Uint8Array(
    new WebAssembly.Memory({ initial: Math.ceil(after.length / 65536) }).buffer,
  );
  const copy = (): void => copied.set(after);
  /** Prints a line with the median time of a call, and its ratio to copies made in between. */
  const report = (what: string, call: () => void): void => {
    const [time, copyTime] = medianTimes([call, copy]);
    print(what, ms(time!), ratio(time!, copyTime!));
  };

  console.log(`\nengine, a ring of ${count} traces (${mib(after.length).trim()})`);
  report("copy of the bytes", copy);
  report("bytes to finished groups, new stack table", () => {
    using stacks = new EngineStackTable();
    analyzeTraces(readLog(stacks, after));
  });

  using stacks = new EngineStackTable();
  const snapshot = readLog(stacks, before);
  const now = readLog(stacks, after);
  const { newTraces } = diffTraces(snapshot, now);
  const groups = analyzeTraces(now).groups.length;
  const newGroups = analyzeTraces(now, { newest: newTraces }).groups.length;
  report("bytes to columns, stacks known", () => readLog(stacks, after));
  report(`columns to ${groups} groups`, () => analyzeTraces(now));
  report("diff of two readings", () => diffTraces(snapshot, now));
  report(`${newGroups} groups of what is new`, () => analyzeTraces(now, { newest: newTraces }));
  print("WASM memory", mib(memorySize()), ratio(memorySize(), after.length));
}

function readLog(stacks: EngineStackTable, bytes: Uint8Array): TraceLog {
  const entries = stacks.readEntries(bytes, QUERY_ENTRY_64);
  return { ...entries, stacks, readAt: READ_AT, parsed: entries.count, slots: entries.count };
}

/** A single run: it takes as long as many of the others, and measures memory. */
function benchHugeLog(): void {
  using stacks = new EngineStackTable();
  const log = hugeLog(stacks);
  console.log(`\nengine, a log of ${log.count} traces with times and ${stacks.count} stacks`);
  const start = performance.now();
  const { groups, misuses } = analyzeTraces(log);
  const time = performance.now() - start;
  print(`${groups.length} groups, ${misuses.length} misuses`, ms(time));
  print("process memory, the log included", mib(Deno.memoryUsage().rss));
  print("WASM memory", mib(memorySize()));
}

/** Prints a line of the table. */
function print(what: string, value: string, against = ""): void {
  console.log(`  ${what.padEnd(42)} ${value}  ${against}`.trimEnd());
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`.padStart(11);
}

/** Median milliseconds of calls that take turns, so that other work on the machine affects all of them alike. */
function medianTimes(calls: readonly (() => void)[]): number[] {
  const times = calls.map((): number[] => []);
  const start = performance.now();
  const end = start + WARM_UP + MEASURED.time;
  while (times[0]!.length < MEASURED.runs || performance.now() < end) {
    calls.forEach((call, i) => {
      const before = performance.now();
      call();
      const after = performance.now();
      if (before > start + WARM_UP) times[i]!.push(after - before);
    });
  }
  return times.map((all) => all.sort((a, b) => a - b)[all.length >> 1]!);
}

function ms(time: number): string {
  return `${time.toFixed(2)} ms`.padStart(11);
}

function ratio(value: number, base: number): string {
  return `${(value / base).toFixed(1)} ×`.padStart(8);
}
