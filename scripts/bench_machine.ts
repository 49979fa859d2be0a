/**
 * Start-up of `htrace example` against Deno's own, and the speed of the emulated CPU on the guest's code.
 *
 * @module
 */
import { Machine } from "../src/machine/machine.ts";
import { readGuestImages } from "../src/targets/emulated.ts";
import { measure, median } from "./_bench_process.ts";

/** Runs of each command; the median counts. */
const RUNS = 11;
/** Opens and closes of the guest program that the CPU is measured on. */
const CHURN = "20000";

const deno = await medianOf(RUNS, "eval", "");
const example = await medianOf(RUNS, "run", "-A", "src/cli.ts", "example");
console.log(`htrace example  ${milliseconds(example)}, wall, whole process`);
console.log(`deno eval ""    ${milliseconds(deno)}`);
console.log(`ratio           ${(example / deno).toFixed(1)}`);

const { instructions, elapsed } = await runGuest();
const rate = instructions / elapsed / 1000;
console.log(
  `emulated CPU    ${rate.toFixed(1)} million instructions a second ` +
    `(${instructions} in ${milliseconds(elapsed)}, badhandle churn ${CHURN})`,
);

/** Median time of a whole Deno process. */
async function medianOf(runs: number, ...args: string[]): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    times.push((await measure([Deno.execPath(), ...args], "")).milliseconds);
  }
  return median(times);
}

/** Runs the guest's program from its first instruction to its end. */
async function runGuest(): Promise<{ instructions: number; elapsed: number }> {
  const machine = new Machine(await readGuestImages(), {
    args: ["churn", CHURN],
    traceFromMain: true,
    debuggerPresent: false,
    server2003: false,
  });
  const before = machine.instructions;
  const start = performance.now();
  while (machine.run().kind !== "ended");
  const elapsed = performance.now() - start;
  return { instructions: machine.instructions - before, elapsed };
}

function milliseconds(time: number): string {
  return `${time.toFixed(0)} ms`;
}
