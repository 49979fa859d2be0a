/**
 * A file that is read piece by piece: how symbol readers access PDBs and images without opening them.
 *
 * @module
 */

/** Random access to the bytes of a file. */
export interface ByteSource {
  /** Path, or a name for messages. */
  readonly name: string;
  /** Length in bytes. */
  readonly size: number;
  /** Reads up to `length` bytes from `offset`; shorter at the end of the file. Synchronous. */
  read(offset: number, length: number): Uint8Array;
  /**
   * Like `read`, but reads into `target` and returns the number of bytes. A source that has it saves readers of many
   * pieces
   * an allocation for each.
   */
  readInto?(offset: number, target: Uint8Array): number;
}

/** The files from which one module's symbols are read; any may be missing. */
export interface SymbolFiles {
  /** The module's PDB. */
  readonly pdb?: ByteSource;
  /** The image itself: exports and COFF symbols, section headers, the RSDS record. */
  readonly image?: ByteSource;
  /** The PDB may be from another build: the user allowed it. */
  readonly anyBuild?: boolean;
}

/** A {@linkcode ByteSource} over bytes in memory. */
export function bytesSource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.length,
    read: (offset, length) => bytes.subarray(offset, Math.min(offset + length, bytes.length)),
  };
}
