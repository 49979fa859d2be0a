/**
 * `htrace symbolize <pdb or image> [rva …]`: names for places in an image.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { toggle } from "./_arguments.ts";
import { type CliContext, EXIT_CODES, UsageError } from "./_context.ts";
import { fileReason } from "../file_reason.ts";
import { frameJson, frameText } from "./_frame_lines.ts";
import { parseRva, parseRvas, RvaError } from "./_rvas.ts";
import { SYMBOL_FLAGS, type SymbolFlags, symbolOptions } from "./_symbol_flags.ts";

/** Bytes read at a time: what a pipe holds on Linux. */
const INPUT_SIZE = 0x1_0000;

interface Flags extends SymbolFlags {
  readonly json?: boolean;
  readonly names: "default" | "full";
}

/** The verb. */
export const symbolize: Command<CliContext> = buildCommand<Flags, string[], CliContext>({
  docs: {
    brief: "Name places in an image by its PDB, its COFF symbols or its exports",
    fullDescription:
      `Prints module!function+displacement and the source line of each relative virtual address (RVA: decimal, or hex with
0x), with the functions inlined there, innermost first. RVAs come from the command line, or else from the standard
input, one a line.

For an image its PDB is sought beside it, where it was built, and along the symbol path; without one the names are
those of its COFF symbols or exports.

Examples:
  htrace symbolize app.pdb 0x1234 0x2000
  htrace symbolize app.exe 4660 --symbols srv*C:\\symbols*https://msdl.microsoft.com/download/symbols
  htrace symbolize --json --names full app.pdb < rvas.txt`,
  },
  parameters: {
    flags: {
      json: toggle(
        "Print an object a line: rva, module, function, displacement, file, line, inlined",
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
  const given = [...rvas, ...this.targetArguments].map((text) => parseRva(text, UsageError));
  const { openImageSymbols } = await import("./_image_symbols.ts");
  using symbols = await openImageSymbols(path, symbolOptions(flags, this.process));
  if (symbols.warning !== undefined) this.process.stderr.write(`htrace: ${symbols.warning}\n`);
  const batches = given.length > 0 ? [given] : parseRvas(standardInput());
  for await (const batch of batches) {
    const frames = symbols.frames(batch, { fullNames: flags.names === "full" });
    const lines = frames.map((frame, i) =>
      flags.json ? frameJson(batch[i] ?? 0, frame) : frameText(frame)
    );
    if (lines.length > 0) this.process.stdout.write(lines.join("\n") + "\n");
  }
  const { kind, problem } = symbols.status;
  if (problem === undefined || problem === symbols.warning) return;
  this.process.stderr.write(`htrace: ${problem}\n`);
  if (kind === "none") this.process.exitCode = EXIT_CODES.target;
}

/** Texts as they arrive: by reads, because the stream of the standard input takes longer to set up than to read. */
async function* standardInput(): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(INPUT_SIZE);
  try {
    for (let count; (count = await Deno.stdin.read(buffer)) !== null;) {
      yield decoder.decode(buffer.subarray(0, count), { stream: true });
    }
    yield decoder.decode(); // what is left of a character that was cut off
  } catch (cause) {
    throw new RvaError(
      `Cannot read RVAs from the standard input: ${fileReason(cause)}; pipe lines`,
    );
  }
}
