/**
 * What the boot loader passes to a kernel and its debuggers: the loaded kernel modules, the debugger data block, and
 * the loader block with which the kernel starts.
 *
 * @module
 */
import { type Arena, linkList } from "./arena.ts";
import type { LoadedImage } from "./loader.ts";
import { KERNEL_MAP, USER_MAP } from "./memory_map.ts";
import type { AddressSpace } from "./page_tables.ts";
import {
  encodeStructure,
  KDDEBUGGER_DATA64,
  KLDR_DATA_TABLE_ENTRY,
  LOADER_BLOCK,
  LOADER_BLOCK_PROCESSES,
  LOADER_FLAGS,
  LOADER_PROCESS,
  LOADER_PROCESS_IMAGE_FILE_NAME,
} from "./structures.ts";

/** Folder that is recorded for kernel modules, as Windows XP writes it. */
const SYSTEM_FOLDER = "\\WINDOWS\\system32\\";

/** "KDBG", the tag that debuggers look for. */
const OWNER_TAG = 0x4742_444b;

/** Links the kernel's modules on its exported `PsLoadedModuleList`. */
export function writeModuleList(
  space: AddressSpace,
  arena: Arena,
  kernel: LoadedImage,
): void {
  const { image } = kernel;
  const entry = arena.allocate(KLDR_DATA_TABLE_ENTRY.size);
  const bytes = encodeStructure(KLDR_DATA_TABLE_ENTRY, {
    DllBase: kernel.base,
    EntryPoint: kernel.entryPoint,
    SizeOfImage: kernel.size,
    LoadCount: 1,
    CheckSum: image.checkSum,
  });
  const { FullDllName, BaseDllName } = KLDR_DATA_TABLE_ENTRY.fields;
  bytes.set(arena.unicodeString(SYSTEM_FOLDER + image.name), FullDllName[0]);
  bytes.set(arena.unicodeString(image.name), BaseDllName[0]);
  space.write(entry, bytes);
  linkList(space, kernel.address("PsLoadedModuleList"), [entry]);
}

/** Fills the kernel's exported `KdDebuggerDataBlock`; the kernel itself links PsActiveProcessHead. */
export function writeDebuggerData(space: AddressSpace, kernel: LoadedImage): void {
  const block = kernel.address("KdDebuggerDataBlock");
  space.write(
    block,
    encodeStructure(KDDEBUGGER_DATA64, {
      ListFlink: block, // the only block: a ring of one
      ListBlink: block,
      OwnerTag: OWNER_TAG,
      Size: KDDEBUGGER_DATA64.size,
      KernBase: kernel.base,
      PsLoadedModuleList: kernel.address("PsLoadedModuleList"),
      PsActiveProcessHead: kernel.address("PsActiveProcessHead"),
    }),
  );
}

/** A process that the kernel will create. */
export interface LoaderProcess {
  /** Root of its page tables. */
  readonly directoryTableBase: number;
  /** Address at which its first thread starts in user mode. */
  readonly startAddress: number;
  /** The one argument of that function. */
  readonly parameter: number;
  /** Its process id. */
  readonly processId: number;
  /** Id of its first thread. */
  readonly threadId: number;
  /** Its name, for EPROCESS.ImageFileName. */
  readonly imageFileName: string;
}

/** Places the loader block and returns its address. */
export function placeLoaderBlock(
  arena: Arena,
  systemDirectoryTableBase: number,
  processes: { readonly target: LoaderProcess; readonly debugger: LoaderProcess },
  flags: { readonly traceFromMain: boolean; readonly server2003: boolean },
): number {
  const block = encodeStructure(LOADER_BLOCK, {
    Flags: (flags.traceFromMain ? LOADER_FLAGS.traceFromMain : 0) |
      (flags.server2003 ? LOADER_FLAGS.server2003 : 0),
    NonPagedPoolStart: KERNEL_MAP.nonPagedPool.start,
    NonPagedPoolEnd: KERNEL_MAP.nonPagedPool.end,
    PagedPoolStart: KERNEL_MAP.pagedPool.start,
    PagedPoolEnd: KERNEL_MAP.pagedPool.end,
    SystemDirectoryTableBase: systemDirectoryTableBase,
  });
  block.set(encodeProcess(processes.target), LOADER_BLOCK_PROCESSES.Target);
  block.set(encodeProcess(processes.debugger), LOADER_BLOCK_PROCESSES.Debugger);
  return arena.place(block);
}

function encodeProcess(process: LoaderProcess): Uint8Array {
  const bytes = encodeStructure(LOADER_PROCESS, {
    DirectoryTableBase: process.directoryTableBase,
    Peb: USER_MAP.peb.start,
    Teb: USER_MAP.teb.start,
    StackBase: USER_MAP.stack.end,
    StackLimit: USER_MAP.stack.start,
    StartAddress: process.startAddress,
    Parameter: process.parameter,
    HeapStart: USER_MAP.threadHeap.start,
    HeapEnd: USER_MAP.threadHeap.end,
    ProcessId: process.processId,
    ThreadId: process.threadId,
  });
  const { offset, size } = LOADER_PROCESS_IMAGE_FILE_NAME;
  // The last byte stays zero.
  bytes.set(new TextEncoder().encode(process.imageFileName).subarray(0, size - 1), offset);
  return bytes;
}
