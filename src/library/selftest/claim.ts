/**
 * A claim of the README, as something that can be tested on a machine.
 *
 * @module
 */
import { HtraceError } from "../../error.ts";
import type { Bench } from "./bench.ts";

/** A claim, and how to test it. */
export interface Claim {
  /** What is claimed, without a final period. */
  readonly text: string;
  /**
   * Tests it. Throws a {@linkcode NotPossibleError} if this machine lacks what it needs; any other error says why the
   * claim fails.
   */
  readonly check: (bench: Bench) => Promise<void>;
}

/** Claims about one thing. */
export interface Topic {
  /** Their topic, as a heading. */
  readonly name: string;
  readonly claims: readonly Claim[];
}

/** This machine lacks what a claim needs: the claim is neither confirmed nor refuted. */
export class NotPossibleError extends HtraceError {}

/** A claim fails. */
export class ClaimError extends HtraceError {}

/** Throws if something is not as claimed. */
export function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new ClaimError(otherwise);
}

/** Throws if a value is not the claimed one. */
export function expectEqual<Value extends string | number>(
  what: string,
  found: Value | undefined,
  wanted: Value,
): void {
  expect(found === wanted, `${what}: found ${found}, not ${wanted}`);
}

/** Throws with the first line that is not the claimed one. */
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
