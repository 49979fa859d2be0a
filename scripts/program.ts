/**
 * The program as it is distributed: its modules in bundles, and the files that it reads at run time.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The program's entry module. */
const ENTRY = "src/cli.ts";

/** Modules that it runs as workers, which no import names. */
export const WORKERS: readonly string[] = ["src/win32/_object_name_worker.ts"];

/** Files and folders that it reads at run time, relative to the project's root. */
const READ_AT_RUN_TIME = [
  "testdata/guest",
  "recorder/bin",
  // The selftest's programs.
  "testdata/windows/badhandle64.exe",
  "testdata/windows/badhandle64.pdb",
  "testdata/windows/badhandle32.exe",
  "testdata/windows/badhandle32.pdb",
  "testdata/windows/handle_holder64.exe",
];

/** Files among them that are for tests and readers. */
const NOT_READ = ["testdata/guest/variants", "testdata/guest/README.md"];

/** The licences of third-party code in the bundles. */
const LICENSES = ["assets/licenses.txt", "src/mcp/sdk/LICENSES.txt"];

/** Every file that the program reads at run time, relative to the project's root. */
export function runTimeFiles(): string[] {
  return READ_AT_RUN_TIME.flatMap(filesIn);
}

function filesIn(path: string): string[] {
  if (NOT_READ.includes(path)) return [];
  if (Deno.statSync(ROOT + path).isFile) return [path];
  const names = Array.from(Deno.readDirSync(ROOT + path), ({ name }) => name).toSorted();
  return names.flatMap((name) => filesIn(`${path}/${name}`));
}

/** The licences of third-party code in the program, as one text. */
export function licenses(): string {
  return LICENSES.map((path) => Deno.readTextFileSync(ROOT + path)).join("\n");
}

/** Where {@linkcode writeProgram} puts the entry module. */
export const PROGRAM_ENTRY = bundled(ENTRY);

/** Where it puts the workers. */
export const PROGRAM_WORKERS: readonly string[] = WORKERS.map(bundled);

/** The file of a module's bundle, relative to the program's root; `workerModule` looks for it there. */
export function bundled(module: string): string {
  return module.replace(/\.ts$/, ".js");
}

/**
 * Writes the program into a folder: bundles in pieces, so that a verb loads only what it needs, with WebAssembly as
 * text in them; beside them the files that it reads at run time. Names are kept, because the argument parser recognizes
 * its errors by their class names. The same sources give the same bytes.
 */
export async function writeProgram(folder: string): Promise<void> {
  const options = ["--quiet", "--platform", "deno", "--code-splitting", "--minify", "--keep-names"];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", ...options, "--outdir", join(folder, dirname(ENTRY)), ENTRY, ...WORKERS],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new Error(`Cannot bundle the program: ${new TextDecoder().decode(stderr).trim()}`);
  }
  for (const path of runTimeFiles()) {
    await Deno.mkdir(join(folder, dirname(path)), { recursive: true });
    await Deno.copyFile(ROOT + path, join(folder, path));
  }
  await Deno.writeTextFile(join(folder, "LICENSES.txt"), licenses());
}
