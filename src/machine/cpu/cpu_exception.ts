/**
 * Exceptions that the CPU raises inside the guest, with a vector, delivered through the guest's own IDT.
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

/**
 * Vectors of a {@linkcode CpuException}: not `int3`, which is delivered at once, nor a double fault, which two of them
 * cause.
 */
export type ExceptionVector = Exclude<
  typeof VECTOR[keyof typeof VECTOR],
  typeof VECTOR.breakpoint | typeof VECTOR.doubleFault
>;

/** Bits of a page fault's error code. */
export const PAGE_FAULT = {
  /** The page is present; an access right is missing. */
  protection: 1,
  /** The access was a write. */
  write: 2,
  /** The access came from ring 3. */
  user: 4,
} as const;

/**
 * An exception on its way to the guest's handler. It is thrown out of an instruction's function, so an instruction does
 * everything that can fault before it changes a register.
 *
 * It is not an `Error`: it is control flow inside the CPU, and a stack trace for each page fault would cost more than
 * the guest's handler.
 */
export class CpuException {
  /** Interrupt vector. */
  readonly vector: ExceptionVector;
  /** Error code that the handler finds on its stack; undefined if the vector has none. */
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
