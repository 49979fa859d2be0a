/**
 * Kernel dumps: written by Windows when it crashes, and by debuggers from a running system.
 *
 * The file's format is read in `dump/kernel/`, its memory in `nt/`; here the two are put together.
 *
 * @module
 */
import { isKernelDump } from "../dump/kernel/header.ts";
import { type MemoryDump, openKernelDump } from "../dump/kernel/kernel_dump.ts";
import { TargetError } from "../error.ts";
import type { Memory } from "../memory.ts";
import type { Module } from "../module.ts";
import { findKernel } from "../nt/kernel.ts";
import { KernelTarget } from "../nt/kernel_target.ts";
import type { KernelProcess } from "../nt/process.ts";
import type { ProcessRef, Target } from "../target.ts";
import { SmallDumpTarget } from "./_small_kernel_dump.ts";
import { openTargetFile } from "./_target_file.ts";
import type { TargetKind } from "./_target_kind.ts";

/** The kind, for the table. */
export const KERNEL_DUMP: TargetKind = {
  name: "kernel dump",
  forms: [
    "MEMORY.DMP       a kernel dump: the handle traces, handles and modules of its processes",
  ],
  accepts: ({ head }) => head !== undefined && isKernelDump(head),
  open: (text) => Promise.try(openDump, text),
};

function openDump(path: string): Target {
  using opening = new DisposableStack();
  const source = opening.use(openTargetFile(path));
  const dump = openKernelDump(source);
  const dispose = (): void => source[Symbol.dispose]();
  const target = dump.kind === "memory"
    ? new KernelDumpTarget(path, dump, dispose)
    : new SmallDumpTarget(path, KERNEL_DUMP.name, dump, dispose);
  opening.move();
  return target;
}

/** Most traced processes that an error names. */
const MAX_NAMED = 8;

/** A dump with pages of physical memory. */
class KernelDumpTarget extends KernelTarget {
  readonly #path: string;

  constructor(path: string, dump: MemoryDump, dispose: () => void) {
    const { header, memory, damage } = dump;
    const architecture = header.bits === 64 ? "x64" : "x86";
    const kernel = findKernel(memory, { ...header, name: path, architecture, damage });
    const { debuggerData, processLink } = kernel;
    const typeObjectType = debuggerData?.obpTypeObjectType;
    super({
      name: path,
      kind: KERNEL_DUMP.name,
      layouts: kernel.layouts,
      addressSpace: kernel.addressSpace,
      directoryTableBase: header.directoryTableBase,
      psLoadedModuleList: kernel.psLoadedModuleList,
      psActiveProcessHead: kernel.psActiveProcessHead,
      ...(processLink !== undefined && { processLink }),
      objectTypes: () => typeObjectType === undefined ? {} : { typeObjectType },
      isDump: true,
      ...(header.systemTime && { readAt: header.systemTime }),
      gaps: [...damage, ...kernel.incomplete],
      dispose,
    });
    this.#path = path;
  }

  /** The traced process, if there is only one. */
  override get defaultProcess(): ProcessRef | undefined {
    const traced = this.#traced();
    const [only] = traced;
    return only !== undefined && traced.length === 1 ? { process: only.process } : undefined;
  }

  /** Modules of a process, or only the kernel's if no process is given and there is no default. */
  override modules(ref: ProcessRef | undefined = this.defaultProcess): Module[] {
    return ref === undefined ? this.kernelModules() : super.modules(ref);
  }

  /** The address space of a process, or only the system's if no process is given and there is no default. */
  override memory(ref: ProcessRef | undefined = this.defaultProcess): Memory {
    return ref === undefined ? this.systemMemory() : super.memory(ref);
  }

  /** A process by its address or id. Throws a `TargetError` if none is given and there is no default. */
  override process(ref: ProcessRef | undefined = this.defaultProcess): KernelProcess {
    if (ref !== undefined) return super.process(ref);
    const traced = this.#traced();
    const names = traced.slice(0, MAX_NAMED)
      .map(({ imageName, processId }) => `${imageName} (${processId})`);
    const found = traced.length === 0
      ? "handles of no process were traced"
      : `handles of ${traced.length} processes were traced, ${names.join(", ")}`;
    throw new TargetError(
      `Cannot choose a process of "${this.#path}": ${found}; name one with --process, or with ".process" ` +
        `at the prompt`,
    );
  }

  #traced(): KernelProcess[] {
    return this.processes().filter(({ traced }) => traced);
  }
}
