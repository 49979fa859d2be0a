/**
 * Which handles leaked by the end of a program, and which of those leaks are known already.
 *
 * @module
 */
import type { Analysis, TraceGroup } from "../analysis.ts";
import type { Frame } from "../frame.ts";
import { isOwnFrame } from "../judgement.ts";
import type { Module } from "../module.ts";

/** A stack whose handles were still open when its program ended. */
export interface Leak {
  /** The opens from the stack. */
  readonly group: TraceGroup;
  /** Names the stack in a {@linkcode Baseline}. */
  readonly key: string;
}

/** Keys of leaks that are known and accepted. */
export type Baseline = ReadonlySet<string>;

/** A text is no baseline. */
export class BaselineError extends SyntaxError {
  /** Creates the error: which line, from 1, of which baseline, by the name that was given, is no stack. */
  constructor(baseline: string, line: number) {
    super(
      `Cannot read the baseline "${baseline}": line ${line} is no stack such as "app!main;app!open"; ` +
        "name one that htrace wrote",
    );
    this.name = "BaselineError";
  }
}

/** A frame of a {@linkcode Leak.key}, see {@linkcode frameKey}. */
const FRAME_KEY = /^[^!]+(![^!]|\+0x[0-9a-f]+$)/;

/**
 * The leaks of an analysis that was made as its program ended, with groups; biggest first.
 *
 * A group leaked when handles of it are open and code that is not the system's opened them: the system's own
 * libraries keep handles for the life of a process, and nobody can close those. `modules` are those of the process;
 * without them the system's are told by their names alone.
 */
export function leaksOf(analysis: Analysis, modules: readonly Module[] = []): Leak[] {
  return (analysis.groups ?? [])
    .filter(({ outstanding, suspect }) => outstanding > 0 && suspect !== undefined)
    .map((group) => ({ group, key: stackKey(analysis.stacks.get(group.stack) ?? [], modules) }));
}

/**
 * A stack by the names of its frames outside the system, outermost first, as folded stacks are written:
 * `app!main;app!open`. Neither a rebuild nor a load at another address changes it, and neither does another Windows.
 */
export function stackKey(frames: readonly Frame[], modules: readonly Module[]): string {
  return frames
    .filter((frame) => isOwnFrame(frame, modules))
    .map(frameKey)
    .reverse()
    .join(";");
}

/** A module without symbols gives its RVA, which only a rebuild changes. */
function frameKey({ module, symbol, displacement = 0 }: Frame): string {
  return symbol === undefined ? `${module}+0x${displacement.toString(16)}` : `${module}!${symbol}`;
}

/**
 * Reads a baseline, `name` in errors: a key a line; empty lines and lines that begin with `#` are for people. Throws a
 * {@linkcode BaselineError} where a line can be no key: then the text is something else.
 */
export function parseBaseline(text: string, name: string): Baseline {
  const keys = new Set<string>();
  for (const [index, line] of text.split("\n").entries()) {
    const key = line.trim();
    if (key === "" || key.startsWith("#")) continue;
    if (!key.split(";").every((frame) => FRAME_KEY.test(frame))) {
      throw new BaselineError(name, index + 1);
    }
    keys.add(key);
  }
  return keys;
}

/** Writes leaks as a baseline, each key once and with how many handles it left open. */
export function renderBaseline(leaks: readonly Leak[]): string {
  const outstanding = new Map<string, number>();
  for (const { group, key } of leaks) {
    outstanding.set(key, (outstanding.get(key) ?? 0) + group.outstanding);
  }
  const lines = ["# Known handle leaks: stacks outside the system, outermost first, one a line."];
  for (const [key, count] of outstanding) lines.push("", `# ${count} outstanding`, key);
  return lines.join("\n") + "\n";
}
