/**
 * The npm package under test: installed from its tarball by `deno task test:npm`, which names it in HTRACE_PACKAGE.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** The package's folder in `node_modules`; empty if these tests are ignored. */
export const PACKAGE: string = Deno.env.get("HTRACE_PACKAGE") ?? "";

/** The folder of the user's program for which the package is installed. */
export const APP: string = dirname(dirname(PACKAGE));

/** Bun's executable. */
export const BUN: string = Deno.env.get("HTRACE_BUN") ?? "";

/** How a run ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Registers a test of the installed package. */
export function packageTest(name: string, test: () => Promise<void> | void): void {
  Deno.test({ name, ignore: PACKAGE === "", fn: test });
}

/** Runs a command line to its end. */
export async function run(
  command: readonly string[],
  options: { cwd: string; env?: Record<string, string> },
): Promise<Ended> {
  const [program = "", ...args] = command;
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: options.cwd,
    clearEnv: true,
    env: { ...environment(), ...options.env },
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The environment of this test, without variables that change the output. */
function environment(): Record<string, string> {
  const { FORCE_COLOR: _, _NT_SYMBOL_PATH: __, ...environment } = Deno.env.toObject();
  return { ...environment, NO_COLOR: "1" };
}
