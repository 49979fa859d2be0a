/**
 * Recognizes files that are not targets, and says what they are and what to do instead.
 *
 * @module
 */

/** A kind of file that contains nothing to read here. */
export interface FileKind {
  /** What it is: completes "the file is". */
  readonly what: string;
  /** What to do instead. */
  readonly advice: string;
}

/** A row of {@linkcode FILE_SIGNATURES}. */
interface FileSignature extends FileKind {
  /** Bytes as hexadecimal digits, `..` for any. */
  readonly bytes: string;
  /** Offset of the bytes. */
  readonly offset?: number;
}

const UNPACK = "unpack it and name what is inside";
const START_IT = 'start it with "htrace run -- <program>", or name its process';
const NAME_RECORDED = "name what was recorded";
const NAME_FILE = "name the file itself: only texts are read from a pipe";

/**
 * Signatures, from the formats' own descriptions: PE and PDB (Microsoft), ELF and Mach-O (their headers), minidump and
 * kernel dump headers (dump-formats reference), RFC 1952 and 8878, the specifications of zip, xz, 7z and cabinets. Each
 * is long enough that no text begins with it by chance. Formats that htrace reads are listed for places that do not
 * take them.
 */
export const FILE_SIGNATURES: readonly FileSignature[] = [
  {
    bytes: text("Microsoft C/C++ MSF 7.00"),
    what: "a PDB: symbols, without traces",
    advice: `${NAME_RECORDED}, and give the folder of the PDB with --symbols`,
  },
  {
    bytes: text("Microsoft C/C++ program database"),
    what: "a PDB: symbols, without traces",
    advice: `${NAME_RECORDED}, and give the folder of the PDB with --symbols`,
  },
  {
    // The metadata's version, 1.1, which never changed.
    bytes: text("BSJB") + "01000100",
    what: "a portable PDB: symbols of .NET code, without traces",
    advice: NAME_RECORDED,
  },
  {
    // The upper half of e_lfanew: the header of a PE is in the file's first 64 KiB.
    bytes: text("MZ") + "..".repeat(0x3c) + "0000",
    what: "a Windows program or library (PE), without traces",
    advice: START_IT,
  },
  {
    bytes: "7f" + text("ELF"),
    what: "a program for another system (ELF)",
    advice: `${NAME_RECORDED} on Windows`,
  },
  {
    bytes: "cffaedfe",
    what: "a program for another system (Mach-O)",
    advice: `${NAME_RECORDED} on Windows`,
  },
  { bytes: text("MDMP") + "93a7", what: "a minidump", advice: NAME_FILE },
  { bytes: text("PAGEDU"), what: "a kernel dump", advice: NAME_FILE },
  { bytes: "89" + text("htrace"), what: "a recording of htrace", advice: NAME_FILE },
  {
    // The type of the first buffer, 4, and after its header the first record: version 2, a system event.
    offset: 0x36,
    bytes: "0400" + "..".repeat(16) + "0200..c0",
    what: "an ETW recording, which this version does not read",
    advice: 'open it in Windows Performance Analyzer, or record with "htrace record"',
  },
  { bytes: text("PK") + "0304", what: "a zip archive", advice: UNPACK },
  { bytes: text("PK") + "0506", what: "an empty zip archive", advice: UNPACK },
  { bytes: "1f8b08", what: "compressed with gzip", advice: UNPACK },
  { bytes: "fd" + text("7zXZ") + "00", what: "compressed with xz", advice: UNPACK },
  { bytes: text("7z") + "bcaf271c", what: "a 7z archive", advice: UNPACK },
  { bytes: text("Rar!") + "1a07", what: "a RAR archive", advice: UNPACK },
  { bytes: text("BZh") + ".." + "314159265359", what: "compressed with bzip2", advice: UNPACK },
  { bytes: "28b52ffd", what: "compressed with zstd", advice: UNPACK },
  { bytes: text("MSCF") + "00000000", what: "a cabinet", advice: UNPACK },
  {
    bytes: "d0cf11e0a1b11ae1",
    what: "a message or document of Office",
    advice: "save its text, or copy the log out of it",
  },
  { bytes: text("%PDF-"), what: "a PDF", advice: "copy the log out of it into a text file" },
  { bytes: text("{\\rtf"), what: "formatted text (RTF)", advice: "save it as plain text" },
  { bytes: "89" + text("PNG"), what: "a picture", advice: "ask for the log as text" },
  { bytes: "ffd8ff", what: "a picture", advice: "ask for the log as text" },
];

/** Recognizes a file by its first bytes; undefined for a text, and for an unknown kind. */
export function fileKindOf(head: Uint8Array): FileKind | undefined {
  if (head.length === 0) return { what: "empty", advice: "save it again" };
  return FILE_SIGNATURES.find(({ bytes, offset = 0 }) => hasBytes(head, bytes, offset));
}

/** Texts of other tools, recognized by a line near their start. */
const TEXT_SIGNATURES: readonly (FileKind & { readonly pattern: RegExp })[] = [
  {
    pattern: /^(?:Dr\. ?Memory (?:version|results)|~~Dr\.M~~)/im,
    what: "a report of Dr. Memory, whose leaks have no traces of other opens and closes",
    advice: 'read its "HANDLE LEAK" errors there, or trace the program with "htrace run"',
  },
  {
    pattern:
      /^"?(?:Line #|Series Name|Table|Process)"?[,\t].*(?:Handle Type|Create Stack|Creating Process|Handle Count)/im,
    what: "a table exported from Windows Performance Analyzer, without one stack for each trace",
    advice: "name the .etl file itself",
  },
  {
    pattern: /^<\?xml[^]*<(?:WindowsPerformanceRecorder|WpaProfile|WPAPresets)/i,
    what: "a profile for recording or analyzing",
    advice: "name the .etl file that was recorded with it",
  },
];

/** Recognizes a text of another tool by its first lines. */
export function textKindOf(firstLines: string): FileKind | undefined {
  return TEXT_SIGNATURES.find(({ pattern }) => pattern.test(firstLines));
}

/** Control characters that no text has, in the first bytes: a file with more than a few of them is not a text. */
export function isBinary(head: Uint8Array): boolean {
  const isUtf16 = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (isUtf16 || head.length === 0) return false;
  let controls = 0;
  let nuls = 0;
  for (const byte of head) {
    if (byte === 0) nuls++;
    else if (byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b) controls++;
  }
  // UTF-16 without a mark has a NUL beside every Latin letter.
  const isSpacedOut = nuls * 3 > head.length && nuls * 3 < head.length * 2 && controls === 0;
  return !isSpacedOut && (nuls + controls) * 20 > head.length;
}

function hasBytes(head: Uint8Array, bytes: string, offset: number): boolean {
  for (let at = 0; at < bytes.length; at += 2) {
    const wanted = bytes.slice(at, at + 2);
    if (wanted !== ".." && head[offset + at / 2] !== parseInt(wanted, 16)) return false;
  }
  return true;
}

/** The bytes of an ASCII text as hexadecimal digits. */
function text(ascii: string): string {
  return Array.from(ascii, (letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("");
}
