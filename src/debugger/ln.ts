/**
 * `ln <address>`: the symbol at or before an address; `ln <module>!<name>`: where a symbol is.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import type { Session } from "../session.ts";
import { CommandError, type DebuggerCommand, parseNumber, wordsOf } from "./_command.ts";
import { displayAddress, displayName } from "./_names.ts";
import { symbolsNamed } from "./x.ts";

/** The command. */
export const ln: DebuggerCommand = {
  name: "ln",
  forms: [
    { usage: "ln <address>", brief: "the symbol that an address belongs to" },
    { usage: "ln <module>!<name>", brief: "where a symbol is" },
  ],
  run: listNearest,
};

async function listNearest(session: Session, args: string): Promise<string> {
  const [word, extra] = wordsOf(args);
  if (word === undefined || extra !== undefined) {
    throw new CommandError('Cannot run "ln": it takes one address; write "ln 401000"');
  }
  if (!word.includes("!")) return await nameAddress(session, parseNumber(word, "address", 64));
  const { frames } = await symbolsNamed(session, word);
  const lines = await Promise.all(frames.map(({ address }) => nameAddress(session, address)));
  return [...new Set(lines)].join("");
}

/** Prints `(start of the symbol)   module!symbol+0x20`, and the source line if known. */
async function nameAddress(session: Session, address: bigint): Promise<string> {
  const frame = (await session.symbolize([address])).get(address);
  if (frame?.module === undefined) {
    throw new CommandError(
      `Cannot name 0x${address.toString(16)}: no module contains it; "lm" lists the modules`,
    );
  }
  const start = address - BigInt(frame.displacement ?? 0);
  const line = frame.file === undefined
    ? ""
    : `   [${escapeText(frame.file)} @ ${frame.line ?? 0}]`;
  return `(${displayAddress(start, session.target.pointerSize)})   ` +
    `${displayName(frame, address)}${line}\n`;
}
