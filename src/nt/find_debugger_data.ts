/**
 * Finds KDDEBUGGER_DATA64 if a dump does not say where it is, or has it encoded.
 *
 * 64-bit kernels since Windows 8 keep the block encoded while no debugger needs it (reference dump-formats, 2.5): each
 * word is XORed with a constant, rotated left, XORed with an address, byte-swapped and XORed with another constant.
 * Because rotating and swapping bytes distribute over XOR, this amounts to one rotation and one XOR for all words. A
 * dump's header has the plain values of two words, which is enough to find both: the kernel's symbols are not needed.
 *
 * @module
 */
import { type Memory, MemoryError } from "../memory.ts";
import {
  DEBUGGER_DATA,
  type DebuggerData,
  DebuggerDataError,
  isDebuggerDataHead,
  OWNER_TAG,
  parseDebuggerData,
  readDebuggerData,
} from "./debugger_data.ts";

/** What is known beforehand. */
export interface DebuggerDataHints {
  /** Where the block should be. */
  readonly address?: bigint;
  /** Address of PsLoadedModuleList. */
  readonly psLoadedModuleList: bigint;
  /** Address of PsActiveProcessHead. */
  readonly psActiveProcessHead: bigint;
  /** Where the kernel's image is; the block is in its data. */
  readonly image?: { readonly base: bigint; readonly size: number };
}

/** The largest kernel image to search: twice their usual size. */
const MAX_IMAGE = 0x200_0000;
const PAGE = 0x1000;
/** Enough for every version of the block. */
const BLOCK_SIZE = 0x400;

/** Finds the block, plain or encoded: where it should be, else by searching the kernel's image. */
export function findDebuggerData(
  memory: Memory,
  hints: DebuggerDataHints,
): DebuggerData | undefined {
  return (hints.address === undefined ? undefined : blockAt(memory, hints.address, hints)) ??
    searchImage(memory, hints);
}

function blockAt(
  memory: Memory,
  address: bigint,
  hints: DebuggerDataHints,
): DebuggerData | undefined {
  try {
    const data = readDebuggerData(memory, address);
    const isOfThisKernel = data.psLoadedModuleList === hints.psLoadedModuleList &&
      data.psActiveProcessHead === hints.psActiveProcessHead;
    return isOfThisKernel ? data : undefined;
  } catch (error) {
    if (error instanceof DebuggerDataError) return decodedAt(memory, address, hints);
    if (error instanceof MemoryError) return undefined;
    throw error;
  }
}

/** Decodes the block at an address, if there is an encoded one. */
function decodedAt(
  memory: Memory,
  address: bigint,
  hints: DebuggerDataHints,
): DebuggerData | undefined {
  if (memory.pointerSize !== 8) return undefined;
  const bytes = memory.read(address, BLOCK_SIZE);
  if (bytes.length < DEBUGGER_DATA.PsActiveProcessHead + 8) return undefined;
  const encoded = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (offset: number): bigint => encoded.getBigUint64(offset, true);
  const known = swapped(hints.psLoadedModuleList);
  for (let turn = 0n; turn < 64n; turn++) {
    const key = word(DEBUGGER_DATA.PsLoadedModuleList) ^ turnedRight(known, turn);
    const decode = (offset: number): bigint => swapped(turnedRight(word(offset) ^ key, 64n - turn));
    if (decode(DEBUGGER_DATA.PsActiveProcessHead) !== hints.psActiveProcessHead) continue;
    const head = decode(DEBUGGER_DATA.OwnerTag);
    const size = Number(head >> 32n);
    if (!isDebuggerDataHead(Number(BigInt.asUintN(32, head)), size)) continue;
    return parseDebuggerData(decodeAll(Math.min(size, bytes.length), decode), 8);
  }
  return undefined;
}

/** All whole words of a block of `size` bytes. */
function decodeAll(size: number, decode: (offset: number) => bigint): Uint8Array {
  const plain = new DataView(new ArrayBuffer(size & ~7));
  for (let offset = 0; offset < plain.byteLength; offset += 8) {
    plain.setBigUint64(offset, decode(offset), true);
  }
  return new Uint8Array(plain.buffer);
}

/** Searches those pages of the kernel's image that are present. */
function searchImage(memory: Memory, hints: DebuggerDataHints): DebuggerData | undefined {
  if (hints.image === undefined) return undefined;
  const { base, size } = hints.image;
  const differences = encodedDifferences(hints);
  for (let offset = 0; offset < Math.min(size, MAX_IMAGE); offset += PAGE) {
    const page = base + BigInt(offset);
    // A pair of words may cross into the next page.
    for (const candidate of candidatesIn(memory.read(page, PAGE + 8), differences)) {
      const data = blockAt(memory, page + BigInt(candidate), hints);
      if (data !== undefined) return data;
    }
  }
  return undefined;
}

/**
 * Where blocks could begin, relative to the page: at a plain tag, or at neighbouring words that differ as the two
 * encoded list addresses do. A block's words are 8-byte aligned.
 */
function* candidatesIn(page: Uint8Array, differences: ReadonlySet<bigint>): Generator<number> {
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  const lowHalves = new Set(Array.from(differences, (word) => Number(BigInt.asUintN(32, word))));
  for (let offset = 0; offset + 8 <= page.length; offset += 8) {
    const low = view.getUint32(offset, true);
    if (low === OWNER_TAG) yield offset - DEBUGGER_DATA.OwnerTag;
    if (offset + 16 > page.length) return;
    if (!lowHalves.has((low ^ view.getUint32(offset + 8, true)) >>> 0)) continue;
    const difference = view.getBigUint64(offset, true) ^ view.getBigUint64(offset + 8, true);
    if (differences.has(difference)) yield offset - DEBUGGER_DATA.PsLoadedModuleList;
  }
}

/** The XOR of the two encoded list addresses, for every rotation: keys cancel out. */
function encodedDifferences(hints: DebuggerDataHints): ReadonlySet<bigint> {
  const plain = swapped(hints.psLoadedModuleList ^ hints.psActiveProcessHead);
  return new Set(Array.from({ length: 64 }, (_, turn) => turnedRight(plain, BigInt(turn))));
}

function turnedRight(word: bigint, bits: bigint): bigint {
  return BigInt.asUintN(64, word >> bits | word << (64n - bits));
}

/** The bytes of a word in reverse order. */
function swapped(word: bigint): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, word, true);
  return view.getBigUint64(0, false);
}
