/**
 * A claim of the README, as something that can be tried on a machine.
 *
 * @module
 */
import { HtraceError } from "../../error.ts";
import type { Bench } from "./bench.ts";

/** A claim, and how to try it. */
export interface Claim {
  /** What is claimed, without a final period. */
  readonly text: string;
  /**
   * Tries it. Throws a {@linkcode NotPossibleError} where this machine lacks what it takes; any other error says why
   * the claim does not hold.
   */
  readonly check: (bench: Bench) => Promise<void>;
}

/** Claims about one thing. */
export interface Topic {
  /** What they are about, as a heading. */
  readonly name: string;
  readonly claims: readonly Claim[];
}

/** This machine lacks what a claim takes: nothing is said about the claim. */
export class NotPossibleError extends HtraceError {}

/** A claim does not hold. */
export class ClaimError extends HtraceError {}

/** Throws where something is not as it is claimed. */
export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new ClaimError(otherwise);
}

/** Throws where a value is not the one that is claimed. */
export function expectEqual<Value extends string | number>(
  what: string,
  found: Value | undefined,
  wanted: Value,
): void {
  expect(found === wanted, `${what}: found ${found}, not ${wanted}`);
}

/** Throws with the first line that is not the one that is claimed. */
export function expectSameLines(found: readonly string[], wanted: readonly string[]): void {
  const length = Math.max(found.length, wanted.length);
  for (let line = 0; line < length; line++) {
    expect(
      found[line] === wanted[line],
      `line ${line + 1} of ${length}: found ${quoted(found[line])}, not ${quoted(wanted[line])}`,
    );
  }
}

function quoted(line: string | undefined): string {
  return line === undefined ? "no such line" : `"${line}"`;
}
