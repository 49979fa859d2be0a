/**
 * Test helper: a small kernel of any build in the layout table, in a dump of any form.
 *
 * It has two processes: System, and leaky.exe with a ring of traces that has wrapped, two named handles, and user
 * modules. Fields are placed by the layout table, which a test compares with the reference; everything else is written
 * from the reference's numbers.
 *
 * @module
 */
import { fieldLayout, structureLayout, type WindowsLayouts } from "../../nt/layouts.ts";
import { type DumpFacts, writeKernelDump } from "./dump_file_fixture.ts";
import { GuestMemory, type GuestMode, integerBytes } from "./guest_memory_fixture.ts";

/** The kernel, and the form of its dump. */
export interface SampleOptions {
  readonly layouts: WindowsLayouts;
  /** Paging mode; x64 for 64-bit layouts. */
  readonly mode: GuestMode;
  /** DumpType. */
  readonly type: number;
  /** Decides where pages are. */
  readonly seed?: number;
  /** Slots of the ring: 128 by default; on Windows XP always 4096, the only size of its ring. */
  readonly slots?: number;
  /** Changes the memory before it is written. */
  readonly change?: (kernel: SampleKernel) => void;
  /** KdDebuggerDataBlock of the header, if it differs from the block's address; 0 for none. */
  readonly headerBlock?: bigint;
  /** Leaves KDDEBUGGER_DATA64 out. */
  readonly withoutBlock?: boolean;
}

/** The memory of a sample, with the addresses of its parts. */
export interface SampleKernel {
  readonly memory: GuestMemory;
  readonly layouts: WindowsLayouts;
  /** Root of leaky.exe's page tables. */
  readonly root: bigint;
  readonly processHead: bigint;
  readonly moduleHead: bigint;
  readonly block: bigint;
  readonly image: bigint;
  readonly system: bigint;
  readonly leaky: bigint;
  readonly objectTable: bigint;
  readonly leaf: bigint;
  readonly traces: bigint;
  readonly slots: number;
  readonly peb: bigint;
}

/** The addresses of both widths. */
const PLACES = {
  4: {
    image: 0x8280_0000n,
    nonpaged: 0x8500_0000n,
    paged: 0x9500_0000n,
    ring: 0x8600_0000n,
    peb: 0x7ffd_f000n,
    user: 0x40_0000n,
    attribute: 0x10n,
  },
  8: {
    image: 0xffff_f800_02a0_0000n,
    nonpaged: 0xffff_fa80_0100_0000n,
    paged: 0xffff_f8a0_0010_0000n,
    ring: 0xffff_fa80_0200_0000n,
    peb: 0x7ff_fffd_f000n,
    user: 0x1_4000_0000n,
    attribute: 0x20n,
  },
} as const;

/** The ring was filled LAPS times and then took EXTRA more traces, so it has wrapped at 128 and at 4096 slots. */
const LAPS = 1;
const EXTRA = 5;
/** Number of different call sites of traces; each has stacks of every depth. */
const STACKS = 97;
const COOKIE = 0x5a;
const TYPE_INDEX = { Type: 2, Directory: 3, Event: 16 } as const;

/** A dump of the sample. */
export function sampleKernelDump(options: SampleOptions): Uint8Array {
  const kernel = sampleKernel(options);
  options.change?.(kernel);
  const facts = dumpFacts(kernel, options.type);
  const { headerBlock = facts.debuggerData } = options;
  return writeKernelDump({ ...facts, debuggerData: headerBlock }, kernel.memory.pages);
}

/** The header fields of a dump of a sample. */
export function dumpFacts(
  { memory, layouts, moduleHead, processHead, block }: SampleKernel,
  type: number,
): Required<Pick<DumpFacts, "debuggerData">> & DumpFacts {
  return {
    bits: memory.pointerSize === 8 ? 64 : 32,
    type,
    build: layouts.buildNumber,
    isPae: memory.mode === "pae",
    directoryTableBase: memory.root | (memory.mode === "x64" ? 2n : 0n), // with a PCID
    psLoadedModuleList: moduleHead,
    psActiveProcessHead: processHead,
    debuggerData: block,
  };
}

