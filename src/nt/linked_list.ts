/**
 * Walks NT's doubly linked lists.
 *
 * @module
 */
import { MemoryError } from "../memory.ts";
import { StructureReader, type StructureSpace } from "./structure_reader.ts";

/** More links than the lists of a system have; a damaged list may run through all of memory. */
const MAX_LINKS = 16_384;

/** The result of a walk. */
export interface ListWalk {
  /** Addresses of the links, in order, without the head. */
  readonly links: readonly bigint[];
  /** Why links are missing, as a clause for messages; absent if the list is complete. */
  readonly incomplete?: string;
}

/**
 * Walks a list from its head. If memory is missing, the links after it are reached backwards from the head. The walk
 * ends if the list returns to one of its links: then its links cannot be trusted in either direction.
 */
export function walkList(space: StructureSpace, head: bigint): ListWalk {
  const seen = new Set<bigint>([head]);
  const forwards = follow(space, head, head, "Flink", seen);
  if (forwards.end === undefined) return { links: forwards.links };
  if (!forwards.isMissing) return { links: forwards.links, incomplete: forwards.end };
  const backwards = follow(space, head, head, "Blink", seen);
  return { links: [...forwards.links, ...backwards.links.reverse()], incomplete: forwards.end };
}

/** Walks a list from one of its links, in both directions, because the memory of its head is missing. */
export function walkListFrom(space: StructureSpace, link: bigint, head: bigint): ListWalk {
  const seen = new Set<bigint>([head, link]);
  const forwards = follow(space, link, head, "Flink", seen);
  const backwards = follow(space, link, head, "Blink", seen);
  const end = forwards.end ?? backwards.end;
  return {
    links: [...backwards.links.reverse(), link, ...forwards.links],
    ...(end !== undefined && { incomplete: end }),
  };
}

interface Following {
  readonly links: bigint[];
  /** Why it ended before the head. */
  readonly end?: string;
  /** Whether it ended at missing memory. */
  readonly isMissing?: true;
}

/** Follows links in one direction, from `start`, up to the head. */
function follow(
  space: StructureSpace,
  start: bigint,
  head: bigint,
  direction: "Flink" | "Blink",
  seen: Set<bigint>,
): Following {
  const links: bigint[] = [];
  for (let link = start;;) {
    let next: bigint;
    try {
      next = new StructureReader(space, "LIST_ENTRY", link).pointer(direction);
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      return { links, isMissing: true, end: `it ends at missing memory: ${error.message}` };
    }
    if (next === head) return { links };
    if (next === 0n) return { links, end: `its link at 0x${link.toString(16)} is null` };
    if (seen.has(next)) {
      return {
        links,
        end: `it is cyclic: it returns to 0x${next.toString(16)} instead of its head`,
      };
    }
    if (links.length === MAX_LINKS) {
      return { links, end: `it is damaged: it has more than ${MAX_LINKS} links` };
    }
    seen.add(next);
    links.push(next);
    link = next;
  }
}
