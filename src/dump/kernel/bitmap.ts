/**
 * Dumps with a bitmap: a bit for each page of physical memory, set if the file holds the page.
 *
 * One of two headers precedes the bitmap: that of bitmap dumps since Windows 8, or that of the kernel summary dumps of
 * older systems (reference dump-formats, 2.3). Pages are stored in ascending order of their numbers.
 *
 * @module
 */
import { type DumpFile, hex } from "../dump_file.ts";
import { structureTable } from "../structure_table.ts";
import type { KernelDumpHeader } from "./header.ts";
import { describeCut, PAGE_SIZE, type PageMap } from "./page_map.ts";

/** Windows manages 64 TiB at most, whose bitmap has 2 GiB; only the parts that a lookup needs are read. */
const MAX_BITS = 2 ** 34;

/** BITMAP_DUMP: follows the header of either width. */
const BITMAP_DUMP = structureTable("BITMAP_DUMP", 0x38, {
  Signature: [0, "u32"],
  ValidDump: [4, "u32"],
  FirstPage: [0x20, "u64"],
  TotalPresentPages: [0x28, "u64"],
  Pages: [0x30, "u64"],
});

/** SUMMARY_DUMP: the same fields for both widths, except for padding before the bitmap. */
const SUMMARY_DUMP = structureTable("SUMMARY_DUMP", 0x1c, {
  Signature: [0, "u32"],
  ValidDump: [4, "u32"],
  HeaderSize: [0xc, "u32"],
  BitmapSize: [0x10, "u32"],
  Pages: [0x14, "u32"],
});
const SUMMARY_BITMAP_OFFSET = { 32: 0x20, 64: 0x28 } as const;

/** `SDMP` and `FDMP`, then `DUMP`. */
const SIGNATURES = [0x504d4453, 0x504d4446];
const VALID_DUMP = 0x504d5544;

/** The bitmap's location and size, as a header claims them. */
interface Claim {
  readonly bitmap: number;
  readonly bits: bigint;
  readonly firstPage: bigint;
  readonly present: bigint;
}

/** The pages of a bitmap dump (types 5 to 7). */
export function readBitmapMap(file: DumpFile, header: KernelDumpHeader): PageMap {
  const fields = file.structure(BITMAP_DUMP, header.size, "bitmap header");
  checkSignature(file, header, fields);
  return mapOf(file, {
    bitmap: header.size + BITMAP_DUMP.size,
    bits: fields.Pages,
    firstPage: fields.FirstPage,
    present: fields.TotalPresentPages,
  });
}

/**
 * The pages of a kernel summary dump (type 2). The same number was used later for dumps with the newer header, which
 * has no plausible offset where this one stores the offset of its first page.
 */
export function readSummaryMap(file: DumpFile, header: KernelDumpHeader): PageMap {
  const fields = file.structure(SUMMARY_DUMP, header.size, "summary header");
  checkSignature(file, header, fields);
  if (fields.HeaderSize <= header.size || fields.HeaderSize % PAGE_SIZE !== 0) {
    return readBitmapMap(file, header);
  }
  return mapOf(file, {
    bitmap: header.size + SUMMARY_BITMAP_OFFSET[header.bits],
    bits: BigInt(fields.BitmapSize),
    firstPage: BigInt(fields.HeaderSize),
    present: BigInt(fields.Pages),
  });
}

function checkSignature(
  file: DumpFile,
  header: KernelDumpHeader,
  fields: { readonly Signature: number; readonly ValidDump: number },
): void {
  if (SIGNATURES.includes(fields.Signature) && fields.ValidDump === VALID_DUMP) return;
  throw file.error(
    `its bitmap header at ${hex(header.size)} does not begin with "SDMP" or "FDMP"`,
    { offset: header.size },
  );
}

