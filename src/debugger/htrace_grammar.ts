/**
 * The two grammars of `!htrace`: arguments in, a request out.
 *
 *     user mode     !htrace [Handle [Max_Traces]] [-group] [-names]
 *                   !htrace -enable [Max_Traces] | -snapshot [Name] | -diff [Name] [-group] [-names] | -disable
 *     kernel mode   !htrace [Handle [Process [Max_Traces]]] [-group] [-names]
 *     both          !htrace -? | ?
 *
 * Numbers are hexadecimal, options case-insensitive. Names, `-group` and `-names` are ours; without them every form is
 * the debugger's own.
 *
 * @module
 */
import type { TargetMode } from "../target.ts";
import { CommandError, expectAtMost, parseNumber, wordsOf } from "./_command.ts";

/** A parsed `!htrace` line. */
export type HtraceRequest =
  | { readonly kind: "help" }
  | { readonly kind: "enable"; readonly slots?: number }
  | { readonly kind: "snapshot"; readonly name?: string }
  | {
    readonly kind: "diff";
    readonly name?: string;
    readonly group: boolean;
    readonly names: boolean;
  }
  | { readonly kind: "disable" }
  | {
    readonly kind: "show";
    /** 0 for all handles. */
    readonly handle: number;
    /** EPROCESS address; 0 for the current process. */
    readonly process: bigint;
    /** 0 for all traces. */
    readonly maxTraces: number;
    readonly group: boolean;
    readonly names: boolean;
  };

/** Options that say what to do; all except the help are for user mode. */
const ACTIONS = ["-enable", "-snapshot", "-diff", "-disable", "-?", "?"] as const;
type Action = typeof ACTIONS[number];

/** The numbers of a listing, in each mode's order. */
const SHOW_NUMBERS = {
  user: ["handle", "maxTraces"],
  kernel: ["handle", "process", "maxTraces"],
} as const;

/** Not `-?`: that prints the debugger's own help, which does not have our options and names. */
const ADVICE = '"?" lists all its forms';

const NUMBER_NAMES = {
  handle: "handle",
  process: "process address",
  maxTraces: "maximum of traces",
} as const;

/**
 * Parses the arguments after `!htrace`. Throws a {@linkcode CommandError} with a message for the user.
 *
 * ```ts
 * import { parseHtrace } from "./htrace_grammar.ts";
 * parseHtrace("1a4 0x82345678", "kernel");
 * // { kind: "show", handle: 0x1a4, process: 0x82345678n, maxTraces: 0, group: false }
 * ```
 */
export function parseHtrace(args: string, mode: TargetMode): HtraceRequest {
  const words = wordsOf(args);
  const action = ACTIONS.find((name) => name === words[0]?.toLowerCase());
  if (action === undefined) return parseShow(words, mode);
  if (mode === "kernel" && action !== "-?" && action !== "?") {
    throw new CommandError(
      `Cannot run "!htrace ${action}" in kernel mode: -enable, -snapshot, -diff and -disable are for ` +
        `user mode; use "!htrace [handle [process [max_traces]]]"`,
    );
  }
  return parseAction(action, words.slice(1));
}

function parseAction(action: Action, rest: string[]): HtraceRequest {
  switch (action) {
    case "-?":
    case "?":
      expectEnd(rest, action, 0);
      return { kind: "help" };
    case "-disable":
      expectEnd(rest, action, 0);
      return { kind: "disable" };
    case "-enable": {
      expectEnd(rest, action, 1);
      const [slots] = rest;
      return slots === undefined
        ? { kind: "enable" }
        : { kind: "enable", slots: Number(parseNumber(slots, NUMBER_NAMES.maxTraces, 32)) };
    }
    case "-snapshot": {
      expectEnd(rest, action, 1);
      return { kind: "snapshot", ...named(rest) };
    }
    case "-diff": {
      const { words, options } = takeOptions(rest, ["-group", "-names"]);
      expectEnd(words, action, 1);
      return {
        kind: "diff",
        ...named(words),
        group: options.has("-group"),
        names: options.has("-names"),
      };
    }
  }
}

function parseShow(allWords: string[], mode: TargetMode): HtraceRequest {
  const { words, options } = takeOptions(allWords, ["-group", "-names"]);
  const names = SHOW_NUMBERS[mode];
  expectEnd(words, "", names.length);
  const numbers = { handle: 0n, process: 0n, maxTraces: 0n };
  names.forEach((name, index) => {
    const word = words[index];
    if (word !== undefined) {
      numbers[name] = parseNumber(word, NUMBER_NAMES[name], name === "process" ? 64 : 32);
    }
  });
  return {
    kind: "show",
    handle: Number(numbers.handle),
    process: numbers.process,
    maxTraces: Number(numbers.maxTraces),
    group: options.has("-group"),
    names: options.has("-names"),
  };
}

/** Separates known options from other words; an unknown option is an error, never a name or a number. */
function takeOptions(
  all: readonly string[],
  known: readonly string[],
): { words: string[]; options: Set<string> } {
  const options = new Set<string>();
  const words: string[] = [];
  for (const word of all) {
    if (known.includes(word.toLowerCase())) {
      options.add(word.toLowerCase());
    } else {
      expectNoOption(word);
      words.push(word);
    }
  }
  return { words, options };
}

function named(words: readonly string[]): { name?: string } {
  const [name] = words;
  if (name === undefined) return {};
  expectNoOption(name);
  return { name };
}

function expectNoOption(word: string): void {
  if (!word.startsWith("-")) return;
  throw new CommandError(
    `Cannot run "!htrace": there is no option "${word}" here; ${ADVICE}`,
  );
}

function expectEnd(words: readonly string[], action: string, most: number): void {
  expectAtMost(words, most, `!htrace ${action}`.trimEnd(), ADVICE);
}
