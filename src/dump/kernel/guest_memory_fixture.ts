/**
 * Test helper: a guest's memory, built page by page with page tables of any mode, to be written as a kernel dump.
 *
 * @module
 */

/** The paging modes; the reader's tables for them are written independently of these. */
export type GuestMode = "x86" | "pae" | "x64";

const PAGE = 0x1000;
const VALID = 0x63n; // valid, writable, accessed, dirty

/** Shifts of the address bits that select entries, from the root down, and the size of an entry in bytes. */
const MODES: Readonly<
  Record<GuestMode, { readonly shifts: readonly bigint[]; readonly entry: 4 | 8 }>
> = {
  x86: { shifts: [22n, 12n], entry: 4 },
  pae: { shifts: [30n, 21n, 12n], entry: 8 },
  x64: { shifts: [39n, 30n, 21n, 12n], entry: 8 },
};

/** Physical memory with address spaces in it. The seed decides the gaps between pages. */
export class GuestMemory {
  /** Pages by their number. */
  readonly pages = new Map<number, Uint8Array>();
  /** Format of the page tables. */
  readonly mode: GuestMode;
  /** Width of a pointer. */
  readonly pointerSize: 4 | 8;
  /** Root of the system's page tables. */
  readonly root: bigint;
  #state: number;
  #next = 0x20;

  constructor(mode: GuestMode, seed = 1) {
    this.mode = mode;
    this.pointerSize = mode === "x64" ? 8 : 4;
    this.#state = seed;
    this.root = this.#newPage();
  }

  /** A new address space, which shares the system's half of the address space as it is now. */
  fork(): bigint {
    const root = this.#newPage();
    const all = this.#pageAt(this.root);
    const size = this.mode === "pae" ? 32 : PAGE;
    this.#pageAt(root).set(all.subarray(size / 2, size), size / 2);
    return root;
  }

  /** Sets the page-table entry of an address, creating the tables above it. */
  setEntry(address: bigint, entry: bigint, root: bigint = this.root): this {
    this.#write(this.#entryPlace(address, root), integerBytes(entry, MODES[this.mode].entry));
    return this;
  }

  /** The page-table entry of an address. */
  entry(address: bigint, root: bigint = this.root): bigint {
    return this.#readEntry(this.#entryPlace(address, root));
  }

  /** Writes bytes at a virtual address, mapping missing pages. */
  write(address: bigint, bytes: Iterable<number>, root: bigint = this.root): this {
    const all = Uint8Array.from(bytes);
    for (let done = 0; done < all.length;) {
      const place = address + BigInt(done);
      const inPage = Number(place % BigInt(PAGE));
      const piece = all.subarray(done, done + PAGE - inPage);
      this.#write(this.#frame(place, root) + BigInt(inPage), piece);
      done += piece.length;
    }
    return this;
  }

  /** Writes a little-endian integer. */
  integer(address: bigint, value: bigint | number, size: number, root?: bigint): this {
    return this.write(address, integerBytes(BigInt(value), size), root);
  }

  /** Writes a pointer. */
  pointer(address: bigint, value: bigint | number, root?: bigint): this {
    return this.integer(address, value, this.pointerSize, root);
  }

  /** Writes a UNICODE_STRING of one width, with its text at `text`. */
  unicode(
    address: bigint,
    text: bigint,
    value: string,
    size = this.pointerSize,
    root?: bigint,
  ): this {
    const bytes = Uint8Array.from([...value].flatMap((letter) => {
      const code = letter.charCodeAt(0);
      return [code & 0xff, code >> 8];
    }));
    return this.integer(address, bytes.length, 2, root)
      .integer(address + 2n, bytes.length + 2, 2, root)
      .integer(address + BigInt(size), text, size, root).write(text, [...bytes, 0, 0], root);
  }

  /** Links addresses into a list after a head. */
  list(head: bigint, links: readonly bigint[], size = this.pointerSize, root?: bigint): this {
    const ring = [head, ...links];
    ring.forEach((link, index) => {
      const next = ring[(index + 1) % ring.length] ?? head;
      this.integer(link, next, size, root).integer(next + BigInt(size), link, size, root);
    });
    return this;
  }

  /** Removes the physical page of an address; its page-table entry stays. */
  drop(address: bigint, root: bigint = this.root): this {
    this.pages.delete(Number(this.#frame(address, root) / BigInt(PAGE)));
    return this;
  }

  /** Adds a physical page and returns its address. */
  #newPage(): bigint {
    this.#next += 1 + this.#random(3);
    this.pages.set(this.#next, new Uint8Array(PAGE));
    return BigInt(this.#next) * BigInt(PAGE);
  }

  #frame(address: bigint, root: bigint): bigint {
    const place = this.#entryPlace(address, root);
    const entry = this.#readEntry(place);
    if (entry !== 0n) return entry & 0x000f_ffff_ffff_f000n;
    const page = this.#newPage();
    this.#write(place, integerBytes(page | VALID, MODES[this.mode].entry));
    return page;
  }

  #entryPlace(address: bigint, root: bigint): bigint {
    const { shifts, entry: size } = MODES[this.mode];
    const perTable = size === 4 ? 1024n : 512n;
    let table = root;
    for (const shift of shifts) {
      const place = table + (address >> shift) % perTable * BigInt(size);
      if (shift === 12n) return place;
      let entry = this.#readEntry(place);
      if (entry === 0n) {
        // Entries of PAE's pointer table have only the lowest flag.
        entry = this.#newPage() | (this.mode === "pae" && shift === 30n ? 1n : VALID);
        this.#write(place, integerBytes(entry, size));
      }
      table = entry & 0x000f_ffff_ffff_f000n;
    }
    throw new RangeError("Cannot map: the mode has no page level");
  }

  #readEntry(place: bigint): bigint {
    const start = Number(place % BigInt(PAGE));
    const bytes = this.#pageAt(place).subarray(start, start + MODES[this.mode].entry);
    return bytes.reduceRight((value, byte) => value << 8n | BigInt(byte), 0n);
  }

  #write(place: bigint, bytes: Uint8Array): void {
    this.#pageAt(place).set(bytes, Number(place % BigInt(PAGE)));
  }

  #pageAt(physicalAddress: bigint): Uint8Array {
    const page = this.pages.get(Number(physicalAddress / BigInt(PAGE)));
    if (page === undefined) throw new RangeError(`no page at 0x${physicalAddress.toString(16)}`);
    return page;
  }

  /** A number below the argument (xorshift32). */
  #random(below: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % below;
  }
}

/** A little-endian integer. */
export function integerBytes(value: bigint | number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = BigInt(value);
  for (let index = 0; index < size; index++, rest >>= 8n) bytes[index] = Number(rest & 0xffn);
  return bytes;
}
