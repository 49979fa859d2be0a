/**
 * `htrace symbolize <pdb or image> [rva …]`: names for RVAs in an image.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { toggle } from "./_arguments.ts";
import { type CliContext, EXIT_CODES } from "./_context.ts";
import { TargetError } from "../error.ts";
import { fileReason } from "../file_reason.ts";
import { frameJson, frameText } from "./_frame_lines.ts";
import { parseRva, parseRvas } from "./_rvas.ts";
import { SYMBOL_FLAGS, type SymbolFlags, symbolOptions } from "./_symbol_flags.ts";
import { inputTexts } from "./terminal/standard_input.ts";
import { messageLine } from "./terminal/streams.ts";

interface Flags extends SymbolFlags {
  readonly json?: boolean;
  readonly names: "default" | "full";
}

/** The verb. */
export const symbolize: Command<CliContext> = buildCommand<Flags, string[], CliContext>({
  docs: {
    brief: "Name places in an image by its PDB, its COFF symbols or its exports",
    customUsage: ["[options] <pdb or image> [<rva> ...]"],
    fullDescription:
      `Prints module!function+displacement and the source line of each relative virtual address (RVA: decimal, or hex with
0x), with the functions inlined there, innermost first. RVAs come from the command line, or else from the standard
input, one on each line.

The PDB of an image is looked for beside it, where it was built, and along the symbol path; without one, names come from
its COFF symbols or exports.

Examples:
  htrace symbolize app.pdb 0x1234 0x2000
  htrace symbolize app.exe 4660 --symbols srv*C:\\symbols*https://msdl.microsoft.com/download/symbols
  htrace symbolize --json --names full app.pdb < rvas.txt`,
  },
  parameters: {
    flags: {
      json: toggle(
        "Print an object a line: rva, module, function, alsoNamed, displacement, file, line, inlined",
      ),
      names: {
        kind: "enum",
        values: ["default", "full"],
        default: "default",
        brief: "Names as debuggers print them, or with C++ parameters and Rust names made readable",
      },
      ...SYMBOL_FLAGS,
    },
    positional: {
      kind: "array",
      minimum: 1,
      parameter: {
        parse: String,
        placeholder: "pdb-or-image rva",
        brief: "The PDB or image, then RVAs",
      },
    },
  },
  func: runSymbolize,
});

async function runSymbolize(
  this: CliContext,
  flags: Flags,
  path = "",
  ...rvas: string[]
): Promise<void> {
  const given = [...rvas, ...this.targetArguments].map(parseRva);
  const { openImageSymbols } = await import("../library/image_symbols.ts");
  using symbols = await openImageSymbols(path, symbolOptions(flags, this.process));
  const { stdout, stderr } = this.process;
  if (symbols.warning !== undefined) stderr.write(messageLine(symbols.warning));
  const batches = given.length > 0 ? [given] : parseRvas(standardInput());
  for await (const batch of batches) {
    const frames = await symbols.frames(batch, {
      fullNames: flags.names === "full",
      alsoNamed: flags.json ?? false,
    });
    const lines = frames.map((frame, i) =>
      flags.json ? frameJson(batch[i] ?? 0, frame) : frameText(frame)
    );
    if (lines.length > 0) stdout.write(lines.join("\n") + "\n");
    if (stdout.isClosed) break; // the input may have no end
  }
  const { kind, problem } = symbols.status;
  if (problem === undefined || problem === symbols.warning) return;
  stderr.write(messageLine(problem));
  if (kind === "none") this.process.exitCode = EXIT_CODES.target;
}

async function* standardInput(): AsyncGenerator<string> {
  try {
    yield* inputTexts();
  } catch (cause) {
    throw new TargetError(
      `Cannot read RVAs from the standard input: ${fileReason(cause)}; pipe lines`,
    );
  }
}
