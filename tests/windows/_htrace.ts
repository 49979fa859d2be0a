/**
 * The program as a user runs it, in this process.
 *
 * @module
 */
import { main } from "../../src/cli.ts";

/** What a command line printed and how it ended. */
export interface Ended {
  /** The exit code. */
  readonly code: number;
  /** The standard output. */
  readonly stdout: string;
  /** The standard error. */
  readonly stderr: string;
}

/** Runs a command line, such as `htrace("enable", "4242")`. */
export async function htrace(...args: readonly string[]): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  const code = await main(args, {
    stdout: { write: (text) => void (stdout += text) },
    stderr: { write: (text) => void (stderr += text) },
  });
  return { code, stdout, stderr };
}

/** A folder that is removed with what is in it. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "htrace-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}
