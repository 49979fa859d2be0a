/**
 * The analysis of which a tool shows a part.
 *
 * @module
 */
import type { Analysis } from "../../analysis.ts";
import { UsageError } from "../../error.ts";
import type { SessionRequest } from "../../session.ts";
import { type FilterInput, requestOf } from "../filter.ts";
import type { OpenTargets } from "../open_targets.ts";
import type { Compared } from "./_inputs.ts";

/** What a tool is to examine. */
export type AnalysisInput = FilterInput & Compared & { readonly target: string };

/** Reads and compares as the input says. */
export async function analysisOf(
  targets: OpenTargets,
  input: AnalysisInput,
  more: SessionRequest = {},
): Promise<Analysis> {
  const target = targets.get(input.target);
  const request = { ...requestOf(input), names: true, ...more };
  if (input.before === undefined) return await target.analyze(request, input.snapshot);
  if (input.snapshot !== undefined) {
    throw new UsageError(
      `Cannot compare ${target.id} with a snapshot and with ${input.before} at once; leave one out`,
    );
  }
  return await target.analyzeSince(targets.get(input.before), request);
}
