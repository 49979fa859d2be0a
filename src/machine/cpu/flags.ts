/**
 * EFLAGS, with the six arithmetic flags kept as the words from which they are computed.
 *
 * Most instructions set flags and few read them, so an instruction stores its result and its carries, and a flag is
 * computed when it is read. Source of bit positions: Intel SDM volume 1, section 3.4.3.
 *
 * @module
 */

/** Bits of EFLAGS. */
export const EFLAGS = {
  carry: 1 << 0,
  parity: 1 << 2,
  adjust: 1 << 4,
  zero: 1 << 6,
  sign: 1 << 7,
  trap: 1 << 8,
  interrupt: 1 << 9,
  direction: 1 << 10,
  overflow: 1 << 11,
  ioPrivilege: 3 << 12,
  nestedTask: 1 << 14,
  resume: 1 << 16,
  alignmentCheck: 1 << 18,
  identification: 1 << 21,
} as const;

/** Flags that are only stored: nothing in this CPU acts on TF, NT, RF or AC. */
const STORED_FLAGS = EFLAGS.trap | EFLAGS.ioPrivilege | EFLAGS.nestedTask | EFLAGS.resume |
  EFLAGS.alignmentCheck | EFLAGS.identification;

/** Bit 1 of EFLAGS reads as one. */
const ALWAYS_ONE = 1 << 1;

/** The flags register. Widths are in bits: 8, 16 or 32. */
export class Flags {
  /** DF: string instructions count down. */
  direction = false;
  /** IF: the timer may interrupt. */
  interrupt = false;
  #stored = 0;
  /** ZF is set when this is zero. */
  #zero = 1;
  /** Bit 31 is SF; PF is set when bits 0 to 7 hold an even number of ones. */
  #signParity = 1;
  /**
   * Carries out of each bit of the last addition or subtraction: CF is bit 31, OF is bit 31 XOR bit 30, AF is bit 3.
   * Narrow operations are shifted so that their top bits are there too.
   */
  #carries = 0;

  /** CF. */
  get carry(): boolean {
    return this.#carries < 0;
  }
  /** PF. */
  get parity(): boolean {
    const half = this.#signParity ^ (this.#signParity >> 4);
    // Bit n of the constant is set if n has an even number of ones.
    return ((0x9669 >> (half & 15)) & 1) !== 0;
  }
  /** AF. */
  get adjust(): boolean {
    return (this.#carries & 8) !== 0;
  }
  /** ZF. */
  get zero(): boolean {
    return this.#zero === 0;
  }
  /** SF. */
  get sign(): boolean {
    return this.#signParity < 0;
  }
  /** OF. */
  get overflow(): boolean {
    return (this.#carries ^ (this.#carries << 1)) < 0;
  }

  /** IOPL, 0 to 3. */
  get ioPrivilege(): number {
    return (this.#stored & EFLAGS.ioPrivilege) >>> 12;
  }

  /** The register as `pushf` stores it. */
  get image(): number {
    return (this.#stored | ALWAYS_ONE |
      (this.carry ? EFLAGS.carry : 0) | (this.parity ? EFLAGS.parity : 0) |
      (this.adjust ? EFLAGS.adjust : 0) | (this.zero ? EFLAGS.zero : 0) |
      (this.sign ? EFLAGS.sign : 0) | (this.overflow ? EFLAGS.overflow : 0) |
      (this.direction ? EFLAGS.direction : 0) | (this.interrupt ? EFLAGS.interrupt : 0)) >>> 0;
  }

  set image(value: number) {
    this.#stored = value & STORED_FLAGS;
    this.direction = (value & EFLAGS.direction) !== 0;
    this.interrupt = (value & EFLAGS.interrupt) !== 0;
    this.#zero = ~value & EFLAGS.zero;
    this.#signParity = ((value & EFLAGS.sign) !== 0 ? 1 << 31 : 0) |
      ((value & EFLAGS.parity) !== 0 ? 0 : 1);
    this.setCarryOverflow((value & EFLAGS.carry) !== 0, (value & EFLAGS.overflow) !== 0);
    if ((value & EFLAGS.adjust) !== 0) this.#carries |= 8;
  }

  /** Sets ZF, SF and PF from a result, and CF, OF and AF from the carries out of its bits. */
  setArithmetic(result: number, carries: number, width: number): void {
    const unused = 32 - width;
    this.#zero = this.#signParity = (result << unused) >> unused;
    this.#carries = ((carries << unused) & 0xc000_0000) | (carries & 8);
  }

  /** Like {@linkcode Flags.setArithmetic}, but leaves CF alone: `inc` and `dec`. */
  setArithmeticKeepCarry(result: number, carries: number, width: number): void {
    const carry = this.carry;
    this.setArithmetic(result, carries, width);
    this.setCarryOverflow(carry, this.overflow, this.#carries & 8);
  }

  /** Sets ZF, SF and PF from a result and clears CF, OF and AF. */
  setLogic(result: number, width: number): void {
    const unused = 32 - width;
    this.#zero = this.#signParity = (result << unused) >> unused;
    this.#carries = 0;
  }

  /** Sets CF and OF, and AF from bit 3 of `adjust`. */
  setCarryOverflow(carry: boolean, overflow: boolean, adjust = 0): void {
    this.#carries = (carry ? 1 << 31 : 0) | (carry !== overflow ? 1 << 30 : 0) | adjust;
  }

  /** Sets CF and leaves the others alone. */
  setCarry(carry: boolean): void {
    this.setCarryOverflow(carry, this.overflow, this.#carries & 8);
  }

  /** Sets ZF and leaves the others alone. */
  setZero(zero: boolean): void {
    this.#zero = zero ? 0 : 1;
  }
}
