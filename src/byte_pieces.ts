/**
 * The bytes of a file that is written from beginning to end.
 *
 * @module
 */

/** Size of the pieces that collect small appends. */
const PIECE_BYTES = 0x1_0000;

/** Appended bytes, never joined into one array: a file of a hundred megabytes is written without a copy of it. */
export class BytePieces {
  readonly #closed: Uint8Array[] = [];
  #tail = new Uint8Array();
  #used = 0;
  #closedLength = 0;

  /** Number of bytes. */
  get length(): number {
    return this.#closedLength + this.#used;
  }

  /** The pieces, in order; they do not change any more. */
  get pieces(): readonly Uint8Array[] {
    this.#close();
    return this.#closed;
  }

  /** Appends bytes. Large arrays are kept, not copied, so the caller must not change them. */
  append(bytes: Uint8Array): void {
    if (bytes.length >= PIECE_BYTES) {
      this.#close();
      this.#closed.push(bytes);
      this.#closedLength += bytes.length;
      return;
    }
    if (this.#used + bytes.length > this.#tail.length) this.#open();
    this.#tail.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** Appends a byte. */
  byte(value: number): void {
    if (this.#used === this.#tail.length) this.#open();
    this.#tail[this.#used++] = value;
  }

  /** Appends several pieces. */
  appendAll(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.append(piece);
  }

  #open(): void {
    this.#close();
    this.#tail = new Uint8Array(PIECE_BYTES);
  }

  #close(): void {
    if (this.#used > 0) this.#closed.push(this.#tail.subarray(0, this.#used));
    this.#closedLength += this.#used;
    this.#tail = this.#tail.subarray(this.#used);
    this.#used = 0;
  }
}

/** Joins pieces into one array. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let end = 0;
  for (const piece of pieces) {
    bytes.set(piece, end);
    end += piece.length;
  }
  return bytes;
}
