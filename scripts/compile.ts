/**
 * Makes the one executable: `deno task compile [--target <triple> …] [--all] [--output <folder>]`.
 *
 * `deno compile` takes its runtime, `denort`, from Deno's own site. Where that site is out of reach, DENORT_BIN names a
 * copy of the right one; without either this script says so in one line and exits with 3.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { stampVersion } from "./windows_resources.ts";

/** Targets of `deno compile`, with the name that a release gives the executable. */
export const TARGETS: Readonly<Record<string, string>> = {
  "x86_64-pc-windows-msvc": "htrace-windows-x86_64.exe",
  "aarch64-pc-windows-msvc": "htrace-windows-aarch64.exe",
  "x86_64-unknown-linux-gnu": "htrace-linux-x86_64",
  "aarch64-unknown-linux-gnu": "htrace-linux-aarch64",
  "x86_64-apple-darwin": "htrace-macos-x86_64",
  "aarch64-apple-darwin": "htrace-macos-aarch64",
};

/**
 * The least that works. Reading: dumps, recordings and symbols lie anywhere. Writing: recordings and the symbol
 * cache. Network: the symbol servers that the user names. Environment: the symbol path and where caches belong.
 * No permission to run programs: `htrace run` starts them through ntdll.
 */
const PERMISSIONS = [
  "--allow-read",
  "--allow-write",
  "--allow-net",
  "--allow-env",
  "--no-prompt",
];

/** Calling ntdll and dbgeng is for Windows alone. */
const WINDOWS_PERMISSIONS = ["--allow-ffi"];

/** Files that the program reads at run time, and workers, which no import names. */
const INCLUDES = ["testdata/guest", "src/win32/_object_name_worker.ts"];

/** What lies among them for tests and readers. */
const EXCLUDES = ["testdata/guest/variants", "testdata/guest/README.md"];

/** Exit codes, the program's own. */
const EXIT_CODES = { usage: 2, failed: 3 } as const;

const root = new URL("..", import.meta.url);

/** The permissions that the executable for a target has, as flags of `deno`. */
export function permissionsFor(target: string): string[] {
  return isWindows(target) ? [...PERMISSIONS, ...WINDOWS_PERMISSIONS] : PERMISSIONS;
}

function isWindows(target: string): boolean {
  return target.includes("windows");
}

/** What follows `deno compile` to make the executable for a target. */
export function compileArguments(target: string, output: string): string[] {
  return [
    ...permissionsFor(target),
    ...(isWindows(target) ? ["--icon", "assets/htrace.ico"] : []),
    ...INCLUDES.flatMap((path) => ["--include", path]),
    ...EXCLUDES.flatMap((path) => ["--exclude", path]),
    // The lock file also holds what only tests and scripts import.
    "--exclude-unused-npm",
    "--target",
    target,
    "--output",
    output,
    "src/cli.ts",
  ];
}

/** Compiles for one target; answers what went wrong, or undefined. */
async function compile(target: string, output: string): Promise<string | undefined> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", "--quiet", ...compileArguments(target, output)],
    cwd: root,
    env: { NO_COLOR: "1" },
    stderr: "piped",
  }).output();
  if (success) {
    if (isWindows(target)) await stampVersion(output, root);
    return undefined;
  }
  const reason = new TextDecoder().decode(stderr).trim();
  // Deno's own words where it fetches, finds and extends its runtime.
  return /base binary|binary bytes|find denort/.test(reason)
    ? `Cannot get denort for ${target}: Deno's download site did not answer, or DENORT_BIN is no ` +
      `denort for it; set DENORT_BIN to one of Deno ${Deno.version.deno}`
    : `Cannot compile for ${target}: ${reason}`;
}

/** What the command line asks for; throws a TypeError or RangeError with a sentence. */
function readArguments(args: string[]): { targets: string[]; folder: string } {
  const { values } = parseArgs({
    args,
    options: {
      target: { type: "string", multiple: true },
      all: { type: "boolean" },
      output: { type: "string", default: "dist" },
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
  return { targets, folder: values.output };
}

function fail(sentence: string, code: number): never {
  console.error(`compile: ${sentence}`);
  Deno.exit(code);
}

async function main(): Promise<void> {
  let request: ReturnType<typeof readArguments>;
  try {
    request = readArguments(Deno.args);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error), EXIT_CODES.usage);
  }
  for (const target of request.targets) {
    const output = `${request.folder}/${TARGETS[target]}`;
    const problem = await compile(target, output);
    if (problem !== undefined) fail(problem, EXIT_CODES.failed);
    console.log(output);
  }
}

if (import.meta.main) await main();
