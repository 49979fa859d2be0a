#!/usr/bin/env node
/**
 * The npm package's `htrace`: starts the `deno` that npm installed with it on the bundled program, with the
 * executable's permissions, in the same folder and with the same environment, streams and arguments.
 *
 * It runs under Node.js and uses nothing that Node.js 18 lacks.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The permissions by system, as `make.ts` writes them beside this file; `others` is for systems without an entry. */
type Permissions = Readonly<Record<string, readonly string[]>>;

/** A shell's exit code for a command that it found but could not start. */
const NOT_STARTED = 126;

const require = createRequire(import.meta.url);
const permissions: Permissions = require("./permissions.json");
const program = fileURLToPath(new URL("../src/cli.js", import.meta.url));

/** A project that the user's folder belongs to has no influence here, and nothing is fetched. */
const ISOLATION = [
  "--quiet",
  "--no-config",
  "--no-lock",
  "--cached-only",
  "--no-npm",
  "--no-remote",
];

/** The path of Deno; its package is pinned to one version, so the function called here cannot change. */
function denoPath(): string {
  return require("deno/install_api.cjs").runInstall();
}

function start(deno: string): void {
  const granted = permissions[process.platform] ?? permissions["others"] ?? [];
  const args = ["run", ...ISOLATION, ...granted, program, ...process.argv.slice(2)];
  const child = spawn(deno, args, {
    stdio: "inherit",
    // It would announce a newer Deno on standard error.
    env: { ...process.env, DENO_NO_UPDATE_CHECK: "1" },
  });
  passSignals((signal) => child.kill(signal));
  child.on("error", fail);
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? NOT_STARTED);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/**
 * Signals to this process reach the program, which decides. A terminal sends Ctrl-C to both, so passing it on would be
 * a second one; Windows always does, and there a signal that is passed on ends the program at once.
 */
function passSignals(send: (signal: NodeJS.Signals) => void): void {
  const isWindows = process.platform === "win32";
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
  const signals: NodeJS.Signals[] = isWindows
    ? ["SIGINT", "SIGBREAK"]
    : ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) {
    const isSentToBoth = isWindows || (signal === "SIGINT" && hasTerminal);
    process.on(signal, () => isSentToBoth || send(signal));
  }
}

function fail(error: unknown): never {
  const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
  console.error(
    `htrace: Cannot start Deno: ${reason}; install the package again, with its optional dependencies`,
  );
  process.exit(NOT_STARTED);
}

try {
  start(denoPath());
} catch (error) {
  fail(error);
}
