/**
 * The header of a kernel dump: DUMP_HEADER32 and DUMP_HEADER64.
 *
 * Offsets are from the public descriptions named in reference dump-formats, 2.1 and 2.2. Fields that the writer did not
 * set hold the filler `PAGE`.
 *
 * @module
 */
import { type DumpFile, hex } from "../dump_file.ts";
import { decodeStructure, type StructureOf, structureTable } from "../structure_table.ts";

/** Machines of kernel dumps, with their IMAGE_FILE_MACHINE numbers. */
export const MACHINE = { x86: 0x14c, ia64: 0x200, x64: 0x8664, arm64: 0xaa64 } as const;

/** The fields of a header. Addresses are absent if the writer left them out. */
export interface KernelDumpHeader {
  /** Width of the header, and of the addresses in it. */
  readonly bits: 32 | 64;
  /** Size of the header in bytes; what follows it depends on the type. */
  readonly size: number;
  /** DumpType, see `DUMP_TYPES`. */
  readonly dumpType: number;
  /** Build number of the kernel, such as 7601. */
  readonly buildNumber: number;
  /** IMAGE_FILE_MACHINE number, see {@linkcode MACHINE}. */
  readonly machine: number;
  /** Whether the page tables are those of PAE; only for 32-bit kernels, and absent if the writer left it out. */
  readonly isPae?: boolean;
  /** CR3 at the time of the dump: physical address of the page tables' root, with its flag bits. */
  readonly directoryTableBase: bigint;
  /** Address of the kernel variable PsLoadedModuleList. */
  readonly psLoadedModuleList?: bigint;
  /** Address of the kernel variable PsActiveProcessHead. */
  readonly psActiveProcessHead?: bigint;
  /** Address of KDDEBUGGER_DATA64. */
  readonly kdDebuggerDataBlock?: bigint;
  /** When the dump was written. */
  readonly systemTime?: Date;
}

/** The value of an unset field: the letters `PAGE`. */
const FILLER = 0x45474150;
const FILLER_64 = 0x45474150_45474150n;

/** The first eight bytes, which distinguish the two headers. */
const SIGNATURES = { 32: "PAGEDUMP", 64: "PAGEDU64" } as const;

const DUMP_HEADER32 = structureTable("DUMP_HEADER32", 0x1000, {
  MinorVersion: [0xc, "u32"],
  DirectoryTableBase: [0x10, "u32"],
  PsLoadedModuleList: [0x18, "u32"],
  PsActiveProcessHead: [0x1c, "u32"],
  MachineImageType: [0x20, "u32"],
  PaeEnabled: [0x5c, "u8"],
  KdDebuggerDataBlock: [0x60, "u32"],
  DumpType: [0xf88, "u32"],
  SystemTime: [0xfc0, "u64"],
});

const DUMP_HEADER64 = structureTable("DUMP_HEADER64", 0x2000, {
  MinorVersion: [0xc, "u32"],
  DirectoryTableBase: [0x10, "u64"],
  PsLoadedModuleList: [0x20, "u64"],
  PsActiveProcessHead: [0x28, "u64"],
  MachineImageType: [0x30, "u32"],
  KdDebuggerDataBlock: [0x80, "u64"],
  DumpType: [0xf98, "u32"],
  SystemTime: [0xfa8, "u64"],
});

/** Whether a file that begins with these bytes is a kernel dump. */
export function isKernelDump(head: Uint8Array): boolean {
  return headerBits(head) !== undefined;
}

/** Reads the header. Throws a `FormatError` if the file is not a kernel dump or ends inside its header. */
export function readKernelDumpHeader(file: DumpFile): KernelDumpHeader {
  if (file.size === 0) throw file.error("the file is empty");
  const bits = headerBits(file.read(0, 8));
  if (bits === undefined) {
    throw file.error("it does not begin as a kernel dump does", {
      offset: 0,
      advice: "name a kernel dump, such as MEMORY.DMP",
    });
  }
  const table = bits === 32 ? DUMP_HEADER32 : DUMP_HEADER64;
  if (file.size < table.size) {
    throw file.error(
      `the file is too short for the ${bits}-bit header: ${hex(table.size)} bytes are expected, ` +
        `${hex(file.size)} are there`,
      { offset: file.size },
    );
  }
  const bytes = file.bytes(0, table.size, "header");
  return headerOf(
    bits,
    bits === 32 ? decodeStructure(DUMP_HEADER32, bytes) : decodeStructure(DUMP_HEADER64, bytes),
  );
}

function headerOf(
  bits: 32 | 64,
  fields: StructureOf<typeof DUMP_HEADER32> | StructureOf<typeof DUMP_HEADER64>,
): KernelDumpHeader {
  const psLoadedModuleList = addressOf(fields.PsLoadedModuleList);
  const psActiveProcessHead = addressOf(fields.PsActiveProcessHead);
  const kdDebuggerDataBlock = addressOf(fields.KdDebuggerDataBlock);
  const systemTime = timeOf(fields.SystemTime);
  return {
    bits,
    size: bits === 32 ? DUMP_HEADER32.size : DUMP_HEADER64.size,
    dumpType: fields.DumpType,
    buildNumber: fields.MinorVersion,
    machine: fields.MachineImageType,
    ...("PaeEnabled" in fields && fields.PaeEnabled <= 1 && { isPae: fields.PaeEnabled === 1 }),
    directoryTableBase: BigInt(fields.DirectoryTableBase),
    ...(psLoadedModuleList !== undefined && { psLoadedModuleList }),
    ...(psActiveProcessHead !== undefined && { psActiveProcessHead }),
    ...(kdDebuggerDataBlock !== undefined && { kdDebuggerDataBlock }),
    ...(systemTime !== undefined && { systemTime }),
  };
}

function headerBits(head: Uint8Array): 32 | 64 | undefined {
  const signature = String.fromCharCode(...head.subarray(0, 8));
  if (signature === SIGNATURES[32]) return 32;
  return signature === SIGNATURES[64] ? 64 : undefined;
}

/** An address, or undefined for zero and for the filler. */
function addressOf(value: number | bigint): bigint | undefined {
  const address = BigInt(value);
  const isFiller = address === BigInt(FILLER) || address === FILLER_64;
  return address === 0n || isFiller ? undefined : address;
}

/** Whether a 32-bit field was left unset. */
export function isUnset(value: number): boolean {
  return value === FILLER;
}

/** A FILETIME: 100-nanosecond steps since 1601. */
function timeOf(fileTime: bigint): Date | undefined {
  if (fileTime === 0n || fileTime === FILLER_64) return undefined;
  const date = new Date(Number(fileTime / 10_000n - 11_644_473_600_000n));
  return Number.isNaN(date.getTime()) ? undefined : date;
}
