/**
 * The guest's memory map: the one table of where everything is.
 *
 * It states as data what a boot loader and a memory manager would decide. The starts of the pools are chosen so that
 * the guest kernel's own allocations place its structures at the addresses in the documented session; nothing else in
 * the machine knows those addresses. Images are not listed, because they go where their headers say; where their code
 * starts is here too.
 *
 * @module
 */

/** Addresses from `start` up to, not including, `end`. Pages are mapped whole. */
export interface Region {
  /** First address. */
  readonly start: number;
  /** First address after it. */
  readonly end: number;
}

/** First address of the kernel's half of every address space. */
export const SYSTEM_RANGE_START = 0x8000_0000;

/** Size of guest physical memory in bytes; page frames are allocated from {@linkcode FIRST_FRAME} up. */
export const PHYSICAL_MEMORY_SIZE = 0x0400_0000;

/** Physical address of the first page frame to be allocated; the first page stays unused. */
export const FIRST_FRAME = 0x0000_1000;

/** Regions of the kernel's half, the same in every address space. */
export const KERNEL_MAP = {
  /** The loader block and the kernel's loader entries with their strings. */
  bootLoader: { start: 0x80f0_0000, end: 0x80f0_4000 },
  /** The stack on which the kernel starts; the page below it is not mapped. */
  bootStack: { start: 0x80f0_5000, end: 0x80f0_8000 },
  /**
   * Nonpaged pool: large enough for two trace databases of maximum size (0x20000 slots of 0x50 bytes), since a new one
   * is created before the old one is freed.
   */
  nonPagedPool: { start: 0x813f_f998, end: 0x8300_0000 },
  /** Paged pool: large enough for some 200,000 handles, a page for each 511 of them. */
  pagedPool: { start: 0xe10c_cf08, end: 0xe128_0000 },
} as const satisfies Record<string, Region>;

/** Exports at which the guest's code starts. A program starts at the entry point of its start DLL. */
export const START_POINTS = {
  /** The kernel, with the loader block as its argument. */
  kernel: "KiSystemStartup",
  /** The Debugger process, in ntdll. */
  debugger: "DbgServiceLoop",
} as const;

/** Regions of a process's half, mostly where Windows XP puts them. */
export const USER_MAP = {
  /** RTL_USER_PROCESS_PARAMETERS with its strings. */
  processParameters: { start: 0x0002_0000, end: 0x0002_4000 },
  /** Stack of the first thread. */
  stack: { start: 0x0003_0000, end: 0x0013_0000 },
  /** PEB_LDR_DATA and the loader entries with their strings. */
  loaderHeap: { start: 0x0024_0000, end: 0x0025_0000 },
  /** TEBs and stacks of later threads, allocated by the kernel. */
  threadHeap: { start: 0x0030_0000, end: 0x0070_0000 },
  /** Images whose preferred base is taken. */
  relocatedImages: { start: 0x1000_0000, end: 0x2000_0000 },
  /**
   * Buffers of the host's system calls, mapped only in the Debugger process: room for the traces of the largest ring
   * (0x20000 entries of 0x50 bytes).
   */
  callBuffers: { start: 0x0200_0000, end: 0x0300_0000 },
  /** TEB of the first thread. */
  teb: { start: 0x7ffd_e000, end: 0x7ffd_f000 },
  /** PEB. */
  peb: { start: 0x7ffd_f000, end: 0x7ffe_0000 },
} as const satisfies Record<string, Region>;
