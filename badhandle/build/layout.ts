/**
 * Puts functions and their calls where a table says, in the assembly that clang writes.
 *
 * A placed function gets its own section, named `SECTION$ADDRESS`: the linker sorts the parts of a section by the text
 * after the `$`, so parts whose names are addresses are in order of address, and fillers between them
 * ({@linkcode fillers}) move each to its place. Before a placed call the location counter is moved forward, filling with
 * `nop`s that execute; a call that comes too late is an assembler error.
 *
 * @module
 */
import type { PlacedFunction, PlacedSection } from "./images.ts";

const NOP = 0x90;
const INT3 = 0xcc;

/** Bytes of a page, to which an image's sections are aligned. */
export const PAGE = 0x1000;

/** A function cannot be placed as the table says. */
export class LayoutError extends RangeError {
  /** Creates the error with a one-line message. */
  constructor(message: string) {
    super(message);
    this.name = "LayoutError";
  }
}

/** Name of the section part for `address`. */
export function partName(section: string, address: number): string {
  return `${section}$${address.toString(16).padStart(8, "0")}`;
}

/**
 * Size in bytes of a near call with the given operand, in AT&T or Intel syntax; a call's place is counted back by it.
 * The forms are those that clang emits without optimizing addresses away: through a register, through a frame slot,
 * through an import, and direct.
 */
export function callSize(operand: string): number {
  if (/^\*?%?e(ax|bx|cx|dx|si|di|bp)$/.test(operand)) return 2;
  if (/^\*-?\d{1,3}\(%ebp\)$/.test(operand)) return 3;
  return operand.startsWith("*") ? 6 : 5;
}

function placeCalls(lines: string[], placed: PlacedFunction): string[] {
  const pending = [...placed.calls];
  const out: string[] = [];
  for (const line of lines) {
    const operand = /^\s*calll?\s+(\S+)/.exec(line)?.[1];
    if (operand !== undefined && pending[0] !== undefined && operand.includes(pending[0].operand)) {
      const start = pending[0].returnsAt - callSize(operand);
      out.push(`\t.org ${start}, ${NOP}`);
      pending.shift();
    }
    out.push(line);
  }
  if (pending[0] !== undefined) {
    throw new LayoutError(
      `Cannot place "${placed.symbol}": it has no call with "${
        pending[0].operand
      }"; look at the compiler's output`,
    );
  }
  return out;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** The lines of the function: from its `.globl` to clang's end mark, or to the end of hand-written assembly. */
function findFunction(lines: string[], symbol: string): { start: number; end: number } | undefined {
  const globl = new RegExp(`^\\s*\\.globl\\s+"?${escapeRegExp(symbol)}"?(\\s|$)`);
  const start = lines.findIndex((line) => globl.test(line));
  if (start < 0) return undefined;
  const end = lines.findIndex((line, index) => index > start && line.includes("-- End function"));
  return { start, end: end < 0 ? lines.length : end };
}

/**
 * Rewrites an assembly file: its placed functions go to their own section parts, everything else meant for `.text` goes
 * to `ordinary`. Returns the text and which functions it placed.
 */
export function placeFunctions(
  assembly: string,
  sections: readonly PlacedSection[],
  ordinary: string,
): { text: string; placed: string[] } {
  const switchBack = `\t.section ${ordinary},"xr"`;
  let lines = assembly.split("\n").map((line) => /^\s*\.text\s*$/.test(line) ? switchBack : line);
  const placed: string[] = [];
  for (const section of sections) {
    for (const entry of section.functions) {
      const found = findFunction(lines, entry.symbol);
      if (found === undefined) continue;
      const body = lines.slice(found.start, found.end)
        .filter((line) => !/^\s*\.p2align\s+4/.test(line));
      lines = [
        ...lines.slice(0, found.start),
        `\t.section ${partName(section.name, entry.address)},"xr"`,
        ...placeCalls(body, entry),
        switchBack,
        ...lines.slice(found.end),
      ];
      placed.push(entry.symbol);
    }
  }
  return { text: lines.join("\n"), placed };
}

/**
 * Assembly of the space between the placed functions: `int 3` within a section, and before each section a gap without
 * bytes in the file.
 *
 * @param sizes Bytes of each placed function, by symbol.
 * @param firstGap Bytes of the gap before the first section; 0 if it follows the headers.
 */
export function fillers(
  sections: readonly PlacedSection[],
  sizes: ReadonlyMap<string, number>,
  firstGap: number,
): string {
  const out: string[] = [];
  let end: number | undefined;
  let before = "PAGE0";
  for (const section of sections) {
    const gap = end === undefined ? firstGap : section.address - Math.ceil(end / PAGE) * PAGE;
    // lld sorts sections by name: with this name, the gap comes before the section.
    if (gap > 0) out.push(`\t.section ${before}GAP,"bw"`, `\t.zero ${gap}`);
    let at = section.address;
    for (const entry of section.functions) {
      if (entry.address < at) {
        throw new LayoutError(
          `Cannot place "${entry.symbol}" at 0x${
            entry.address.toString(16)
          }: what is before it ends at ` +
            `0x${at.toString(16)}; shorten that or release one of them`,
        );
      }
      out.push(`\t.section ${partName(section.name, at)},"xr"`);
      if (entry.address > at) out.push(`\t.fill ${entry.address - at}, 1, ${INT3}`);
      at = entry.address + (sizes.get(entry.symbol) ?? 0);
    }
    end = at;
    before = section.name;
  }
  return out.join("\n") + "\n";
}
