/**
 * Test help: runs the program in this process, as the command line does.
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

/** Runs a command line, such as `runCli("enable", "4242")`. */
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
