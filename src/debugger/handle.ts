/**
 * `!handle`: the open handles of the current process.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import type { Session } from "../session.ts";
import type { HandleEntry, ProcessRef, TargetMode } from "../target.ts";
import {
  CommandError,
  type DebuggerCommand,
  expectAtMost,
  parseNumber,
  wordsOf,
} from "./_command.ts";

/** Width of the column before the tab, as in debuggers: the longest name exceeds it. */
const LABEL_WIDTH = 15;

/** What the bits of the flags show. */
const SHOWS = { type: 1, basic: 2, name: 4, objectSpecific: 8 } as const;

const FORMS: Readonly<Record<TargetMode, string>> = {
  user: "!handle [<handle> [<flags> [<type>]]]",
  kernel: "!handle [<handle> [<flags> [<process> [<type>]]]]",
};

/** The command. */
export const handle: DebuggerCommand = {
  name: "!handle",
  forms: [
    {
      usage: "!handle [<handle>]",
      brief: "open handles with type and name, and how many there are of each type",
    },
    ...(["user", "kernel"] as const).map((mode) => ({
      usage: FORMS[mode],
      brief: "the same, 0 for all handles; flags: 1 type, 2 access and counts, 4 name, 8 the rest",
      mode,
    })),
  ],
  run: listHandles,
};

/** A parsed line. */
interface HandleRequest {
  /** 0 for all of them. */
  readonly value: number;
  /** Bits of {@linkcode SHOWS}; undefined for the short form. */
  readonly flags: number | undefined;
  /** A process other than the current one. */
  readonly process: ProcessRef | undefined;
  /** The only type to list. */
  readonly type: string | undefined;
}

function parseRequest(args: string, mode: TargetMode): HandleRequest {
  const words = wordsOf(args);
  const [value = "0", flags, ...others] = words;
  const process = mode === "kernel" ? others.shift() : undefined;
  expectAtMost(others, 1, "!handle", `write "${FORMS[mode]}"`);
  const address = process === undefined ? 0n : parseNumber(process, "process address", 64);
  return {
    value: Number(parseNumber(value, "handle", 32)),
    flags: flags === undefined ? undefined : Number(parseNumber(flags, "flags", 32)),
    process: address === 0n ? undefined : { process: address },
    type: others[0],
  };
}

async function listHandles(session: Session, args: string): Promise<string> {
  const request = parseRequest(args, session.target.mode);
  const handles = await session.handles(request.process);
  if (handles === undefined) {
    throw new CommandError(
      `Cannot list handles: "${session.target.name}" does not have them; use "!htrace"`,
    );
  }
  const { value, flags, type } = request;
  if (value === 0) return await describeAll(session, handles, request);
  const entry = handles.find((candidate) => candidate.handle === value);
  if (entry === undefined) {
    throw new CommandError(
      `Cannot show handle 0x${value.toString(16)}: it is not open; "!handle" lists those that are`,
    );
  }
  if (!isOfType(entry, type)) {
    throw new CommandError(
      `Cannot show handle 0x${value.toString(16)} as ${type}: its type is ${
        entry.type ?? "unknown"
      }; leave the type out`,
    );
  }
  if (flags === undefined) {
    return describe(entry) + details(entry) + factLines(await factsOf(session, entry));
  }
  return await describeBy(flags, session, entry);
}

async function describeAll(
  session: Session,
  handles: readonly HandleEntry[],
  { flags = SHOWS.type | SHOWS.name, type }: HandleRequest,
): Promise<string> {
  const wanted = handles.filter((entry) => isOfType(entry, type));
  const described: string[] = [];
  for (const entry of wanted) described.push(await describeBy(flags, session, entry));
  const end = type === undefined
    ? totals(wanted)
    : `${wanted.length} handles of type ${escapeText(type)}\n`;
  return described.join("") + end;
}

/** A handle in the debugger's order: what the bits request and is known. */
async function describeBy(flags: number, session: Session, entry: HandleEntry): Promise<string> {
  return [
    `Handle ${entry.handle.toString(16)}\n`,
    flags & SHOWS.type ? typeRow(entry) : "",
    flags & SHOWS.basic ? details(entry) : "",
    flags & SHOWS.name ? nameRow(entry) : "",
    flags & SHOWS.objectSpecific ? factLines(await factsOf(session, entry)) : "",
  ].join("");
}

async function factsOf({ target }: Session, entry: HandleEntry): Promise<readonly string[]> {
  return await target.objectFacts?.(entry.handle) ?? [];
}

/** Types are compared ignoring case; a handle of unknown type matches none. */
function isOfType(entry: HandleEntry, type: string | undefined): boolean {
  return type === undefined || entry.type?.toLowerCase() === type.toLowerCase();
}

function describe(entry: HandleEntry): string {
  return `Handle ${entry.handle.toString(16)}\n${typeRow(entry)}${nameRow(entry)}`;
}

function typeRow({ type }: HandleEntry): string {
  return `${row("  Type", type ?? "unknown")}\n`;
}

function nameRow({ objectName }: HandleEntry): string {
  return objectName === undefined ? "" : `${row("  Name", objectName)}\n`;
}

/** What the kernel counts and allows. */
function details({ grantedAccess, handleCount, pointerCount }: HandleEntry): string {
  const lines = [
    ...(grantedAccess === undefined
      ? []
      : [row("  GrantedAccess", `0x${grantedAccess.toString(16)}`)]),
    ...(handleCount === undefined ? [] : [row("  HandleCount", String(handleCount))]),
    ...(pointerCount === undefined ? [] : [row("  PointerCount", String(pointerCount))]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function factLines(facts: readonly string[]): string {
  if (facts.length === 0) return "";
  return ["  Object Specific Information", ...facts.map((fact) => `    ${escapeText(fact)}`)]
    .map((line) => `${line}\n`).join("");
}

function totals(handles: readonly HandleEntry[]): string {
  const counts = new Map<string, number>();
  for (const { type = "unknown" } of handles) counts.set(type, (counts.get(type) ?? 0) + 1);
  const rows = Array.from(counts, ([type, count]) => row(type, String(count)));
  return [`${handles.length} Handles`, row("Type", "Count"), ...rows].join("\n") + "\n";
}

function row(label: string, value: string): string {
  return `${escapeText(label).padEnd(LABEL_WIDTH)}\t${escapeText(value)}`;
}
