/**
 * Undoes what a text went through on its way: JSON strings, page source, Markdown's backslashes, the transfer encoding
 * of mails.
 *
 * Each is undone only where the text shows that it was done, because a path is full of backslashes and a template full
 * of angle brackets.
 *
 * @module
 */
import { LOG_LIMITS } from "./limits.ts";

/** An escaped line break before words of a log, quoted and escaped for Markdown maybe: nothing but a string literal has that. */
const ESCAPED_BREAK =
  /\\[nr](?:\\[rnt]|[\s>]){0,64}\\{0,8}(?:0x[0-9a-f]{8}|Handle(?: =|\s0x|\stracing|\s[0-9a-f]+\\)|Thread ID|-{10}|Parsed 0x|Displayed 0x|\d+:\d{3}|l?kd|VERIFIER|Type\b|[^\s\\]{1,260} pid: |Nthandle|Handle v)/i;
/** A prompt, whose `>` some writers of JSON escape. */
const ESCAPED_PROMPT = /\d\\u003e/i;
/** A line that is one string, as lists and objects of JSON are printed. */
const STRING_LINE =
  /^\s*(?:"[^"\\]*"\s*:\s*)?"(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"\s*(?:,\s*)?$/;
const JSON_ESCAPE = /\\u([0-9A-Fa-f]{4})|\\(["\\/bfnrt])|"/g;
const JSON_CHARACTERS: Readonly<Record<string, string>> = {
  b: " ",
  f: " ",
  n: "\n",
  r: "\r",
  t: "\t",
};
/** A log inside a string inside a string; nobody has seen more. */
const MAX_JSON_LEVELS = 4;

const HTML_EVIDENCE =
  /<br\s*\/?>|<pre(?:\s[^<>]*)?>|<\/(?:p|div|pre|code|span|td|li|html|body|blockquote)>|<!doctype html|<html[\s>]/i;
const HTML_BREAK =
  /<(?:br|hr)\s*\/?>|<\/?(?:p|div|pre|li|ul|ol|tr|table|blockquote|h[1-6])(?:\s[^<>]*)?>/gi;
/** Page source mostly ends its line behind a break, too: the two are one. */
const BREAK_BEFORE_BREAK = /<br\s*\/?>\s*$/i;
const HTML_TAG =
  /<\/?(?:a|b|i|u|s|em|strong|code|span|td|th|tbody|html|head|body|font|tt|samp|small|big|sub|sup|section|article|img|mark|title|meta|link)(?:\s[^<>]*)?\/?>|<!doctype[^<>]*>/gi;
const HTML_REFERENCE = /&(?:(lt|gt|amp|quot|apos|nbsp|shy)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi;
/** A text may end inside a reference or an escape. */
const CUT_REFERENCE = /&(?:#(?:\d*|x[0-9a-f]*)|[a-z]{0,4})$/i;
const CUT_ESCAPE = /\\(?:u[0-9A-Fa-f]{0,3})?$/;
const HTML_NAMES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
  nbsp: " ",
  shy: "",
};

const MARKDOWN_EVIDENCE =
  /\\-{6}|\\\*\\\*\\\*|\d\\>|kd\\>|(?:^|\s)0x[0-9A-Fa-f`]{8,17}\\?\s?:.{0,1000}\\[_<>~*+`[\]]/;
const MARKDOWN_ESCAPE = /\\([!-/:-@[-`{-~])/g;

/** Characters that look like nothing or like a blank. */
const ODD_BLANKS = /[\u00a0\u2007\u202f]/g;
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff\u00ad\0]/g;

/** What a terminal took for colours and places. */
// deno-lint-ignore no-control-regex -- the escape character is what such a sequence begins with
const TERMINAL = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;

/**
 * A mail as it was sent: its header says so, or equals signs are written as numbers, or stand at the end of long lines,
 * behind what is no blank.
 */
const QUOTED_PRINTABLE =
  /^Content-Transfer-Encoding:\s*quoted-printable\s*$|Handle =3D 0x|^.{69,75}[^\s=]=\s*$/i;
const MAY_BE_QUOTED = /^Content-T|=(?:3D|\s*$)/;
const QUOTED_BYTES = /(?:=[0-9A-F]{2})+/gi;
/** Behind such a sign a line goes on in the next one; a mail has 76 characters a line. */
const SOFT_BREAK = /=\s*$/;

/** Reads the lines of one text, of which it remembers how they were written. */
export class MarkupReader {
  /** Whether lines are strings, of which the last one may be cut. */
  #isStrings = false;
  #isHtml = false;
  #isMarkdown = false;
  #isQuotedPrintable = false;
  /** The first part of a line that goes on in the next one. */
  #begun = "";

  /** The lines that a line of the text stands for, mostly itself; none where it goes on in the next one. */
  read(line: string): readonly string[] {
    this.#isQuotedPrintable ||= MAY_BE_QUOTED.test(line) && QUOTED_PRINTABLE.test(line);
    if (!this.#isQuotedPrintable) return this.#read(line);
    const text = this.#begun + line.replace(SOFT_BREAK, "");
    if (SOFT_BREAK.test(line) && text.length < LOG_LIMITS.joinedChars) {
      this.#begun = text;
      return [];
    }
    this.#begun = "";
    return this.#read(text.replace(QUOTED_BYTES, quotedText));
  }

  /** Whether no line waits for its rest. */
  get isIdle(): boolean {
    return this.#begun === "";
  }

  /** The lines of what is left at the end of the text. */
  end(): readonly string[] {
    return this.#begun === "" ? [] : this.read("");
  }

  #read(line: string): readonly string[] {
    let text = line;
    if (text.includes("\\") || text.includes('"')) text = this.#withoutStrings(text);
    if (text.includes("<")) text = this.#withoutTags(text);
    if (text.includes("&")) text = this.#withoutReferences(text);
    if (text.includes("\\")) text = this.#withoutEscapes(text);
    if (/[^\n\r\t -~]/.test(text)) {
      text = text.replace(ODD_BLANKS, " ").replace(INVISIBLE, "").replace(TERMINAL, "");
    }
    return text.includes("\n") || text.includes("\r") ? text.split(/\r*\n|\r/) : [text];
  }

  #withoutStrings(text: string): string {
    this.#isStrings ||= STRING_LINE.test(text);
    return unescapeJson(text, this.#isStrings && /^\s*"/.test(text));
  }

  #withoutTags(text: string): string {
    this.#isHtml ||= HTML_EVIDENCE.test(text);
    if (!this.#isHtml) return text;
    return text.replace(BREAK_BEFORE_BREAK, "").replace(HTML_BREAK, "\n").replace(HTML_TAG, "");
  }

  #withoutReferences(text: string): string {
    const uncut = this.#isHtml ? text.replace(CUT_REFERENCE, "") : text;
    return uncut.replace(HTML_REFERENCE, htmlCharacter);
  }

  #withoutEscapes(text: string): string {
    this.#isMarkdown ||= MARKDOWN_EVIDENCE.test(text);
    return this.#isMarkdown ? text.replace(MARKDOWN_ESCAPE, "$1").replace(CUT_ESCAPE, "") : text;
  }
}

/** Undoes the escapes of a JSON string; its quotation marks, which end what belongs together, become line breaks. */
function unescapeJson(line: string, isString: boolean): string {
  let text = line;
  for (let level = 0; level < MAX_JSON_LEVELS; level++) {
    const isLiteral = ESCAPED_BREAK.test(text) || ESCAPED_PROMPT.test(text) ||
      isString && level === 0;
    if (!isLiteral) break;
    text = text.replace(JSON_ESCAPE, (_, code?: string, letter?: string) => {
      if (code !== undefined) return String.fromCharCode(parseInt(code, 16));
      return letter === undefined ? "\n" : JSON_CHARACTERS[letter] ?? letter;
    }).replace(CUT_ESCAPE, "");
  }
  return text;
}

/** The characters of bytes that were written as numbers. */
function quotedText(quoted: string): string {
  const bytes = quoted.slice(1).split("=").map((digits) => parseInt(digits, 16));
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

function htmlCharacter(whole: string, name?: string, decimal?: string, hex?: string): string {
  if (name !== undefined) return HTML_NAMES[name.toLowerCase()] ?? whole;
  const code = decimal === undefined ? parseInt(hex ?? "0", 16) : parseInt(decimal, 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