/** The sample's memory. */
export function sampleKernel(options: SampleOptions): SampleKernel {
  const { layouts } = options;
  const memory = new GuestMemory(options.mode, options.seed);
  const at = PLACES[memory.pointerSize];
  const fixedSlots = layouts.structures.get("HANDLE_TRACE_DEBUG_INFO")?.fields.has("TableSize")
    ? undefined
    : 4096;
  const kernel = {
    memory,
    layouts,
    processHead: at.image + 0x3000n,
    moduleHead: at.image + 0x3010n,
    block: at.image + 0x3100n,
    image: at.image,
    system: at.nonpaged + 0x40n,
    leaky: at.nonpaged + 0x2040n,
    objectTable: at.paged,
    leaf: at.paged + 0x1000n,
    traces: at.ring,
    slots: fixedSlots ?? options.slots ?? 128,
    peb: at.peb,
  };
  writeModules(kernel);
  if (!options.withoutBlock) writeBlock(kernel);
  writeTypes(kernel);
  writeTraces(kernel);
  writeHandles(kernel);
  // The system's half is complete now, so the process's tables can share it.
  memory.write(kernel.system, new Uint8Array(0x1000)).write(kernel.leaky, new Uint8Array(0x1000));
  const root = memory.fork();
  writeProcesses({ ...kernel, root });
  writeUserModules({ ...kernel, root });
  return { ...kernel, root };
}

/** The traces of `leaky.exe` that a reader should find, newest first. */
export function sampleTraces({ slots }: Pick<SampleKernel, "slots">): readonly {
  readonly type: number;
  readonly handle: number;
  readonly frames: number;
}[] {
  const newest = slots * LAPS + EXTRA;
  return Array.from({ length: slots }, (_, age) => traceOf(newest - age));
}

/** The trace of a counter: every third is a close, every tenth a bad reference with a tagged handle. */
function traceOf(count: number): { type: number; handle: number; frames: number } {
  const type = count % 10 === 0 ? 3 : count % 3 === 0 ? 2 : 1;
  return { type, handle: 0x100 + count % 64 * 4 + (type === 3 ? 1 : 0), frames: count % 17 };
}

type Building = Omit<SampleKernel, "root">;

function put(
  { memory, layouts }: Pick<SampleKernel, "memory" | "layouts">,
  structure: string,
  address: bigint,
  field: string,
  value: bigint | number,
): void {
  const { offset, size } = fieldLayout(structureLayout(layouts, structure), field);
  memory.integer(address + BigInt(offset), value, Math.min(size, memory.pointerSize));
}

function place(layouts: WindowsLayouts, structure: string, field: string): bigint {
  return BigInt(fieldLayout(structureLayout(layouts, structure), field).offset);
}

/** The kernel's image with headers and an RSDS record, and its entry in the list of modules. */
function writeModules({ memory, image, moduleHead }: Building): void {
  const size = memory.pointerSize;
  const entry = PLACES[size].nonpaged + 0x8000n;
  writeImage(memory, image, "ntkrnlmp.pdb", size);
  writeLoaderEntry(memory, entry, "\\SystemRoot\\system32\\ntoskrnl.exe", image, 0x8000, size);
  memory.list(moduleHead, [entry]);
}

function writeImage(
  memory: GuestMemory,
  base: bigint,
  pdb: string,
  size: 4 | 8,
  root?: bigint,
): void {
  const optional = base + 0x80n + 0x18n;
  const directories = optional + (size === 8 ? 0x70n : 0x60n);
  const record = [
    ...new TextEncoder().encode("RSDS"),
    ...Array.from({ length: 16 }, (_, index) => index + 1),
    ...integerBytes(7, 4),
    ...new TextEncoder().encode(`${pdb}\0`),
  ];
  memory.write(base, new TextEncoder().encode("MZ"), root).integer(base + 0x3cn, 0x80, 4, root)
    .write(base + 0x80n, new TextEncoder().encode("PE\0\0"), root)
    .integer(base + 0x88n, 0x5a5a_0001, 4, root)
    .integer(optional, size === 8 ? 0x20b : 0x10b, 2, root)
    .integer(directories + 48n, 0x400, 4, root).integer(directories + 52n, 0x1c, 4, root)
    .integer(base + 0x40cn, 2, 4, root).integer(base + 0x410n, record.length, 4, root)
    .integer(base + 0x414n, 0x500, 4, root).write(base + 0x500n, record, root);
}

