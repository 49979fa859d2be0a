/**
 * `.sympath`, `.symfix` and `.reload`: where symbols come from, and looking them up again.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import type { Session } from "../session.ts";
import {
  CommandError,
  type DebuggerCommand,
  expectAtMost,
  type PromptHost,
  type SymbolPathHost,
  wordsOf,
} from "./_command.ts";
import { moduleRow } from "./lm.ts";
import { isModuleNamed, matchesWildcards } from "./_wildcards.ts";

/** The server that `.symfix` stands for, as debuggers write it. */
const MICROSOFT_SERVER = "https://msdl.microsoft.com/download/symbols";

/** Width of the column before the elements, as in debuggers. */
const STATE_WIDTH = 47;

/** `.sympath [path]`: shows the symbol path or sets it. */
export const sympath: DebuggerCommand = {
  name: ".sympath",
  forms: [{ usage: ".sympath [<path>]", brief: "show the symbol path or set it" }],
  run: async (session, args, host) => {
    const symbols = symbolPathOf(host);
    if (args === "") return await describePath(symbols);
    return await usePath(session, symbols, unquoted(args));
  },
};

/** `.sympath+ path`: appends to the symbol path. */
export const sympathAppend: DebuggerCommand = {
  name: ".sympath+",
  forms: [{ usage: ".sympath+ <path>", brief: "append to it" }],
  run: async (session, args, host) => {
    const symbols = symbolPathOf(host);
    if (args === "") {
      throw new CommandError(
        'Cannot append to the symbol path: no path is given; write ".sympath+ C:\\symbols"',
      );
    }
    return await usePath(session, symbols, appended(symbols.path, unquoted(args)));
  },
};

/** `.symfix [folder]`: Microsoft's server behind a store. */
export const symfix: DebuggerCommand = {
  name: ".symfix",
  forms: [{
    usage: ".symfix [<folder>]",
    brief: "take symbols from Microsoft's server, kept in a folder",
  }],
  run: async (session, args, host) => await usePath(session, symbolPathOf(host), fixedPath(args)),
};

/** `.symfix+ [folder]`: the same, appended to the symbol path. */
export const symfixAppend: DebuggerCommand = {
  name: ".symfix+",
  forms: [{ usage: ".symfix+ [<folder>]", brief: "the same, appended to the path" }],
  run: async (session, args, host) => {
    const symbols = symbolPathOf(host);
    return await usePath(session, symbols, appended(symbols.path, fixedPath(args)));
  },
};

/** `.reload [/f] [module]`: forgets symbols, so that they are looked up again, at once with `/f`. */
export const reload: DebuggerCommand = {
  name: ".reload",
  forms: [{
    usage: ".reload [/f] [<module>]",
    brief: "unload symbols and look for them again when needed; /f: at once",
  }],
  run: reloadSymbols,
};

async function reloadSymbols(session: Session, args: string, host: PromptHost): Promise<string> {
  const options = wordsOf(args).filter((word) => word.startsWith("/"));
  const words = wordsOf(args).filter((word) => !word.startsWith("/"));
  // /user reloads those of user mode: nothing here needs to protect others from that.
  const unknown = options.find((option) => !/^\/(?:f|user)$/i.test(option));
  if (unknown !== undefined) {
    throw new CommandError(
      `Cannot reload with "${unknown}": only /f and /user are known; write ".reload /f module"`,
    );
  }
  const isNow = options.some((option) => option.toLowerCase() === "/f");
  expectAtMost(words, 1, ".reload", 'write ".reload /f module"');
  const [word] = words;
  const modules = await session.modules();
  // As in debuggers, a name may include its extension.
  const wanted = modules.filter((module) =>
    word === undefined || isModuleNamed(module, word) ||
    matchesWildcards(module.path.slice(module.path.lastIndexOf("\\") + 1), word)
  );
  if (wanted.length === 0 && word !== undefined) {
    throw new CommandError(
      `Cannot reload "${word}": no module has that name; "lm" lists the modules`,
    );
  }
  // A new source also retries servers that were given up.
  if (host.symbols === undefined) session.forgetSymbols();
  else session.replaceSymbols(host.symbols.use(host.symbols.path));
  const head = word === undefined
    ? `Reloading current modules\n${".".repeat(wanted.length)}\n`
    : "";
  if (!isNow && word === undefined) return head;
  const rows: string[] = [];
  for (const module of wanted) {
    const status = isNow ? await session.loadSymbols(module) : undefined;
    rows.push(moduleRow(module, status, session.target.pointerSize));
  }
  return head + rows.join("");
}

function symbolPathOf({ symbols }: PromptHost): SymbolPathHost {
  if (symbols !== undefined) return symbols;
  throw new CommandError(
    "Cannot change the symbol path: this prompt has a fixed one; use --symbols of the command line",
  );
}

/** As in debuggers, everything found for modules so far is forgotten at once. */
async function usePath(session: Session, symbols: SymbolPathHost, path: string): Promise<string> {
  session.replaceSymbols(symbols.use(path));
  return await describePath(symbols);
}

/** The path and what is known about its elements, in the debugger's layout; a server is only contacted when needed. */
async function describePath(symbols: SymbolPathHost): Promise<string> {
  const places = await symbols.places();
  const rows = places.map(({ element, state }) =>
    `${state.padEnd(STATE_WIDTH)}${escapeText(element)}\n`
  );
  return `Symbol search path is: ${escapeText(symbols.path)}\n` +
    (rows.length === 0 ? "" : `${"Response".padEnd(STATE_WIDTH)}Location\n${rows.join("")}`);
}

function fixedPath(args: string): string {
  return args === "" ? "srv*" : `srv*${unquoted(args)}*${MICROSOFT_SERVER}`;
}

function appended(path: string, more: string): string {
  return path === "" ? more : `${path};${more}`;
}

function unquoted(args: string): string {
  return args.replace(/^"(.*)"$/, "$1");
}
