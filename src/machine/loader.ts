/**
 * Loads images into an address space: pages with the sections' protection, relocated if the preferred base is taken,
 * imports bound at once.
 *
 * @module
 */
import { type Region, SYSTEM_RANGE_START } from "./memory_map.ts";
import type { AddressSpace } from "./page_tables.ts";
import { BASE_ALIGNMENT, ImageError, type PeImage, relocatedBytes } from "./pe_image.ts";
import { PAGE_SIZE } from "./cpu/physical_memory.ts";

/** An image in an address space. */
export interface LoadedImage {
  /** The image as parsed from its file. */
  readonly image: PeImage;
  /** Address of its first byte. */
  readonly base: number;
  /** Size in memory in bytes. */
  readonly size: number;
  /** Address of the entry point; 0 for none. */
  readonly entryPoint: number;
  /** Address of an export. Throws an {@linkcode ImageError} if the image has none of that name. */
  address(symbol: string | number): number;
}

/** Maps an image at `base` and copies it there; its imports are bound by {@linkcode bindImports}. */
export function loadImage(
  space: AddressSpace,
  image: PeImage,
  base: number,
  user: boolean,
): LoadedImage {
  const bytes = relocatedBytes(image, base);
  const writable = writablePages(image);
  for (let rva = 0; rva < bytes.length; rva += PAGE_SIZE) {
    const page = { start: base + rva, end: base + rva + PAGE_SIZE };
    space.map(page, { writable: writable.has(rva), user });
  }
  space.write(base, bytes);
  return {
    image,
    base,
    size: bytes.length,
    entryPoint: image.entryPoint === 0 ? 0 : base + image.entryPoint,
    address: (symbol) => base + exportedRva(image, symbol),
  };
}

/** Maps a user image at its preferred base or, if that is taken, at the first free place in `others`. */
export function loadImageAnywhere(
  space: AddressSpace,
  image: PeImage,
  others: Region,
): LoadedImage {
  let base = image.preferredBase;
  for (let next = others.start; !isFree(space, image, base); next += BASE_ALIGNMENT) {
    if (placeOf(image, next).end > others.end) {
      throw new ImageError(image.name, "no room is left for it; load fewer images");
    }
    base = next;
  }
  return loadImage(space, image, base, true);
}

/** Fills the import address table of an image with the addresses of its imports from `others`. */
export function bindImports(
  space: AddressSpace,
  loaded: LoadedImage,
  others: readonly LoadedImage[],
): void {
  for (const { from, symbol, slot } of loaded.image.imports) {
    const exporter = others.find((other) => isSameFile(other.image.name, from));
    if (exporter === undefined) {
      throw new ImageError(
        loaded.image.name,
        `it imports ${symbol} from ${from}, which is not there; give the machine that image too`,
      );
    }
    space.write32(loaded.base + slot, exporter.address(symbol));
  }
}

/** Whether two file names are the same to Windows, which ignores case. */
export function isSameFile(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function exportedRva(image: PeImage, symbol: string | number): number {
  const { byName, byOrdinal } = image.exports;
  const target = typeof symbol === "string" ? byName.get(symbol) : byOrdinal.get(symbol);
  if (typeof target === "number") return target;
  throw new ImageError(
    image.name,
    target === undefined
      ? `it does not export ${symbol}, which is needed; use images that belong together`
      : `its export ${symbol} is forwarded to ${target}; import that directly, forwarders are not followed`,
  );
}

/** RVAs of the pages with any writable section: sections may share a page. */
function writablePages(image: PeImage): Set<number> {
  const pages = new Set<number>();
  for (const section of image.sections) {
    if (!section.writable) continue;
    const first = section.rva - section.rva % PAGE_SIZE;
    for (let rva = first; rva < section.rva + section.size; rva += PAGE_SIZE) pages.add(rva);
  }
  return pages;
}

function isFree(space: AddressSpace, image: PeImage, base: number): boolean {
  const place = placeOf(image, base);
  return place.end <= SYSTEM_RANGE_START && !space.overlaps(place);
}

function placeOf(image: PeImage, base: number): Region {
  const pages = Math.ceil(image.bytes.length / PAGE_SIZE);
  return { start: base, end: base + pages * PAGE_SIZE };
}
