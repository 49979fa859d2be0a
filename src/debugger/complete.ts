/**
 * Completions for the last word of a line: commands, options, handles, modules, snapshots, processes.
 *
 * @module
 */
import { HtraceError } from "../error.ts";
import { escapeText } from "../escape_text.ts";
import type { Session } from "../session.ts";
import type { TargetMode } from "../target.ts";
import { LM } from "./lm.ts";
import { COMMANDS } from "./mod.ts";
import { splitCommands } from "./prompt.ts";

/** More than this would fill a terminal and help nobody: then there are none until another character is typed. */
const MAX_PROPOSALS = 200;

/** Options of `!htrace`; those that switch tracing and compare are for user mode. */
const HTRACE_OPTIONS: Readonly<Record<TargetMode, readonly string[]>> = {
  user: ["-enable", "-snapshot", "-diff", "-disable", "-group", "-names", "-?"],
  kernel: ["-group", "-names", "-?"],
};

type Proposer = (session: Session, words: readonly string[]) => Promise<readonly string[]>;

/** The possible arguments, by command. `words` are those before the one being typed. */
const ARGUMENTS: Readonly<Record<string, Proposer>> = {
  "!htrace": async (session, words) => {
    const options = HTRACE_OPTIONS[session.target.mode];
    if (words.includes("-diff") || words.includes("-snapshot")) {
      return [...options.filter((name) => /^-[gn]/.test(name)), ...await snapshots(session)];
    }
    return words.length === 0 ? [...options, ...await handles(session)] : options;
  },
  "!handle": async (session, words) => words.length === 0 ? await handles(session) : [],
  ...Object.fromEntries(LM.map(({ name }) => [name, (session) => modules(session, "")])),
  "ln": (session) => modules(session, "!"),
  "x": (session) => modules(session, "!"),
  ".reload": async (session) => ["/f", ...await modules(session, "")],
  "!process": (session) => processes(session),
  ".process": (session) => processes(session),
};

/** The completions for the last, unfinished word of a line, and that word. */
export async function completeLine(
  session: Session,
  line: string,
): Promise<{ readonly proposals: readonly string[]; readonly word: string }> {
  const isAtStart = /(?:^|;)\s*$/.test(line);
  const command = isAtStart ? "" : splitCommands(line).at(-1) ?? "";
  const text = /\s$/.test(line) && !isAtStart ? `${command} ` : command;
  const words = text.split(/\s+/);
  const word = words.pop() ?? "";
  const [name, ...before] = words;
  const all = name === undefined
    ? commandsOf(session.target.mode)
    : await argumentsOf(session, name.toLowerCase(), before);
  const proposals = [...new Set(all)].filter((proposal) =>
    proposal.toLowerCase().startsWith(word.toLowerCase()) && escapeText(proposal) === proposal
  );
  return { proposals: proposals.length > MAX_PROPOSALS ? [] : proposals, word };
}

function commandsOf(current: TargetMode): string[] {
  return COMMANDS.filter(({ mode }) => mode === undefined || mode === current)
    .map(({ name }) => name);
}

async function argumentsOf(
  session: Session,
  name: string,
  before: readonly string[],
): Promise<readonly string[]> {
  try {
    return await ARGUMENTS[name]?.(session, before) ?? [];
  } catch (error) {
    // What the target does not have is not proposed; the command itself says why.
    if (error instanceof HtraceError) return [];
    throw error;
  }
}

async function handles(session: Session): Promise<string[]> {
  return (await session.handles() ?? []).map(({ handle }) => handle.toString(16));
}

async function modules(session: Session, behind: string): Promise<string[]> {
  return (await session.modules()).map(({ name }) => name + behind);
}

async function snapshots(session: Session): Promise<string[]> {
  return [...(await session.snapshots()).keys()].filter((name) => name !== "");
}

async function processes({ target }: Session): Promise<string[]> {
  return (await target.processes?.() ?? []).flatMap(({ process }) =>
    process === undefined ? [] : [process.toString(16)]
  );
}
