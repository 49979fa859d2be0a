/**
 * Test helper: what people and programs do to a log on its way, without losing any of it.
 *
 * @module
 */
import type { LogStyle, Random } from "./_log_writer_testing.ts";

/** A form in which logs arrive. */
export interface LogForm {
  /** Its name. */
  readonly name: string;
  /** Whether it combines two damages. */
  readonly isTwice?: true;
  /** How the debugger writes its lines. */
  readonly style?: LogStyle;
  /** Makes the text from the lines. */
  readonly text?: (lines: readonly string[], random: Random) => string;
  /** Encodes the text; the default is UTF-8. */
  readonly bytes?: (text: string) => Uint8Array;
}

const WARNINGS = [
  "*** WARNING: Unable to verify checksum for my_app.exe",
  "*** ERROR: Symbol file could not be found.  Defaulted to export symbols for x.dll - ",
];

/** All forms. */
export const LOG_FORMS: readonly LogForm[] = [
  { name: "plain" },
  { name: "CR LF", text: (lines) => lines.join("\r\n") + "\r\n" },
  { name: "CR CR LF", text: (lines) => lines.join("\r\r\n") + "\r\r\n" },
  { name: "CR", text: (lines) => lines.join("\r") + "\r" },
  { name: "double-spaced", text: (lines) => lines.join("\n\n") },
  {
    name: "tabs and blanks",
    text: (lines, random) =>
      lines.map((line) => random.of(["", "\t", "  \t"]) + line + random.of(["", "  ", " \t"])).join(
        "\n",
      ),
  },
  { name: "UTF-8 with a mark", bytes: (text) => new TextEncoder().encode(`\ufeff${text}`) },
  { name: "UTF-16 with a mark", bytes: (text) => utf16(`\ufeff${text}`, true) },
  { name: "UTF-16 without a mark", bytes: (text) => utf16(text, true) },
  { name: "UTF-16, big end first", bytes: (text) => utf16(`\ufeff${text}`, false) },
  { name: "upper case", style: { isUpperCase: true } },
  { name: "backticks", style: { hasBackticks: true } },
  { name: "blanks in frames", style: { colon: " :", plus: " + " } },
  {
    name: "warnings between",
    style: { between: (random) => random.once(3) ? random.of(WARNINGS) : undefined },
  },
  {
    name: "remarks behind",
    style: {
      behind: (random) => random.once(3) ? random.of(["   <--- here", " // again", "    !!"]) : "",
    },
  },
  {
    name: "fences",
    text: (lines) => ["Look:", "", "```text", ...lines, "```", "", "What now?"].join("\n"),
  },
  {
    name: "quoted",
    text: (lines) => ["On Friday Ines wrote:", ...lines.map((line) => `> ${line}`)].join("\n"),
  },
  { name: "quoted twice", text: (lines) => lines.map((line) => `>> ${line}`).join("\n") },
  { name: "bold commands", text: (lines) => lines.map(boldCommand).join("\n") },
  {
    name: "indented",
    text: (lines) => ["1. Do this:", "", ...lines.map((line) => `       ${line}`)].join("\n"),
  },
  { name: "Markdown's escapes", text: (lines) => lines.map(escapeMarkdown).join("\n") },
  {
    name: "page source",
    text: (lines) => `<div><p>${lines.map(escapeHtml).join("<br>\n")}</p></div>`,
  },
  { name: "page source on one line", text: (lines) => lines.map(escapeHtml).join("<br/>") },
  {
    name: "preformatted page source",
    text: (lines) => `<pre>\n${lines.map(escapeHtml).join("\n")}\n</pre>`,
  },
  {
    name: "a JSON string",
    text: (lines) => JSON.stringify({ ticket: 1, log: lines.join("\r\n") }),
  },
  {
    name: "a JSON string in one",
    text: (lines) => JSON.stringify({ body: JSON.stringify({ log: lines.join("\n") }) }),
  },
  { name: "JSON, a string a line", text: (lines) => JSON.stringify({ lines }, null, 2) },
  {
    name: "collapsed",
    text: (lines) => "It said: " + lines.filter((line) => line !== "").join(" "),
  },
  ...[60, 72, 76, 80, 100].map((width) => ({
    name: `wrapped at blanks before column ${width}`,
    text: (lines: readonly string[]) =>
      lines.flatMap((line) => wrapAtBlanks(line, width)).join("\n"),
  })),
  ...[80, 100, 120].map((width) => ({
    name: `broken at column ${width}`,
    text: (lines: readonly string[]) => lines.flatMap((line) => breakAt(line, width)).join("\n"),
  })),
  {
    name: "wrapped and quoted",
    isTwice: true,
    text: (lines) =>
      lines.flatMap((line) => wrapAtBlanks(line, 70)).map((line) => `> ${line}`).join("\n"),
  },
  {
    name: "collapsed and wrapped",
    isTwice: true,
    text: (lines) => wrapAtBlanks(lines.filter((line) => line !== "").join(" "), 72).join("\n"),
  },
  {
    name: "colours of a terminal",
    text: (lines) => lines.map((line) => line.replace(/^\S+>/, "\x1b[32m$&\x1b[0m")).join("\n"),
  },
  {
    name: "a mail as it was sent, wrapped",
    text: (lines) =>
      [
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
        "",
        ...lines.flatMap(quotedPrintable),
      ].join("\r\n"),
  },
  {
    name: "quoted, in a JSON string",
    isTwice: true,
    text: (lines) => JSON.stringify({ log: lines.map((line) => `> ${line}`).join("\r\n") }),
  },
  {
    name: "CR in a JSON string",
    isTwice: true,
    text: (lines) => JSON.stringify({ log: lines.join("\r") }),
  },
  {
    name: "quoted and collapsed",
    isTwice: true,
    text: (lines) => lines.filter((line) => line !== "").map((line) => `> ${line}`).join(" "),
  },
  {
    name: "quoted, then wrapped",
    isTwice: true,
    text: (lines) => lines.flatMap((line) => wrapAtBlanks(`> ${line}`, 76)).join("\n"),
  },
  {
    name: "indented, then wrapped",
    isTwice: true,
    text: (lines) => lines.flatMap((line) => wrapAtBlanks(`       ${line}`, 76)).join("\n"),
  },
  {
    name: "wrapped, then page source",
    isTwice: true,
    text: (lines) =>
      `<div><p>${
        lines.flatMap((line) => wrapAtBlanks(line, 72)).map(escapeHtml).join("<br>\n")
      }</p></div>`,
  },
  {
    name: "wrapped, then preformatted page source",
    isTwice: true,
    text: (lines) =>
      `<pre>\n${
        lines.flatMap((line) => wrapAtBlanks(line, 72)).map(escapeHtml).join("\n")
      }\n</pre>`,
  },
  {
    name: "blanks in frames, wrapped",
    isTwice: true,
    style: { colon: " :", plus: " + " },
    text: (lines) => lines.flatMap((line) => wrapAtBlanks(line, 72)).join("\n"),
  },
  {
    name: "JSON, a string with Markdown's escapes a line",
    isTwice: true,
    text: (lines) => JSON.stringify({ lines: lines.map(escapeMarkdown) }, null, 2),
  },
  {
    name: "Markdown's escapes in a JSON string",
    isTwice: true,
    text: (lines) => JSON.stringify({ log: lines.map(escapeMarkdown).join("\n") }),
  },
];

