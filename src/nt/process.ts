/**
 * Processes of a kernel: EPROCESS structures, from the list and by address.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import { MemoryError } from "../memory.ts";
import type { ProcessEntry } from "../target.ts";
import { fieldLayout, structureLayout } from "./layouts.ts";
import { walkList, walkListFrom } from "./linked_list.ts";
import { firstOf } from "./_first_of.ts";
import {
  isSystemAddress,
  StructureReader,
  type StructureSpace,
  whereReadable,
} from "./structure_reader.ts";

/** A process of a kernel, with the starting points for walks of its memory. */
export interface KernelProcess extends ProcessEntry {
  /** Address of its EPROCESS. */
  readonly process: bigint;
  /** The id of its parent. */
  readonly parentProcessId: number;
  /** Address of its PEB; 0 for the System process and for one that has exited. */
  readonly peb: bigint;
  /** Address of the PEB of its 32-bit half, on 64-bit Windows. */
  readonly wow64Peb?: bigint;
  /** Root of its page tables. */
  readonly directoryTableBase: bigint;
  /** Address of its HANDLE_TABLE; 0 once it has exited. */
  readonly objectTable: bigint;
  /** Whether its handles are traced; absent if its handle table is missing. */
  readonly traced?: boolean;
  /** When it was created. */
  readonly startTime?: Date;
  /** When it exited. */
  readonly endTime?: Date;
}

/** The result of walking the list of processes. */
export interface ProcessWalk {
  /** The processes, oldest first. */
  readonly processes: readonly KernelProcess[];
  /** What is missing and why, each as a clause for messages. */
  readonly incomplete: readonly string[];
}

/** An address is not that of a process. */
export class ProcessError extends TargetError {
  /** The address that was given. */
  readonly address: bigint;

  /** Creates the error; `reason` says what is there instead. */
  constructor(address: bigint, reason: string) {
    super(
      `Cannot use 0x${address.toString(16)} as a process: ${reason}; ` +
        `"!process 0 0" lists the processes`,
    );
    this.address = address;
  }
}

/** The process whose ActiveProcessLinks is at `link`. Throws a `MemoryError` if any of it is missing. */
export function listedProcess(space: StructureSpace, link: bigint): KernelProcess {
  const links = fieldLayout(structureLayout(space.layouts, "EPROCESS"), "ActiveProcessLinks");
  return processAt(space, link - BigInt(links.offset));
}

/**
 * Walks the list of processes at `listHead` (the address of PsActiveProcessHead), oldest first. Entries whose pages are
 * missing are reported; the walk goes on after them. If the head itself is missing, the walk begins at `link`, the
 * ActiveProcessLinks of any process.
 */
export function walkProcesses(
  space: StructureSpace,
  listHead: bigint,
  link?: bigint,
): ProcessWalk {
  const processes: KernelProcess[] = [];
  const { links, incomplete: end } = link === undefined
    ? walkList(space, listHead)
    : walkListFrom(space, link, listHead);
  const missing: string[] = [];
  for (const place of links) {
    try {
      processes.push(listedProcess(space, place));
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      missing.push(`a process, linked at 0x${place.toString(16)}, is missing: ${error.message}`);
    }
  }
  return {
    processes,
    incomplete: [
      ...end === undefined ? [] : [`the list of processes is not whole: ${end}`],
      ...firstOf(missing, "processes"),
    ],
  };
}

/**
 * The process whose EPROCESS was copied to `bytes`, as in small dumps, as far as the copy reaches; undefined if it ends
 * before the process's name.
 */
export function readProcessCopy(
  bytes: Uint8Array,
  layouts: StructureSpace["layouts"],
): ProcessEntry | undefined {
  const memory = {
    pointerSize: layouts.pointerSize,
    read: (address: bigint, length: number): Uint8Array =>
      address < BigInt(bytes.length)
        ? bytes.subarray(Number(address), Number(address) + length)
        : new Uint8Array(0),
  };
  const process = new StructureReader({ memory, layouts }, "EPROCESS", 0n);
  return whereReadable(() => ({
    processId: processIdOf(process, "UniqueProcessId"),
    parentProcessId: processIdOf(process, "InheritedFromUniqueProcessId"),
    imageName: imageName(process.bytes("ImageFileName")),
  }));
}

/**
 * The process whose EPROCESS is at `address`. Throws a {@linkcode ProcessError} that says what is wrong if there is
 * none: users type addresses.
 */
export function readProcess(space: StructureSpace, address: bigint): KernelProcess {
  const reason = whereReadable(() => whyNoProcess(space, address));
  if (reason !== undefined) throw new ProcessError(address, reason);
  const process = whereReadable(() => processAt(space, address));
  if (process === undefined) throw new ProcessError(address, "its memory is missing");
  return process;
}

/**
 * Why there cannot be an EPROCESS at `address`, or undefined. The strongest sign is the process list: a link's
 * neighbours point back at it, and one of them is enough if the list is damaged. If both neighbours are missing, the
 * other signs have to do.
 */
