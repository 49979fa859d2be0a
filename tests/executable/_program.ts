/**
 * The program under test, as a user starts it: from a folder that contains nothing of the project.
 *
 * That is the executable that HTRACE_EXECUTABLE names, relative to the project's root; HTRACE_RUNNER has the command
 * that runs it, if another program does (an emulated processor). Or it is the npm package, installed in the folder that
 * HTRACE_PACKAGE names and started by Node.js. Without either it is the sources, run by this Deno with only the
 * executable's permissions.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { flagsFor } from "../../scripts/compile.ts";
import { temporaryFolder } from "../../src/folder_fixture.ts";

/** The project's root. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

const named = Deno.env.get("HTRACE_EXECUTABLE");
const runner = Deno.env.get("HTRACE_RUNNER");

/** Where the npm package is installed, if that is the program. */
export const PACKAGE: string | undefined = Deno.env.get("HTRACE_PACKAGE");

/** The executable's path; undefined if the sources or the package are run. */
export const EXECUTABLE: string | undefined = named && resolve(ROOT, named);

/** Whether another program runs the executable, so that each start takes seconds. */
export const IS_EMULATED: boolean = runner !== undefined;

/** Where Deno has its packages: when the sources are run, it would look in the home folder. */
const { denoDir: DENO_DIR }: { denoDir: string } = JSON.parse(
  new TextDecoder().decode(
    new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync().stdout,
  ),
);

/** How a run ended, and what it left behind. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder to start the program in, and an empty home for it. */
export class Desk implements Disposable {
  readonly #folder = temporaryFolder();
  /** Where the program starts. */
  readonly path: string;
  /** The user's folder, as the program sees it. */
  readonly home: string;

  constructor() {
    this.path = `${this.#folder.path}/desk`;
    this.home = `${this.#folder.path}/home`;
    Deno.mkdirSync(this.path);
    Deno.mkdirSync(this.home);
  }

  /** Runs a command line to its end, with `input` as its standard input. */
  async run(args: readonly string[], input = ""): Promise<Ended> {
    const child = this.command(args, { stdin: "piped" }).spawn();
    const writing = new Blob([input]).stream().pipeTo(child.stdin).catch(() => {}); // it may have ended already
    const { code, stdout, stderr } = await child.output();
    await writing;
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  /** The command for a command line, with its streams piped by default. */
  command(args: readonly string[], options: Deno.CommandOptions = {}): Deno.Command {
    const [program = "", ...words] = commandWords();
    return new Deno.Command(program, {
      args: [...words, ...args],
      cwd: IS_EMULATED ? ROOT : this.path,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      ...options,
      clearEnv: true,
      env: { ...this.environment(), ...options.env },
    });
  }

  /** The contents of the folder and the home, by path. */
  files(): string[] {
    return [...filesIn(this.path, ""), ...filesIn(this.home, "home:")].toSorted();
  }

  /** The environment of this test, without what leads to the user's own folders and settings. */
  environment(): Record<string, string> {
    const environment = Deno.env.toObject();
    for (const name of ["XDG_CACHE_HOME", "_NT_SYMBOL_PATH"]) delete environment[name];
    const home = { HOME: this.home, USERPROFILE: this.home, LOCALAPPDATA: this.home };
    return { ...environment, ...home, DENO_DIR, NO_COLOR: "1" };
  }

  [Symbol.dispose](): void {
    this.#folder[Symbol.dispose]();
  }
}

/** The command that starts the program. */
export function commandWords(): string[] {
  // A runner may see the project's folder under another path: it starts there, and gets the path as it was given.
  if (named !== undefined && runner !== undefined) return [...runner.split(" "), named];
  if (EXECUTABLE !== undefined) return [EXECUTABLE];
  if (PACKAGE !== undefined) return ["node", `${PACKAGE}/bin/htrace.js`];
  return [
    Deno.execPath(),
    "run",
    "--cached-only",
    "--no-lock",
    ...flagsFor(Deno.build.target),
    `${ROOT}/src/cli.ts`,
  ];
}

/** Splits a line into words like a shell: at blanks, except those inside quotes. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

function* filesIn(folder: string, name: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${name}${entry.name}`;
    if (entry.isDirectory) yield* filesIn(`${folder}/${entry.name}`, `${path}/`);
    else yield path;
  }
}
