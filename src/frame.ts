/**
 * An address with its names.
 *
 * @module
 */

/** A function inlined at an address. */
export interface InlinedFrame {
  /** Undecorated name of the inlined function. */
  readonly symbol: string;
  /** Source file of the call's line inside it. */
  readonly file?: string;
  /** Line in `file`, from 1; 0 for code that stands for none of its lines, as compilers say. */
  readonly line?: number;
}

/**
 * What is known of one return address.
 *
 * `symbol` and `displacement` are those of the address itself; line and inlined frames are looked up at
 * the address minus one, inside the call, as debuggers do.
 */
export interface Frame {
  /** The return address. */
  readonly address: bigint;
  /** Name of the module that contains it; absent outside all modules. */
  readonly module?: string;
  /** Undecorated name of the function; absent where the module has no symbol for it. */
  readonly symbol?: string;
  /** Distance from the symbol, or from the module's base without one; absent outside all modules. */
  readonly displacement?: number;
  /** Source file, where the symbols have lines. */
  readonly file?: string;
  /** Line in `file`, from 1; 0 for code that stands for none of its lines, as compilers say. */
  readonly line?: number;
  /** Functions inlined at the address, innermost first. */
  readonly inlined?: readonly InlinedFrame[];
}

/** `module!symbol`, or the module alone where it has no symbol for the address; undefined outside all modules. */
export function frameName({ module, symbol }: Frame): string | undefined {
  return module !== undefined && symbol !== undefined ? `${module}!${symbol}` : module;
}
