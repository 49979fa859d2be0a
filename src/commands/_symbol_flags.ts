/**
 * The flags that say where symbols come from, the same for every verb that names addresses.
 *
 * @module
 */
import type { SymbolSourceOptions } from "../symbols/path/mod.ts";
import { toggle } from "./_arguments.ts";
import { type CliProcess, messageLine } from "./terminal/streams.ts";
import { parseSymbolPath } from "../symbols/path/parse.ts";
import { downloadProgress } from "./terminal/download_progress.ts";
import { disposeOnInterrupt } from "./terminal/interrupt.ts";

/** The user's options for symbols. */
export interface SymbolFlags {
  /** A symbol path in the debugger's syntax. */
  readonly symbols?: string;
  /** Never ask a symbol server. */
  readonly offline?: boolean;
  /** Accept symbol files of another build, too. */
  readonly force?: boolean;
}

/** The definitions of {@linkcode SymbolFlags}, to be spread into a verb's own flags. */
export const SYMBOL_FLAGS = {
  symbols: {
    kind: "parsed",
    parse: checkedSymbolPath,
    optional: true,
    placeholder: "path",
    brief: "Symbol path, such as C:\\symbols or srv*FOLDER*URL; otherwise _NT_SYMBOL_PATH",
  },
  offline: toggle("Contact no symbol server; files downloaded earlier are used"),
  force: toggle("Accept symbol files of another build: names may be wrong"),
} as const;

function checkedSymbolPath(text: string): string {
  parseSymbolPath(text, { cacheFolder: "" });
  return text;
}

/** The flags as options of a symbol source; download progress goes to standard error. */
export function symbolOptions(flags: SymbolFlags, { stderr }: CliProcess): SymbolSourceOptions {
  const { symbols, offline = false, force = false } = flags;
  const download = {
    ...downloadProgress(stderr),
    onGiveUp: (message: string): void => stderr.write(messageLine(message)),
    guard: disposeOnInterrupt,
  };
  return { ...(symbols === undefined ? {} : { path: symbols }), offline, force, download };
}
