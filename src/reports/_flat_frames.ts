/**
 * Frames as other viewers expect them: one name each, inlined functions as separate frames.
 *
 * @module
 */
import type { Frame, FrameModule } from "../frame.ts";

/** A frame or a function inlined in one. */
export interface FlatFrame {
  /** `module!symbol`; `module+0x1234` without a symbol; the address outside all modules. */
  readonly name: string;
  /** Only the symbol, or what replaces it. */
  readonly symbol: string;
  /** The module; absent outside all modules. */
  readonly module?: FrameModule;
  /** The return address, the same for a function and those inlined in it; absent if the source has none. */
  readonly address?: bigint;
  /** How many functions it is inlined in, at its address. */
  readonly inlineDepth: number;
  /** Source file, if known. */
  readonly file?: string;
  /** Line in `file`, from 1. */
  readonly line?: number;
}

/** Flattens a stack: innermost first, functions inlined at an address before the one that contains them. */
export function flatFrames(frames: readonly Frame[]): FlatFrame[] {
  return frames.flatMap((frame) => {
    const { module, address, isUnaddressed, inlined = [] } = frame;
    const where = { ...(module && { module }), ...(isUnaddressed ? {} : { address }) };
    const inner = inlined.map((call, index) => ({
      ...where,
      name: module === undefined ? call.symbol : `${module.name}!${call.symbol}`,
      symbol: call.symbol,
      inlineDepth: inlined.length - index,
      ...place(call),
    }));
    return [...inner, { ...where, ...namesOf(frame), inlineDepth: 0, ...place(frame) }];
  });
}

function namesOf(
  { module, symbol, displacement = 0, address, isUnaddressed }: Frame,
): Pick<FlatFrame, "name" | "symbol"> {
  if (module === undefined) {
    const text = isUnaddressed ? "?" : `0x${address.toString(16)}`;
    return { name: text, symbol: text };
  }
  if (symbol !== undefined) return { name: `${module.name}!${symbol}`, symbol };
  const text = `${module.name}+0x${displacement.toString(16)}`;
  return { name: text, symbol: text };
}

/** Line 0 means no line of the file. */
function place(
  { file, line }: { readonly file?: string; readonly line?: number },
): Pick<FlatFrame, "file" | "line"> {
  return { ...(file !== undefined && { file }), ...(line && { line }) };
}
