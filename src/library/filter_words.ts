/**
 * Parses a filter's values as people write them: times, durations, patterns, handles.
 *
 * The same for every interface that takes a filter: the command line and the MCP server.
 *
 * @module
 */
import { UsageError } from "../error.ts";
import type { TimeBound } from "../trace_filter.ts";

/** Milliseconds of the units that a duration may have. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** An ISO 8601 time, or a duration after the first trace. Throws a SyntaxError that says what to write. */
export function parseTimeBound(text: string): TimeBound {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (digits !== undefined && unit !== undefined) return Number(digits) * UNITS[unit]!;
  const time = new Date(text);
  if (!Number.isNaN(time.getTime()) && /^\d{4}-/.test(text)) return time;
  throw new SyntaxError(
    `"${text}" is not a time: give 2026-11-28T09:30:00Z, or 10s or 5m after the first trace`,
  );
}

/**
 * A regular expression over `module!symbol`. The program accepts only those that need no backtracking: otherwise
 * `(a+)+$` would run for years over the names of a hostile file. If V8's engine for them is not enabled, as in a
 * library, the expression is an ordinary one.
 */
export function parsePattern(text: string): RegExp {
  const usual = regExp(text, "u");
  return HAS_LINEAR_TIME ? regExp(text, "l") : usual;
}

/** Whether regular expressions may have V8's flag `l`: they are then executed in linear time, or rejected. */
const HAS_LINEAR_TIME = (() => {
  try {
    return new RegExp("", "l").flags === "l";
  } catch {
    return false;
  }
})();

function regExp(text: string, flags: string): RegExp {
  try {
    return new RegExp(text, flags);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const [found, advice] = message.endsWith("Cannot be executed in linear time")
      ? [
        "it needs backtracking",
        "leave look-ahead, back-references, modifiers and long counts out",
      ]
      : [message, "correct it"];
    throw new UsageError(`Cannot read the regular expression "${text}": ${found}; ${advice}`);
  }
}

/** `app*` matches whole names of modules, in any case. */
export function parseModulePattern(text: string): RegExp {
  const pattern = text.split("*").map((part) => RegExp.escape(part)).join(".*");
  return new RegExp(`^${pattern}$`, "iu");
}

/** A handle, as in `!htrace`: hexadecimal, with or without `0x`. */
export function parseHandle(text: string): number {
  return Number(BigInt.asUintN(32, parseAddress(text)));
}

/** An address, as in the debugger: hexadecimal, with or without `0x`. */
export function parseAddress(text: string): bigint {
  const digits = /^(?:0x)?([\da-f]{1,16})$/i.exec(text)?.[1];
  if (digits === undefined) {
    throw new SyntaxError(`"${text}" is not a number: give hexadecimal digits, with or without 0x`);
  }
  return BigInt(`0x${digits}`);
}
