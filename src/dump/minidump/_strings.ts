/**
 * Text in minidumps: MINIDUMP_STRINGs (a length in bytes, then UTF-16), and text of an unknown code page.
 *
 * @module
 */
import type { DumpFile } from "../dump_file.ts";
import { LIMITS } from "./format.ts";

/** Most strings kept: names of types are few, and most names of objects occur only once. */
const MAX_KEPT = 0x1_0000;

/** The strings of a dump. Each is read only once: thousands of handles share the name of a type. */
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

  /** Whether strings were left out because the dump has more text than the limits allow. */
  get isExhausted(): boolean {
    return this.#charactersLeft <= 0 || this.#usedCharactersLeft <= 0 || this.#stringsLeft <= 0;
  }

  /**
   * The string at `offset`; undefined at 0, which stands for none, and if its length is not in the file. A string that
   * the file cuts off, or that is longer than any in Windows, is shortened. Each use counts toward the limit, because
   * printing repeats a shared string for each of its uses.
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

/** Code units converted to a string at once, because the number of a call's arguments is limited. */
const UNITS = new Uint16Array(0x2000);

/**
 * UTF-16 code units unchanged, without zeros at the end (some writers count the terminator): object names can contain
 * any 16-bit numbers, and an unpaired surrogate must not become another character. An odd last byte is dropped.
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

/** Text of an unknown ANSI code page: UTF-8 if valid, otherwise Windows-1252. Zeros at the end are dropped. */
export function decodeAnsi(bytes: Uint8Array): string {
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const text = bytes.subarray(0, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    return new TextDecoder("windows-1252").decode(text);
  }
}
