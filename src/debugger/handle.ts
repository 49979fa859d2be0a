/**
 * `!handle`: the open handles of the current process.
 *
 * @module
 */
import type { Session } from "../session.ts";
import type { HandleEntry } from "../target.ts";
import {
  CommandError,
  type DebuggerCommand,
  expectAtMost,
  parseNumber,
  wordsOf,
} from "./_command.ts";

/** Width of the column before the tab, as debuggers have it: the longest name is written past it. */
const LABEL_WIDTH = 15;

/** The command. */
export const handle: DebuggerCommand = {
  name: "!handle",
  forms: [{
    usage: "!handle [<handle>]",
    brief: "open handles with type and name, and how many there are of each type",
  }],
  run: listHandles,
};

function listHandles(session: Session, args: string): string {
  const words = wordsOf(args);
  expectAtMost(words, 1, "!handle", 'write "!handle 1a4"');
  if (session.target.handles === undefined) {
    throw new CommandError(
      `Cannot list handles: "${session.target.name}" does not have them; use "!htrace"`,
    );
  }
  const handles = session.target.handles();
  const [word] = words;
  const value = word === undefined ? 0 : Number(parseNumber(word, "handle", 32));
  if (value === 0) return handles.map(describe).join("") + totals(handles);
  const entry = handles.find((candidate) => candidate.handle === value);
  if (entry === undefined) {
    throw new CommandError(
      `Cannot show handle 0x${value.toString(16)}: it is not open; "!handle" lists those that are`,
    );
  }
  return describe(entry);
}

function describe(entry: HandleEntry): string {
  const lines = [`Handle ${entry.handle.toString(16)}`, row("  Type", entry.type ?? "unknown")];
  if (entry.objectName !== undefined) lines.push(row("  Name", entry.objectName));
  return lines.join("\n") + "\n";
}

function totals(handles: readonly HandleEntry[]): string {
  const counts = new Map<string, number>();
  for (const { type = "unknown" } of handles) counts.set(type, (counts.get(type) ?? 0) + 1);
  const rows = Array.from(counts, ([type, count]) => row(type, String(count)));
  return [`${handles.length} Handles`, row("Type", "Count"), ...rows].join("\n") + "\n";
}

function row(label: string, value: string): string {
  return `${label.padEnd(LABEL_WIDTH)}\t${value}`;
}
