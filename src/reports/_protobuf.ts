/**
 * Writes protocol buffers: as much of the wire format as a profile needs
 * (https://protobuf.dev/programming-guides/encoding/).
 *
 * @module
 */

/** Fields of a message, one after another. */
export class MessageWriter {
  readonly #bytes: number[] = [];

  /** What has been written. */
  get bytes(): readonly number[] {
    return this.#bytes;
  }

  /** A non-negative integer; 0, the default, is left out. */
  number(field: number, value: number | bigint): void {
    if (value === 0 || value === 0n) return;
    this.#varint(field << 3);
    this.#varint(value);
  }

  /** A boolean; false, the default, is left out. */
  boolean(field: number, value: boolean): void {
    this.number(field, value ? 1 : 0);
  }

  /** Numbers, packed. */
  numbers(field: number, values: readonly (number | bigint)[]): void {
    const packed = new MessageWriter();
    for (const value of values) packed.#varint(value);
    this.#block(field, packed.#bytes);
  }

  /** A text; an empty one is written, because a string table begins with it. */
  text(field: number, value: string): void {
    this.#block(field, new TextEncoder().encode(value));
  }

  /** A message inside this one. */
  message(field: number, write: (writer: MessageWriter) => void): void {
    const inner = new MessageWriter();
    write(inner);
    this.#block(field, inner.#bytes);
  }

  #block(field: number, bytes: ArrayLike<number>): void {
    this.#varint(field << 3 | 2);
    this.#varint(bytes.length);
    for (let index = 0; index < bytes.length; index++) this.#bytes.push(bytes[index]!);
  }

  #varint(value: number | bigint): void {
    let rest = value;
    if (typeof rest === "bigint") {
      rest = BigInt.asUintN(64, rest);
      while (rest > 0x7fff_ffffn) {
        this.#bytes.push(Number(rest & 0x7fn) | 0x80);
        rest >>= 7n;
      }
      rest = Number(rest);
    }
    while (rest > 0x7f) {
      this.#bytes.push(rest % 0x80 | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes.push(rest);
  }
}
