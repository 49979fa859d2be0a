/**
 * `lm`: the loaded modules and the state of their symbols.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import type { PointerSize } from "../memory.ts";
import type { Module } from "../module.ts";
import { readImageChecksum } from "../nt/image.ts";
import { fileName } from "../plain_text.ts";
import type { Session } from "../session.ts";
import type { SymbolStatus } from "../symbols/symbolizer.ts";
import type { ProcessRef, Target } from "../target.ts";
import { CommandError, type CommandForm, type DebuggerCommand, wordsOf } from "./_command.ts";
import { displayAddress } from "./_names.ts";
import { isModuleNamed } from "./_wildcards.ts";

/** Where names come from, in the debugger's wording; "deferred" until an address of the module is named. */
const SYMBOL_STATES: Readonly<Record<SymbolStatus["kind"] | "deferred", string>> = {
  deferred: "deferred",
  pdb: "pdb symbols",
  coff: "coff symbols",
  exports: "export symbols",
  none: "no symbols",
};

const FORMS: readonly CommandForm[] = [
  { usage: "lm", brief: "loaded modules and where their symbols come from" },
  { usage: "lm m <pattern>", brief: "modules whose names match; * and ? are wildcards" },
  { usage: "lmv [m <pattern>]", brief: "with path, time, checksum, size and PDB" },
  { usage: "lmf, lmt [m <pattern>]", brief: "with paths alone; with times alone" },
];

/** The options of `lm` that may follow its name directly, in every way that people write them. */
const LETTERS = ["", "v", "m", "vm", "f", "fm", "t", "tm"];

/** `lm`, and `lmv`, `lmm` and the like, which are `lm` with options attached. */
export const LM: readonly DebuggerCommand[] = LETTERS.map((letters) => `lm${letters}`).map((
  name,
) => ({
  name,
  forms: name === "lm" ? FORMS : [],
  run: (session, args) => listModules(session, parseOptions(name, args)),
}));

/** A parsed line. */
interface ListOptions {
  readonly isVerbose: boolean;
  /** The fact that is shown beside the name, instead of where symbols come from. */
  readonly fact?: "path" | "time";
  /** Which modules, by name; `*` for all of them. */
  readonly pattern: string;
}

/** Options are attached to the name, as in "lmvm x", or separate, as in "lm v m x"; `m` takes the pattern. */
function parseOptions(name: string, args: string): ListOptions {
  const words = wordsOf(args);
  let letters = name.slice("lm".length);
  while (!letters.endsWith("m") && /^(?:[vft]+m?|m)$/i.test(words[0] ?? "")) {
    letters += words.shift()!.toLowerCase();
  }
  const [pattern, extra] = letters.endsWith("m") ? words : ["*", ...words];
  if (extra !== undefined) {
    throw new CommandError(
      `Cannot list "${extra}": "lm" takes v, f, t and m <pattern> only; write "lmv m ${extra}"`,
    );
  }
  if (pattern === undefined) {
    throw new CommandError('Cannot list modules: "m" needs a pattern; write "lm m kernel*"');
  }
  const fact = letters.includes("f") ? "path" : letters.includes("t") ? "time" : undefined;
  return { isVerbose: letters.includes("v"), pattern, ...(fact && { fact }) };
}

async function listModules(session: Session, options: ListOptions): Promise<string> {
  const { target } = session;
  const { pointerSize } = target;
  const modules = (await session.modules())
    .filter((module) => isModuleNamed(module, options.pattern));
  const rows = modules.map((module) => {
    const row = options.fact === undefined
      ? moduleRow(module, session.symbolStatus(module), pointerSize)
      : factRow(module, options.fact, pointerSize);
    return options.isVerbose ? row + details(module, target, session.process) : row;
  });
  const width = displayAddress(0n, pointerSize).length;
  return `${"start".padEnd(width)} ${"end".padEnd(width)}   module name\n${rows.join("")}`;
}

/** A module's line of the list. */
export function moduleRow(
  module: Module,
  status: SymbolStatus | undefined,
  pointerSize: PointerSize,
): string {
  const start = displayAddress(module.base, pointerSize);
  const end = displayAddress(module.base + BigInt(module.size), pointerSize);
  const from = escapeText(status?.file ?? status?.problem ?? module.path);
  const state = `(${SYMBOL_STATES[status?.kind ?? "deferred"]})`;
  const name = escapeText(module.name).padEnd(10);
  return `${start} ${end}   ${name} ${state.padEnd(16)} ${from}\n`;
}

/** A module's line with its path or its time. */
function factRow(module: Module, fact: "path" | "time", pointerSize: PointerSize): string {
  const start = displayAddress(module.base, pointerSize);
  const end = displayAddress(module.base + BigInt(module.size), pointerSize);
  const { path, timestamp } = module;
  const time = timestamp === undefined ? "" : timeText(timestamp);
  const name = escapeText(module.name).padEnd(10);
  return `${start} ${end}   ${name} ${escapeText(fact === "path" ? path : time)}`.trimEnd() + "\n";
}

/** What `v` adds, in the debugger's layout; lines for unknown facts are left out. */
function details(module: Module, target: Target, process: ProcessRef | undefined): string {
  const { path, size, timestamp, pdb } = module;
  const memory = target.memory?.(process);
  const checksum = memory && readImageChecksum(memory, module.base);
  const lines: readonly (readonly [label: string, value: string | undefined])[] = [
    ["Image path:", path],
    ["Image name:", fileName(path)],
    ["Timestamp:       ", timestamp === undefined ? undefined : timeText(timestamp)],
    ["CheckSum:        ", checksum === undefined ? undefined : hex8(checksum)],
    ["ImageSize:       ", hex8(size)],
    ["PDB:             ", pdb && `${pdb.guid}${pdb.age.toString(16).toUpperCase()} ${pdb.path}`],
  ];
  return lines.map(([label, value]) =>
    value === undefined ? "" : `    ${label} ${escapeText(value)}\n`
  ).join("");
}

/** `Tue Apr 18 05:12:33 2006 (444476B1)`, in UTC. */
function timeText(timestamp: number): string {
  const text = new Date(timestamp * 1000).toUTCString(); // Tue, 18 Apr 2006 05:12:33 GMT
  const [, weekday, day, month, year, time] = /^(\w+), (\d+) (\w+) (\d+) (\S+)/.exec(text) ?? [];
  return `${weekday} ${month} ${day} ${time} ${year} (${hex8(timestamp)})`;
}

function hex8(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, "0");
}
