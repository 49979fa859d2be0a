/**
 * The gate: a verb ends with its own exit code if handles leaked.
 *
 * @module
 */
import type { Analysis } from "../analysis.ts";
import { UsageError } from "../error.ts";
import type { Baseline, Leaks } from "../library/mod.ts";
import { counted, thousands } from "../plain_text.ts";
import { isRingFull } from "../trace_log.ts";
import { parseCount, toggle } from "./_arguments.ts";
import { EXIT_CODES } from "./_context.ts";
import { disposeOnInterrupt } from "./terminal/interrupt.ts";

/** The user's options for known leaks, and for failing. */
export interface GateFlags {
  readonly failOnLeak?: boolean;
  readonly leakCode: number;
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
}

/** The definitions of {@linkcode GateFlags}, to be spread into a verb's own flags. */
export const GATE_FLAGS = {
  failOnLeak: toggle("Exit with the leak code if handles leaked or history was lost"),
  leakCode: {
    kind: "parsed",
    parse: parseLeakCode,
    default: String(EXIT_CODES.leaks),
    placeholder: "n",
    brief: "Exit code for leaked handles",
  },
  baseline: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "file",
    brief: "File of known leaks: stacks, and how many handles each may leave open",
  },
  updateBaseline: toggle(
    "Rewrite the baseline: add new leaks, lower numbers, remove what no longer occurs",
  ),
} as const;

/** A code that every system passes on unchanged, and that does not mean success. */
function parseLeakCode(text: string): number {
  const code = parseCount(text);
  if (code >= 1 && code <= 255) return code;
  throw new SyntaxError(`"${text}" is not an exit code for leaks: give 1 to 255`);
}

/** Most keys listed in one line: a baseline can have thousands, and the file has them all. */
const MAX_LISTED = 10;

/** Reads the baseline that the flags name; without one, no leak is known. */
export async function readGateBaseline(
  { baseline, updateBaseline = false }: GateFlags,
): Promise<Baseline> {
  if (baseline === undefined) {
    if (!updateBaseline) return new Map();
    throw new UsageError('Cannot update the baseline: no file is given; add "--baseline file"');
  }
  const { readBaseline } = await import("../library/baseline_file.ts");
  return await readBaseline(baseline, updateBaseline);
}

/** Writes the baseline if requested, and says which of its leaks are gone. */
export async function writeGateBaseline(
  { baseline: path, updateBaseline: isUpdated = false }: GateFlags,
  baseline: Baseline,
  { leaks, known, gone }: Leaks,
  warn: (message: string) => void,
): Promise<void> {
  if (path === undefined) return;
  if (isUpdated) {
    const { updateBaseline } = await import("../library/mod.ts");
    const { writeBaseline } = await import("../library/baseline_file.ts");
    await writeBaseline(path, updateBaseline(baseline, [...leaks, ...known]), {
      guard: disposeOnInterrupt,
    });
  } else if (gone.length > 0) {
    const listed = gone.slice(0, MAX_LISTED).map((key) => `"${key}"`).join(", ") +
      (gone.length > MAX_LISTED ? ` and ${thousands(gone.length - MAX_LISTED)} more` : "");
    warn(
      `${counted(gone.length, "known leak")} of "${path}" did not occur: ${listed}; ` +
        "--update-baseline removes what is gone",
    );
  }
}

/** The exit code of the gate; undefined if it passes or was not requested. `hasGrown`: the gate for growth fails. */
export function gateCode(
  { failOnLeak = false, leakCode }: GateFlags,
  { leaks }: Leaks,
  historyLost: boolean,
  hasGrown = false,
): number | undefined {
  const hasLeaked = failOnLeak && (leaks.length > 0 || historyLost);
  return hasLeaked || hasGrown ? leakCode : undefined;
}

/** Whether a diff or a full ring hides what leaked before. */
export function isHistoryLost({ diff, log }: Analysis): boolean {
  if (diff !== undefined) return diff.historyLost;
  return isRingFull(log);
}
