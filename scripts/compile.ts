/**
 * Makes the one executable: `deno task compile [--target <triple> …] [--all]`.
 *
 * `deno compile` takes its runtime, `denort`, from Deno's own site. Where that site is out of reach, DENORT_BIN names a
 * copy of the right one; without either this script says so in one line and exits with 3.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { stampWindowsResources } from "./windows_resources.ts";

/** Targets of `deno compile`, with the name that a release gives the executable. */
const TARGETS: Readonly<Record<string, string>> = {
  "x86_64-pc-windows-msvc": "htrace-windows-x86_64.exe",
  "aarch64-pc-windows-msvc": "htrace-windows-aarch64.exe",
  "x86_64-unknown-linux-gnu": "htrace-linux-x86_64",
  "aarch64-unknown-linux-gnu": "htrace-linux-aarch64",
  "x86_64-apple-darwin": "htrace-macos-x86_64",
  "aarch64-apple-darwin": "htrace-macos-aarch64",
};

/**
 * The least that works. Reading: dumps, logs, recordings and symbols lie anywhere. Writing: recordings and the symbol
 * cache. Network: the symbol servers that the user names. Environment: the symbol path and where caches belong.
 * No permission to run programs: `htrace run` starts them through ntdll.
 */
const PERMISSIONS = ["--allow-read", "--allow-write", "--allow-net", "--allow-env", "--no-prompt"];

/** Calling ntdll and dbgeng is for Windows alone. */
const WINDOWS_PERMISSIONS = ["--allow-ffi"];

/** Files that the program reads at run time, and workers, which no import names. */
const INCLUDES = ["testdata/guest", "src/win32/_object_name_worker.ts"];

const root = new URL("..", import.meta.url);

/** Compiles for one target; answers whether it worked. */
async function compile(target: string, output: string): Promise<boolean> {
  const isWindows = target.includes("windows");
  const environment: Record<string, string> = {};
  const denort = Deno.env.get("DENORT_BIN");
  if (denort !== undefined && isWindows) {
    environment["DENORT_BIN"] = await stampWindowsResources(denort, root);
  }
  const args = [
    "compile",
    "--quiet",
    ...PERMISSIONS,
    ...(isWindows ? [...WINDOWS_PERMISSIONS, "--icon", "assets/htrace.ico"] : []),
    ...INCLUDES.flatMap((path) => ["--include", path]),
    "--target",
    target,
    "--output",
    output,
    "src/cli.ts",
  ];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: root,
    env: environment,
    stderr: "piped",
  }).output();
  if (success) return true;
  const reason = new TextDecoder().decode(stderr);
  if (/denort|base binary|Caused by/.test(reason)) {
    console.error(
      `compile: Cannot get denort for ${target}: Deno's download site did not answer, or DENORT_BIN is no denort; ` +
        `set DENORT_BIN to a denort of Deno ${Deno.version.deno}`,
    );
  } else {
    console.error(reason.trim());
  }
  return false;
}

/** Targets named on the command line, all of them, or this machine's. */
function requestedTargets(): string[] {
  const { values } = parseArgs({
    args: Deno.args,
    options: { target: { type: "string", multiple: true }, all: { type: "boolean" } },
  });
  if (values.all) return Object.keys(TARGETS);
  return values.target ?? [Deno.build.target];
}

if (import.meta.main) {
  for (const target of requestedTargets()) {
    const name = TARGETS[target];
    if (name === undefined) {
      const known = Object.keys(TARGETS).join(", ");
      console.error(`compile: Cannot compile for "${target}": unknown target; known are ${known}`);
      Deno.exit(2);
    }
    const output = `dist/${name}`;
    if (!await compile(target, output)) Deno.exit(3);
    console.log(output);
  }
}
