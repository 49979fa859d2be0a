/**
 * Compares every field of every expected file in `testdata/log_forms` with what the reader makes of the text.
 */
import { assertEquals } from "@std/assert";
import { canRun } from "../program_fixture.ts";
import { expectedShape } from "./_expected_testing.ts";
import { DebuggerLogReader } from "./log_reader.ts";
import type { DebuggerLog } from "./debugger_log.ts";

const FOLDER = new URL("../../testdata/log_forms/", import.meta.url);
/** Fields that describe the file rather than its contents. */
const ABOUT_THE_FILE = [
  "form",
  "lineBreaks",
  "notes",
  "generated",
  "sha256",
  "bytes",
  "firstEntryLine",
];

function read(bytes: Uint8Array, chunk: number): DebuggerLog {
  const reader = new DebuggerLogReader();
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
  return reader.end();
}

const names = listNames();

/** A text of more than 10,000 lines, made by a script. */
const BIG = "05-big-preamble";

for (const name of names) {
  Deno.test({
    name: `DebuggerLogReader reads ${name}${name === BIG ? " [needs python3]" : ""}`,
    ignore: name === BIG && !canRun("python3", "--version"),
    fn: () => comparesWithExpected(name),
  });
}

async function comparesWithExpected(name: string): Promise<void> {
  const bytes = await readLog(name);
  const expected = JSON.parse(await Deno.readTextFile(new URL(`${name}.expected.json`, FOLDER)));
  for (const field of ABOUT_THE_FILE) delete expected[field];
  const { encoding, ...rest } = expected;
  const log = read(bytes, 1 << 20);
  assertEquals(expectedShape(log), rest);
  assertEquals(log.encoding, encoding);
  assertEquals(expectedShape(read(bytes, 997)), rest, "in small chunks");
}

Deno.test("the set of logs is complete", () => assertEquals(names.length, 42));

function listNames(): string[] {
  return [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".expected.json"))
    .map((name) => name.replace(".expected.json", "")).sort();
}

async function readLog(name: string): Promise<Uint8Array> {
  if (name !== BIG) return await Deno.readFile(new URL(`${name}.txt`, FOLDER));
  const path = await Deno.makeTempFile();
  try {
    const script = new URL("gen_big.py", FOLDER).pathname;
    const { success } = await new Deno.Command("python3", { args: [script, path] }).output();
    assertEquals(success, true);
    return await Deno.readFile(path);
  } finally {
    await Deno.remove(path);
  }
}
