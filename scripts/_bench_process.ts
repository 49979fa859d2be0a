/**
 * Runs other programs for benchmarks and measures their time and memory.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The project's root. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Measurements of a program. */
export interface Measured {
  /** Milliseconds from start to end. */
  readonly milliseconds: number;
  /** Peak memory in bytes; 0 if the system does not report it. */
  readonly peakBytes: number;
  /** What it printed. */
  readonly output: string;
}

/** How often a running program's memory is read. */
const SAMPLE_MILLISECONDS = 5;

/** Runs a program in the project's root with `input` as its standard input. */
export async function measure(command: readonly string[], input: string): Promise<Measured> {
  const [program = "", ...args] = command;
  const start = performance.now();
  const child = new Deno.Command(program, {
    args,
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let peakBytes = 0;
  const sampling = setInterval(() => {
    peakBytes = Math.max(peakBytes, highWaterMark(child.pid));
  }, SAMPLE_MILLISECONDS);
  const writing = new Blob([input]).stream().pipeTo(child.stdin);
  const { success, stdout, stderr } = await child.output();
  const milliseconds = performance.now() - start;
  clearInterval(sampling);
  await writing;
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot measure ${program}: ${decoder.decode(stderr).trim()}`);
  return { milliseconds, peakBytes, output: decoder.decode(stdout) };
}

/** The command line that runs a program in the pinned toolchain; it replaces the shells on its way. */
export function inToolchain(...command: string[]): string[] {
  return ["scripts/toolchain.sh", "run", ...command];
}

/** Whether a program exists and runs. */
export async function isThere(command: readonly string[]): Promise<boolean> {
  try {
    await measure(command, "");
    return true;
  } catch {
    return false;
  }
}

/** The middle of an odd number of values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Linux records a process's peak number of pages (proc(5), VmHWM). */
function highWaterMark(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has ended, or this is not Linux
  }
}