/** The forms of a single damage. */
export const DAMAGES: readonly LogForm[] = LOG_FORMS.filter(({ isTwice }) => !isTwice);

/** The bytes of a log with one damage and then another. */
export function damagedTwice(
  lines: readonly string[],
  first: LogForm,
  second: LogForm,
  random: Random,
): Uint8Array {
  const once = first.text?.(lines, random) ?? lines.join("\n");
  const twice = second.text?.(once.split(/\r*\n|\r/), random) ?? once;
  return second.bytes?.(twice) ?? new TextEncoder().encode(twice);
}

function boldCommand(line: string): string {
  return line.replace(/(?<=^\S+(?: kd)?> )!.*$/, "**$&**");
}

function escapeMarkdown(line: string): string {
  return line.replace(/^-{6,}/, "\\$&").replace(/[*_~`<>[\]]/g, "\\$&");
}

function escapeHtml(line: string): string {
  return line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll("+", "&#43;").replaceAll("'", "&#x27;");
}

/** Breaks a line as a mail program does: at the last blank that fits; a word that does not fit stays whole. */
export function wrapAtBlanks(line: string, width: number): string[] {
  const lines: string[] = [];
  let current: string | undefined;
  for (const word of line.split(" ")) {
    if (current === undefined) current = word;
    else if (current.trim() !== "" && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else current += ` ${word}`;
  }
  return [...lines, current ?? ""];
}

/** Breaks a line as a console does: at its width, wherever that falls. */
export function breakAt(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  return [line.slice(0, width), ...breakAt(line.slice(width), width)];
}

/** A line in the transfer encoding of mails, with at most 76 characters per line. */
function quotedPrintable(line: string): string[] {
  const bytes = new TextEncoder().encode(line);
  const encoded = Array.from(bytes, (byte, index) => {
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x3d &&
      (byte !== 0x20 || index < bytes.length - 1);
    return isPlain
      ? String.fromCharCode(byte)
      : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  });
  const lines = [""];
  for (const piece of encoded) {
    if (lines.at(-1)!.length + piece.length > 75) {
      lines[lines.length - 1] += "=";
      lines.push("");
    }
    lines[lines.length - 1] += piece;
  }
  return lines;
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), littleEndian);
  return new Uint8Array(view.buffer);
}
