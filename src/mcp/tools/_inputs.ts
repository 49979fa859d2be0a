/**
 * Inputs that several tools take.
 *
 * @module
 */
import * as z from "../sdk/sdk.js";
import { LIMITS } from "../limits.ts";

/** A text from the client. */
export const TEXT = z.string().min(1).max(LIMITS.argument);

/** An open target. */
export const TARGET = TEXT.describe("Id of an open target, such as t1");

/** What an analysis is compared with. */
export const COMPARED = {
  snapshot: z.string().max(LIMITS.argument).optional()
    .describe("Compare with this snapshot of the target; otherwise with its last one, if any"),
  before: TEXT.optional()
    .describe("Compare with this open target: an earlier reading of the same process"),
};

/** The value of {@linkcode COMPARED}. */
export interface Compared {
  readonly snapshot?: string | undefined;
  readonly before?: string | undefined;
}
