/**
 * Small (triage) kernel dumps: the drivers, and which process was current. They hold no memory, so no traces and no
 * handles; everything they show comes with advice on what to ask for instead.
 *
 * @module
 */
import { MACHINE } from "../dump/kernel/header.ts";
import type { TriageDump } from "../dump/kernel/kernel_dump.ts";
import { TargetError } from "../error.ts";
import type { PointerSize } from "../memory.ts";
import { type Module, moduleNameOf } from "../module.ts";
import { candidateLayouts } from "../nt/layouts.ts";
import { readProcessCopy } from "../nt/process.ts";
import type { ProcessEntry, ProcessRef, Target, TargetIdentity } from "../target.ts";
import { logWithoutTraces, type StackTable, type TraceLog } from "../trace_log.ts";

/** A small dump, as a {@linkcode Target}. */
export class SmallDumpTarget implements Target {
  /** Kernel mode. */
  readonly mode = "kernel";
  /** Path of the dump. */
  readonly name: string;
  /** Its kind. */
  readonly kind: string;
  /** The process that was current. */
  readonly identity: TargetIdentity;
  /** Width of its pointers. */
  readonly pointerSize: PointerSize;
  readonly #dump: TriageDump;
  readonly #process: ProcessEntry | undefined;
  readonly #dispose: () => void;

  /** Creates the target; `dispose` closes the file. */
  constructor(name: string, kind: string, dump: TriageDump, dispose: () => void) {
    this.name = name;
    this.kind = kind;
    this.pointerSize = dump.header.bits === 64 ? 8 : 4;
    this.#dump = dump;
    this.#process = currentProcess(dump);
    this.#dispose = dispose;
    const { processId, imageName } = this.#process ?? {};
    this.identity = {
      ...(processId !== undefined && { processId }),
      ...(imageName !== undefined && { imageName }),
    };
  }

  /** No traces, and why. */
  readTraces(into: StackTable, ref?: ProcessRef): TraceLog {
    this.#check(ref);
    const { systemTime } = this.#dump.header;
    return {
      ...logWithoutTraces(into),
      ...(systemTime && { readAt: systemTime }),
      incomplete: "a small dump holds no traces",
    };
  }

  /** The drivers. */
  modules(ref?: ProcessRef): Module[] {
    this.#check(ref);
    return this.#dump.modules.map(({ name, base, size, timestamp }) => ({
      name: moduleNameOf(name),
      path: name,
      base,
      size,
      timestamp,
    }));
  }

  /** The process that was current; the dump has no others. */
  processes(): ProcessEntry[] {
    return this.#process === undefined ? [] : [this.#process];
  }

  /** What the dump does not contain, and what is damaged in it. */
  gaps(): string[] {
    return [this.#dump.lacks, ...this.#dump.damage];
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#dispose();
  }

  #check(ref: ProcessRef | undefined): void {
    const asked = ref?.process ?? ref?.processId;
    if (asked === undefined || ref?.processId === this.#process?.processId) return;
    throw new TargetError(
      `Cannot read process ${
        ref?.process === undefined ? asked : `0x${asked.toString(16)}`
      }: ${this.#dump.lacks}`,
    );
  }
}

/** The current process, if the structures of its build are known. */
function currentProcess({ header, process }: TriageDump): ProcessEntry | undefined {
  if (header.machine !== MACHINE.x86 && header.machine !== MACHINE.x64) return undefined;
  const [layouts] = candidateLayouts(header.buildNumber, header.bits === 64 ? "x64" : "x86");
  return layouts && readProcessCopy(process, layouts);
}
