/**
 * Finds a kernel in physical memory: its address space, its lists, and the layouts of its structures.
 *
 * A dump's header is only a hint: the list has to lead to processes, and layouts have to fit them (reference
 * dump-formats, 2.5 and 2.6; handle-tracing, B.9).
 *
 * @module
 */
import { HtraceError, TargetError } from "../error.ts";
import { type DebuggerData, readDebuggerData } from "./debugger_data.ts";
import { findDebuggerData } from "./find_debugger_data.ts";
import { findProcesses } from "./find_processes.ts";
import { type Architecture, candidateLayouts, type WindowsLayouts } from "./layouts.ts";
import { FORMATS, type PagingMode, type SoftwareEntries } from "./page_entries.ts";
import { type PhysicalMemory, type TranslatedMemory, translatedMemory } from "./paging.ts";
import { isSystemAddress, unsignedOf } from "./structure_reader.ts";

/** What a dump's header says about its kernel. */
export interface KernelHints {
  /** How the dump names itself in messages. */
  readonly name: string;
  /** What is wrong with the file, which may be why no kernel is found. */
  readonly damage?: readonly string[];
  /** Processor architecture. */
  readonly architecture: Architecture;
  /** Build number. */
  readonly buildNumber: number;
  /** Whether the page tables of x86 are those of PAE, if known. */
  readonly isPae?: boolean;
  /** Root of page tables that map the kernel. */
  readonly directoryTableBase: bigint;
  /** Address of PsLoadedModuleList. */
  readonly psLoadedModuleList?: bigint;
  /** Address of PsActiveProcessHead. */
  readonly psActiveProcessHead?: bigint;
  /** Address of KDDEBUGGER_DATA64. */
  readonly kdDebuggerDataBlock?: bigint;
}

/** A kernel in memory, with the starting points of its walks. */
export interface Kernel {
  /** The system's address space. */
  readonly memory: TranslatedMemory;
  /** Layouts of its structures. */
  readonly layouts: WindowsLayouts;
  /** The address space of a directory table base; memory does not change, so translations are kept. */
  readonly addressSpace: (directoryTableBase: bigint) => TranslatedMemory;
  /** Address of PsLoadedModuleList. */
  readonly psLoadedModuleList: bigint;
  /** Address of PsActiveProcessHead. */
  readonly psActiveProcessHead: bigint;
  /** The link of a process that was found by searching, if the head of the list is missing. */
  readonly processLink?: bigint;
  /** What is missing from the kernel itself, each as a clause for messages. */
  readonly incomplete: readonly string[];
  /** KDDEBUGGER_DATA64, if it was found. */
  readonly debuggerData?: DebuggerData;
}

type KernelLists = Pick<Kernel, "psLoadedModuleList" | "psActiveProcessHead">;

/** Windows Vista changed how 32-bit entries name their prototypes; Windows 10 1803 brought the guard against L1TF. */
const VISTA = 6000;
const FIRST_GUARDED_BUILD = 17134;
const DEFAULT_GUARD = { mask: 1n << 45n, flag: 1n << 4n };

const ADVICE = "write a new dump";

/** Finds the kernel of a dump. Throws a `TargetError` that says what was found instead. */
export function findKernel(physical: PhysicalMemory, hints: KernelHints): Kernel {
  if (hints.architecture === "x64") return findInMode(physical, hints, "x64");
  if (hints.isPae !== undefined) return findInMode(physical, hints, hints.isPae ? "pae" : "x86");
  try {
    return findInMode(physical, hints, "pae");
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return findInMode(physical, hints, "x86");
  }
}

function findInMode(physical: PhysicalMemory, hints: KernelHints, mode: PagingMode): Kernel {
  checkRoot(physical, hints, mode);
  const spaceOf = (software: SoftwareEntries) => (directoryTableBase: bigint): TranslatedMemory =>
    translatedMemory(physical, { mode, directoryTableBase, software, isFrozen: true });
  const first = spaceOf(softwareEntries(hints.buildNumber))(hints.directoryTableBase);
  const lists = listsOf(first, hints);
  const image = kernelImage(first, lists.psLoadedModuleList);
  const debuggerData = findDebuggerData(first, {
    ...lists,
    ...(hints.kdDebuggerDataBlock !== undefined && { address: hints.kdDebuggerDataBlock }),
    ...(image !== undefined && { image }),
  });
  const addressSpace = spaceOf(softwareEntries(hints.buildNumber, debuggerData, first));
  const memory = addressSpace(hints.directoryTableBase);
  const processes = findProcesses({
    physical,
    memory,
    addressSpace,
    head: lists.psActiveProcessHead,
    candidates: candidateLayouts(hints.buildNumber, hints.architecture),
    ...(debuggerData !== undefined && { debuggerData }),
  });
  if (processes.kind === "none") throw failure(hints, processes.reason);
  return {
    memory,
    addressSpace,
    ...lists,
    layouts: processes.layouts,
    ...(processes.link !== undefined && { processLink: processes.link }),
    incomplete: processes.reason === undefined ? [] : [processes.reason],
    ...(debuggerData !== undefined && { debuggerData }),
  };
}

