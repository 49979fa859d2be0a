/**
 * `lm`: the loaded modules and the state of their symbols.
 *
 * @module
 */
import type { Session } from "../session.ts";
import type { SymbolStatus } from "../symbolizer.ts";
import { CommandError, type DebuggerCommand } from "./_command.ts";
import { displayAddress } from "./_names.ts";

/** Where names come from, in the debugger's words; "deferred" until an address of the module is named. */
const SYMBOL_STATES: Readonly<Record<SymbolStatus["kind"] | "deferred", string>> = {
  deferred: "deferred",
  pdb: "pdb symbols",
  coff: "coff symbols",
  exports: "export symbols",
  none: "no symbols",
};

/** The command. */
export const lm: DebuggerCommand = {
  name: "lm",
  forms: [{ usage: "lm", brief: "loaded modules and where their symbols come from" }],
  run: listModules,
};

function listModules(session: Session, args: string): string {
  if (args !== "") {
    throw new CommandError(`Cannot list "${args}": "lm" takes no arguments; use "lm" alone`);
  }
  const { pointerSize } = session.target;
  const rows = session.target.modules().map((module) => {
    const status = session.symbolStatus(module);
    const start = displayAddress(module.base, pointerSize);
    const end = displayAddress(module.base + BigInt(module.size), pointerSize);
    const from = status?.file ?? status?.problem ?? module.path;
    const state = `(${SYMBOL_STATES[status?.kind ?? "deferred"]})`;
    return `${start} ${end}   ${module.name.padEnd(10)} ${state.padEnd(16)} ${from}\n`;
  });
  const width = displayAddress(0n, pointerSize).length;
  return `${"start".padEnd(width)} ${"end".padEnd(width)}   module name\n${rows.join("")}`;
}
