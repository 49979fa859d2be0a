/**
 * Processes of a kernel: EPROCESS structures, by list and by address.
 *
 * @module
 */
import { type ProcessEntry, TraceQueryError } from "../target.ts";
import { fieldLayout, structureLayout } from "./layouts.ts";
import { listLinks } from "./linked_list.ts";
import {
  isSystemAddress,
  StructureReader,
  type StructureSpace,
  whereReadable,
} from "./structure_reader.ts";

/** A process of a kernel, with what walks of its memory start from. */
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
}

/** An address is not that of a process. */
export class ProcessError extends TraceQueryError {
  /** The address that was given. */
  readonly address: bigint;

  /** Creates the error; `reason` says what was found there. */
  constructor(address: bigint, reason: string) {
    super(
      `Cannot use 0x${address.toString(16)} as a process: ${reason}; ` +
        `"!process 0 0" lists the processes`,
    );
    this.name = "ProcessError";
    this.address = address;
  }
}

/**
 * All processes in the list at `listHead` (the address of PsActiveProcessHead), oldest first. Entries whose
 * pages are missing or that are no processes are left out; the list goes on behind them.
 */
export function listProcesses(space: StructureSpace, listHead: bigint): KernelProcess[] {
  const links = fieldLayout(structureLayout(space.layouts, "EPROCESS"), "ActiveProcessLinks");
  const processes: KernelProcess[] = [];
  for (const link of listLinks(space, listHead)) {
    const process = whereReadable(() => processAt(space, link - BigInt(links.offset)));
    if (process !== undefined) processes.push(process);
  }
  return processes;
}

/**
 * The process whose EPROCESS is at `address`. Throws a {@linkcode ProcessError} that says what is wrong
 * where there is none: an address is typed by people.
 */
export function readProcess(space: StructureSpace, address: bigint): KernelProcess {
  const reason = whereReadable(() => whyNoProcess(space, address));
  if (reason !== undefined) throw new ProcessError(address, reason);
  const process = whereReadable(() => processAt(space, address));
  if (process === undefined) throw new ProcessError(address, "its memory is missing");
  return process;
}

/**
 * What shows that there is no EPROCESS at `address`, or undefined. The strongest sign is the process list: a
 * link's neighbours point back at it. Where the neighbour's page is missing the rest has to do.
 */
function whyNoProcess(space: StructureSpace, address: bigint): string | undefined {
  const { pointerSize } = space.layouts;
  if (!isSystemAddress(address, pointerSize)) return "it is not a kernel address";
  if (address % BigInt(pointerSize) !== 0n) return "it is not aligned";
  const process = new StructureReader(space, "EPROCESS", address);
  const processId = process.number("UniqueProcessId");
  if (processId % 4 !== 0) return `its process id would be 0x${processId.toString(16)}`;
  if (new StructureReader(space, "KPROCESS", address).pointer("DirectoryTableBase") === 0n) {
    return "it would have no page tables";
  }
  const links = process.inner("ActiveProcessLinks", "LIST_ENTRY");
  const next = links.pointer("Flink");
  if (!isSystemAddress(next, pointerSize)) return "it is not in a list of processes";
  const back = whereReadable(() => new StructureReader(space, "LIST_ENTRY", next).pointer("Blink"));
  if (back !== undefined && back !== links.address) return "the list of processes does not have it";
  return undefined;
}

function processAt(space: StructureSpace, address: bigint): KernelProcess {
  const process = new StructureReader(space, "EPROCESS", address);
  const objectTable = process.pointer("ObjectTable");
  const handleCount = objectTable === 0n
    ? undefined
    : whereReadable(() => handleCountOf(space, objectTable));
  const wow64Peb = whereReadable(() => wow64PebOf(space, process));
  return {
    process: address,
    processId: process.number("UniqueProcessId"),
    parentProcessId: process.number("InheritedFromUniqueProcessId"),
    imageName: imageName(process.bytes("ImageFileName")),
    peb: process.pointer("Peb"),
    ...(wow64Peb !== undefined && { wow64Peb }),
    directoryTableBase: new StructureReader(space, "KPROCESS", address)
      .pointer("DirectoryTableBase"),
    objectTable,
    ...(handleCount !== undefined && { handleCount }),
  };
}

/** From Windows 8 on the count is in the table's first free list. */
function handleCountOf(space: StructureSpace, objectTable: bigint): number {
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
