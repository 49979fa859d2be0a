/**
 * Measures verbs on a large file against a program that reads the file's bytes once.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a benchmark prints
import { measure, type Measured, median } from "./_bench_process.ts";

const MIB = 1024 * 1024;
/** Runs of each program; the median counts. */
const RUNS = 5;

/** Reads a file from its first byte to its last. */
const READ_ONCE = `
  using file = Deno.openSync(Deno.args[0]);
  const piece = new Uint8Array(1 << 20);
  let bytes = 0;
  for (let count; (count = file.readSync(piece)) !== null;) bytes += count;
  console.log(bytes);
`;

/** A program's measurements, the median of several runs. */
export type Figures = Pick<Measured, "milliseconds" | "peakBytes">;

/** A program that reads all of a file. */
export async function measureReading(path: string): Promise<Figures> {
  const reader = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(reader, READ_ONCE);
    return await medianOf([Deno.execPath(), "run", "-A", reader, path]);
  } finally {
    await Deno.remove(reader);
  }
}

/** htrace with these arguments. */
export function measureVerb(args: readonly string[]): Promise<Figures> {
  return medianOf([Deno.execPath(), "run", "-A", "src/cli.ts", ...args]);
}

/** Prints figures, and their ratio to the base program's. */
export function printFigures(name: string, figures: Figures, base: Figures): void {
  const { milliseconds, peakBytes } = figures;
  console.log(
    `  ${name.padEnd(34)} ${milliseconds.toFixed(0).padStart(5)} ms ` +
      `${(milliseconds / base.milliseconds).toFixed(2).padStart(6)} ×   ` +
      `${(peakBytes / MIB).toFixed(0).padStart(4)} MiB ` +
      `${(peakBytes / base.peakBytes).toFixed(2).padStart(6)} ×`,
  );
}

async function medianOf(command: readonly string[]): Promise<Figures> {
  const runs = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measure(command, ""));
  return {
    milliseconds: median(runs.map(({ milliseconds }) => milliseconds)),
    peakBytes: median(runs.map(({ peakBytes }) => peakBytes)),
  };
}
