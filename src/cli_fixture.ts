/**
 * Test helper: runs the program in this process, as the command line does, or the executable that HTRACE_EXECUTABLE
 * names, so that the same tests cover both.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "./cli.ts";

/** The executable, relative to the project's root. */
const executable = Deno.env.get("HTRACE_EXECUTABLE");

/** The result of a run. */
export interface CliResult {
  /** Its exit code. */
  readonly code: number;
  /** What it wrote to standard output. */
  readonly stdout: string;
  /** What it wrote to standard error. */
  readonly stderr: string;
}

/** Runs a command line, such as `runCli("enable", "4242")`. */
export async function runCli(...args: string[]): Promise<CliResult> {
  // A zero byte cannot be passed to another process.
  const isHere = executable === undefined || args.some((arg) => arg.includes("\0"));
  return isHere ? await runCliOn(false, ...args) : await runExecutable(args);
}

/** Runs a command line in this process; its streams may be terminals. */
export async function runCliOn(isTerminal: boolean, ...args: string[]): Promise<CliResult> {
  let stdout = "";
  let stderr = "";
  const decoded = (bytes: Uint8Array): void => void (stdout += new TextDecoder().decode(bytes));
  const code = await main(args, {
    stdout: { write: (text) => void (stdout += text), writeBytes: decoded, isTerminal },
    stderr: { write: (text) => void (stderr += text), writeBytes: decoded, isTerminal },
  });
  return { code, stdout, stderr };
}

async function runExecutable(args: string[]): Promise<CliResult> {
  const path = resolve(fileURLToPath(new URL("..", import.meta.url)), executable!);
  const { code, stdout, stderr } = await new Deno.Command(path, { args, stdin: "null" }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
