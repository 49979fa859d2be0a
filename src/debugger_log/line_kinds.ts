/**
 * The kinds of lines in a log, and how each is recognized: by the first words of the debugger's exact wording (output
 * reference).
 *
 * @module
 */

/** The kind of a line. */
export type LineKind =
  | "separator"
  | "handle"
  | "thread"
  | "frame"
  | "prompt"
  | "parsed"
  | "dumped"
  | "displayed"
  | "new traces"
  | "ignoring"
  | "outstanding"
  | "none outstanding"
  | "too large"
  | "enabled"
  | "disabled"
  | "snapshot"
  | "not enabled"
  | "not available"
  | "enable failed"
  | "snapshot failed"
  | "process"
  | "object table"
  | "elision"
  | "fence"
  | "noise"
  | "blank"
  | "text";

/** How a kind of line is recognized. */
interface LinePattern {
  readonly kind: LineKind;
  /** The characters that it can begin with. */
  readonly first: string;
  /** A regular expression for its first words. */
  readonly start: string;
  /** Whether it can begin inside a line, after a blank, in texts that have lost their line breaks. */
  readonly isInline: boolean;
}

const HEX = "0x[0-9A-Fa-f`]+";
/** A hyphen, or what word processors and blogs make of it. */
const DASH = "[-\\u2010-\\u2015\\u2212]";
/**
 * Prompts of the debuggers: user mode `0:000>`, with the processor mode `0:000:x86>`; kernel mode `kd>`, `0: kd>`,
 * `lkd>`, `16.0: kd:x86>`; with several systems `||0:0:000>`.
 */
export const PROMPT =
  "(?:(?:\\|\\|\\d+:)?\\d{1,3}:\\d{3,5}(?::\\w+)?>|(?:\\d{1,3}(?:\\.\\d+)?: ?)?l?kd(?::\\w+)?>)";

/** Words that authors write for omissions, in letters of either case: Node.js 20 has no `(?i:…)`. */
const CUT = "snip(?:ped)?|cut|skipped".replaceAll(
  /[a-z]/g,
  (letter) => `[${letter}${letter.toUpperCase()}]`,
);

/** The patterns, in the order in which they are tried. */
const LINE_PATTERNS: readonly LinePattern[] = [
  {
    kind: "separator",
    first: "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212",
    start: `${DASH}{30,}(?=\\s|$)`,
    isInline: true,
  },
  { kind: "handle", first: "H", start: `Handle\\s+(?:=\\s*)?${HEX}\\s+${DASH}`, isInline: true },
  { kind: "thread", first: "T", start: `Thread ID\\s*=\\s*${HEX}`, isInline: true },
  {
    kind: "frame",
    first: "0",
    start: "0x[0-9A-Fa-f][0-9A-Fa-f`]{7,16}\\s?:(?=\\s|$)",
    isInline: true,
  },
  { kind: "prompt", first: "0123456789|lk", start: PROMPT, isInline: true },
  { kind: "parsed", first: "P", start: `Parsed\\s+${HEX}\\s+stack`, isInline: true },
  { kind: "dumped", first: "D", start: `Dumped\\s+${HEX}\\s+stack`, isInline: true },
  { kind: "displayed", first: "D", start: `Displayed\\s+${HEX}\\s+stack`, isInline: true },
  { kind: "new traces", first: "0", start: `${HEX}\\s+new\\s+stack`, isInline: true },
  {
    kind: "ignoring",
    first: "I",
    start: "Ignoring\\s+handles\\s+that\\s+were\\s+already",
    isInline: true,
  },
  {
    kind: "outstanding",
    first: "O",
    start: "Outstanding\\s+handles\\s+opened\\s+since",
    isInline: true,
  },
  {
    kind: "none outstanding",
    first: "N",
    start: "No\\s+outstanding\\s+handles\\s+opened",
    isInline: true,
  },
  {
    kind: "too large",
    first: "T",
    start: "The\\s+difference\\s+between\\s+the\\s+two\\s+snapshots\\s+is",
    isInline: true,
  },
  { kind: "enabled", first: "H", start: "Handle\\s+tracing\\s+enabled", isInline: true },
  { kind: "disabled", first: "H", start: "Handle\\s+tracing\\s+disabled", isInline: true },
  {
    kind: "snapshot",
    first: "H",
    start: "Handle\\s+tracing\\s+information\\s+snapshot\\s+success",
    isInline: true,
  },
  {
    kind: "not enabled",
    first: "H",
    start: "Handle\\s+tracing\\s+is\\s+not\\s+enabled",
    isInline: true,
  },
  {
    kind: "not available",
    first: "H",
    start: "Handle\\s+tracing\\s+information\\s+is\\s+not\\s+available",
    isInline: true,
  },
  {
    kind: "enable failed",
    first: "F",
    start: "Failed\\s+to\\s+enable\\s+handle\\s+tracing",
    isInline: true,
  },
  { kind: "snapshot failed", first: "F", start: "Failed\\s+to\\s+take\\b", isInline: true },
  { kind: "process", first: "P", start: `Process\\s+${HEX}(?=\\s|$)`, isInline: true },
  { kind: "object table", first: "O", start: `ObjectTable\\s+${HEX}(?=\\s|$)`, isInline: true },
  // An author's dots or stars for an omission; the debugger's own boxes have 70 stars or more.
  {
    kind: "elision",
    first: ".\u2026*[(<{sScC",
    start:
      `[[(<{]?\\s*(?:\\.{2,60}|\\u2026{1,20}|(?:\\*\\s?){2,60}|${CUT})[\\s.\\u2026]*[\\])>}]?$`,
    isInline: false,
  },
  { kind: "fence", first: "`~", start: "(?:```|~~~)", isInline: false },
  {
    kind: "noise",
    first: "*MU",
    start: "\\*{3}\\s+(?:WARNING|ERROR)|ModLoad:|Unable to load image",
    isInline: false,
  },
];

