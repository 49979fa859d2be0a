/**
 * Real programs with the recorder in them: each works as without it, and its log and its handle table agree except for
 * what the kernel opens. scripts/wine.sh fetches the programs; ignored if they are missing.
 */
import { assert, assertEquals } from "@std/assert";
import { temporaryFolder } from "../../src/folder_fixture.ts";
import { Session } from "../../src/session.ts";
import { openTarget } from "../../src/targets/mod.ts";
import { recorder32Test, recorderTest } from "../../src/win32/windows_fixture.ts";

const PROGRAMS = "Z:\\opt\\programs\\";
const RUNNER = new URL("_run_recorded.ts", import.meta.url).href;

/** A program with something to do in a folder that has `main.ts` and `other.ts`. */
interface Work {
  readonly program: string;
  readonly is32Bit?: true;
  readonly args: readonly string[];
  /** A file that it writes. */
  readonly makes?: string;
  /** What its output contains. */
  readonly says: RegExp;
}

const WORKS: readonly Work[] = [
  {
    program: Deno.execPath(),
    args: ["run", "--no-config", "--no-lock", "--quiet", "main.ts"],
    says: /^the answer is 42$/m,
  },
  {
    program: `${PROGRAMS}esbuild.exe`,
    args: ["--bundle", "main.ts", "--outfile=bundle.js", "--log-level=warning"],
    makes: "bundle.js",
    says: /^$/,
  },
  {
    program: `${PROGRAMS}7za64.exe`,
    args: ["a", "-y", "-bd", "files.7z", "main.ts", "other.ts"],
    makes: "files.7z",
    says: /^Everything is Ok$/m,
  },
  {
    program: `${PROGRAMS}7za32.exe`,
    is32Bit: true,
    args: ["a", "-y", "-bd", "files.7z", "main.ts", "other.ts"],
    makes: "files.7z",
    says: /^Everything is Ok$/m,
  },
  {
    program: `${PROGRAMS}uv.exe`,
    args: [
      ...["init", "--bare", "--offline", "--no-progress", "--no-python-downloads"],
      ...["--python", "3.12", "--name", "demo", "project"],
    ],
    makes: "project\\pyproject.toml",
    says: /Initialized project `demo`/,
  },
  {
    program: `${PROGRAMS}rg.exe`,
    args: ["-n", "--sort", "path", "twice", "."],
    says: /other\.ts:1:/,
  },
];

/**
 * Handles in the table that no call of the process opened: under Wine those of the window system and the server, on
 * Windows those of the kernel.
 */
const UNSEEN = /^\d+ handles? (?:is|are) in the handle table that (?:was|were) not seen opened/;
const UNSEEN_TYPES = /^(?:Key|Mutant|WindowStation|Desktop|EtwRegistration|of unknown type)$/;

for (const work of WORKS) {
  const name = work.program.slice(work.program.lastIndexOf("\\") + 1);
  const register = work.is32Bit ? recorder32Test : recorderTest;
  if (isThere(work.program)) {
    register(`${name} does its work with the recorder in it, and is seen whole`, () => check(work));
  } else {
    Deno.test({
      name: `${name} with the recorder in it [program]`,
      ignore: true,
      fn: (): void => {},
    });
  }
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function check(work: Work): Promise<void> {
  using folder = temporaryFolder();
  const log = `${folder.path}\\program.hrec`;
  const alone = await run(folder.path, work, "-");
  assert(work.says.test(alone.output), alone.output);
  const recorded = await run(folder.path, work, log);
  assertEquals(recorded, alone);

  using session = new Session(await openTarget(log));
  const { log: traces, pairOf } = await session.show();
  assert(traces.count > 10 && pairOf.length === traces.count, `${traces.count} traces`);
  assertEquals(traces.incomplete, undefined);
  const notes = traces.notes ?? [];
  const wrong = notes.filter((note) => /handle table|gone|lost|not kept|were made while/.test(note))
    .filter((note) => !UNSEEN.test(note));
  assertEquals(wrong, []);
  for (const note of notes.filter((note) => UNSEEN.test(note))) {
    const types = /\((.*)\)/.exec(note)?.[1]?.split(", ") ?? [];
    for (const type of types) assert(UNSEEN_TYPES.test(type.replace(/^\d+ /, "")), note);
  }
}

/** Runs a program in a folder with fresh sources, and returns everything it leaves behind. */
async function run(
  cwd: string,
  { program, args, makes }: Work,
  log: string,
): Promise<{ readonly code: number; readonly output: string; readonly made: Uint8Array }> {
  const path = (name: string): string => `${cwd}\\${name}`;
  for (const [name, text] of Object.entries(SOURCES)) {
    Deno.writeTextFileSync(path(name), text);
    Deno.utimeSync(path(name), WRITTEN, WRITTEN); // archives contain it
  }
  const runner = ["run", "-A", "--cached-only", RUNNER, log];
  const command = new Deno.Command(Deno.execPath(), { args: [...runner, program, ...args], cwd });
  const { code, stdout, stderr } = await command.output();
  const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  if (makes === undefined) return { code, output, made: new Uint8Array() };
  const made = Deno.readFileSync(path(makes));
  Deno.removeSync(path(makes.split("\\")[0]!), { recursive: true });
  return { code, output, made };
}

const SOURCES = {
  "main.ts": 'import { twice } from "./other.ts";\nconsole.log("the answer is", twice(21));\n',
  "other.ts": "export function twice(value: number): number { return value * 2; }\n",
};
const WRITTEN = new Date("2026-01-02T03:04:05Z");
