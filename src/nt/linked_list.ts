/**
 * Walking NT's doubly linked lists.
 *
 * @module
 */
import { StructureReader, type StructureSpace, whereReadable } from "./structure_reader.ts";

/** More links than any list here has; a damaged list may run through all of memory. */
const MOST_LINKS = 65_536;

/**
 * The addresses of the links of a list, in order, without the head. The walk ends at the head, at a link that
 * it has been at (a damaged list, or one that changed meanwhile), at a null link, or where memory is
 * missing: what was found until then is still good.
 */
export function* listLinks(space: StructureSpace, head: bigint): Generator<bigint> {
  const seen = new Set<bigint>([head]);
  let link = nextLink(space, head);
  while (link !== undefined && link !== 0n && !seen.has(link) && seen.size <= MOST_LINKS) {
    seen.add(link);
    yield link;
    link = nextLink(space, link);
  }
}

function nextLink(space: StructureSpace, link: bigint): bigint | undefined {
  return whereReadable(() => new StructureReader(space, "LIST_ENTRY", link).pointer("Flink"));
}
