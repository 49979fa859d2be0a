/**
 * Runs the documents' commands: in their own folder, as a user without a home would run them.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { flagsFor } from "../scripts/compile.ts";
import type { Ended } from "./_run_commands.ts";

/** The project's root. */
export const ROOT: URL = new URL("../", import.meta.url);
/** How our commands begin, however they are started. */
export const OURS: RegExp = /^(?:npx -y )?htrace /;

/**
 * Files that a document reads and that would come from Windows, a customer or a build: created first, on the emulated
 * machine, so that the commands that read them can run.
 */
export const FILES: readonly string[] = [
  "htrace snapshot emulated -o before.htrace",
  "htrace record emulated -o service.htrace -- leak 3",
  "htrace record emulated -o monday.htrace -- leak 1",
  "htrace run --target emulated -o handles.htrace -- leak 2",
  "htrace convert service.htrace -o customer.dmp",
  "htrace run --target emulated --baseline known_leaks.txt --update-baseline -- leak 1",
];

/** Copies the files of a folder, without its subfolders. */
export function copyFiles(from: URL, to: string): void {
  Deno.mkdirSync(to, { recursive: true });
  for (const { name, isFile } of Deno.readDirSync(from)) {
    if (isFile) Deno.copyFileSync(new URL(name, from), `${to}/${name}`);
  }
}

/** Runs our command lines in a folder. */
export async function runOurs(lines: readonly string[], folder: string): Promise<Ended[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--cached-only",
      `--config=${fileURLToPath(new URL("deno.json", ROOT))}`,
      ...flagsFor(Deno.build.target),
      fileURLToPath(new URL("docs/_run_commands.ts", ROOT)),
    ],
    cwd: folder,
    env: { NO_COLOR: "1", _NT_SYMBOL_PATH: "" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const words = lines.map((line) => wordsOf(line.replace(OURS, "")));
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(words)));
  await writer.close();
  const { stdout } = await child.output();
  // Output of the programs that were run may precede it.
  const [result = ""] = new TextDecoder().decode(stdout).trimEnd().split("\n").slice(-1);
  return JSON.parse(result);
}

/** Splits a command line as a shell does, to the extent that the documents need: blanks and double quotes. */
export function wordsOf(line: string): string[] {
  return Array.from(
    line.matchAll(/"([^"]*)"|(\S+)/g),
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
}
