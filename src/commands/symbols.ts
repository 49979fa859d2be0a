/**
 * `htrace symbols <target>`: what was found for each module, and from where, or exactly why not.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { PROCESS, TARGET, toggle } from "./_arguments.ts";
import type { CliContext } from "./_context.ts";
import { SYMBOL_FLAGS, type SymbolFlags, symbolOptions } from "./_symbol_flags.ts";

interface Flags extends SymbolFlags {
  readonly process?: string;
  readonly json?: boolean;
}

/** The verb. */
export const symbols: Command<CliContext> = buildCommand<Flags, [string], CliContext>({
  docs: {
    brief: "List the modules of a target with the symbols found for them, or why there are none",
    customUsage: ["[options] <target> [-- arguments]"],
    fullDescription:
      `Lists each module with the symbols that name its addresses (PDB, COFF symbols of the image, or its exports) and where
they were found. If no PDB is used, the searched places follow, each with the reason. Files are downloaded from symbol
servers as needed. Arguments for the program of an emulated machine follow "--".

Examples:
  htrace symbols emulated
  htrace symbols crash.dmp --symbols srv*C:\\symbols*https://msdl.microsoft.com/download/symbols
  htrace symbols 4242 --offline --json`,
  },
  parameters: {
    flags: {
      json: toggle(
        "Print an object a line: module, base, path, kind, file, origin, notes, missing",
      ),
      process: PROCESS,
      ...SYMBOL_FLAGS,
    },
    positional: {
      kind: "tuple",
      parameters: [TARGET],
    },
  },
  func: runSymbols,
});

async function runSymbols(this: CliContext, flags: Flags, spec: string): Promise<void> {
  const { openTarget } = await import("../targets/mod.ts");
  const { searchSymbols, searchJson, searchText } = await import("../library/symbol_search.ts");
  using target = await openTarget(spec, { args: this.targetArguments });
  const { findProcess } = await import("../library/find_process.ts");
  const process = flags.process === undefined
    ? undefined
    : await findProcess(target, flags.process);
  const options = symbolOptions(flags, this.process);
  for await (const found of searchSymbols(target, options, process)) {
    const line = flags.json ? searchJson(found) : searchText(found, target.pointerSize);
    this.process.stdout.write(line + "\n");
  }
}
