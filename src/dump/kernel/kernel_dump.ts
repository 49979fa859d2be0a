/**
 * Opens kernel dumps and describes their contents.
 *
 * File formats only: `nt/` reads the kernel's structures in that memory.
 *
 * @module
 */
import type { ByteSource } from "../../byte_source.ts";
import { DumpFile, hex } from "../dump_file.ts";
import { readBitmapMap, readSummaryMap } from "./bitmap.ts";
import { ASK_FOR_MEMORY, DUMP_TYPES, type DumpTypeRow, type PageForm } from "./dump_types.ts";
import { type KernelDumpHeader, MACHINE, readKernelDumpHeader } from "./header.ts";
import type { PageMap } from "./page_map.ts";
import { DumpMemory } from "./physical_memory.ts";
import { readFullMap, readRangeMap } from "./runs.ts";
import { readTriage, type TriageContents } from "./triage.ts";

/** A kernel dump: with physical memory, or a small one. */
export type KernelDump = MemoryDump | TriageDump;

/** A dump that holds pages of physical memory. */
export interface MemoryDump {
  /** Distinguishes it from a {@linkcode TriageDump}. */
  readonly kind: "memory";
  /** Its header. */
  readonly header: KernelDumpHeader;
  /** Its type. */
  readonly type: DumpTypeRow;
  /** The pages that it holds. */
  readonly memory: DumpMemory;
  /** What is wrong with it, each as a clause for messages; whatever can be read is available. */
  readonly damage: readonly string[];
}

/** A small (triage) dump. */
export interface TriageDump extends TriageContents {
  /** Distinguishes it from a {@linkcode MemoryDump}. */
  readonly kind: "triage";
  /** Its header. */
  readonly header: KernelDumpHeader;
  /** What it lacks and what to ask for instead, as a message. */
  readonly lacks: string;
}

const TRIAGE = 4;

const MAP_READERS: Readonly<
  Record<PageForm, (file: DumpFile, header: KernelDumpHeader) => PageMap>
> = {
  runs: readFullMap,
  bitmap: readBitmapMap,
  summary: readSummaryMap,
  ranges: readRangeMap,
};

/**
 * Opens a kernel dump. Little is read: the header and the start of the map of pages. Throws a `FormatError` if the file
 * is not a kernel dump, if damage keeps every page from being found, or if its type or machine is not supported; the
 * message says what to ask for instead.
 */
export function openKernelDump(source: ByteSource): KernelDump {
  const file = new DumpFile(source);
  const header = readKernelDumpHeader(file);
  const type = DUMP_TYPES[header.dumpType];
  if (type === undefined) {
    throw file.error(`its dump type is ${header.dumpType}, which is not one that is known`, {
      advice: ASK_FOR_MEMORY,
    });
  }
  if (header.dumpType === TRIAGE) {
    const lacks = `"${file.name}" is a ${type.name}, and ${type.lacks}; ${ASK_FOR_MEMORY}`;
    return { kind: "triage", header, lacks, ...readTriage(file, header) };
  }
  if (type.pages === undefined) {
    throw file.error(`it is a ${type.name}: ${type.lacks}`, { advice: ASK_FOR_MEMORY });
  }
  checkMachine(file, header);
  const map = MAP_READERS[type.pages](file, header);
  return { kind: "memory", header, type, memory: new DumpMemory(file, map), damage: map.damage };
}

/** Page tables and structures are known only for x86 and x64. */
function checkMachine(file: DumpFile, header: KernelDumpHeader): void {
  const expected = header.bits === 32 ? MACHINE.x86 : MACHINE.x64;
  if (header.machine === expected) return;
  if (header.machine === MACHINE.arm64) {
    throw file.error(
      "it is of an ARM64 system, whose page tables and kernel structures are not known: processes, handles and " +
        "traces cannot be found in it",
      {
        advice:
          "run htrace on that system, or save what WinDbg's own !htrace prints and open that log",
      },
    );
  }
  throw file.error(
    `its machine type is ${hex(header.machine)}, and a ${header.bits}-bit header should have ${
      hex(expected)
    }`,
    { advice: "take a dump of an x86 or x64 system" },
  );
}
