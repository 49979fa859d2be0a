/**
 * Test helper: reads texts.
 *
 * @module
 */
import { type DebuggerLog, framesOf, type LogAnswer } from "./debugger_log.ts";
import { DebuggerLogReader } from "./log_reader.ts";

/** Reads a text, or its bytes, in one piece. */
export function readText(text: string | Uint8Array): DebuggerLog {
  const reader = new DebuggerLogReader();
  reader.push(typeof text === "string" ? new TextEncoder().encode(text) : text);
  return reader.end();
}

/** The names of a stack's frames, with their displacements. */
export function namesOf(log: DebuggerLog, stack: number | undefined): string[] {
  if (stack === undefined) return [];
  return framesOf(log, stack).map(({ module = "", symbol = "", displacement }) => {
    const name = symbol === "" ? module : `${module}!${symbol}`;
    return displacement === undefined ? name : `${name}+0x${displacement.toString(16)}`;
  });
}

/** The names of the frames of each entry in an answer. */
export function entryNames(log: DebuggerLog, { entries }: LogAnswer): string[][] {
  return Array.from(entries.stack, (stack) => namesOf(log, stack));
}
