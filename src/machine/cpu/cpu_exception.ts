/**
 * What the CPU raises inside the guest: exceptions with a vector, delivered through the guest's own IDT.
 *
 * Source of vectors and error codes: Intel SDM volume 3, chapter 6, "Interrupt and Exception Handling".
 *
 * @module
 */

/** Interrupt vectors that the CPU itself raises. */
export const VECTOR = {
  divideError: 0,
  breakpoint: 3,
  invalidOpcode: 6,
  doubleFault: 8,
  segmentNotPresent: 11,
  stackFault: 12,
  generalProtection: 13,
  pageFault: 14,
} as const;

/** Vectors of a {@linkcode CpuException}: `int3` is delivered at once, and a double fault is what two of them make. */
export type ExceptionVector = Exclude<
  typeof VECTOR[keyof typeof VECTOR],
  typeof VECTOR.breakpoint | typeof VECTOR.doubleFault
>;

/** Bits of a page fault's error code. */
export const PAGE_FAULT = {
  /** The page is present: a right is missing, not the page. */
  protection: 1,
  /** The access was a write. */
  write: 2,
  /** The access came from ring 3. */
  user: 4,
} as const;

/**
 * An exception on its way to the guest's handler. It is thrown through an instruction's function, so
 * an instruction does whatever can fault before it changes a register.
 *
 * It is no `Error`: it is control flow inside the CPU, and a stack trace for each page fault would cost
 * more than the guest's handler.
 */
export class CpuException {
  /** Interrupt vector. */
  readonly vector: ExceptionVector;
  /** Error code that the handler finds on its stack; undefined where the vector has none. */
  readonly errorCode: number | undefined;
  /** Linear address of a page fault, for CR2. */
  readonly address: number | undefined;

  /** Creates the exception. */
  constructor(vector: ExceptionVector, errorCode?: number, address?: number) {
    this.vector = vector;
    this.errorCode = errorCode;
    this.address = address;
  }
}

/** The exception for a violated protection rule; `errorCode` is the selector at fault, or 0. */
export function generalProtection(errorCode = 0): CpuException {
  return new CpuException(VECTOR.generalProtection, errorCode);
}
