/**
 * Colours for reports on a terminal: they mark the words that one looks for.
 *
 * They are added to the finished text, so that reports stay pure and a file never has any.
 *
 * @module
 */

/** Select Graphic Rendition codes (ECMA-48), by what they are for. */
const STYLES = { bad: "\x1b[31m", doubtful: "\x1b[33m", key: "\x1b[1m" } as const;
const RESET = "\x1b[0m";

/**
 * Each pattern matches a word at its place in one of the debugger's lines or ours, anchored at the start of the line: a
 * name in it, or a text that begins with the same word, is left alone.
 */
const PATTERNS: readonly (readonly [pattern: RegExp, style: keyof typeof STYLES])[] = [
  [/(?<=^Handle = 0x[0-9a-f]+ - )\*\*\* BAD REFERENCE \*\*\*/gm, "bad"], // user mode
  [/(?<=^Handle 0x[0-9A-F]+ - )BAD REFERENCE(?=:$)/gm, "bad"], // kernel mode
  [/(?<=^Opened = 0x.* - )(?:never closed|growing)$/gm, "bad"],
  [/(?<=^Opened = 0x.* - )outstanding$/gm, "doubtful"],
  [/(?<=^Suspect = ).+$/gm, "key"],
  [/^Handle = 0x[0-9a-f]+(?= - )/gm, "key"],
  [/^Handle 0x[0-9A-F]+(?= - )/gm, "key"],
  [/^Handle [0-9a-f]+$/gm, "key"], // !handle
];

/** A report's text with colours. */
export function colored(text: string): string {
  return PATTERNS.reduce(
    (painted, [pattern, style]) => painted.replace(pattern, `${STYLES[style]}$&${RESET}`),
    text,
  );
}
