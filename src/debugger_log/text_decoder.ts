/**
 * Decodes the bytes of a pasted text, regardless of its encoding.
 *
 * A byte order mark decides; without one, NULs at every other byte mean UTF-16. Everything else is decoded as UTF-8
 * line by line, and a line that is not valid UTF-8 as Windows-1252: texts are joined from several sources, and the
 * debugger writes its logs in the code page of the system.
 *
 * @module
 */
import { joinBytes } from "../byte_pieces.ts";

/** Encoding of a text; `windows-1252` if a line needed it. */
export type TextEncoding =
  | "utf-8"
  | "utf-8-bom"
  | "utf-16le"
  | "utf-16le-bom"
  | "utf-16be"
  | "utf-16be-bom"
  | "windows-1252";

/** Bytes examined to detect the encoding. */
const SAMPLE_BYTES = 1024;
/** Most bytes held back to wait for the rest of their line. */
const MAX_LINE_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
const strictUtf8 = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
const windows1252 = new TextDecoder("windows-1252");

/** Decodes a text that arrives in chunks of any size. */
export class TextLogDecoder {
  #encoding: TextEncoding | undefined;
  #utf16: TextDecoder | undefined;
  /** The bytes of the unfinished line, in the pieces in which they arrived; they are joined when it ends. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  /** Encoding of the text read so far. */
  get encoding(): TextEncoding {
    return this.#encoding ?? "utf-8";
  }

  /** Takes the next bytes and returns the complete characters; lines can be cut anywhere. */
  push(bytes: Uint8Array): string {
    if (this.#mustWait(bytes)) {
      this.#wait(bytes);
      return "";
    }
    let ready = this.#take(bytes);
    if (this.#encoding === undefined) ready = this.#begin(ready);
    if (this.#utf16) return this.#utf16.decode(ready, { stream: true });
    const end = endOfLines(ready);
    this.#wait(ready.subarray(end));
    return this.#decodeLines(ready.subarray(0, end));
  }

  /** Returns the characters of the last bytes. */
  end(): string {
    let ready = this.#take();
    if (this.#encoding === undefined) ready = this.#begin(ready);
    return this.#utf16 ? this.#utf16.decode(ready) : this.#decodeLines(ready);
  }

  /** Whether no line ends in these bytes, or they are too few to detect the encoding. */
  #mustWait(bytes: Uint8Array): boolean {
    const length = this.#waitingBytes + bytes.length;
    if (this.#encoding === undefined) return length < SAMPLE_BYTES;
    return this.#utf16 === undefined && length < MAX_LINE_BYTES && !bytes.includes(LINE_FEED);
  }

  #wait(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#waiting.push(bytes.slice());
    this.#waitingBytes += bytes.length;
  }

  /** The waiting bytes, followed by these. */
  #take(bytes: Uint8Array = new Uint8Array(0)): Uint8Array {
    if (this.#waiting.length === 0) return bytes;
    const joined = joinBytes([...this.#waiting, bytes]);
    this.#waiting = [];
    this.#waitingBytes = 0;
    return joined;
  }

  /** Detects the encoding from the first bytes and removes the byte order mark. */
  #begin(bytes: Uint8Array): Uint8Array {
    const { encoding, markLength } = encodingOf(bytes);
    this.#encoding = encoding;
    if (encoding.startsWith("utf-16")) {
      this.#utf16 = new TextDecoder(encoding.startsWith("utf-16le") ? "utf-16le" : "utf-16be");
    }
    return bytes.subarray(markLength);
  }

  #decodeLines(bytes: Uint8Array): string {
    const text = utf8.decode(bytes);
    if (!text.includes("\ufffd")) return text;
    let joined = "";
    for (let start = 0; start < bytes.length;) {
      const feed = bytes.indexOf(LINE_FEED, start);
      const end = feed < 0 ? bytes.length : feed + 1;
      joined += this.#decodeLine(bytes.subarray(start, end));
      start = end;
    }
    return joined;
  }

  #decodeLine(line: Uint8Array): string {
    const text = utf8.decode(line);
    if (!text.includes("\ufffd") || mayHoldReplacement(line) && isUtf8(line)) return text;
    if (this.#encoding === "utf-8") this.#encoding = "windows-1252";
    return windows1252.decode(line);
  }
}

/** Detects the encoding of a text from its first bytes, and how many of them are a byte order mark. */
export function encodingOf(
  bytes: Uint8Array,
): { readonly encoding: TextEncoding; readonly markLength: number } {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return { encoding: "utf-16le-bom", markLength: 2 };
  if (first === 0xfe && second === 0xff) return { encoding: "utf-16be-bom", markLength: 2 };
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    return { encoding: "utf-8-bom", markLength: 3 };
  }
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const nuls = [0, 0];
  sample.forEach((byte, index) => {
    if (byte === 0) nuls[index % 2]!++;
  });
  const [even = 0, odd = 0] = nuls;
  const isUtf16 = sample.length >= 8 && Math.max(even, odd) * 4 > sample.length;
  if (!isUtf16) return { encoding: "utf-8", markLength: 0 };
  return { encoding: odd > even ? "utf-16le" : "utf-16be", markLength: 0 };
}

/** Position after the last line break; in a line that is too long to wait for, after its last complete character. */
function endOfLines(bytes: Uint8Array): number {
  const end = bytes.lastIndexOf(LINE_FEED) + 1;
  if (bytes.length - end < MAX_LINE_BYTES) return end;
  let cut = bytes.length;
  while (cut > bytes.length - 4 && ((bytes[cut - 1] ?? 0) & 0xc0) === 0x80) cut--;
  return ((bytes[cut - 1] ?? 0) & 0xc0) === 0xc0 ? cut - 1 : bytes.length;
}

/** Whether a line can contain U+FFFD itself, so that it is not a sign of another encoding. */
function mayHoldReplacement(line: Uint8Array): boolean {
  return line.includes(0xef);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictUtf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
