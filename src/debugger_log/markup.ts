/**
 * Undoes the encodings of a text on its way: JSON strings, page source, Markdown's backslashes, and the transfer
 * encoding of mails. This is repeated for encodings that show only then, because a text can have gone through several.
 *
 * Each is undone only if the text shows that it was used, because a path is full of backslashes and a template full of
 * angle brackets.
 *
 * @module
 */
import { LOG_LIMITS } from "./limits.ts";
import { meetWithoutBlank } from "./name_breaks.ts";
import { cutPlace, DoubleSpacing, withoutTerminalCodes } from "./text_lines.ts";

/**
 * An escaped line break before words of a log, perhaps quoted and escaped for Markdown: only string literals have that.
 */
const ESCAPED_BREAK =
  /\\[nr](?:\\{1,8}[rnt]|[\s>]){0,64}\\{0,8}"?(?:0x[0-9a-f]{8}|0x[0-9a-f]+ new|Process(?: 0x|$|[,;\t]"?PID)|PROCESS [0-9a-f]{8}|[0-9a-f]{4}: Object|[^\s,\\"]{1,260},\d+,|ObjectTable|Handle(?: =|\s0x|\stracing|\s[0-9a-f]+\\)|Thread ID|-{10}|(?:Parsed|Dumped|Displayed) 0x|\d+:\d{3}|l?kd|VERIFIER|Type\b|[^\s\\]{1,260} pid: |Nthandle|Handle v)/i;
/** The end of a string and the beginning of the next one, which is a line of a log. */
const NEXT_STRING =
  /\\{0,8}"\s*,(?:\s|\\{1,8}[rnt]){0,64}\\{0,8}"(?:0x[0-9a-f]{8}|Handle(?: =|\s0x|\stracing)|Thread ID|-{10}|(?:Parsed|Dumped|Displayed) 0x)/i;
/** A prompt, whose `>` some writers of JSON escape. */
const ESCAPED_PROMPT = /\d\\u003e/i;
/** A line that consists of one string, as in printed lists and objects of JSON. */
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
/** A log inside a string inside a string, or a page about page source; nobody has seen more. */
const MAX_LEVELS = 4;
/** The end of a line inside a string: neither a quotation mark nor a character that can follow one. */
const INSIDE_STRING = /[^\s"'}\],;]\s*$/;
/** The last escaped line break of a text, with its backslashes. */
const LAST_BREAK = /(?:\\+[nr])+(?![^]*\\[nr])/;

const HTML_EVIDENCE =
  /<br\s*\/?>|<pre(?:\s[^<>]*)?>|<\/(?:p|div|pre|code|span|td|li|html|body|blockquote)>|<!doctype html|<html[\s>]/i;
const HTML_BREAK =
  /<(?:br|hr)\s*\/?>|<\/?(?:p|div|pre|li|ul|ol|tr|table|blockquote|h[1-6])(?:\s[^<>]*)?>/gi;
/** Page source usually also ends its line after a break: the two are one. */
const BREAK_BEFORE_BREAK = /<br\s*\/?>\s*$/i;
const HTML_TAG =
  /<\/?(?:a|b|i|u|s|em|strong|code|span|td|th|tbody|html|head|body|font|tt|samp|small|big|sub|sup|section|article|img|mark|title|meta|link)(?:\s[^<>]*)?\/?>|<!doctype[^<>]*>/gi;
const HTML_REFERENCE = /&(?:(lt|gt|amp|quot|apos|nbsp|shy)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi;
/** A text can end inside a reference or an escape. */
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
  /\\-{6}|\\\*\\{1,7}\*\\{1,7}\*|(?:\d|kd)\\{1,7}>|\\<\/?[a-z]+\d?\s*\/?\\>|(?:^|\s)0x[0-9A-Fa-f`]{8,17}\\?\s?:.{0,1000}\\[_<>~*+`[\]]/;
const MARKDOWN_ESCAPE = /\\([!-/:-@[-`{-~])/g;

/** The rule below the heading of a table. */
const TABLE_RULE = /^\s*\|\s*:?-{3,}:?\s*\|\s*$/;

/** Characters that are invisible or look like a blank. */
const ODD_BLANKS = /[\u00a0\u2007\u202f]/g;
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff\u00ad\0]/g;

/**
 * A mail as it was sent: its header says so, or equals signs are written as numbers, or are at the end of long lines,
 * after a character that is not a blank.
 */
const QUOTED_PRINTABLE =
  /Content-Transfer-Encoding:\s*quoted-printable|Handle =3D 0x|^.{69,75}[^\s=]=\s*$/i;
const MAY_BE_QUOTED = /Content-T|=(?:3D|\s*(?:$|\n))/;
/** Shows, in a text in which this encoding was used, that it was used for a line. */
const SHOWS_QUOTED = /=(?:3D|[0-9A-F]{2}=|\s*(?:$|\n))/;
const QUOTED_BYTES = /(?:=[0-9A-F]{2})+/gi;
/** After such a sign a line continues on the next one; a mail has 76 characters per line. */
const SOFT_BREAK = /=\s*$/;
/** Such a sign inside a line that has lost its line breaks: an equals sign of the text is written as a number. */
const LOST_SOFT_BREAK = /=\s(?![0-9A-F]{2}=)/g;
/** Length of the longest line of such a mail. */
const MAIL_WIDTH = 76;
/** Quotation marks and blanks before a line. */
const PREFIX = /^[\s>]*/;

/** The first part of a line that continues on the next one. */
interface BegunLine {
  readonly text: string;
  /** Its prefix, which its next part has, too. */
  readonly prefix: string;
  /** Whether all of it is known; if not, the rest is left out. */
  readonly isClear: boolean;
}

/** Reads the lines of one text, and remembers which encodings it showed. */
export class MarkupReader {
  /** Whether lines are strings, of which the last one may be cut. */
  #isStrings = false;
  #isHtml = false;
  #isMarkdown = false;
  #isQuotedPrintable = false;
  #isTable = false;
  /** Text that continues on the next line: of a string literal, and of each level of a mail's transfer encoding. */
  #begunString = "";
  #isInString = false;
  /** Whether blanks were added after lines of a mail, which has none there, and so perhaps also before them. */
  #hasStrayBlanks = false;
  readonly #spacing = new DoubleSpacing();
  readonly #begunMail: (BegunLine | undefined)[] = [];

  /**
   * The lines that a line of the text represents, usually itself; none if it continues on the next one. `isEnd` is
   * false for a piece of a line that is too long to wait for.
   */
  read(line: string, isEnd = true): readonly string[] {
    const unquoted = this.#withoutQuotedBytes(line, 0);
    if (unquoted === undefined) return [];
    const text = this.#joinString(unquoted, isEnd);
    return text === "" && unquoted !== "" ? [] : this.#undo(text, 0, unquoted !== line);
  }

  /** Whether no line is waiting for its rest. */
  get isIdle(): boolean {
    return this.#begunString === "" && this.#begunMail.every((begun) => begun === undefined);
  }

  /** The remaining lines at the end of the text. */
  end(): readonly string[] {
    const lines: string[] = [];
    for (let level = 0; level < this.#begunMail.length; level++) {
      const begun = this.#begunMail[level];
      this.#begunMail[level] = undefined;
      if (begun) lines.push(...this.#undo(begun.text, level));
    }
    const string = this.#begunString;
    this.#begunString = "";
    this.#isInString = true;
    if (string !== "") lines.push(...this.#undo(string, 0));
    return lines;
  }

  /** A string has no line breaks: one inside it is a mail program's. Keeps back what stands behind its last line. */
  #joinString(line: string, isEnd: boolean): string {
    const begun = this.#begunString;
    if (begun === "" && !line.includes("\\")) {
      this.#isInString = false;
      return line;
    }
    const text = begun === "" ? line : `${begun} ${line.trim()}`;
    this.#begunString = "";
    this.#isInString = isEnd && text.length < LOG_LIMITS.joinedChars &&
      (begun !== "" || ESCAPED_BREAK.test(text));
    if (!this.#isInString || !INSIDE_STRING.test(text)) return text;
    const end = LAST_BREAK.exec(text)?.index ?? 0;
    this.#begunString = text.slice(end);
    return text.slice(0, end);
  }

  /** Undoes what a line shows, from the outside in; its mail's encoding is undone. */
  #undo(line: string, level: number, wasQuoted = false): readonly string[] {
    let text = line;
    if (text.includes("|")) text = this.#withoutBars(text);
    if (text.includes("\\") || text.includes('"')) text = this.#withoutStrings(text);
    if (text.includes("<")) text = this.#withoutTags(text, level);
    if (text.includes("&")) text = this.#withoutReferences(text);
    if (text.includes("\\")) text = this.#withoutEscapes(text);
    if (/[^\n\r\t -~]/.test(text)) {
      text = withoutTerminalCodes(text.replace(ODD_BLANKS, " ").replace(INVISIBLE, ""));
    }
    const lines = text.includes("\n") || text.includes("\r") ? text.split(/\r*\n|\r/) : [text];
    const isBegun = this.#begunMail[level + 1] !== undefined;
    const hasMore = (wasQuoted || text !== line) && this.#hasMore(text);
    if (level + 1 >= MAX_LEVELS || !isBegun && !hasMore) {
      return lines;
    }
    return lines.flatMap((part) => {
      const unquoted = this.#withoutQuotedBytes(part, level + 1);
      return unquoted === undefined ? [] : this.#undo(unquoted, level + 1, unquoted !== part);
    });
  }

  /** Whether a text, after undoing one encoding, shows another one. */
  #hasMore(text: string): boolean {
    return HTML_EVIDENCE.test(text) || text.search(HTML_REFERENCE) >= 0 ||
      MARKDOWN_EVIDENCE.test(text) || ESCAPED_BREAK.test(text) || NEXT_STRING.test(text) ||
      this.#isQuotedPrintable && SHOWS_QUOTED.test(text);
  }

  /** A line in a row of a table that has one column. */
  #withoutBars(text: string): string {
    this.#isTable ||= TABLE_RULE.test(text);
    if (!this.#isTable) return text;
    const row = text.trim();
    const isRow = row.length > 1 && row.endsWith("|") && /^\|(?!\|)/.test(row); // prompts may begin with two bars
    return isRow ? row.slice(1, -1).replace(/^ /, "").trimEnd() : text;
  }

  #withoutStrings(text: string): string {
    const isString = STRING_LINE.test(text);
    this.#isStrings ||= isString;
    const bare = unescapeJson(
      text,
      this.#isInString || this.#isStrings && /^\s*"/.test(text),
    );
    // A string alone on its line is one line.
    return isString ? bare.replace(/^\s*\n/, "").replace(/\n\s*,?\s*$/, "") : bare;
  }

  /** Undoes a mail's transfer encoding; undefined if the line continues on the next one. */
  #withoutQuotedBytes(line: string, level: number): string | undefined {
    this.#isQuotedPrintable ||= MAY_BE_QUOTED.test(line) && QUOTED_PRINTABLE.test(line);
    if (!this.#isQuotedPrintable) return line;
    const begun = this.#begunMail[level];
    const isSoft = SOFT_BREAK.test(line);
    this.#hasStrayBlanks ||= level === 0 && /[ \t]$/.test(line);
    const isAdded = level === 0 && this.#spacing.note(line.trim() === "");
    if (begun && isAdded) return undefined;
    const prefix = begun?.prefix ?? PREFIX.exec(line)?.[0] ?? "";
    const rest = begun && prefix !== "" && line.startsWith(prefix)
      ? line.slice(prefix.length)
      : line;
    const before = begun?.text ?? "";
    const isClear = begun?.isClear !== false && this.#isClear(before, rest);
    let text = !isClear
      ? before
      : before + (begun && this.#hasStrayBlanks ? rest.trimStart() : rest);
    if (isSoft) text = text.replace(SOFT_BREAK, "");
    this.#begunMail[level] = undefined;
    if (isSoft) {
      const cut = text.length < LOG_LIMITS.lineChars ? 0 : cutPlace(text, 0);
      this.#begunMail[level] = { text: text.slice(cut), prefix, isClear };
      if (cut === 0) return undefined;
      text = text.slice(0, cut);
    }
    const isLong = line.length > MAIL_WIDTH + prefix.length &&
      (level === 0 || SHOWS_QUOTED.test(line));
    return (isLong ? text.replace(LOST_SOFT_BREAK, "") : text).replace(QUOTED_BYTES, quotedText);
  }

  /** Whether it is clear how two parts meet: if blanks were added before lines, one of them may be the text's own. */
  #isClear(before: string, behind: string): boolean {
    if (before === "" || !this.#hasStrayBlanks || !/^\s/.test(behind)) return true;
    return meetWithoutBlank(before, behind.trimStart()) || /[=\d]$/.test(before);
  }

  #withoutTags(text: string, level: number): string {
    const isPage = HTML_EVIDENCE.test(text);
    this.#isHtml ||= isPage;
    // After the first level, brackets are the text's own unless something else shows that they are tags.
    if (level === 0 ? !this.#isHtml : !isPage) return text;
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

/**
 * Undoes the escapes of a JSON string; its quotation marks become line breaks, because they end what belongs together.
 */
function unescapeJson(line: string, isString: boolean): string {
  let text = line;
  for (let level = 0; level < MAX_LEVELS; level++) {
    const isLiteral = ESCAPED_BREAK.test(text) || ESCAPED_PROMPT.test(text) ||
      NEXT_STRING.test(text) || isString && level === 0;
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