function mapOf(file: DumpFile, claim: Claim): PageMap {
  if (claim.firstPage >= BigInt(file.size)) {
    throw file.error(
      `its first page should be at ${hex(claim.firstPage)}, beyond the end of the file at ` +
        hex(file.size),
    );
  }
  const firstPage = Number(claim.firstPage);
  const room = Math.min((firstPage - claim.bitmap) * 8, MAX_BITS);
  if (room <= 0) {
    throw file.error(`its first page at ${hex(firstPage)} leaves no room for the bitmap`);
  }
  const damage: string[] = [];
  if (claim.bits > BigInt(room)) {
    damage.push(
      `its bitmap is damaged: it should have ${claim.bits} bits, but there is room for ${room} ` +
        `before the first page at ${hex(firstPage)}`,
    );
  } else {
    const cut = describeCut(file, claim.firstPage + claim.present * BigInt(PAGE_SIZE));
    if (cut !== undefined) damage.push(cut);
  }
  const bits = Math.min(Number(claim.bits), room);
  const bitmap = new PageBitmap(file, claim.bitmap, bits);
  return {
    damage,
    firstPage,
    offsetOf(frame): number | undefined {
      const rank = bitmap.rankOf(frame);
      return rank === undefined ? undefined : firstPage + rank * PAGE_SIZE;
    },
  };
}

/** Bytes of the bitmap counted at once: a power of two, so that chunks divide into 32-bit words. */
const CHUNK_BYTES = 0x1000;
const CHUNK_BITS = CHUNK_BYTES * 8;
/** Most chunks kept: they cover 8 GiB of memory and take half a megabyte. */
const MAX_CHUNKS = 64;

/** A piece of the bitmap: its words, and the number of set bits before each. */
interface Chunk {
  readonly words: Uint32Array;
  readonly before: Uint32Array;
  /** Number of set bits. */
  readonly count: number;
}

/** A bitmap in a file that counts the set bits before a given one. Little of it is kept in memory. */
class PageBitmap {
  readonly #file: DumpFile;
  readonly #offset: number;
  readonly #bits: number;
  /** Number of set bits before each chunk, up to the last chunk queried. */
  readonly #before: number[] = [0];
  readonly #chunks = new Map<number, Chunk>();

  constructor(file: DumpFile, offset: number, bits: number) {
    this.#file = file;
    this.#offset = offset;
    this.#bits = bits;
  }

  /** Number of set bits before `bit`; undefined if it is not set itself. */
  rankOf(bit: number): number | undefined {
    if (bit >= this.#bits) return undefined;
    const index = Math.floor(bit / CHUNK_BITS);
    const inChunk = bit - index * CHUNK_BITS;
    const place = inChunk >>> 5;
    const mask = (1 << (inChunk & 31)) >>> 0;
    const { words, before } = this.#chunk(index);
    const word = words[place] ?? 0;
    if ((word & mask) === 0) return undefined;
    return this.#setBefore(index) + (before[place] ?? 0) + popCount(word & (mask - 1));
  }

  #setBefore(chunk: number): number {
    for (let index = this.#before.length - 1; index < chunk; index++) {
      this.#before.push((this.#before[index] ?? 0) + this.#chunk(index).count);
    }
    return this.#before[chunk] ?? 0;
  }

  #chunk(index: number): Chunk {
    const known = this.#chunks.get(index);
    if (known !== undefined) return known;
    const bytes = new Uint8Array(CHUNK_BYTES);
    const length = Math.min(CHUNK_BYTES, Math.ceil(this.#bits / 8) - index * CHUNK_BYTES);
    bytes.set(this.#file.read(this.#offset + index * CHUNK_BYTES, length));
    const chunk = counted(wordsOf(bytes));
    if (this.#chunks.size === MAX_CHUNKS) this.#chunks.clear();
    this.#chunks.set(index, chunk);
    return chunk;
  }
}

function counted(words: Uint32Array): Chunk {
  const before = new Uint32Array(words.length);
  let count = 0;
  for (let index = 0; index < words.length; index++) {
    before[index] = count;
    count += popCount(words[index] ?? 0);
  }
  return { words, before, count };
}

/** The words of little-endian bytes, regardless of the host's byte order. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer);
  return Uint32Array.from(
    { length: bytes.length / 4 },
    (_, index) => view.getUint32(index * 4, true),
  );
}

/** Number of set bits in a 32-bit word, by adding neighbouring counts in parallel. */
function popCount(word: number): number {
  let counts = word - ((word >>> 1) & 0x5555_5555);
  counts = (counts & 0x3333_3333) + ((counts >>> 2) & 0x3333_3333);
  counts = (counts + (counts >>> 4)) & 0x0f0f_0f0f;
  return Math.imul(counts, 0x0101_0101) >>> 24;
}