/** LDR_DATA_TABLE_ENTRY of either width, followed by its texts. */
function writeLoaderEntry(
  memory: GuestMemory,
  entry: bigint,
  path: string,
  base: bigint,
  imageSize: number,
  size: 4 | 8,
  root?: bigint,
): void {
  const at = size === 8
    ? { base: 0x30n, size: 0x40n, full: 0x48n, name: 0x58n }
    : { base: 0x18n, size: 0x20n, full: 0x24n, name: 0x2cn };
  const file = path.slice(path.lastIndexOf("\\") + 1);
  memory.integer(entry + at.base, base, size, root).integer(entry + at.size, imageSize, 4, root)
    .unicode(entry + at.full, entry + 0x200n, path, size, root)
    .unicode(entry + at.name, entry + 0x300n, file, size, root);
}

/** KDDEBUGGER_DATA64; a 32-bit kernel sign-extends its addresses. */
function writeBlock({ memory, layouts, block, moduleHead, processHead, image }: Building): void {
  const wide = (address: bigint): bigint =>
    BigInt.asUintN(64, memory.pointerSize === 8 ? address : BigInt.asIntN(32, address));
  memory.integer(block, wide(block), 8).integer(block + 8n, wide(block), 8)
    .write(block + 0x10n, new TextEncoder().encode("KDBG")).integer(block + 0x14n, 0x380, 4)
    .integer(block + 0x18n, wide(image), 8).integer(block + 0x48n, wide(moduleHead), 8)
    .integer(block + 0x50n, wide(processHead), 8)
    .integer(block + 0xa0n, wide(image + 0x3020n), 8)
    .integer(block + 0x2a8n, structureLayout(layouts, "EPROCESS").size, 2)
    .integer(block + 0x2aan, place(layouts, "EPROCESS", "Peb"), 2);
}

/** Address of an object type, preceded by its header and creator information. */
function typeAddress(pointerSize: 4 | 8, name: keyof typeof TYPE_INDEX): bigint {
  return PLACES[pointerSize].nonpaged + 0x6000n + BigInt(TYPE_INDEX[name]) * 0x400n + 0x100n;
}

function writeTypes({ memory, layouts, image }: Building): void {
  const { pointerSize } = memory;
  const body = place(layouts, "OBJECT_HEADER", "Body");
  const creator = PLACES[pointerSize].attribute;
  const type = (name: keyof typeof TYPE_INDEX): bigint => typeAddress(pointerSize, name);
  const names = ["Type", "Directory", "Event"] as const;
  for (const name of names) {
    const header = type(name) - body;
    writeHeader({ memory, layouts }, header, "Type", 1);
    put({ memory, layouts }, "OBJECT_TYPE", type(name), "Index", TYPE_INDEX[name]);
    memory.unicode(
      type(name) + place(layouts, "OBJECT_TYPE", "Name"),
      type(name) + 0x200n,
      name,
    );
  }
  memory.list(type("Type"), names.map((name) => type(name) - body - creator));
  memory.pointer(image + 0x3020n, type("Type"));
}

