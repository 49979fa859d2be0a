/**
 * The difference of handle lists: what can be known of a process whose handles cannot be traced.
 *
 * @module
 */
import type { Target } from "../target.ts";
import { checkSame } from "./compare.ts";
import { diffHandleLists, type HandleListDiff } from "./handle_diff.ts";
import { handlesOf, whyNoTraces } from "./record.ts";

/** A difference of handle lists, and why it is no more. */
export interface HandlesAnswer {
  /** The difference. */
  readonly diff: HandleListDiff;
  /** Why there are no traces, as the end of a sentence. */
  readonly reason: string;
}

/**
 * Compares the open handles of a target with those of an earlier recording of it.
 *
 * ```ts ignore
 * using earlier = await openTarget("before.htrace");
 * using target = await openTarget("4242");
 * const { diff, reason } = diffHandles(target, earlier);
 * console.log(renderHandleDiff(diff, reason));
 * ```
 */
export function diffHandles(target: Target, earlier: Target): HandlesAnswer {
  checkSame(earlier, target);
  return {
    diff: diffHandleLists(handlesOf(earlier), handlesOf(target)),
    reason: whyNoTraces(target),
  };
}
