/**
 * A process of this Windows system as a target, through its ntdll; no debugger attaches.
 *
 * @module
 */
import type { Ntdll, NtStatus } from "../ntdll.ts";
import { ProcessAccess } from "../nt/process_access.ts";
import { queryPebs } from "../nt/process_memory.ts";
import { ProcessTarget } from "../nt/process_target.ts";
import { NtStatusError } from "../nt/status.ts";
import { systemProcesses } from "../nt/system_processes.ts";
import { findProcess, PROCESS_ID } from "./_held_process.ts";
import { TargetError } from "../error.ts";
import type { HandleEntry, ProcessEntry, Target } from "../target.ts";
import { SE_DEBUG_PRIVILEGE } from "../win32/constants.ts";
import { WindowsNtdll, type WindowsVersion } from "../win32/ntdll.ts";
import { type ObjectName, ObjectNames } from "../win32/object_names.ts";
import { WindowsProgram } from "../win32/program.ts";
import type { LaunchOptions, TargetKind, TargetOptions, TracedProgram } from "./_target_kind.ts";

/** What a live target needs from the system: Windows, or a test's stand-in for it. */
export interface LiveSystem extends Disposable {
  /** The system calls, with the two that only a live system needs. */
  readonly ntdll: Ntdll & {
    version(): WindowsVersion;
    enablePrivilege(privilege: number): NtStatus;
  };
  /** Names of objects, queried in a way that never hangs. */
  readonly names: {
    readonly abandoned: number;
    read(process: number, handle: number): ObjectName;
  };
}

/** How to open a live target. */
export type LiveOptions = Pick<TargetOptions, "warn"> & {
  /** An ntdll other than Windows' own, for tests, which have a stand-in that traces. */
  readonly library?: string;
  /** Whether the caller holds the process at its end, to read it there. */
  readonly isHeldAtEnd?: boolean;
};