/** OBJECT_HEADER with its type: a pointer up to Vista, then an index, XORed with the cookie from Windows 10 on. */
function writeHeader(
  kernel: Pick<SampleKernel, "memory" | "layouts">,
  header: bigint,
  type: keyof typeof TYPE_INDEX,
  infoMask: number,
): void {
  const { memory, layouts } = kernel;
  memory.write(header, new Uint8Array(0x20));
  put(kernel, "OBJECT_HEADER", header, "PointerCount", 3);
  put(kernel, "OBJECT_HEADER", header, "HandleCount", 1);
  if (structureLayout(layouts, "OBJECT_HEADER").fields.has("Type")) {
    put(kernel, "OBJECT_HEADER", header, "Type", typeAddress(memory.pointerSize, type));
    // The distance back to the name; the creator's information is in between.
    const distance = (infoMask & 2) === 0
      ? 0n
      : PLACES[memory.pointerSize].attribute * ((infoMask & 1) === 0 ? 1n : 2n);
    put(kernel, "OBJECT_HEADER", header, "NameInfoOffset", distance);
    return;
  }
  const mixed = layouts.buildNumber >= 10240 ? COOKIE ^ Number(header >> 8n & 0xffn) : 0;
  put(kernel, "OBJECT_HEADER", header, "TypeIndex", TYPE_INDEX[type] ^ mixed);
  put(kernel, "OBJECT_HEADER", header, "InfoMask", infoMask);
}

/** Handles 4 and 8 of leaky.exe: an event with a path, and one without a name. */
function writeHandles(kernel: Building): void {
  const { memory, layouts, objectTable, leaf } = kernel;
  const { pointerSize } = memory;
  const objects = PLACES[pointerSize].nonpaged + 0x10000n;
  const body = place(layouts, "OBJECT_HEADER", "Body");
  const named = (header: bigint, name: string, directory: bigint, infoMask: number): void => {
    writeHeader(kernel, header, name === "Ready" ? "Event" : "Directory", infoMask);
    const info = header - PLACES[pointerSize].attribute * ((infoMask & 1) === 0 ? 1n : 2n);
    memory.pointer(info, directory)
      .unicode(info + BigInt(pointerSize), header + 0x80n, name);
  };
  const root = objects + 0x100n;
  const folder = objects + 0x300n;
  const event = objects + 0x500n;
  named(root, "\\", 0n, 2);
  named(folder, "BaseNamedObjects", root + body, 3);
  named(event, "Ready", folder + body, 3);
  writeHeader(kernel, objects + 0x700n, "Event", 0);
  memory.write(objectTable, new Uint8Array(0x100)).write(leaf, new Uint8Array(0x1000));
  put(kernel, "HANDLE_TABLE", objectTable, "TableCode", leaf);
  put(
    kernel,
    "HANDLE_TABLE",
    objectTable,
    "NextHandleNeedingPool",
    pointerSize === 8 ? 0x400 : 0x800,
  );
  put(kernel, "HANDLE_TABLE", objectTable, "DebugInfo", kernel.traces);
  if (structureLayout(layouts, "HANDLE_TABLE").fields.has("HandleCount")) {
    put(kernel, "HANDLE_TABLE", objectTable, "HandleCount", 2);
  } else {
    const lists = objectTable + place(layouts, "HANDLE_TABLE", "FreeLists");
    put(kernel, "HANDLE_TABLE_FREE_LIST", lists, "HandleCount", 2);
  }
  [event, objects + 0x700n].forEach((header, index) => writeEntry(kernel, index + 1, header));
}

/** HANDLE_TABLE_ENTRY (reference handle-tracing, B.6): attributes 2, access 1F0003. */
function writeEntry({ memory, layouts, leaf }: Building, index: number, header: bigint): void {
  const { pointerSize } = memory;
  const size = pointerSize * 2;
  const address = leaf + BigInt(index * size);
  const build = layouts.buildNumber;
  let word = header | 1n | 2n; // unlocked, inherited
  if (pointerSize === 8 && build >= 9200) {
    const shift = build < 9600 ? 19n : 16n;
    const attributes = build < 9600 ? 20n : 17n;
    word = BigInt.asUintN(64, header << shift) >> (shift + 4n) << (shift + 4n) | 2n << attributes |
      1n;
  }
  memory.pointer(address, word).integer(address + BigInt(pointerSize), 0x1f_0003, 4);
}

