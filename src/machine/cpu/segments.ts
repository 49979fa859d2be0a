/**
 * Segment registers and the descriptors from which they are loaded.
 *
 * A segment register keeps its selector and the base from its descriptor until it is loaded again, so FS can refer to a
 * different structure in each ring. Limits are not enforced, and code segments must start at 0: guests of this machine
 * use flat segments. Source: Intel SDM volume 3, sections 3.4 and 3.5.
 *
 * @module
 */

/** Numbers of the segment registers, as instructions encode them. */
export const SEGMENT = { es: 0, cs: 1, ss: 2, ds: 3, fs: 4, gs: 5 } as const;

/** Base and limit of a descriptor table, as `lgdt` and `lidt` load them. */
export interface TableRegister {
  /** Linear address of the first descriptor. */
  base: number;
  /** Offset of the last byte. */
  limit: number;
}

/** The task register: where the TSS is, which has the stack pointer of ring 0. */
export interface TaskRegister {
  /** Its selector. */
  selector: number;
  /** Linear address of the TSS. */
  base: number;
}

/** A descriptor of the GDT. */
export interface Descriptor {
  /** Linear address where the segment begins, signed. */
  readonly base: number;
  /** Whether the segment is present. */
  readonly present: boolean;
  /** Descriptor privilege level, 0 to 3. */
  readonly privilege: number;
  /** What it describes. */
  readonly kind: "code" | "data" | "system";
  /** For data, whether it may be written; for code, whether it may be read. */
  readonly accessible: boolean;
  /** The four type bits as they are; for system descriptors, the kind of gate or TSS. */
  readonly type: number;
}

/** Type bits of 32-bit system descriptors. */
export const SYSTEM_TYPE = { availableTss: 9, interruptGate: 14, trapGate: 15 } as const;

/** Decodes the two words of a descriptor: `low` at offset 0, `high` at offset 4. */
export function parseDescriptor(low: number, high: number): Descriptor {
  const system = (high & (1 << 12)) === 0;
  const code = (high & (1 << 11)) !== 0;
  return {
    base: (low >>> 16) | ((high & 0xff) << 16) | (high & 0xff00_0000),
    present: (high & (1 << 15)) !== 0,
    privilege: (high >>> 13) & 3,
    kind: system ? "system" : code ? "code" : "data",
    accessible: (high & (1 << 9)) !== 0,
    type: (high >>> 8) & 15,
  };
}

/** The six segment registers, with their cached bases. */
export class SegmentRegisters {
  readonly #selectors = new Uint16Array(6);
  readonly #bases = new Int32Array(6);

  /** Linear address where a segment begins, signed. */
  base(segment: number): number {
    return this.#bases[segment]!; // one of the six numbers of SEGMENT
  }

  /** The selector with which a segment register was loaded. */
  selector(segment: number): number {
    return this.#selectors[segment]!;
  }

  /** Loads a segment register with values that have been checked. */
  set(segment: number, selector: number, base: number): void {
    this.#selectors[segment] = selector;
    this.#bases[segment] = base;
  }
}
