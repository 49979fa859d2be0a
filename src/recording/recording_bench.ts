/**
 * The recording format's size and speed: a full ring of 131,072 traces with 2,000 stacks and names, compared with
 * writing and reading its raw bytes. Run by `deno task bench`.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a benchmark prints
import { EngineStackTable } from "../engine/stack_table.ts";
import type { Frame } from "../frame.ts";
import { traceAt } from "../trace_log.ts";
import { busyLog, busyRing } from "../trace_log_fixture.ts";
import { decodeRecording, encodeRecording, type Recording } from "./recording.ts";

const TRACES = 131_072;
/** Runs of each measurement; the median counts. */
const RUNS = 5;
const MIB = 1024 * 1024;

using stacks = new EngineStackTable();
const log = busyLog(stacks, TRACES);
/** The ring of these traces, as in memory. */
const RAW = busyRing(TRACES);
const recording: Recording = {
  targetName: "busy.exe",
  identity: {},
  mode: "user",
  pointerSize: 8,
  recordedAt: new Date(),
  log,
  snapshots: new Map(),
  modules: [],
  frames: namedFrames(),
};

const file = await Deno.makeTempFile({ suffix: ".htrace" });
try {
  const recorded = await medianTime(async () => {
    await Deno.writeFile(file, await encodeRecording(recording));
    await decodeRecording(file, await Deno.readFile(file));
  });
  const { size } = await Deno.stat(file);
  const { log: found } = await decodeRecording(file, await Deno.readFile(file));
  const same = Array.from({ length: TRACES }, (_, index) => index).every((index) =>
    String(Object.values(traceAt(found, index))) === String(Object.values(traceAt(log, index)))
  );
  const raw = await medianTime(async () => {
    await Deno.writeFile(file, RAW);
    await Deno.readFile(file);
  });
  console.log(`recording, ${TRACES} traces (${(RAW.length / MIB).toFixed(1)} MiB)`);
  console.log(
    `  file                         ${(size / MIB).toFixed(2)} MiB  ` +
      `${(RAW.length / size).toFixed(0)} × smaller, ${same ? "equal" : "NOT EQUAL"} when read`,
  );
  console.log(
    `  write and read               ${recorded.toFixed(0)} ms  ` +
      `${(recorded / raw).toFixed(1)} × the raw bytes (${raw.toFixed(0)} ms)`,
  );
} finally {
  await Deno.remove(file);
}

/** A name, a file and a line for each address. */
function namedFrames(): ReadonlyMap<bigint, Frame> {
  const frames = new Map<bigint, Frame>();
  for (let stack = 0; stack < stacks.count; stack++) {
    for (const address of stacks.addresses(stack)) {
      frames.set(address, {
        address,
        module: { name: "orders" },
        symbol: `orders::Session::Step${address % 5000n}`,
        displacement: Number(address % 512n),
        file: `C:\\build\\orders\\session${address % 97n}.cpp`,
        line: Number(address % 2000n),
      });
    }
  }
  return frames;
}

/** Median milliseconds of a call. */
async function medianTime(call: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[RUNS >> 1]!;
}
