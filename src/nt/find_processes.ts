/**
 * Finds the processes of a kernel, and with them the layouts of its structures.
 *
 * Updates of one build differ, and some builds are in no table. Of the layouts that a kernel may have, the ones used
 * are those with which its list of processes contains processes (reference handle-tracing, B.1 and B.2).
 *
 * @module
 */
import type { PointerSize } from "../memory.ts";
import type { DebuggerData } from "./debugger_data.ts";
import { fieldLayout, structureLayout, type WindowsLayouts } from "./layouts.ts";
import { walkList, walkListFrom } from "./linked_list.ts";
import type { PhysicalMemory, TranslatedMemory } from "./paging.ts";
import { type KernelProcess, listedProcess } from "./process.ts";
import { searchProcessLink } from "./search_process.ts";
import { isSystemAddress, whereReadable } from "./structure_reader.ts";

/** Where to search for processes. */
export interface ProcessSearch {
  /** Physical memory, which is searched if the list leads nowhere. */
  readonly physical: PhysicalMemory;
  /** The system's address space. */
  readonly memory: TranslatedMemory;
  /** The address space of a directory table base. */
  readonly addressSpace: (directoryTableBase: bigint) => TranslatedMemory;
  /** Address of PsActiveProcessHead. */
  readonly head: bigint;
  /** Layouts that the kernel may have, likeliest first. */
  readonly candidates: readonly WindowsLayouts[];
  /** KDDEBUGGER_DATA64, which says more about EPROCESS. */
  readonly debuggerData?: DebuggerData;
}

/** What was found. */
export type FoundProcesses =
  | {
    readonly kind: "found";
    /** The layouts that fit. */
    readonly layouts: WindowsLayouts;
    /** The link of a process, if the list cannot be walked from its head, and why not. */
    readonly link?: bigint;
    readonly reason?: string;
  }
  | { readonly kind: "none"; readonly reason: string };

/** Most processes to check whether layouts fit. */
const MAX_LOOKED_AT = 16;
/** The System process: the first of the list, on every version. */
const SYSTEM_PROCESS_ID = 4;

/** Finds processes through their list, else by searching memory for one of them. */
export function findProcesses(search: ProcessSearch): FoundProcesses {
  const { memory, head, candidates } = search;
  const [likeliest] = candidates;
  if (likeliest === undefined) {
    return { kind: "none", reason: "no structure layouts are known for its build" };
  }
  const space = { memory, layouts: likeliest };
  const list = walkList(space, head);
  const layouts = fittingLayouts(search, list.links);
  if (layouts !== undefined) return { kind: "found", layouts };
  const where = `its list of processes at 0x${head.toString(16)}`;
  const reason = list.links.length > 0
    ? `${where} does not lead to processes of build ${likeliest.buildNumber}`
    : `${where} leads to no process: ${list.incomplete ?? "it is empty"}`;
  const link = searchProcessLink(search.physical.pages?.() ?? [], memory, candidates);
  if (link === undefined) return { kind: "none", reason };
  const found = fittingLayouts(search, [link, ...walkListFrom(space, link, head).links]);
  if (found === undefined) return { kind: "none", reason };
  return {
    kind: "found",
    layouts: found,
    link,
    reason: `${reason}; processes were found by searching memory for them`,
  };
}

/** The likeliest layouts with which the links belong to processes. */
function fittingLayouts(
  { memory, addressSpace, head, candidates, debuggerData }: ProcessSearch,
  links: readonly bigint[],
): WindowsLayouts | undefined {
  return inOrder(candidates, debuggerData?.processSize).find((layouts) => {
    const peb = fieldLayout(structureLayout(layouts, "EPROCESS"), "Peb").offset;
    if (debuggerData?.pebOffset !== undefined && debuggerData.pebOffset !== peb) return false;
    const processes = links.slice(0, MAX_LOOKED_AT).map((link) =>
      whereReadable(() => listedProcess({ memory, layouts }, link))
    );
    return areProcesses(processes.filter((one) => one !== undefined), memory.pointerSize) &&
      haveOwnTables(processes.filter((one) => one !== undefined), memory, addressSpace, head);
  });
}

/** Layouts whose EPROCESS has the size that the kernel states come first: updates of a build differ in it. */
function inOrder(layouts: readonly WindowsLayouts[], processSize?: number): WindowsLayouts[] {
  const isExact = (one: WindowsLayouts): boolean =>
    structureLayout(one, "EPROCESS").size === processSize;
  return [...layouts.filter(isExact), ...layouts.filter((one) => !isExact(one))];
}

/** Whether these are processes: one is the System process, or all are plausible. */
function areProcesses(processes: readonly KernelProcess[], pointerSize: PointerSize): boolean {
  const plausible = processes.filter((process) => isPlausible(process, pointerSize));
  return plausible.some(({ processId }) => processId === SYSTEM_PROCESS_ID) ||
    (plausible.length > 0 && plausible.length === processes.length);
}

function isPlausible(process: KernelProcess, pointerSize: PointerSize): boolean {
  const { processId, imageName, directoryTableBase, objectTable } = process;
  return processId % 4 === 0 && /^[\x20-\x7e]+$/.test(imageName) && directoryTableBase !== 0n &&
    (objectTable === 0n || isSystemAddress(objectTable, pointerSize));
}

/**
 * Whether page tables of one of the processes map the list as the system's do. This distinguishes layouts whose fields
 * are at the same distance from the link of the list. If no table can be read, the layouts are accepted.
 */
function haveOwnTables(
  processes: readonly KernelProcess[],
  memory: TranslatedMemory,
  addressSpace: ProcessSearch["addressSpace"],
  head: bigint,
): boolean {
  const expected = memory.translate(head);
  const found = processes.map(({ directoryTableBase }) =>
    addressSpace(directoryTableBase).translate(head)
  ).filter((translation) => translation.kind === "page");
  return found.length === 0 ||
    found.some(({ physicalAddress }) =>
      expected.kind === "page" && expected.physicalAddress === physicalAddress
    );
}
