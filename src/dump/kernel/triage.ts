/**
 * Small (triage) dumps: copies of a few structures and the list of drivers, without physical memory.
 *
 * Reference dump-formats, 2.4 and 4. Positions are 32-bit offsets from the start of the file.
 *
 * @module
 */
import { type DumpFile, hex } from "../dump_file.ts";
import { decodeStructure, structureTable } from "../structure_table.ts";
import type { KernelDumpHeader } from "./header.ts";

/** A driver in a small dump; the first is the kernel itself. */
export interface TriageModule {
  /** File name. */
  readonly name: string;
  /** Address of the image's first byte. */
  readonly base: bigint;
  /** Bytes from `base` to the end of the image. */
  readonly size: number;
  /** Time stamp of the image header. */
  readonly timestamp: number;
}

/** The contents of a small dump. */
export interface TriageContents {
  /** The loaded drivers, in load order. */
  readonly modules: readonly TriageModule[];
  /** The start of a copy of the current process's EPROCESS; empty if the dump has none. */
  readonly process: Uint8Array;
  /** Why something is missing, each as a clause for messages. */
  readonly damage: readonly string[];
}

/** TRIAGE_DUMP32 and TRIAGE_DUMP64 agree in these fields. */
const TRIAGE_DUMP = structureTable("TRIAGE_DUMP", 0x3c, {
  SizeOfDump: [4, "u32"],
  ValidOffset: [8, "u32"],
  ProcessOffset: [0x20, "u32"],
  ThreadOffset: [0x24, "u32"],
  DriverListOffset: [0x30, "u32"],
  DriverCount: [0x34, "u32"],
});
/** `TRGD`, at the end of a completely written dump. */
const TRIAGE_VALID = 0x44475254;

const DRIVER_ENTRY = {
  32: structureTable("TRIAGE_DRIVER_ENTRY32", 0x4c, {
    DriverNameOffset: [0, "u32"],
    DllBase: [0x1c, "u32"],
    SizeOfImage: [0x24, "u32"],
    TimeDateStamp: [0x48, "u32"],
  }),
  64: structureTable("TRIAGE_DRIVER_ENTRY64", 0x90, {
    DriverNameOffset: [0, "u32"],
    DllBase: [0x38, "u64"],
    SizeOfImage: [0x48, "u32"],
    TimeDateStamp: [0x88, "u32"],
  }),
} as const;

/** Far more drivers than any system loads, and the longest file name in characters. */
const MAX_DRIVERS = 4096;
const MAX_NAME = 1024;
/** The largest EPROCESS is smaller than this. */
const MAX_PROCESS = 0x1000;

/** Reads the contents of a small dump. */
export function readTriage(file: DumpFile, header: KernelDumpHeader): TriageContents {
  const triage = file.structure(TRIAGE_DUMP, header.size, "triage header");
  const damage: string[] = [];
  if (!isWhole(file, triage.ValidOffset)) {
    damage.push("the file is damaged or cut short: its end mark is not there");
  }
  if (triage.DriverCount > MAX_DRIVERS) {
    damage.push(`its list of drivers is damaged: it should have ${triage.DriverCount}`);
  }
  const modules: TriageModule[] = [];
  const table = DRIVER_ENTRY[header.bits];
  const count = Math.min(triage.DriverCount, MAX_DRIVERS);
  for (let index = 0; index < count; index++) {
    const offset = triage.DriverListOffset + index * table.size;
    const bytes = file.read(offset, table.size);
    if (bytes.length < table.size) {
      damage.push(`its list of drivers is cut off at ${hex(offset)}`);
      break;
    }
    const entry = header.bits === 32
      ? decodeStructure(DRIVER_ENTRY[32], bytes)
      : decodeStructure(DRIVER_ENTRY[64], bytes);
    modules.push({
      name: nameAt(file, entry.DriverNameOffset),
      base: BigInt(entry.DllBase),
      size: entry.SizeOfImage,
      timestamp: entry.TimeDateStamp,
    });
  }
  return { modules, process: processOf(file, triage), damage };
}

function isWhole(file: DumpFile, validOffset: number): boolean {
  const mark = file.read(validOffset, 4);
  return mark.length === 4 &&
    new DataView(mark.buffer, mark.byteOffset).getUint32(0, true) === TRIAGE_VALID;
}

/** A count of characters, then the characters. */
function nameAt(file: DumpFile, offset: number): string {
  const head = file.read(offset, 4);
  if (head.length < 4) return "";
  const count = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  return new TextDecoder("utf-16le").decode(file.read(offset + 4, Math.min(count, MAX_NAME) * 2));
}

/** The copy of EPROCESS ends where the next part, the copy of the thread, begins. */
function processOf(
  file: DumpFile,
  { ProcessOffset, ThreadOffset }: {
    readonly ProcessOffset: number;
    readonly ThreadOffset: number;
  },
): Uint8Array {
  if (ProcessOffset === 0) return new Uint8Array(0);
  const length = ThreadOffset > ProcessOffset ? ThreadOffset - ProcessOffset : MAX_PROCESS;
  return file.read(ProcessOffset, Math.min(length, MAX_PROCESS));
}
