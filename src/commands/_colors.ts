/**
 * Colours for reports on a terminal: the words that one looks for.
 *
 * They are laid over the finished text, so that reports stay pure and a file never has any.
 *
 * @module
 */

/** Select Graphic Rendition codes (ECMA-48), by what they are for. */
const STYLES = { bad: "\x1b[31m", doubtful: "\x1b[33m", key: "\x1b[1m" } as const;
const RESET = "\x1b[0m";

const PATTERNS: readonly (readonly [pattern: RegExp, style: keyof typeof STYLES])[] = [
  [/\*\*\* BAD REFERENCE \*\*\*|(?<= - )BAD REFERENCE/g, "bad"],
  [/(?<= - )never closed$/gm, "bad"],
  [/(?<= - )outstanding$/gm, "doubtful"],
  [/(?<=^Suspect = ).+$/gm, "key"],
  [/^Handle(?: =)? \S+/gm, "key"],
];

/** A report's text with colours. */
export function colored(text: string): string {
  return PATTERNS.reduce(
    (painted, [pattern, style]) => painted.replace(pattern, `${STYLES[style]}$&${RESET}`),
    text,
  );
}
