/**
 * The recording format's size and speed: a full table of 131,072 traces with 2,000 stacks, against writing and
 * reading its bytes as they are. Run by `deno task bench`.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a benchmark prints
import { busyLog } from "../trace_log_fixture.ts";
import { decodeRecording, encodeRecording, type Recording } from "./recording.ts";

const TRACES = 131_072;
/** Runs of each kind; the median counts. */
const RUNS = 5;
const MIB = 1024 * 1024;

const log = busyLog(TRACES);
const recording: Recording = {
  targetName: "busy.exe",
  mode: "user",
  pointerSize: 8,
  recordedAt: new Date(),
  log,
  snapshots: new Map(),
  modules: [],
};

const file = await Deno.makeTempFile({ suffix: ".htrace" });
try {
  const recorded = await medianTime(async () => {
    await Deno.writeFile(file, await encodeRecording(recording));
    await decodeRecording(file, await Deno.readFile(file));
  });
  const { size } = await Deno.stat(file);
  const same = (await decodeRecording(file, await Deno.readFile(file))).log.bytes
    .every((byte, index) => byte === log.bytes[index]);
  const raw = await medianTime(async () => {
    await Deno.writeFile(file, log.bytes);
    await Deno.readFile(file);
  });
  console.log(`recording, ${TRACES} traces (${(log.bytes.length / MIB).toFixed(1)} MiB)`);
  console.log(
    `  file                         ${(size / MIB).toFixed(2)} MiB  ` +
      `${(log.bytes.length / size).toFixed(0)} × smaller, ${
        same ? "equal" : "NOT EQUAL"
      } when read`,
  );
  console.log(
    `  write and read               ${recorded.toFixed(0)} ms  ` +
      `${(recorded / raw).toFixed(1)} × the raw bytes (${raw.toFixed(0)} ms)`,
  );
} finally {
  await Deno.remove(file);
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