/** The patterns by the first character of a line. */
const AT_START: ReadonlyMap<
  string,
  readonly { readonly kind: LineKind; readonly pattern: RegExp }[]
> = Map
  .groupBy(
    LINE_PATTERNS.flatMap(({ kind, first, start }) => {
      const pattern = new RegExp(`^(?:${start})`);
      return Array.from(first, (letter) => ({ letter, kind, pattern }));
    }),
    ({ letter }) => letter,
  );
/** Where a line of another kind can begin inside a line: after a blank, or the characters of quotes and markup. */
const INLINE = new RegExp(
  `(?<=[\\s>*"'\`|(:,])(?:${
    LINE_PATTERNS.filter(({ isInline }) => isInline).map(({ start }) => start).join("|")
  })`,
  "g",
);

/** The beginning of a text. */
export interface LineStart {
  /** Its kind. */
  readonly kind: LineKind;
  /** Length of the words by which it was recognized; 0 for any other text. */
  readonly length: number;
}

/** Recognizes the beginning of a text that does not begin with a blank. */
export function startOf(text: string): LineStart {
  if (text === "") return { kind: "blank", length: 0 };
  for (const { kind, pattern } of AT_START.get(text[0]!) ?? []) {
    const found = pattern.exec(text);
    if (found) return { kind, length: found[0].length };
  }
  return { kind: "text", length: 0 };
}

/** Strings of which every line of another kind, or its beginning, has one; most lines of other programs have none. */
const MAY_HOLD_MORE =
  /0x|>|[-\u2010-\u2015\u2212]{30}|handle|thread|parsed|dumped|displayed|ignoring|outstanding|difference|failed|process|objecttable/i;

/** Whether a line can contain another one, or the beginning of one. */
export function mayHoldMore(text: string): boolean {
  return MAY_HOLD_MORE.test(text);
}

/** The positions from `from` on, at least 1, at which lines of another kind begin inside a text. */
export function* inlineStarts(text: string, from: number): Generator<number> {
  const start = Math.max(from - 1, 0); // the pattern looks at the character before a line
  for (const { index } of text.slice(start).matchAll(INLINE)) yield start + index;
}
