/**
 * The machine's memory as a kernel dump like those of the debugger command `.dump /f`: a full dump of a 32-bit kernel
 * without PAE.
 *
 * DUMP_HEADER32 is as long as a page and is followed by all pages of physical memory. Unset parts of a header contain
 * the letters `PAGE`. Sources: the public descriptions of the header in debuggers and forensic tools, and CONTEXT in
 * winnt.h.
 *
 * @module
 */
import type { PhysicalMemory } from "./cpu/physical_memory.ts";
import { PAGE_SIZE } from "./cpu/physical_memory.ts";
import { encodeStructure, type FieldValues, type StructureLayout } from "./structures.ts";

/** DUMP_HEADER32, as far as the machine knows its fields. */
const DUMP_HEADER32 = {
  size: 0x1000,
  fields: {
    MajorVersion: [0x08, 4],
    MinorVersion: [0x0c, 4],
    DirectoryTableBase: [0x10, 4],
    PfnDataBase: [0x14, 4],
    PsLoadedModuleList: [0x18, 4],
    PsActiveProcessHead: [0x1c, 4],
    MachineImageType: [0x20, 4],
    NumberProcessors: [0x24, 4],
    BugCheckCode: [0x28, 4],
    BugCheckParameter1: [0x2c, 4],
    BugCheckParameter2: [0x30, 4],
    BugCheckParameter3: [0x34, 4],
    BugCheckParameter4: [0x38, 4],
    PaeEnabled: [0x5c, 1],
    KdDebuggerDataBlock: [0x60, 4],
    NumberOfRuns: [0x64, 4],
    NumberOfPages: [0x68, 4],
    BasePage: [0x6c, 4],
    PageCount: [0x70, 4],
    DumpType: [0xf88, 4],
    ProductType: [0xf94, 4],
  },
} as const satisfies StructureLayout;

/** Where fields of other kinds are in the header. */
const PLACES = {
  versionUser: 0x3c,
  context: 0x320,
  exception: 0x7d0,
  comment: 0x820,
  requiredDumpSpace: 0xfa0,
  systemTime: 0xfc0,
} as const;
const VERSION_USER_SIZE = 32;
const COMMENT_SIZE = 128;

/** CONTEXT of x86: the integer and control registers. */
const CONTEXT = {
  size: 0x2cc,
  fields: {
    ContextFlags: [0x00, 4],
    Edi: [0x9c, 4],
    Esi: [0xa0, 4],
    Ebx: [0xa4, 4],
    Edx: [0xa8, 4],
    Ecx: [0xac, 4],
    Eax: [0xb0, 4],
    Ebp: [0xb4, 4],
    Eip: [0xb8, 4],
    SegCs: [0xbc, 4],
    EFlags: [0xc0, 4],
    Esp: [0xc4, 4],
    SegSs: [0xc8, 4],
  },
} as const satisfies StructureLayout;
/** CONTEXT_i386 with its control and integer registers. */
const CONTEXT_FLAGS = 0x0001_0003;
/** Selectors of the kernel's code and data on Windows. */
const KERNEL_CODE = 0x08;
const KERNEL_DATA = 0x10;

/** EXCEPTION_RECORD32: why a debugger has control. */
const EXCEPTION_RECORD32 = {
  size: 0x50,
  fields: { ExceptionCode: [0x00, 4], ExceptionAddress: [0x0c, 4] },
} as const satisfies StructureLayout;
const STATUS_BREAKPOINT = 0x8000_0003;

/** "PAGEDUMP", and the filler for unset parts. */
const SIGNATURE = "PAGEDUMP";
const FILLER = "PAGE";
/** A free (not a checked) build, and the build of Windows XP. */
const FREE_BUILD = 0xf;
const BUILD = 2600;
const IMAGE_FILE_MACHINE_I386 = 0x14c;
/** MANUALLY_INITIATED_CRASH: the dump was requested. */
const BUG_CHECK = 0xe2;
const FULL_DUMP = 1;
const WORKSTATION = 1;
/** 100-nanosecond steps from 1601 to 1970. */
const UNIX_EPOCH = 116_444_736_000_000_000n;

