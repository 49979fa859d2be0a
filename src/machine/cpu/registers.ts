/**
 * The general registers.
 *
 * @module
 */

/** Register numbers, as instructions encode them. */
export const REGISTER = {
  eax: 0,
  ecx: 1,
  edx: 2,
  ebx: 3,
  esp: 4,
  ebp: 5,
  esi: 6,
  edi: 7,
} as const;

/** Number of AH among the 8-bit registers. */
export const AH = 4;

/** A register name. */
export type RegisterName = keyof typeof REGISTER;

/**
 * Number of a register that is always zero, so that an address without base or index is computed like one with both.
 */
export const ZERO_REGISTER = 8;

/**
 * EAX to EDI. By number, values are signed 32-bit, in which instructions compute; by name, unsigned, for hosts.
 */
export class Registers {
  readonly #words = new Int32Array(ZERO_REGISTER + 1);

  /** Reads a register by number. */
  get32(register: number): number {
    return this.#words[register]!; // a number of three bits, or ZERO_REGISTER: always within the array
  }
  /** Writes a register by number. */
  set32(register: number, value: number): void {
    this.#words[register] = value;
  }
  /** Reads AX to DI, zero-extended. */
  get16(register: number): number {
    return this.#words[register]! & 0xffff;
  }
  /** Writes AX to DI; the upper half of the register is kept. */
  set16(register: number, value: number): void {
    this.#words[register] = (this.#words[register]! & 0xffff_0000) | (value & 0xffff);
  }
  /** Reads AL CL DL BL (0 to 3) or AH CH DH BH (4 to 7), zero-extended. */
  get8(register: number): number {
    return (this.#words[register & 3]! >>> ((register & 4) << 1)) & 0xff;
  }
  /** Writes AL to BH; the other bytes of the register are kept. */
  set8(register: number, value: number): void {
    const shift = (register & 4) << 1;
    const kept = this.#words[register & 3]! & ~(0xff << shift);
    this.#words[register & 3] = kept | ((value & 0xff) << shift);
  }
  /** Reads `width` bits of a register, as an operand of that width. */
  get(register: number, width: number): number {
    if (width === 32) return this.get32(register);
    return width === 8 ? this.get8(register) : this.get16(register);
  }
  /** Writes `width` bits of a register. */
  set(register: number, value: number, width: number): void {
    if (width === 32) this.set32(register, value);
    else if (width === 8) this.set8(register, value);
    else this.set16(register, value);
  }

  /** EAX. */
  get eax(): number {
    return this.#words[REGISTER.eax]! >>> 0;
  }
  set eax(value: number) {
    this.#words[REGISTER.eax] = value;
  }
  /** ECX. */
  get ecx(): number {
    return this.#words[REGISTER.ecx]! >>> 0;
  }
  set ecx(value: number) {
    this.#words[REGISTER.ecx] = value;
  }
  /** EDX. */
  get edx(): number {
    return this.#words[REGISTER.edx]! >>> 0;
  }
  set edx(value: number) {
    this.#words[REGISTER.edx] = value;
  }
  /** EBX. */
  get ebx(): number {
    return this.#words[REGISTER.ebx]! >>> 0;
  }
  set ebx(value: number) {
    this.#words[REGISTER.ebx] = value;
  }
  /** ESP. */
  get esp(): number {
    return this.#words[REGISTER.esp]! >>> 0;
  }
  set esp(value: number) {
    this.#words[REGISTER.esp] = value;
  }
  /** EBP. */
  get ebp(): number {
    return this.#words[REGISTER.ebp]! >>> 0;
  }
  set ebp(value: number) {
    this.#words[REGISTER.ebp] = value;
  }
  /** ESI. */
  get esi(): number {
    return this.#words[REGISTER.esi]! >>> 0;
  }
  set esi(value: number) {
    this.#words[REGISTER.esi] = value;
  }
  /** EDI. */
  get edi(): number {
    return this.#words[REGISTER.edi]! >>> 0;
  }
  set edi(value: number) {
    this.#words[REGISTER.edi] = value;
  }
}
