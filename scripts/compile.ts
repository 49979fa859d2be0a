/**
 * Builds the executable: `deno task compile [--target <triple> …] [--all] [--output <folder>] [--program <folder>]`.
 *
 * It embeds the program that `writeProgram` made in a folder; without --program that is done first.
 *
 * `deno compile` downloads its runtime, `denort`, from Deno's own site. If that site is out of reach, DENORT_BIN can name
 * a copy of the right one; without either, this script says so in one line and exits with 3.
 *
 * With SOURCE_DATE_EPOCH (seconds since 1970), the same sources give the same bytes on any machine: `deno compile` writes
 * file times into the executable, so each file gets that time first.
 *
 * @module
 */
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setTimes } from "./embedded_times.ts";
import { PROGRAM_ENTRY, PROGRAM_WORKERS, writeProgram } from "./program.ts";
import { stampVersion } from "./windows_resources.ts";

/** Targets of `deno compile`, with the executable's name in a release. */
export const TARGETS: Readonly<Record<string, string>> = {
  "x86_64-pc-windows-msvc": "htrace-windows-x86_64.exe",
  "aarch64-pc-windows-msvc": "htrace-windows-aarch64.exe",
  "x86_64-unknown-linux-gnu": "htrace-linux-x86_64",
  "aarch64-unknown-linux-gnu": "htrace-linux-aarch64",
  "x86_64-apple-darwin": "htrace-macos-x86_64",
  "aarch64-apple-darwin": "htrace-macos-aarch64",
};

/** Every environment variable that the program reads. */
const VARIABLES = [
  "_NT_SYMBOL_PATH",
  "XDG_CACHE_HOME", // where the symbol cache goes, like HOME and ProgramData
  "XDG_STATE_HOME", // where the prompt's history goes, like HOME and LOCALAPPDATA
  "HOME",
  "LOCALAPPDATA",
  "ProgramData",
  "ProgramFiles", // where the Debugging Tools are
  "ProgramFiles(x86)",
  "SystemRoot", // where Windows' own libraries are
];

/**
 * The fewest that work; the tasks "htrace" and "example" have the same. Reading: dumps, recordings and symbols can be
 * anywhere. Writing: recordings and the symbol cache. Network: the symbol servers that the user names. No permission to
 * run programs: `htrace run` starts them through ntdll.
 */
const PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  "--allow-net",
  `--allow-env=${VARIABLES.join()}`,
  "--deny-import", // otherwise imports from a few package hosts are allowed
  "--no-prompt",
];

/**
 * Only Windows calls ntdll and dbgeng. Not restricted to names: with names, Deno (2.9.5) permits no pointers, which COM
 * is made of.
 */
const WINDOWS_PERMISSIONS = ["--allow-ffi"];

/** Lets users' regular expressions execute in linear time, see `src/library/filter_words.ts`. */
const ENGINE_FLAGS = ["--v8-flags=--enable-experimental-regexp-engine"];

/** Exit codes, the program's own. */
const EXIT_CODES = { usage: 2, failed: 3 } as const;

const root = new URL("..", import.meta.url);

/** The permissions of the executable for a target, as flags of `deno`. */
export function permissionsFor(target: string): string[] {
  return isWindows(target) ? [...PERMISSIONS, ...WINDOWS_PERMISSIONS] : PERMISSIONS;
}

/** The `deno` flags that the program always runs with: its permissions, and engine settings. */
export function flagsFor(target: string): string[] {
  return [...permissionsFor(target), ...ENGINE_FLAGS];
}

function isWindows(target: string): boolean {
  return target.includes("windows");
}

/** The arguments of `deno compile`, in the program's folder, that build the executable for a target. */
export function compileArguments(target: string, output: string): string[] {
  const included = [...PROGRAM_WORKERS, "testdata", "recorder", "LICENSES.txt"];
  return [
    ...flagsFor(target),
    ...(isWindows(target) ? ["--icon", fileURLToPath(new URL("assets/htrace.ico", root))] : []),
    ...included.flatMap((path) => ["--include", path]),
    // The bundles need nothing else: no configuration, no packages, no types.
    "--no-config",
    "--no-lock",
    "--no-check",
    // It would be read from a predictable name in the system's temporary folder, where anybody could write it.
    "--no-code-cache",
    "--target",
    target,
    "--output",
    output,
    PROGRAM_ENTRY,
  ];
}

/** Compiles for one target; returns what went wrong, if anything. */
async function compile(
  target: string,
  program: string,
  output: string,
): Promise<string | undefined> {
  const path = resolve(fileURLToPath(root), output);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", "--quiet", ...compileArguments(target, path)],
    cwd: program,
    env: { NO_COLOR: "1" },
    stderr: "piped",
  }).output();
  if (success) {
    if (isWindows(target)) await stampVersion(path, root);
    return undefined;
  }
  const reason = new TextDecoder().decode(stderr).trim();
  // Deno's own messages while it fetches, finds and extends its runtime.
  return /base binary|binary bytes|find denort/.test(reason)
    ? `Cannot get denort for ${target}: Deno's download site did not answer, or DENORT_BIN is no ` +
      `denort for it; set DENORT_BIN to one of Deno ${Deno.version.deno}`
    : `Cannot compile for ${target}: ${reason}`;
}

interface Request {
  readonly targets: readonly string[];
  readonly folder: string;
  /** The program's folder, if it was made earlier. */
  readonly program: string | undefined;
}

/** The options on the command line; throws a TypeError or RangeError with a message. */
function readArguments(args: string[]): Request {
  const { values } = parseArgs({
    args,
    options: {
      target: { type: "string", multiple: true },
      all: { type: "boolean" },
      output: { type: "string", default: "dist" },
      program: { type: "string" },
    },
  });
  const targets = values.all ? Object.keys(TARGETS) : values.target ?? [Deno.build.target];
  for (const target of targets) {
    if (TARGETS[target] === undefined) {
      const known = Object.keys(TARGETS).join(", ");
      throw new RangeError(
        `Cannot compile for "${target}": unknown target; known are ${known}`,
      );
    }
  }
  if (targets.length > 1 && Deno.env.has("DENORT_BIN")) {
    throw new RangeError(
      `Cannot compile for ${targets.length} targets: DENORT_BIN names the denort of one; ask for ` +
        `one target at a time, or unset it`,
    );
  }
  return { targets, folder: values.output, program: values.program };
}

function fail(message: string, code: number): never {
  console.error(`compile: ${message}`);
  Deno.exit(code);
}

async function main(): Promise<void> {
  let request: Request;
  try {
    request = readArguments(Deno.args);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error), EXIT_CODES.usage);
  }
  const scratch = request.program === undefined ? await Deno.makeTempDir() : undefined;
  try {
    const program = request.program ?? join(scratch!, "program");
    if (scratch !== undefined) await writeProgram(program);
    const epoch = Deno.env.get("SOURCE_DATE_EPOCH");
    if (epoch !== undefined) await setTimes(program, Number(epoch));
    for (const target of request.targets) {
      const output = `${request.folder}/${TARGETS[target]}`;
      const problem = await compile(target, program, output);
      if (problem !== undefined) fail(problem, EXIT_CODES.failed);
      console.log(output);
    }
  } finally {
    if (scratch !== undefined) await Deno.remove(scratch, { recursive: true });
  }
}

if (import.meta.main) await main();
