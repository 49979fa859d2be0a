/**
 * How `symbolize` prints a frame: as text, and as a line of JSON.
 *
 * @module
 */
import { escapeText } from "../escape_text.ts";
import { type Frame, frameName, type InlinedFrame } from "../frame.ts";

/**
 * `module!function+0x12 file:line`, then a line for each inlined function, innermost first. The displacement is left
 * out at the start of a function, as debuggers do; without a name it is the distance from the module's start.
 */
export function frameText(frame: Frame): string {
  const { displacement = 0, inlined = [] } = frame;
  const name = escapeText(frameName(frame) ?? "?");
  const distance = displacement === 0 ? "" : `+0x${displacement.toString(16)}`;
  return [
    `${name}${distance}${sourceText(frame)}`,
    ...inlined.map((inline) => `    inlined ${escapeText(inline.symbol)}${sourceText(inline)}`),
  ].join("\n");
}

/**
 * One object: `rva`, `module`, and those of `function` to `inlined` that the symbols have. `alsoNamed` has other
 * functions with the same code.
 */
export function frameJson(rva: number, frame: Frame): string {
  const { module, symbol, alsoNamed, displacement, file, line, inlined } = frame;
  return JSON.stringify({
    rva,
    module: module?.name,
    function: symbol,
    alsoNamed,
    displacement: symbol === undefined ? undefined : displacement,
    file,
    line,
    inlined: inlined?.map((inline) => ({
      function: inline.symbol,
      file: inline.file,
      line: inline.line,
    })),
  });
}

function sourceText({ file, line }: Frame | InlinedFrame): string {
  return file === undefined ? "" : ` ${escapeText(file)}:${line}`;
}
