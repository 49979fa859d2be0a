/**
 * Baselines: keys of stacks whose leaks are known and accepted, each with the most handles that it may leave open.
 *
 * A text with one key per line and its number after the last blank, like folded stacks. Lines that begin with `#` are
 * for people, except the first, which says that this is a baseline and its version.
 *
 * @module
 */
import { FormatError } from "../error.ts";
import { escapeKeyPart } from "../analysis/stack_key.ts";
import { type Leak, leakedByKey } from "./leaks.ts";

/** How many handles the stacks with a key may leave open, by the key's text. */
export type Baseline = ReadonlyMap<string, number>;

/** First line of a baseline; those of version 0.1.0 have a different comment there. */
const HEADER = "# htrace baseline 2";

/**
 * Reads a baseline, called `name` in errors. Throws a `FormatError` if a line cannot be a key: the text is something
 * else.
 */
export function parseBaseline(text: string, name: string): Baseline {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  return lines[0] === HEADER ? parseLines(lines, name) : parseOldLines(lines, name);
}

const LINE = /^([^#].*?) +(\d{1,9})$/;

function parseLines(lines: readonly string[], name: string): Baseline {
  const baseline = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    if (line === "" || line.startsWith("#")) continue;
    const [, key, handles] = LINE.exec(line) ?? [];
    if (key === undefined) throw notABaseline(name, index + 1);
    baseline.set(key, Number(handles));
  }
  return baseline;
}

/** A frame as version 0.1.0 wrote it: `module!symbol`, or `module+0x1234`. */
const OLD_FRAME = /^[^!]+(?:![^!]|\+0x[0-9a-f]+$)/;

/**
 * Version 0.1.0 wrote a comment with the number above each key, and compared without it. A `;` within a name could not
 * be distinguished from one between frames: a part that cannot be a frame belongs to the name before it.
 */
function parseOldLines(lines: readonly string[], name: string): Baseline {
  const baseline = new Map<string, number>();
  let handles = Infinity;
  for (const [index, text] of lines.entries()) {
    const line = text.trim();
    if (line === "") continue;
    if (line.startsWith("#")) {
      handles = Number(/^# (\d+) outstanding$/.exec(line)?.[1] ?? Infinity);
      continue;
    }
    const frames: string[] = [];
    for (const part of line.split(";")) {
      if (OLD_FRAME.test(part)) frames.push(part);
      else if (frames.length > 0) frames.push(`${frames.pop()};${part}`);
      else throw notABaseline(name, index + 1);
    }
    baseline.set(frames.map(escapeKeyPart).join(";"), handles);
    handles = Infinity;
  }
  return baseline;
}

function notABaseline(file: string, line: number): FormatError {
  return new FormatError(
    `Cannot read the baseline "${file}": line ${line} is not a stack such as "app!main;app!open 3"; ` +
      "name one that htrace wrote",
    { file },
  );
}

/** Writes a baseline. */
export function renderBaseline(baseline: Baseline): string {
  const lines = [
    HEADER,
    "# Known handle leaks: own frames, outermost first, and the most handles that they may leave open.",
  ];
  for (const [key, handles] of baseline) lines.push(`${key} ${handles}`);
  return lines.join("\n") + "\n";
}

/** The baseline of the current leaks. */
export function baselineOf(leaks: readonly Leak[]): Baseline {
  return leakedByKey(leaks);
}

/**
 * Updates a baseline: new keys are added, numbers are lowered to what leaks now, and keys that no longer leak are
 * removed. A number is never raised: to accept more, edit it by hand.
 */
export function updateBaseline(baseline: Baseline, leaks: readonly Leak[]): Baseline {
  return new Map(
    Array.from(
      leakedByKey(leaks),
      ([key, handles]) => [key, Math.min(handles, baseline.get(key) ?? Infinity)],
    ),
  );
}