const IMAGE_NAME = /^[^\\/:*?"<>|]+\.exe$/i;

/**
 * The kind, for the table. A file of the same name takes precedence, since a recording may be named `1234`. But on
 * Windows `app.exe` means the process even in the folder of the program.
 */
export const LIVE: TargetKind = {
  name: "live process",
  forms: [
    "1234, 0x4d2      a process of this Windows system, by its id",
    "notepad.exe      the same by its image's name, where only one process has it",
  ],
  accepts: ({ text, head }) =>
    head === undefined
      ? IMAGE_NAME.test(text) || PROCESS_ID.test(text)
      : Deno.build.os === "windows" && IMAGE_NAME.test(text),
  open: (text, options) => Promise.try(openLive, text, options),
  launch: (on, command, options) => {
    if (on === undefined) return Promise.try(launchLive, command, options);
    throw new TargetError(
      `Cannot start a program on "${on}": that names a process which runs; leave the target out`,
    );
  },
};

/** Opens a process of this system by id or image name. */
export function openLive(text: string, options: LiveOptions = {}): Target {
  if (Deno.build.os !== "windows") {
    throw new TargetError(
      `Cannot open process "${text}": this is not Windows; open a recording or "emulated"`,
    );
  }
  return openOn(new WindowsSystem(options.library), text, options);
}

/** The processes of this system. */
export function liveProcesses(): ProcessEntry[] {
  if (Deno.build.os !== "windows") {
    throw new TargetError(
      "Cannot list the processes of this machine: this is not Windows; name a target that has " +
        'some, such as "emulated"',
    );
  }
  using ntdll = new WindowsNtdll();
  return systemProcesses(ntdll);
}

/** Starts a program of this system, traced from its first instruction to its end. */
export function launchLive(
  command: readonly string[],
  options: LaunchOptions & Pick<LiveOptions, "library"> = {},
): TracedProgram {
  if (Deno.build.os !== "windows") {
    throw new TargetError(
      `Cannot start "${command[0]}": this is not Windows; use the target "emulated"`,
    );
  }
  using untilTraced = new DisposableStack();
  const program = untilTraced.use(new WindowsProgram(command));
  const target = untilTraced.use(
    openLive(String(program.processId), { ...options, isHeldAtEnd: true }),
  );
  target.control?.enable(options.slots);
  untilTraced.move();
  return {
    target,
    runToExit: (onMark) => program.runToExit(onMark),
    [Symbol.dispose]: () => program[Symbol.dispose](),
  };
}

/** This Windows. */
class WindowsSystem implements LiveSystem {
  readonly ntdll: WindowsNtdll;
  readonly names: ObjectNames;

  /** Opens Windows' own ntdll, or that of a test. */
  constructor(library?: string) {
    this.ntdll = new WindowsNtdll(library);
    this.names = new ObjectNames(library === undefined ? {} : { library });
  }

  [Symbol.dispose](): void {
    this.names[Symbol.dispose]();
    this.ntdll[Symbol.dispose]();
  }
}

/** Opens a process of a system, and takes ownership of the system, even if the process cannot be opened. */
export function openOn(system: LiveSystem, text: string, options: LiveOptions = {}): Target {
  using untilOpen = new DisposableStack();
  untilOpen.use(system);
  // Before anything is opened: the privilege gives access to processes of other users, and since Windows 11 24H2 to
  // stacks.
  const isDebugger = system.ntdll.enablePrivilege(SE_DEBUG_PRIVILEGE) === 0;
  const process = findProcess(systemProcesses(system.ntdll), text);
  const access = untilOpen.use(ProcessAccess.pin(system.ntdll, process));
  const target = new LiveProcess(system, process, access, isDebugger, options);
  untilOpen.move();
  return target;
}

/**
 * First address of the kernel. A 32-bit program never sees a kernel frame: on 64-bit Windows the 64-bit limit holds,
 * and there is no 32-bit htrace.
 */
const USER_END = { 4: 0x8000_0000n, 8: 0x8000_0000_0000n } as const;

/** First build of Windows 11 24H2, which shows stacks only to callers with SeDebugPrivilege. */
const BUILD_24H2 = 26100;

/** A live process. */
class LiveProcess extends ProcessTarget {
  readonly #system: LiveSystem;
  readonly #access: ProcessAccess;
  readonly #isDebugger: boolean;
  readonly #options: LiveOptions;
  #warned = false;

  /** Takes ownership of the system and the pinned process; `isDebugger` says whether SeDebugPrivilege is enabled. */
  constructor(
    system: LiveSystem,
    { processId, imageName, startTime }: ProcessEntry,
    access: ProcessAccess,
    isDebugger: boolean,
    options: LiveOptions,
  ) {
    super({
      ntdll: system.ntdll,
      processId,
      access,
      name: `process ${processId} (${imageName})`,
      kind: LIVE.name,
      identity: { processId, imageName, ...(startTime && { startTime }) },
      userEnd: USER_END[system.ntdll.pointerSize],
      isHeldAtEnd: options.isHeldAtEnd ?? false,
      windowsVersion: system.ntdll.version(),
      objectName: (process, handle) => {
        const result = system.names.read(process, handle);
        return result.kind === "named" ? result.name : undefined;
      },
    });
    this.#system = system;
    this.#access = access;
    this.#isDebugger = isDebugger;
    this.#options = options;
  }

  /** Enables tracing with an empty ring, and warns once about what that means for the process. */
  override enable(slots?: number): void {
    const wasTraced = !this.#warned && this.isEnabled();
    super.enable(slots);
    if (!this.#warned) this.#warnOfTracing(wasTraced);
    this.#warned = true;
  }

  /** Open handles with types and names; warns when names had to be left out. */
  override handles(): HandleEntry[] {
    const before = this.#system.names.abandoned;
    const handles = super.handles();
    const missing = this.#system.names.abandoned - before;
    if (missing > 0) {
      this.#warn(
        `names of objects in ${this.name} that did not come in time and were left out: ${missing}`,
      );
    }
    return handles;
  }

  /** Closes the handles and releases the system. */
  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#system[Symbol.dispose]();
  }

  #warnOfTracing(wasTraced: boolean): void {
    this.#warn(
      `while tracing is on, each use of a bad handle raises an exception in ${this.name}, which ` +
        `ends it if it does not expect one`,
    );
    if (wasTraced) {
      this.#warn(`tracing was on already for ${this.name}: its earlier traces are gone`);
    }
    if (isWow64(this.#system.ntdll, this.#access)) {
      this.#warn(
        `${this.name} is 32-bit: part of the 16 frames of each of its traces is the 64-bit layer ` +
          `below it`,
      );
    }
    if (this.#system.ntdll.version().build >= BUILD_24H2 && !this.#isDebugger) {
      this.#warn("this Windows hides stacks from callers without SeDebugPrivilege; run elevated");
    }
  }

  #warn(warning: string): void {
    this.#options.warn?.(warning);
  }
}

/** Whether the process is a 32-bit one on 64-bit Windows; false if it may not be queried. */
function isWow64(ntdll: Ntdll, access: ProcessAccess): boolean {
  const attempt = `find out whether process ${access.processId} is 32-bit`;
  try {
    return queryPebs(ntdll, access.handle("query", attempt), attempt).wow64 !== undefined;
  } catch (error) {
    if (error instanceof NtStatusError) return false;
    throw error;
  }
}
