import { assertEquals } from "@std/assert";
import { TextLogDecoder } from "./text_decoder.ts";
import { LineSplitter, type TextLine, withoutLongGaps } from "./text_lines.ts";
import { LOG_LIMITS } from "./limits.ts";

const TEXT = `Größe\r\n画布::保存 😀\r\n${"Handle = 0x1\r\n".repeat(200)}`;

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), littleEndian);
  return new Uint8Array(view.buffer);
}

function decode(bytes: Uint8Array, chunk: number): [string, string] {
  const decoder = new TextLogDecoder();
  let text = "";
  for (let at = 0; at < bytes.length; at += chunk) {
    text += decoder.push(bytes.subarray(at, at + chunk));
  }
  return [text + decoder.end(), decoder.encoding];
}

const utf8 = new TextEncoder().encode(TEXT);
const marked = new TextEncoder().encode(`\ufeff${TEXT}`);

for (const chunk of [1, 7, 1000, 1 << 20]) {
  Deno.test(`TextLogDecoder reads every encoding in chunks of ${chunk} bytes`, () => {
    assertEquals(decode(utf8, chunk), [TEXT, "utf-8"]);
    assertEquals(decode(marked, chunk), [TEXT, "utf-8-bom"]);
    assertEquals(decode(utf16(TEXT, true), chunk), [TEXT, "utf-16le"]);
    assertEquals(decode(utf16(`\ufeff${TEXT}`, true), chunk), [TEXT, "utf-16le-bom"]);
    assertEquals(decode(utf16(TEXT, false), chunk), [TEXT, "utf-16be"]);
    assertEquals(decode(utf16(`\ufeff${TEXT}`, false), chunk), [TEXT, "utf-16be-bom"]);
  });
}

Deno.test("TextLogDecoder decodes only the lines that are not UTF-8 as Windows-1252", () => {
  const bytes = new Uint8Array([...[0xfc, 0x80, 0x0a], ...new TextEncoder().encode("ü �\n"), 0xe4]);
  assertEquals(decode(bytes, 2), ["ü€\nü �\nä", "windows-1252"]);
});

Deno.test("TextLogDecoder does not cut a character in a line without an end", () => {
  const long = "€".repeat(200_000);
  assertEquals(decode(new TextEncoder().encode(long), 65_537)[0] === long, true);
});

Deno.test("TextLogDecoder reads nothing as nothing", () => {
  assertEquals(decode(new Uint8Array(0), 1), ["", "utf-8"]);
});

function split(...pieces: string[]): TextLine[] {
  const splitter = new LineSplitter();
  const lines: TextLine[] = [];
  for (const piece of pieces) splitter.push(piece, (line) => lines.push(line));
  splitter.end((line) => lines.push(line));
  return lines;
}

Deno.test("LineSplitter ends lines at LF, CR LF and CR, regardless of where chunks are cut", () => {
  const lines = split("a\r", "\nb\n", "c\rd\r\r\n", "e");
  assertEquals(lines.map(({ text, number }) => `${number}${text}`), ["1a", "2b", "3c", "4d", "5e"]);
  assertEquals(split("a\n\nb\n").map(({ text }) => text), ["a", "", "b"]);
  assertEquals(split(), []);
});

Deno.test("LineSplitter passes on long lines in pieces that begin with an address", () => {
  const line = "x".repeat(LOG_LIMITS.lineChars - 20) + " 0x00401000: a!b+0x1 ".repeat(9);
  const pieces = split(line, "\nnext");
  assertEquals(pieces.map(({ number }) => number), [1, 1, 2]);
  assertEquals(pieces.map(({ isEnd }) => isEnd), [false, true, true]);
  assertEquals(pieces[0]!.text + pieces[1]!.text, line);
  assertEquals(pieces[1]!.text.startsWith("0x00401000"), true);
});

Deno.test("withoutLongGaps() shortens only gaps that no debugger prints", () => {
  const gap = (length: number): string => " ".repeat(length);
  assertEquals(withoutLongGaps(`a${gap(9)}b${gap(3)}c${gap(8)}`, 4), "a    b   c    ");
  assertEquals(withoutLongGaps(`${gap(9)}a\t\t\t\u00a0\u00a0\u2003b`, 4), "    a\t\t\t\u00a0b");
  const line = `  10: File  (RW-)   C:\\a b${gap(60)}c`;
  assertEquals(withoutLongGaps(line), line);
});
