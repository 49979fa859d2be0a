/**
 * Text in minidumps: MINIDUMP_STRINGs (a length in bytes and UTF-16), and text of an unknown code page.
 *
 * @module
 */
import type { DumpFile } from "../dump_file.ts";
import { LIMITS } from "./format.ts";

/** Strings that are kept: names of types are few, those of objects mostly occur once. */
const MAX_KEPT = 0x1_0000;

/** The strings of a dump. The same ones are not read twice: thousands of handles share the name of a type. */
export class StringTable {
  readonly #file: DumpFile;
  readonly #byOffset = new Map<number, string>();
  #charactersLeft: number = LIMITS.characters;
  #usedCharactersLeft: number = LIMITS.usedCharacters;
  #stringsLeft: number = LIMITS.strings;

  /** Reads strings of `file`. */
  constructor(file: DumpFile) {
    this.#file = file;
  }

  /** Whether strings were left out because the dump has more text than is kept. */
  get isExhausted(): boolean {
    return this.#charactersLeft <= 0 || this.#usedCharactersLeft <= 0 || this.#stringsLeft <= 0;
  }

  /**
   * The string at `offset`; undefined at 0, which stands for none, and where its length is not in the file. A string
   * that the file cuts off, or that is longer than any of Windows, is shortened. Each use counts as text of the dump:
   * a long string that everything shares would be as large as all of that once it is printed.
   */
  at(offset: number): string | undefined {
    if (offset === 0 || this.#usedCharactersLeft <= 0) return undefined;
    const text = this.#byOffset.get(offset) ?? this.#readNew(offset);
    this.#usedCharactersLeft -= text?.length ?? 0;
    return text;
  }

  #readNew(offset: number): string | undefined {
    if (this.#charactersLeft <= 0 || this.#stringsLeft <= 0) return undefined;
    const text = this.#read(offset);
    if (text === undefined) return undefined;
    this.#charactersLeft -= text.length;
    this.#stringsLeft--;
    if (this.#byOffset.size < MAX_KEPT) this.#byOffset.set(offset, text);
    return text;
  }

  #read(offset: number): string | undefined {
    const head = this.#file.read(offset, 4);
    if (head.length < 4) return undefined;
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
    const bytes = this.#file.read(offset + 4, Math.min(length, LIMITS.stringBytes));
    return decodeUtf16(bytes);
  }
}

/** Code units that are made a string at once: a call takes only so many arguments. */
const UNITS = new Uint16Array(0x2000);

/**
 * UTF-16 code units as they are, without zeros at the end (some writers count the terminator): object names are any
 * 16-bit numbers, and a surrogate without its partner must not become another character. An odd last byte is dropped.
 */
export function decodeUtf16(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let length = bytes.length >> 1;
  while (length > 0 && view.getUint16(length * 2 - 2, true) === 0) length--;
  let text = "";
  for (let start = 0; start < length; start += UNITS.length) {
    const count = Math.min(UNITS.length, length - start);
    for (let unit = 0; unit < count; unit++) UNITS[unit] = view.getUint16((start + unit) * 2, true);
    text += String.fromCharCode(...UNITS.subarray(0, count));
  }
  return text;
}

/** Text of an unknown ANSI code page: UTF-8 where it is that, else Windows-1252. Zeros at the end are dropped. */
export function decodeAnsi(bytes: Uint8Array): string {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const text = bytes.subarray(0, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    return new TextDecoder("windows-1252").decode(text);
  }
}
