/**
 * The boot loader: from images to a machine stopped at the kernel's first instruction.
 *
 * It makes three address spaces (for the System process, the program and the Debugger), loads the images, writes the
 * structures that a kernel and its processes find at their start, and leaves everything else to the kernel.
 *
 * @module
 */
import { Arena } from "./arena.ts";
import { placeLoaderBlock, writeDebuggerData, writeModuleList } from "./kernel_data.ts";
import { bindImports, type LoadedImage, loadImage, loadImageAnywhere } from "./loader.ts";
import { FIRST_FRAME, KERNEL_MAP, type Region, START_POINTS, USER_MAP } from "./memory_map.ts";
import { AddressSpace, FrameAllocator } from "./page_tables.ts";
import { parseImage } from "./pe_image.ts";
import type { PhysicalMemory } from "./cpu/physical_memory.ts";
import { prepareProcess } from "./user_process.ts";

/** An image file. */
export interface ImageFile {
  /** File name, such as `ntdll.dll`. */
  readonly name: string;
  /** The file's bytes. */
  readonly bytes: Uint8Array;
}

/** The images that a machine boots. */
export interface GuestImages {
  /** The kernel. */
  readonly kernel: ImageFile;
  /** `ntdll.dll`, which every process has. */
  readonly ntdll: ImageFile;
  /** Further DLLs of the program; one of them is `KERNEL32.dll`, where a process starts. */
  readonly libraries: readonly ImageFile[];
  /** The program under test. */
  readonly program: ImageFile;
}

/** Settings of the guest. */
export interface BootOptions {
  /** The program's arguments; its own name is put in front of them. */
  readonly args: readonly string[];
  /** Whether the program's handles are traced from `main` on, as under Application Verifier. */
  readonly traceFromMain: boolean;
  /** Whether the program finds a debugger present and breaks before and after its step. */
  readonly debuggerPresent: boolean;
  /** Whether tracing behaves as on Server 2003: it accepts a number of slots and can be disabled. */
  readonly server2003: boolean;
}

/** The result of {@linkcode boot}. */
export interface BootedGuest {
  /** The kernel, with its exports. */
  readonly kernel: LoadedImage;
  /** The System process's page tables, which are in use when the kernel starts. */
  readonly system: AddressSpace;
  /** The Debugger process's page tables. */
  readonly debugger: AddressSpace;
  /** The kernel's entry point, which takes the loader block's address from the stack. */
  readonly entryPoint: number;
  /** Where ESP is at the entry point. */
  readonly stackPointer: number;
  /** Physical memory that is in use, in whole pages; the guest takes no more later. */
  readonly usedMemory: Region;
}

/** Ids of the program's process and its first thread; Windows' ids are multiples of four. */
export const TARGET_IDS = { processId: 0x5c8, threadId: 0x5cc } as const;
/** Ids of the Debugger process and its thread. */
const DEBUGGER_IDS = { processId: 0x4a0, threadId: 0x4a4 } as const;

/** Name of the Debugger process in the guest's list of processes. */
const DEBUGGER_NAME = "htrace";

/**
 * Puts a guest into empty physical memory and returns where it starts. Throws an `ImageError` if the images are damaged
 * or do not belong together.
 */
export function boot(
  memory: PhysicalMemory,
  images: GuestImages,
  options: BootOptions,
): BootedGuest {
  const frames = new FrameAllocator(memory, FIRST_FRAME);
  const system = new AddressSpace(memory, frames);
  for (const region of Object.values(KERNEL_MAP)) {
    system.map(region, { writable: true, user: false });
  }
  const kernelImage = parseImage(images.kernel.name, images.kernel.bytes);
  const kernel = loadImage(system, kernelImage, kernelImage.preferredBase, false);
  const arena = new Arena(system, KERNEL_MAP.bootLoader);
  writeModuleList(system, arena, kernel);
  writeDebuggerData(system, kernel);

  // Process spaces share the kernel's page tables, so they come last.
  const target = new AddressSpace(memory, frames, system);
  const debuggerSpace = new AddressSpace(memory, frames, system);
  const started = startTarget(target, images, options);
  const serviceLoop = startDebugger(debuggerSpace, images, options);
  const loaderBlock = placeLoaderBlock(arena, system.directoryTableBase, {
    target: {
      ...TARGET_IDS,
      directoryTableBase: target.directoryTableBase,
      startAddress: started.startAddress,
      parameter: started.entryPoint,
      imageFileName: images.program.name,
    },
    debugger: {
      ...DEBUGGER_IDS,
      directoryTableBase: debuggerSpace.directoryTableBase,
      startAddress: serviceLoop,
      parameter: 0,
      imageFileName: DEBUGGER_NAME,
    },
  }, options);

  // The kernel is called like a function of one argument that never returns.
  const stackPointer = KERNEL_MAP.bootStack.end - 8;
  system.write32(stackPointer + 4, loaderBlock);
  return {
    kernel,
    system,
    debugger: debuggerSpace,
    entryPoint: kernel.address(START_POINTS.kernel),
    stackPointer,
    usedMemory: { start: FIRST_FRAME, end: frames.end },
  };
}

/**
 * Loads the program with its DLLs. Its first thread starts at the entry point of the one DLL that has one, with
 * the program's entry point as its argument; a program without such a DLL starts by itself.
 */
function startTarget(
  space: AddressSpace,
  images: GuestImages,
  options: BootOptions,
): { readonly startAddress: number; readonly entryPoint: number } {
  const program = load(space, images.program);
  const libraries = [images.ntdll, ...images.libraries].map((file) => load(space, file));
  for (const image of [program, ...libraries]) bindImports(space, image, libraries);
  prepareProcess(space, {
    ...TARGET_IDS,
    program,
    libraries,
    commandLine: [images.program.name, ...options.args].map(quoted).join(" "),
    debuggerPresent: options.debuggerPresent,
    server2003: options.server2003,
  });
  const start = libraries.find((library) => library.entryPoint !== 0);
  return {
    startAddress: (start ?? program).entryPoint,
    entryPoint: program.entryPoint,
  };
}

/** Loads the process that makes the host's system calls: only ntdll, in its service loop. */
function startDebugger(space: AddressSpace, images: GuestImages, options: BootOptions): number {
  const ntdll = load(space, images.ntdll);
  space.map(USER_MAP.callBuffers, { writable: true, user: true });
  prepareProcess(space, {
    ...DEBUGGER_IDS,
    libraries: [ntdll],
    commandLine: DEBUGGER_NAME,
    debuggerPresent: false,
    server2003: options.server2003,
  });
  return ntdll.address(START_POINTS.debugger);
}

function load(space: AddressSpace, file: ImageFile): LoadedImage {
  return loadImageAnywhere(space, parseImage(file.name, file.bytes), USER_MAP.relocatedImages);
}

/** An argument for a command line: in quotes if it contains blanks or is empty. */
function quoted(argument: string): string {
  return argument === "" || /\s/.test(argument) ? `"${argument}"` : argument;
}
