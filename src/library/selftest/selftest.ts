/**
 * Tests every claim of the README on this machine.
 *
 * @module
 */
import { Bench } from "./bench.ts";
import { type Claim, ClaimError, NotPossibleError, type Topic } from "./claim.ts";
import { EMULATED_CLAIMS, FILE_CLAIMS } from "./emulated_claims.ts";
import { ENGINE_CLAIMS } from "./engine_claims.ts";
import { RECORDER_CLAIMS } from "./recorder_claims.ts";
import { LIST_CLAIMS, RUN_CLAIMS, SWITCHING_CLAIMS, TRACING_CLAIMS } from "./windows_claims.ts";

/** All claims, in the order in which they are tested. */
export const TOPICS: readonly Topic[] = [
  { name: "The emulated machine", claims: EMULATED_CLAIMS },
  { name: "Files", claims: FILE_CLAIMS },
  { name: "Processes and handles", claims: LIST_CLAIMS },
  { name: "Kernel tracing", claims: [...SWITCHING_CLAIMS, ...TRACING_CLAIMS] },
  { name: "Programs that are run", claims: RUN_CLAIMS },
  { name: "The recorder", claims: RECORDER_CLAIMS },
  { name: "The debugger engine", claims: ENGINE_CLAIMS },
];

/** The outcome of a claim. */
export type Outcome = "held" | "did not hold" | "not possible here";

/** A claim that was tested. */
export interface ClaimResult {
  /** The topic's name. */
  readonly topic: string;
  /** What is claimed. */
  readonly claim: string;
  readonly outcome: Outcome;
  /** Why it failed, or what this machine lacks. */
  readonly reason?: string;
}

/** How long a claim may take: far longer than any that does not hang. */
const PATIENCE = 60_000;

/** Tests the claims one after the other; yields each result as soon as it is known. */
export async function* runSelftest(
  topics: readonly Topic[] = TOPICS,
  patience: number = PATIENCE,
): AsyncGenerator<ClaimResult, void, undefined> {
  using bench = new Bench();
  for (const { name, claims } of topics) {
    for (const claim of claims) {
      yield { topic: name, claim: claim.text, ...await tryClaim(claim, bench, patience) };
    }
  }
}

async function tryClaim(
  claim: Claim,
  bench: Bench,
  patience: number,
): Promise<Pick<ClaimResult, "outcome" | "reason">> {
  try {
    await inTime(claim.check(bench), patience);
    return { outcome: "held" };
  } catch (error) {
    const outcome = error instanceof NotPossibleError ? "not possible here" : "did not hold";
    return { outcome, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Waits for work with a time limit. Work that has been given up ends with the process. */
async function inTime(work: Promise<void>, patience: number): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new ClaimError(`it took more than ${patience / 1000} seconds`)),
    patience,
  );
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
