/**
 * An address with its names.
 *
 * @module
 */
import type { Module } from "./module.ts";

/** The module of a frame, as far as known: a pasted log has only its name. */
export type FrameModule = Pick<Module, "name"> & Partial<Module>;

/** A function inlined at an address. */
export interface InlinedFrame {
  /** Undecorated name of the inlined function. */
  readonly symbol: string;
  /** Source file of the call's line inside it. */
  readonly file?: string;
  /** Line in `file`, from 1; 0 for code that belongs to no line, as compilers mark it. */
  readonly line?: number;
}

/**
 * What is known about one return address.
 *
 * `symbol` and `displacement` belong to the address itself; line and inlined frames are looked up at the address minus
 * one, inside the call, as debuggers do.
 */
export interface Frame {
  /** The return address; unique but invented if {@linkcode Frame.isUnaddressed}. */
  readonly address: bigint;
  /** The source named the frame without its address: no report prints an address. */
  readonly isUnaddressed?: true;
  /** The module that contains it; absent outside all modules. */
  readonly module?: FrameModule;
  /** Undecorated name of the function; absent if the module has no symbol for it. */
  readonly symbol?: string;
  /**
   * Other names of the function's code: those of identical functions that the linker folded into one. Only on request.
   */
  readonly alsoNamed?: readonly string[];
  /** Distance from the symbol, or from the module's base without one; absent outside all modules. */
  readonly displacement?: number;
  /** Source file, if the symbols have lines. */
  readonly file?: string;
  /** Line in `file`, from 1; 0 for code that belongs to no line, as compilers mark it. */
  readonly line?: number;
  /** Functions inlined at the address, innermost first. */
  readonly inlined?: readonly InlinedFrame[];
}

/** `module!symbol`, or only the module if it has no symbol for the address; undefined outside all modules. */
export function frameName({ module, symbol }: Frame): string | undefined {
  return module !== undefined && symbol !== undefined ? `${module.name}!${symbol}` : module?.name;
}
