/** Checks the reader's table of the log's layout against the header that the recorder is compiled with. */
import { assert, assertEquals } from "@std/assert";
import { bytesSource } from "../byte_source.ts";
import {
  BLOB,
  BLOB_KIND,
  BLOB_MAX_BYTES,
  CALL,
  CALL_STATES,
  EVENT,
  EVENT_KIND,
  FLAG,
  HEADER,
  LIMITS,
  LISTED_HANDLE,
  LISTING,
  LOG_MAGIC,
  MARK,
  MODULE,
  OPEN_HANDLE,
  STATE,
} from "./layout.ts";
import { RecorderLog } from "./log.ts";
import { newLog } from "./new_log.ts";

const FOLDER = new URL("../../recorder/", import.meta.url);
const read = (name: string): string => Deno.readTextFileSync(new URL(name, FOLDER));
const SOURCE = read("layout.h");

/** Members of a structure with the offsets in their comments, as `name: offset`. */
function members(structure: string): Record<string, number> {
  const body = [...SOURCE.matchAll(/typedef struct \{([^}]*)\} (\w+);/g)]
    .find(([, , name]) => name === structure)?.[1] ?? "";
  const found = body.matchAll(/^\s*(?:u8|u16|u32|u64|char) (\w+)(?:\[\w+\])?;\s*\/\* ([\dA-F]+)/gm);
  return Object.fromEntries(
    [...found].map(([, name, offset]) => [camel(name!), parseInt(offset!, 16)]),
  );
}

function camel(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Members that the reader names differently. */
const RENAMED: Readonly<Record<string, string>> = { fileSize: "size", imageSize: "size" };

function assertTable(structure: string, table: Readonly<Record<string, unknown>>): void {
  const known = members(structure);
  for (const [name, offset] of Object.entries(table)) {
    if (["size", "nameSize", "slotsPerPage", "closing"].includes(name)) continue;
    assertEquals(offset, known[RENAMED[name] ?? name], `${structure}.${name}`);
  }
}

Deno.test("the reader's offsets are those of layout.h", () => {
  assertTable("Header", HEADER);
  assertTable("Call", CALL);
  assertTable("Event", EVENT);
  assertTable("OpenHandle", OPEN_HANDLE);
  assertTable("Blob", BLOB);
  assertTable("Module", MODULE);
  assertTable("Mark", MARK);
  assertTable("Listing", LISTING);
  assertTable("ListedHandle", LISTED_HANDLE);
});

Deno.test("the reader's sizes and numbers are those of layout.h", () => {
  const sizes = { Header: HEADER, Call: CALL, Event: EVENT, OpenHandle: OPEN_HANDLE, Blob: BLOB };
  for (const [name, { size }] of Object.entries({ ...sizes, Module: MODULE, Mark: MARK })) {
    const stated = SOURCE.match(new RegExp(`sizeof\\(${name}\\) == (0x[\\dA-F]+)`))?.[1];
    assertEquals(size, Number(stated), name);
  }
  assertEquals(LOG_MAGIC, BigInt(SOURCE.match(/LOG_MAGIC (0x[\dA-F]+)/)![1]!));
  const order = (prefix: string): string[] =>
    [...SOURCE.matchAll(new RegExp(`^  ${prefix}_(\\w+)[,\\s]`, "gm"))].map(([, name]) => name!);
  assertEquals(order("STATE"), Object.keys(STATE).map((name) => name.toUpperCase()));
  assertEquals(order("EVENT"), Object.keys(EVENT_KIND).map(snake));
  assertEquals(order("CALL"), CALL_STATES.map((name) => name.replace(" ", "_").toUpperCase()));
  for (const [name, value] of Object.entries(FLAG)) {
    assert(SOURCE.includes(`FLAG_${name.toUpperCase()} = ${value}`), name);
  }
  assertEquals(LIMITS.frames, Number(read("stack.h").match(/MAX_FRAMES (\d+)u/)![1]));
  const { stack, name, bytes } = BLOB_KIND;
  assertEquals(BLOB_MAX_BYTES[stack], LIMITS.frames * 8);
  assertEquals(BLOB_MAX_BYTES[name], Number(read("log.h").match(/MAX_NAME_BYTES (\d+)u/)![1]));
  assertEquals(BLOB_MAX_BYTES[bytes], Number(read("modules.c").match(/char path\[(\d+)\]/)![1]));
  for (const [, most] of SOURCE.matchAll(/MAX_(?:MODULES|MARKS) (0x\d+)u/g)) {
    assert(Number(most) < LIMITS.records, most);
  }
});

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

Deno.test("no call is in the table twice, and every call fits the log", () => {
  const rows = [...read("calls.h").matchAll(/^ {2}X\((\w+), (\w+),/gm)].map(([, name]) => name!);
  assert(rows.length > 200, `${rows.length} calls`);
  assertEquals(rows.length, new Set(rows).size);
  const { header } = newLog();
  const slots = new DataView(header.buffer).getUint32(HEADER.callSlots, true);
  assert(rows.length <= slots);
  for (const name of rows) assert(name.length < CALL.nameSize, name);
  // The stack walk needs them, or they do not return to their caller.
  for (const name of ["NtProtectVirtualMemory", "NtContinue", "NtCallbackReturn"]) {
    assert(!rows.includes(name), name);
  }
});

Deno.test("calls have as many arguments as the stubs of 32-bit Wine say", async () => {
  const packed = await Deno.open(
    new URL("../../testdata/recorder/calls32.hrec.gz", import.meta.url),
  );
  const bytes = await new Response(packed.readable.pipeThrough(new DecompressionStream("gzip")))
    .bytes();
  const { calls } = new RecorderLog(bytesSource("calls32.hrec", bytes));
  const rows = [...read("calls.h").matchAll(/^ {2}X\((\w+), (\w+), [^,]+, (\d+),/gm)];
  const taken = new Map(rows.map(([, name, , count]) => [name!, Number(count)]));
  // Calls of win32u differ from version to version, and Wine's from Windows'.
  const hooked = calls.filter(({ name, state }) =>
    state === "hooked" && !name.startsWith("NtUser")
  );
  assert(hooked.length > 150, `${hooked.length} calls`);
  const other = hooked.filter((call) => call.arguments !== taken.get(call.name));
  assertEquals(other.map(({ name }) => name), []);
});