/** A ring that has wrapped: its newest trace is in slot 5. */
function writeTraces(kernel: Building): void {
  const { memory, layouts, traces, slots } = kernel;
  const has = (field: string): boolean =>
    structureLayout(layouts, "HANDLE_TRACE_DEBUG_INFO").fields.has(field);
  const newest = slots * LAPS + EXTRA;
  if (has("RefCount")) put(kernel, "HANDLE_TRACE_DEBUG_INFO", traces, "RefCount", 1);
  if (has("TableSize")) put(kernel, "HANDLE_TRACE_DEBUG_INFO", traces, "TableSize", slots);
  if (has("BitMaskFlags")) {
    put(kernel, "HANDLE_TRACE_DEBUG_INFO", traces, "BitMaskFlags", 0x4000_0000);
  }
  put(kernel, "HANDLE_TRACE_DEBUG_INFO", traces, "CurrentStackIndex", newest);
  const start = traces + place(layouts, "HANDLE_TRACE_DEBUG_INFO", "TraceDb");
  const { pointerSize } = memory;
  const size = pointerSize === 8 ? 0xa0 : 0x50;
  const ring = new Uint8Array(slots * size);
  for (let count = newest - slots + 1; count <= newest; count++) {
    const { type, handle, frames } = traceOf(count);
    const words = [1960, 1968, handle, type].map((word) => integerBytes(word, pointerSize));
    const stack = Array.from(
      { length: frames },
      (_, frame) => integerBytes(placeOf(kernel, count % STACKS, frame), pointerSize),
    );
    const record = [...words, ...stack].flatMap((word) => [...word]);
    ring.set(record.slice(0, size), count % slots * size);
  }
  memory.write(start, ring);
}

/** An address in the kernel's image, different for each stack and frame. */
function placeOf({ image }: Building, stack: number, frame: number): bigint {
  return image + 0x1000n + BigInt(stack * 16 + frame);
}

function writeProcesses(kernel: SampleKernel): void {
  const { memory, layouts, processHead, system, leaky, objectTable, root, peb } = kernel;
  const write = (process: bigint, id: number, name: string, directory: bigint): void => {
    put(kernel, "KPROCESS", process, "DirectoryTableBase", directory);
    put(kernel, "EPROCESS", process, "UniqueProcessId", id);
    put(kernel, "EPROCESS", process, "InheritedFromUniqueProcessId", id === 4 ? 0 : 4);
    put(kernel, "EPROCESS", process, "CreateTime", 0x01db_0000_0000_0000n);
    memory.integer(process + place(layouts, "EPROCESS", "CreateTime"), 0x01db_0000_0000_0000n, 8);
    memory.write(
      process + place(layouts, "EPROCESS", "ImageFileName"),
      new TextEncoder().encode(`${name}\0`),
    );
  };
  const flags = memory.mode === "x64" ? 2n : 0n; // a PCID
  write(system, 4, "System", memory.root | flags);
  write(leaky, 1960, "leaky.exe", root | flags);
  put(kernel, "EPROCESS", leaky, "ObjectTable", objectTable);
  put(kernel, "EPROCESS", leaky, "Peb", peb);
  const links = place(layouts, "EPROCESS", "ActiveProcessLinks");
  memory.list(processHead, [system + links, leaky + links]);
}

function writeUserModules({ memory, root, peb }: SampleKernel): void {
  const size = memory.pointerSize;
  const { user } = PLACES[size];
  const at = size === 8 ? { ldr: 0x18n, list: 0x10n } : { ldr: 0xcn, list: 0xcn };
  memory.write(peb, new Uint8Array(0x1000), root).pointer(peb + at.ldr, peb + 0x400n, root);
  writeImage(memory, user, "leaky.pdb", size, root);
  writeLoaderEntry(memory, peb + 0x800n, "C:\\test\\leaky.exe", user, 0x3000, size, root);
  memory.list(peb + 0x400n + at.list, [peb + 0x800n], size, root);
}
