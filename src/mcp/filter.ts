/**
 * The filter that tools take: the command line's filter, as JSON.
 *
 * @module
 */
import type { z as types } from "zod";
import * as z from "./sdk/sdk.js";
import { UsageError } from "../error.ts";
import type { OwnerPatterns } from "../analysis/judgement.ts";
import {
  parseHandle,
  parseModulePattern,
  parsePattern,
  parseTimeBound,
} from "../library/filter_words.ts";
import type { TraceFilter } from "../trace_filter.ts";
import { LIMITS } from "./limits.ts";

const text = z.string().min(1).max(LIMITS.argument);
const count = z.number().int().min(0).max(0xffff_ffff);

/** What selects traces and groups. */
export const FILTER = {
  handle: text.optional().describe("Only traces of this handle, in hexadecimal, such as 0x1f4"),
  type: z.enum(["open", "close", "badref"]).optional()
    .describe("List only opens, closes or bad references"),
  objectType: text.optional().describe("Only handles of this type of object, such as Event"),
  thread: count.optional().describe("Only what the thread of this id did"),
  since: text.optional()
    .describe("Only traces from this time on: ISO 8601, or 10s or 5m after the first trace"),
  until: text.optional().describe("Only traces up to this time"),
  focus: text.optional()
    .describe("Only stacks with a frame whose module!symbol matches this regular expression"),
  ignore: text.optional()
    .describe("No stacks with a frame whose module!symbol matches this regular expression"),
  only: z.enum(["leaks", "misuses"]).optional()
    .describe("Only handles that are still open, or only bad references with their stories"),
  minOutstanding: count.optional()
    .describe("Only stacks with at least this many handles still open"),
  own: z.array(text).max(LIMITS.notes).optional()
    .describe("Modules that are the program's own code; * matches any characters"),
  system: z.array(text).max(LIMITS.notes).optional()
    .describe("Modules that belong to the system; * matches any characters"),
};

/** Which rows of a list to return. */
export const PAGE = {
  offset: count.default(0).describe("Index of the first row"),
  limit: z.number().int().min(1).max(LIMITS.maxRows).default(LIMITS.usualRows)
    .describe("Rows at most"),
};

/** The input of a tool. */
export type FilterInput = Partial<types.output<types.ZodObject<typeof FILTER>>>;

/** The filter that a tool's input describes. Throws a UsageError for values that cannot be parsed. */
export function requestOf(
  input: FilterInput,
): { readonly filter: TraceFilter } & OwnerPatterns {
  const { type, thread: threadId, objectType, only, minOutstanding, own, system } = input;
  const filter = {
    handle: read(input.handle, parseHandle),
    since: read(input.since, parseTimeBound),
    until: read(input.until, parseTimeBound),
    focus: read(input.focus, parsePattern),
    ignore: read(input.ignore, parsePattern),
    type,
    threadId,
    objectType,
    only,
    minOutstanding,
  };
  return {
    filter: Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)),
    ...(own && { own: own.map(parseModulePattern) }),
    ...(system && { system: system.map(parseModulePattern) }),
  };
}

function read<Value>(
  word: string | undefined,
  parse: (word: string) => Value,
): Value | undefined {
  try {
    return word === undefined ? undefined : parse(word);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UsageError(`Cannot read the filter: ${cause.message}`, { cause });
  }
}
