/**
 * The types of kernel dumps: which hold physical memory and in which form, and what the others lack.
 *
 * Reference dump-formats, 2.2 and 2.3: the numbers are values of DumpType. The public headers have those up to 7; those
 * from 8 on come from files that newer debuggers write.
 *
 * @module
 */

/** How the file stores the pages of physical memory. */
export type PageForm = "runs" | "bitmap" | "summary" | "ranges";

/** A type of dump. */
export interface DumpTypeRow {
  /** Its name, as used after "a". */
  readonly name: string;
  /** How the file stores its pages; absent if it has none. */
  readonly pages?: PageForm;
  /** Whether the pages of processes are left out on purpose, so that the file holds only the kernel's. */
  readonly isKernelOnly?: true;
  /** What a type without pages lacks, as a clause for messages. */
  readonly lacks?: string;
}

/** What to ask for instead of a dump without memory. */
export const ASK_FOR_MEMORY = "write a kernel, automatic, active or complete memory dump";

/** Everything that is read from memory. */
const ALL_LISTS = "no process list, no handle tables, no trace databases";

/** The types by their number. */
export const DUMP_TYPES: Readonly<Record<number, DumpTypeRow>> = {
  1: { name: "full dump", pages: "runs" },
  2: { name: "kernel summary dump", pages: "summary", isKernelOnly: true },
  3: { name: "header-only dump", lacks: `there is no memory in the file: ${ALL_LISTS}` },
  4: {
    name: "small (triage) dump",
    lacks: `it holds no physical memory: ${ALL_LISTS}`,
  },
  5: { name: "full bitmap dump", pages: "bitmap" },
  6: { name: "kernel bitmap dump", pages: "bitmap", isKernelOnly: true },
  // The contents of an automatic dump are chosen when it is written; no public source describes a layout of its own.
  7: { name: "automatic dump", pages: "bitmap", isKernelOnly: true },
  8: { name: "kernel dump in ranges", pages: "ranges", isKernelOnly: true },
  9: { name: "kernel and user dump in ranges", pages: "ranges" },
  10: { name: "complete dump in ranges", pages: "ranges" },
};