function whyNoProcess(space: StructureSpace, address: bigint): string | undefined {
  const { pointerSize } = space.layouts;
  if (!isSystemAddress(address, pointerSize)) return "it is not a kernel address";
  if (address % BigInt(pointerSize) !== 0n) return "it is not aligned";
  const process = new StructureReader(space, "EPROCESS", address);
  const processId = process.number("UniqueProcessId");
  if (new StructureReader(space, "KPROCESS", address).pointer("DirectoryTableBase") === 0n) {
    return "it would have no page tables";
  }
  const links = process.inner("ActiveProcessLinks", "LIST_ENTRY");
  const neighbours = [
    backPointer(space, links.pointer("Flink"), "Blink"),
    backPointer(space, links.pointer("Blink"), "Flink"),
  ];
  if (neighbours.includes(links.address)) return undefined;
  if (neighbours.some((back) => back !== undefined)) {
    return "the list of processes does not have it";
  }
  return processId % 4 === 0 ? undefined : `its process id would be 0x${processId.toString(16)}`;
}

/** Where a neighbour in the list points back to: undefined if its page is missing, 0 if it is not a neighbour. */
function backPointer(
  space: StructureSpace,
  neighbour: bigint,
  direction: "Flink" | "Blink",
): bigint | undefined {
  if (!isSystemAddress(neighbour, space.layouts.pointerSize)) return 0n;
  return whereReadable(() =>
    new StructureReader(space, "LIST_ENTRY", neighbour).pointer(direction)
  );
}

function processAt(space: StructureSpace, address: bigint): KernelProcess {
  const process = new StructureReader(space, "EPROCESS", address);
  const objectTable = process.pointer("ObjectTable");
  const handleCount = whereReadable(() => handleCountOf(space, objectTable));
  const traced = whereReadable(() => isTraced(space, objectTable));
  const wow64Peb = whereReadable(() => wow64PebOf(space, process));
  const startTime = whereReadable(() => timeOf(process.integer("CreateTime")));
  const endTime = whereReadable(() => timeOf(process.integer("ExitTime")));
  return {
    process: address,
    processId: processIdOf(process, "UniqueProcessId"),
    parentProcessId: processIdOf(process, "InheritedFromUniqueProcessId"),
    imageName: imageName(process.bytes("ImageFileName")),
    peb: process.pointer("Peb"),
    ...(wow64Peb !== undefined && { wow64Peb }),
    directoryTableBase: new StructureReader(space, "KPROCESS", address)
      .pointer("DirectoryTableBase"),
    objectTable,
    ...(handleCount !== undefined && { handleCount }),
    ...(traced !== undefined && { traced }),
    ...(startTime !== undefined && { startTime }),
    ...(endTime !== undefined && { endTime }),
  };
}

/** Ids are stored as handles are, with a pointer's width, but have 32 bits. */
function processIdOf(process: StructureReader, field: string): number {
  return Number(BigInt.asUintN(32, process.integer(field)));
}

function isTraced(space: StructureSpace, objectTable: bigint): boolean {
  if (objectTable === 0n) return false;
  return new StructureReader(space, "HANDLE_TABLE", objectTable).pointer("DebugInfo") !== 0n;
}

/** A FILETIME: 100-nanosecond steps since 1601; undefined for 0, which means that it has not happened. */
function timeOf(fileTime: bigint): Date | undefined {
  if (fileTime === 0n) return undefined;
  const date = new Date(Number(fileTime / 10_000n - 11_644_473_600_000n));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** From Windows 8 on the count is in the table's first free list. A process that has exited has no handles. */
function handleCountOf(space: StructureSpace, objectTable: bigint): number {
  if (objectTable === 0n) return 0;
  const table = new StructureReader(space, "HANDLE_TABLE", objectTable);
  return table.has("HandleCount")
    ? table.number("HandleCount")
    : table.inner("FreeLists", "HANDLE_TABLE_FREE_LIST").number("HandleCount");
}

/**
 * The 32-bit PEB of a WOW64 process. EPROCESS.Wow64Process points to a structure with the PEB's address up to
 * Vista and again since Windows 10 1511; in between it is the PEB's address itself.
 */
function wow64PebOf(space: StructureSpace, process: StructureReader): bigint | undefined {
  if (!process.has("Wow64Process")) return undefined;
  const pointer = process.pointer("Wow64Process");
  if (pointer === 0n) return undefined;
  const { structures } = space.layouts;
  if (structures.has("EWOW64PROCESS")) {
    return new StructureReader(space, "EWOW64PROCESS", pointer).pointer("Peb");
  }
  if (structures.has("WOW64_PROCESS")) {
    return new StructureReader(space, "WOW64_PROCESS", pointer).pointer("Wow64");
  }
  return pointer;
}

/** A name that fills its field has no terminating zero. */
function imageName(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder("windows-1252").decode(end < 0 ? bytes : bytes.subarray(0, end));
}
