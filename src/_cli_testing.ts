/**
 * Running the program in a test, as the command line does.
 *
 * @module
 */
import { main } from "./cli.ts";

/** What a run left behind. */
export interface CliResult {
  /** Its exit code. */
  readonly code: number;
  /** What it wrote to the standard output. */
  readonly stdout: string;
  /** What it wrote to the standard error. */
  readonly stderr: string;
}

/** Runs a command line. */
export async function runCli(...args: string[]): Promise<CliResult> {
  return await runCliOn(false, ...args);
}

/** Runs a command line whose streams are terminals, or are not. */
export async function runCliOn(isTerminal: boolean, ...args: string[]): Promise<CliResult> {
  let stdout = "";
  let stderr = "";
  const code = await main(args, {
    stdout: { write: (text) => void (stdout += text), isTerminal },
    stderr: { write: (text) => void (stderr += text), isTerminal },
  });
  return { code, stdout, stderr };
}

/** Runs a test with a folder of its own. */
export async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
