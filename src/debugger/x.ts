/**
 * `x module!pattern`: symbols of modules by name.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import type { Frame } from "../frame.ts";
import type { Module } from "../module.ts";
import type { Session } from "../session.ts";
import { CommandError, type DebuggerCommand, wordsOf } from "./_command.ts";
import { displayAddress, displayName } from "./_names.ts";
import { isModuleNamed, matchesWildcards } from "./_wildcards.ts";

/** The command. */
export const x: DebuggerCommand = {
  name: "x",
  forms: [{ usage: "x <module>!<pattern>", brief: "symbols by name; * and ? are wildcards" }],
  run: listMatching,
};

async function listMatching(session: Session, args: string): Promise<string> {
  const [word, extra] = wordsOf(args);
  if (word === undefined || extra !== undefined || !/^[^!]+!./.test(word)) {
    throw new CommandError('Cannot run "x": it takes one pattern; write "x module!name*"');
  }
  const { frames, remarks } = await symbolsNamed(session, word);
  const { pointerSize } = session.target;
  const rows = frames.map((frame) =>
    `${displayAddress(frame.address, pointerSize).padEnd(17)} ${displayName(frame, frame.address)}`
  );
  return [...rows, ...remarks].map((line) => `${line}\n`).join("");
}

/**
 * The symbols that match `module!pattern`, by address; a symbol with several names is listed once for each that
 * matches. Remarks say which modules were not searched, or not completely.
 *
 * @throws {CommandError} if no module or no symbol matches.
 */
export async function symbolsNamed(
  session: Session,
  pattern: string,
): Promise<{ readonly frames: readonly Frame[]; readonly remarks: readonly string[] }> {
  const [, ofModules = "", ofNames = ""] = /^([^!]*)!(.*)$/.exec(pattern) ?? [];
  const modules = (await session.modules())
    .filter((module) => isModuleNamed(module, ofModules));
  if (modules.length === 0) {
    throw new CommandError(
      `Cannot find "${pattern}": no module is named "${ofModules}"; "lm" lists the modules`,
    );
  }
  const found: Frame[] = [];
  const remarks: string[] = [];
  for (const module of modules) {
    const { frames, stoppedAt } = await session.symbolNames(module);
    for (const frame of frames) {
      const { alsoNamed = [], ...plain } = frame;
      for (const symbol of new Set([frame.symbol ?? "", ...alsoNamed])) {
        if (matchesWildcards(symbol, ofNames)) found.push({ ...plain, symbol });
      }
    }
    if (stoppedAt !== undefined) {
      remarks.push(
        `The symbols of ${escapeText(module.name)} below 0x${stoppedAt.toString(16)} were not ` +
          "looked at: it would take too long.",
      );
    }
  }
  if (found.length === 0) throw nothingNamed(pattern, modules);
  return { frames: found, remarks };
}

function nothingNamed(pattern: string, modules: readonly Module[]): CommandError {
  const names = modules.length === 1 ? modules[0]!.name : `${modules.length} modules`;
  return new CommandError(
    `Cannot find "${pattern}": no symbol of ${names} matches; ` +
      '"lm" says where symbols come from',
  );
}
