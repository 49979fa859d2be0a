/**
 * The filter, with the same flags for every verb that shows traces.
 *
 * @module
 */
import type { OwnerPatterns } from "../analysis/judgement.ts";
import { parseModulePattern, parsePattern, parseTimeBound } from "../library/filter_words.ts";
import type { TraceType } from "../trace.ts";
import type { TimeBound, TraceFilter } from "../trace_filter.ts";
import { parseCount, parseHandle } from "./_arguments.ts";

/** The user's selection of traces and groups. */
export interface FilterFlags {
  readonly handle?: number;
  readonly type?: TraceType;
  readonly objectType?: string;
  readonly thread?: number;
  readonly since?: TimeBound;
  readonly until?: TimeBound;
  readonly focus?: RegExp;
  readonly ignore?: RegExp;
  readonly only?: "leaks" | "misuses";
  readonly minOutstanding?: number;
  readonly top?: number;
  readonly max?: number;
  readonly own?: readonly RegExp[];
  readonly system?: readonly RegExp[];
}

/** The definitions of {@linkcode FilterFlags}, to be spread into a verb's own flags. */
export const FILTER_FLAGS = {
  handle: {
    kind: "parsed",
    parse: parseHandle,
    optional: true,
    placeholder: "handle",
    brief: "Only traces of this handle, in hexadecimal",
  },
  type: {
    kind: "enum",
    values: ["open", "close", "badref"],
    optional: true,
    brief: "List only opens, closes or bad references",
  },
  objectType: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "type",
    brief: "Only handles of this type of object, such as Event",
  },
  thread: {
    kind: "parsed",
    parse: parseCount,
    optional: true,
    placeholder: "id",
    brief: "Only what this thread did",
  },
  since: {
    kind: "parsed",
    parse: parseTimeBound,
    optional: true,
    placeholder: "time",
    brief: "Only traces from this time on: ISO 8601, or 10s or 5m after the first trace",
  },
  until: {
    kind: "parsed",
    parse: parseTimeBound,
    optional: true,
    placeholder: "time",
    brief: "Only traces up to this time",
  },
  focus: {
    kind: "parsed",
    parse: parsePattern,
    optional: true,
    placeholder: "regex",
    brief: "Only stacks with a frame whose module!symbol matches",
  },
  ignore: {
    kind: "parsed",
    parse: parsePattern,
    optional: true,
    placeholder: "regex",
    brief: "No stacks with a frame whose module!symbol matches",
  },
  only: {
    kind: "enum",
    values: ["leaks", "misuses"],
    optional: true,
    brief: "Only handles that are still open, or only bad references with their stories",
  },
  minOutstanding: {
    kind: "parsed",
    parse: parseCount,
    optional: true,
    placeholder: "n",
    brief: "Only stacks with at least this many handles still open",
  },
  top: {
    kind: "parsed",
    parse: parseMaximum,
    optional: true,
    placeholder: "n",
    brief: "At most this many stacks",
  },
  max: {
    kind: "parsed",
    parse: parseMaximum,
    optional: true,
    placeholder: "n",
    brief: "List at most this many traces",
  },
  own: {
    kind: "parsed",
    parse: parseModulePattern,
    optional: true,
    variadic: true,
    placeholder: "module",
    brief: "Modules that are the program's own code; * matches any characters",
  },
  system: {
    kind: "parsed",
    parse: parseModulePattern,
    optional: true,
    variadic: true,
    placeholder: "module",
    brief: "Modules that belong to the system",
  },
} as const;

/** The filter that the flags describe. */
export function filterOf(flags: FilterFlags): TraceFilter {
  const { thread: threadId, max: maxTraces } = flags;
  const { handle, type, objectType, since, until, focus, ignore, only, minOutstanding, top } =
    flags;
  const filter = {
    handle,
    type,
    threadId,
    objectType,
    since,
    until,
    focus,
    ignore,
    only,
    minOutstanding,
    top,
    maxTraces,
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** Whose modules are, as the flags say. */
export function ownerPatternsOf({ own, system }: FilterFlags): OwnerPatterns {
  return { ...(own && { own }), ...(system && { system }) };
}

function parseMaximum(text: string): number {
  const count = parseCount(text);
  if (count > 0) return count;
  throw new SyntaxError(`"${text}" would show nothing: give 1 or more`);
}
