/**
 * Finds a process without the list of processes: in a truncated dump, the list's head may be missing while processes
 * are present.
 *
 * Searches physical pages for the names of processes that every system runs. A candidate EPROCESS is accepted if its
 * neighbours in the list, read by their virtual addresses, lead back to it.
 *
 * @module
 */
import { fieldLayout, structureLayout, type WindowsLayouts } from "./layouts.ts";
import type { TranslatedMemory } from "./paging.ts";
import { isSystemAddress, unsignedOf } from "./structure_reader.ts";

/** Values of EPROCESS.ImageFileName, likeliest first. */
const NAMES = ["System", "smss.exe", "csrss.exe", "services.exe", "lsass.exe", "svchost.exe"];
/** Pages are searched up to here: it takes about half a second, and processes are low in physical memory. */
const MAX_SEARCHED = 2 ** 30;
const PAGE = 0x1000;

/** Offsets of the fields that identify a candidate, relative to ImageFileName. */
interface Shape {
  readonly processId: number;
  readonly links: number;
}

/**
 * Address of a process's link in the list of processes, or undefined if none is found. `pages` are the pages of
 * physical memory, many at a time and aligned.
 */
export function searchProcessLink(
  pages: Iterable<Uint8Array>,
  memory: TranslatedMemory,
  candidates: readonly WindowsLayouts[],
): bigint | undefined {
  const shapes = candidates.map(shapeOf);
  let searched = 0;
  for (const chunk of pages) {
    for (const place of namesIn(chunk)) {
      for (const shape of shapes) {
        const link = linkAt(chunk, place, shape, memory);
        if (link !== undefined) return link;
      }
    }
    searched += chunk.length;
    if (searched >= MAX_SEARCHED) return undefined;
  }
  return undefined;
}

function shapeOf(layouts: WindowsLayouts): Shape {
  const process = structureLayout(layouts, "EPROCESS");
  const name = fieldLayout(process, "ImageFileName").offset;
  return {
    processId: fieldLayout(process, "UniqueProcessId").offset - name,
    links: fieldLayout(process, "ActiveProcessLinks").offset - name,
  };
}

/** Where names are in a chunk. ImageFileName is 4-byte aligned in every build, so words are compared first. */
function* namesIn(chunk: Uint8Array): Generator<number> {
  const length = chunk.length & ~3;
  const aligned = chunk.byteOffset % 4 === 0 ? chunk : chunk.slice();
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, length / 4);
  for (const name of NAMES) {
    const bytes = new TextEncoder().encode(`${name}\0`);
    const word = new Uint32Array(bytes.slice(0, 4).buffer)[0] ?? 0;
    for (let at = words.indexOf(word); at >= 0; at = words.indexOf(word, at + 1)) {
      const place = at * 4;
      if (bytes.every((byte, index) => chunk[place + index] === byte)) yield place;
    }
  }
}

/** The virtual address of the link of a process whose name is at `place`, once its neighbours agree. */
function linkAt(
  chunk: Uint8Array,
  place: number,
  shape: Shape,
  memory: TranslatedMemory,
): bigint | undefined {
  const { pointerSize } = memory;
  const start = Math.min(shape.processId, shape.links) + place;
  // Fields on another page than the name could be anywhere in physical memory.
  if (start < Math.floor(place / PAGE) * PAGE) return undefined;
  const at = (bytes: Uint8Array, offset: number): bigint =>
    unsignedOf(bytes.subarray(offset, offset + pointerSize));
  const next = at(chunk, place + shape.links);
  const previous = at(chunk, place + shape.links + pointerSize);
  if (!isSystemAddress(next, pointerSize) || !isSystemAddress(previous, pointerSize)) {
    return undefined;
  }
  const own = chunk.subarray(place + shape.links, place + shape.links + 2 * pointerSize);
  const backFromNext = at(memory.read(next + BigInt(pointerSize), pointerSize), 0);
  const backFromPrevious = at(memory.read(previous, pointerSize), 0);
  return [backFromNext, backFromPrevious].find((link) => {
    const bytes = memory.read(link, 2 * pointerSize);
    return link !== 0n && bytes.length === own.length &&
      bytes.every((byte, index) => byte === own[index]);
  });
}