/** What a dump contains besides the pages. */
export interface CrashDumpFacts {
  /** Pages of physical memory that are in use: the address of the first and the end of the last. */
  readonly used: { readonly start: number; readonly end: number };
  /** Page tables of the System process. */
  readonly directoryTableBase: number;
  /** Address of the kernel variable PsLoadedModuleList. */
  readonly psLoadedModuleList: number;
  /** Address of the kernel variable PsActiveProcessHead. */
  readonly psActiveProcessHead: number;
  /** Address of KDDEBUGGER_DATA64. */
  readonly kdDebuggerDataBlock: number;
  /** The processor's registers. */
  readonly registers: FieldValues<typeof CONTEXT> & { readonly Eip: number };
  /** When the dump was written. */
  readonly time: Date;
}

/** Encodes the dump of a stopped machine. */
export function encodeCrashDump(memory: PhysicalMemory, facts: CrashDumpFacts): Uint8Array {
  const { start, end } = facts.used;
  const dump = new Uint8Array(DUMP_HEADER32.size + end - start);
  dump.set(headerOf(facts));
  dump.set(memory.readBytes(start, end - start), DUMP_HEADER32.size);
  return dump;
}

function headerOf(facts: CrashDumpFacts): Uint8Array {
  const text = new TextEncoder();
  const header = text.encode(FILLER.repeat(DUMP_HEADER32.size / FILLER.length));
  const pageCount = (facts.used.end - facts.used.start) / PAGE_SIZE;
  write(header, DUMP_HEADER32, {
    MajorVersion: FREE_BUILD,
    MinorVersion: BUILD,
    DirectoryTableBase: facts.directoryTableBase,
    PfnDataBase: 0,
    PsLoadedModuleList: facts.psLoadedModuleList,
    PsActiveProcessHead: facts.psActiveProcessHead,
    MachineImageType: IMAGE_FILE_MACHINE_I386,
    NumberProcessors: 1,
    BugCheckCode: BUG_CHECK,
    BugCheckParameter1: 0,
    BugCheckParameter2: 0,
    BugCheckParameter3: 0,
    BugCheckParameter4: 0,
    PaeEnabled: 0,
    KdDebuggerDataBlock: facts.kdDebuggerDataBlock,
    NumberOfRuns: 1,
    NumberOfPages: pageCount,
    BasePage: facts.used.start / PAGE_SIZE,
    PageCount: pageCount,
    DumpType: FULL_DUMP,
    ProductType: WORKSTATION,
  });
  header.set(text.encode(SIGNATURE));
  header.fill(0, PLACES.versionUser, PLACES.versionUser + VERSION_USER_SIZE);
  header.set(
    encodeStructure(CONTEXT, {
      ...facts.registers,
      ContextFlags: CONTEXT_FLAGS,
      SegCs: KERNEL_CODE,
      SegSs: KERNEL_DATA,
    }),
    PLACES.context,
  );
  header.set(
    encodeStructure(EXCEPTION_RECORD32, {
      ExceptionCode: STATUS_BREAKPOINT,
      ExceptionAddress: facts.registers.Eip,
    }),
    PLACES.exception,
  );
  header.fill(0, PLACES.comment, PLACES.comment + COMMENT_SIZE);
  header.set(text.encode("The emulated machine of htrace"), PLACES.comment);
  const view = new DataView(header.buffer);
  const size = DUMP_HEADER32.size + facts.used.end - facts.used.start;
  view.setBigUint64(PLACES.requiredDumpSpace, BigInt(size), true);
  const time = UNIX_EPOCH + BigInt(facts.time.getTime()) * 10_000n;
  view.setBigUint64(PLACES.systemTime, time, true);
  return header;
}

/** Writes fields into existing bytes, and leaves the other bytes as they are. */
function write<L extends StructureLayout>(
  bytes: Uint8Array,
  layout: L,
  values: FieldValues<L>,
): void {
  const encoded = encodeStructure(layout, values);
  const given: Readonly<Record<string, number | undefined>> = values;
  for (const [name, [offset, size]] of Object.entries(layout.fields)) {
    if (given[name] !== undefined) bytes.set(encoded.subarray(offset, offset + size), offset);
  }
}
