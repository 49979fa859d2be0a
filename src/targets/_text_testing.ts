/**
 * Test help: debugger texts, and targets made from them.
 *
 * @module
 */
import { DebuggerLogReader } from "../debugger_log/log_reader.ts";
import type { Target } from "../target.ts";
import { openLog } from "./_pasted_text.ts";

/** An operation: its kind, its handle in hexadecimal, the name of its frame. */
export type WrittenEntry = readonly [type: string, handle: string, frame: string];

const LINE = "-".repeat(38);
/** The process of these texts: 0x1268. */
export const PROCESS_ID = 4712;

/** What `!htrace` prints of entries, newest first. */
export function listing(entries: readonly WrittenEntry[], command = "!htrace"): string {
  return [
    `0:000> ${command}`,
    ...entries.flatMap(entryLines),
    "",
    LINE,
    `Parsed 0x${entries.length.toString(16).toUpperCase()} stack traces.`,
    `Dumped 0x${entries.length.toString(16).toUpperCase()} stack traces.`,
    "",
  ].join("\n");
}

/** What `!htrace -diff` prints of outstanding opens. */
export function diff(entries: readonly WrittenEntry[]): string {
  const count = `0x${entries.length.toString(16)}`;
  return [
    "0:000> !htrace -diff",
    "Handle tracing information snapshot successfully taken.",
    `${count} new stack traces since the previous snapshot.`,
    "Ignoring handles that were already closed...",
    "Outstanding handles opened since the previous snapshot:",
    ...entries.flatMap(entryLines),
    LINE,
    `Displayed ${count} stack traces for outstanding handles opened since the previous snapshot.`,
    "",
  ].join("\n");
}

function entryLines([type, handle, frame]: WrittenEntry): string[] {
  const address = (0x7ff7_a1c5_0000 + 0x10 * frame.length).toString(16).padStart(16, "0");
  return [
    LINE,
    `Handle = 0x${handle.padStart(16, "0")} - ${type}`,
    "Thread ID = 0x0000000000001b40, Process ID = 0x0000000000001268",
    "",
    `0x${address}: ${frame}`,
  ];
}

/** Opens the contents of a text as a file named `pasted.txt`. */
export function opened(
  text: string,
  options: { readonly answer?: number; readonly warn?: (message: string) => void } = {},
): Target {
  const bytes = new TextEncoder().encode(text);
  const reader = new DebuggerLogReader();
  reader.push(bytes);
  return openLog("pasted.txt", reader.end(), bytes, options);
}