function failure(hints: KernelHints, found: string): TargetError {
  const reasons = [...hints.damage ?? [], found].join(", and ");
  return new TargetError(`Cannot find the kernel in "${hints.name}": ${reasons}; ${ADVICE}`);
}

/** Without the root of the page tables there is no address space at all. */
function checkRoot(physical: PhysicalMemory, hints: KernelHints, mode: PagingMode): void {
  const root = hints.directoryTableBase & FORMATS[mode].rootMask;
  if (physical.read(root, 8).length === 8) return;
  const reason = physical.explainMissing?.(root) ?? "it is missing";
  throw failure(
    hints,
    `the root of its page tables should be at physical address 0x${
      root.toString(16)
    }, and ${reason}`,
  );
}

/** The heads of the two lists: from the header, else from KDDEBUGGER_DATA64. */
function listsOf(
  memory: TranslatedMemory,
  hints: KernelHints,
): KernelLists {
  const { psLoadedModuleList, psActiveProcessHead, kdDebuggerDataBlock } = hints;
  if (psLoadedModuleList !== undefined && psActiveProcessHead !== undefined) {
    return { psLoadedModuleList, psActiveProcessHead };
  }
  if (kdDebuggerDataBlock === undefined) {
    throw failure(hints, "its header has no address of the kernel's lists");
  }
  try {
    const data = readDebuggerData(memory, kdDebuggerDataBlock);
    return {
      psLoadedModuleList: psLoadedModuleList ?? data.psLoadedModuleList,
      psActiveProcessHead: psActiveProcessHead ?? data.psActiveProcessHead,
    };
  } catch (error) {
    if (!(error instanceof HtraceError)) throw error;
    throw failure(hints, `its header has no address of the kernel's lists (${error.message})`);
  }
}

/** Where the kernel's image is: it is the first of its modules. */
function kernelImage(
  memory: TranslatedMemory,
  psLoadedModuleList: bigint,
): { base: bigint; size: number } | undefined {
  const { pointerSize } = memory;
  const at = (address: bigint, size: number): bigint => unsignedOf(memory.read(address, size));
  // KLDR_DATA_TABLE_ENTRY has had these two at the same places since Windows XP.
  const entry = at(psLoadedModuleList, pointerSize);
  const base = at(entry + BigInt(6 * pointerSize), pointerSize);
  const size = Number(at(entry + BigInt(8 * pointerSize), 4));
  return isSystemAddress(base, pointerSize) ? { base, size } : undefined;
}

/** The build's own formats of page-table entries. */
function softwareEntries(
  buildNumber: number,
  data?: DebuggerData,
  memory?: TranslatedMemory,
): SoftwareEntries {
  const guard = data?.guard ?? (buildNumber >= FIRST_GUARDED_BUILD ? DEFAULT_GUARD : undefined);
  const prototypeAddress = buildNumber >= VISTA
    ? prototypeAddressSinceVista
    : prototypeAddressBefore(data?.mmPagedPoolStart, memory);
  return { ...(guard && { guard }), ...(prototypeAddress && { prototypeAddress }) };
}

/** 32-bit entries without PAE, Windows Vista and later (reference dump-formats, 4). */
function prototypeAddressSinceVista(entry: bigint): bigint {
  return (0x8000_0000n | entry >> 1n & 0x7fff_fc00n | entry << 1n & 0x3ffn) & ~3n;
}

/**
 * 32-bit entries without PAE, Windows XP and Server 2003: bits 1 to 7 and 11 to 31 are the distance, in words, from the
 * start of paged pool (MMPTE_PROTOTYPE in the public symbols). Only the kernel's variable says where that is.
 */
function prototypeAddressBefore(
  mmPagedPoolStart: bigint | undefined,
  memory: TranslatedMemory | undefined,
): SoftwareEntries["prototypeAddress"] {
  if (mmPagedPoolStart === undefined || memory?.pointerSize !== 4) return undefined;
  const bytes = memory.read(mmPagedPoolStart, 4);
  const start = unsignedOf(bytes);
  if (!isSystemAddress(start, 4)) return undefined;
  return (entry) => BigInt.asUintN(32, start + (entry >> 11n << 9n | (entry >> 1n & 0x7fn) << 2n));
}
