import { assertEquals } from "@std/assert";
import { escapeControls, escapeText, linesText } from "./escape_text.ts";

/** Every code point up to the end of the surrogates, and some beyond the plane. */
function* characters(): Generator<string> {
  for (let code = 0; code <= 0xffff; code++) yield String.fromCharCode(code);
  for (const code of [0x1_0000, 0x1_f600, 0xe_0001, 0x10_ffff]) yield String.fromCodePoint(code);
}

/** The same again, as ranges: C0, DEL and C1; the separators; the bidirectional controls; lone surrogates. */
function isDangerous(code: number): boolean {
  const ranges = [
    [0x00, 0x1f],
    [0x7f, 0x9f],
    [0x2028, 0x2029],
    [0x061c, 0x061c],
    [0x200e, 0x200f],
    [0x202a, 0x202e],
    [0x2066, 0x2069],
    [0xd800, 0xdfff],
  ] as const;
  return ranges.some(([first, last]) => code >= first && code <= last);
}

Deno.test("escapeText() changes exactly what moves a cursor, ends a line or reverses text", () => {
  for (const character of characters()) {
    const code = character.codePointAt(0)!;
    const expected = isDangerous(code) ? `\\u${code.toString(16).padStart(4, "0")}` : character;
    assertEquals(escapeText(`a${character}b`), `a${expected}b`, code.toString(16));
  }
});

Deno.test("escapeControls() keeps line breaks and tabs, and is escapeText() otherwise", () => {
  for (const character of characters()) {
    const kept = character === "\n" || character === "\t";
    assertEquals(escapeControls(character), kept ? character : escapeText(character));
  }
});

Deno.test("escapeControls() keeps CSV's line breaks, and no other carriage return", () => {
  assertEquals(escapeControls("a\r\nb\rc\r"), "a\r\nb\\u000dc\\u000d");
});

Deno.test("linesText() has as many lines as it is given, regardless of their contents", () => {
  assertEquals(linesText(["a", "b\nc\u2028d", ""]), "a\nb\\u000ac\\u2028d\n\n");
  assertEquals(linesText([]), "");
});

Deno.test("escapeText() keeps names in all languages as they are", () => {
  for (
    const name of ["C:\\Users\\Zoë\\src", "файл.pdb", "ملف", "文件!main", "👩‍💻.exe", "std::vec<int>"]
  ) {
    assertEquals(escapeText(name), name);
  }
});

Deno.test("escapeControls() keeps the meaning of a JSON text", () => {
  const value = { name: "a\x9b\u202eb\x7f\u2028", path: "C:\\x\n\x1b" };
  assertEquals(JSON.parse(escapeControls(JSON.stringify(value))), value);
});
