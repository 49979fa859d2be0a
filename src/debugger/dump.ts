/**
 * `.dump`: writes what is known about the target as a dump that debuggers can open.
 *
 * @module
 */
import { linesText } from "../escape_text.ts";
import type { Session } from "../session.ts";
import { dumpSession } from "../session_dump.ts";
import type { TargetMode } from "../target.ts";
import { CommandError, type DebuggerCommand, type PromptHost } from "./_command.ts";

/** What `.dump` writes in one mode. */
interface DumpForm {
  /** Its options and file. */
  readonly usage: string;
  /** What it writes. */
  readonly brief: string;
  /** The options that it takes, besides `/o`. */
  readonly options: ReadonlySet<string>;
  /** Why other options make no sense, as a clause for messages. */
  readonly whyNoOther: string;
  /** What a debugger calls the file. */
  readonly kind: string;
  /** Makes the file; `losses` is what it does not hold. */
  readonly encode: (
    session: Session,
  ) => Promise<{ pieces: readonly Uint8Array[]; losses: readonly string[] }>;
}

/** By mode; a mode without a row has no `.dump`. */
const DUMP_FORMS: Readonly<Partial<Record<TargetMode, DumpForm>>> = {
  user: {
    usage: ".dump [/o] /mh <file>",
    brief:
      "write a minidump with traces and handles, which WinDbg's !htrace reads; /o replaces a file",
    options: new Set(["/m", "/mh"]),
    whyNoOther: "htrace has no memory to put into it",
    kind: "mini user dump",
    encode: dumpSession,
  },
  kernel: {
    usage: ".dump [/o] /f <file>",
    brief: "write the kernel's memory as a full dump; /o replaces a file",
    options: new Set(["/f"]),
    whyNoOther: "a kernel's memory is written whole",
    kind: "full kernel dump",
    encode: dumpKernel,
  },
};

/** What a kernel has in memory: everything. */
function dumpKernel({ target }: Session): Promise<{ pieces: Uint8Array[]; losses: string[] }> {
  if (target.kernelDump === undefined) {
    throw new CommandError(
      `Cannot write a dump of "${target.name}": its memory is not available; copy the dump ` +
        "that it was read from, or write one with the debugger itself",
    );
  }
  return Promise.resolve({ pieces: [target.kernelDump(new Date())], losses: [] });
}

/** The command. */
export const dump: DebuggerCommand = {
  name: ".dump",
  forms: Object.entries(DUMP_FORMS).map(([mode, { usage, brief }]) => ({
    usage,
    brief,
    mode: mode as TargetMode,
  })),
  run: runDump,
};

async function runDump(session: Session, args: string, host: PromptHost): Promise<string> {
  const form = DUMP_FORMS[session.target.mode];
  if (form === undefined) {
    throw new CommandError(
      `Cannot write a dump of "${session.target.name}": it is a ${session.target.mode}-mode target; ` +
        'save it with "htrace record"',
    );
  }
  const { path, replace } = parseDump(args, form);
  if (host.writeFile === undefined) {
    throw new CommandError(
      `Cannot write "${path}": this prompt writes no files; use "htrace convert"`,
    );
  }
  const { pieces, losses } = await form.encode(session);
  await host.writeFile(path, pieces, { replace });
  const lines = [`Creating ${path} - ${form.kind}`, "Dump successfully written"];
  if (losses.length > 0) lines.push(`Not in it: ${losses.join("; ")}.`);
  return linesText(lines);
}

/** Separates options, which begin with a slash, from the file, which may be in quotes. */
function parseDump(
  args: string,
  { usage, options, whyNoOther }: DumpForm,
): { readonly path: string; readonly replace: boolean } {
  const [, words = "", rest = ""] = /^((?:\/\S+\s+)*)(.*)$/s.exec(args) ?? [];
  const given = words.split(/\s+/).filter((word) => word !== "");
  const path = rest.replace(/^"(.*)"$/, "$1");
  const unknown = given.find((word) => word !== "/o" && !options.has(word));
  if (unknown !== undefined) {
    throw new CommandError(
      `Cannot write a dump with "${unknown}": ${whyNoOther}; write "${usage}"`,
    );
  }
  if (
    path === "" || options.has(path) || path.startsWith("/m") ||
    given.every((word) => word === "/o")
  ) {
    throw new CommandError(`Cannot write a dump: kind or file are missing; write "${usage}"`);
  }
  return { path, replace: given.includes("/o") };
}
