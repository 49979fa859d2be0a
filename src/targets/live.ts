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
import {
  type HandleEntry,
  type ProcessEntry,
  type Target,
  TraceControlError,
  TraceQueryError,
} from "../target.ts";
import { SE_DEBUG_PRIVILEGE, WindowsNtdll, type WindowsVersion } from "../win32/ntdll.ts";
import { type ObjectName, ObjectNames } from "../win32/object_names.ts";
import { WindowsProgram } from "../win32/program.ts";
import type { LaunchOptions, TargetKind, TargetOptions, TracedProgram } from "./_target_kind.ts";

/** What a live target asks of the system: Windows, or a test's stand-in for it. */
export interface LiveSystem extends Disposable {
  /** The system calls, with the two that only a live system is asked. */
  readonly ntdll: Ntdll & {
    version(): WindowsVersion;
    enablePrivilege(privilege: number): NtStatus;
  };
  /** Names of objects, asked for so that the answer always comes. */
  readonly names: {
    readonly abandoned: number;
    read(process: number, handle: number): ObjectName;
  };
}

/** How to open a live target. */
export type LiveOptions = Pick<TargetOptions, "keepTracing" | "warn"> & {
  /** Another ntdll than Windows' own; for tests, which have a stand-in that traces. */
  readonly library?: string;
};

/** A live process cannot be opened. */
export class LiveTargetError extends TypeError {
  /** Creates the error with the user's sentence. */
  constructor(message: string) {
    super(message);
    this.name = "LiveTargetError";
  }
}

const PROCESS_ID = /^(?:\d+|0x[0-9a-f]+)$/i;
const IMAGE_NAME = /^[^\\/:*?"<>|]+\.exe$/i;

/** The kind, for the table. A file of the same name is meant where there is one: a recording may be named `1234`. */
export const LIVE: TargetKind = {
  name: "live process",
  forms: [
    "1234, 0x4d2      a process of this Windows system, by its id",
    "notepad.exe      the same by its image's name, where only one process has it",
  ],
  accepts: ({ text, head }) =>
    IMAGE_NAME.test(text) || (PROCESS_ID.test(text) && head === undefined),
  open: (text, options) => Promise.try(openLive, text, options),
  launch: (on, command, options) => {
    if (on === undefined) return Promise.try(launchLive, command, options);
    throw new LiveTargetError(
      `Cannot start a program on "${on}": that names a process which runs; leave the target out`,
    );
  },
};

/** Opens a process of this system by id or image name. */
export function openLive(text: string, options: LiveOptions = {}): Target {
  if (Deno.build.os !== "windows") {
    throw new LiveTargetError(
      `Cannot open process "${text}": this is not Windows; open a recording or "emulated"`,
    );
  }
  return openOn(new WindowsSystem(options.library), text, options);
}

/** The processes of this system. */
export function liveProcesses(): ProcessEntry[] {
  if (Deno.build.os !== "windows") {
    throw new LiveTargetError(
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
    throw new LiveTargetError(
      `Cannot start "${command[0]}": this is not Windows; use the target "emulated"`,
    );
  }
  using untilTraced = new DisposableStack();
  const program = untilTraced.use(new WindowsProgram(command));
  const target = untilTraced.use(openLive(String(program.processId), options));
  target.control?.enable(options.slots);
  untilTraced.move();
  return {
    target,
    runToExit: () => program.runToExit(),
    [Symbol.dispose]: () => program[Symbol.dispose](),
  };
}

/** This Windows. */
class WindowsSystem implements LiveSystem {
  readonly ntdll: WindowsNtdll;
  readonly names: ObjectNames;

  constructor(library = "ntdll.dll") {
    this.ntdll = new WindowsNtdll(library);
    this.names = new ObjectNames({ library });
  }

  [Symbol.dispose](): void {
    this.names[Symbol.dispose]();
    this.ntdll[Symbol.dispose]();
  }
}

/** Opens a process of a system, and takes the system over: also when it cannot be opened. */
export function openOn(system: LiveSystem, text: string, options: LiveOptions = {}): Target {
  using untilOpen = new DisposableStack();
  untilOpen.use(system);
  // Before anything is opened: it opens processes of other users, and shows stacks since Windows 11 24H2.
  const isDebugger = system.ntdll.enablePrivilege(SE_DEBUG_PRIVILEGE) === 0;
  const process = findProcess(systemProcesses(system.ntdll), text);
  const target = new LiveProcess(system, process, isDebugger, options);
  untilOpen.move();
  return target;
}

/** Finds the one process that is meant. */
function findProcess(processes: readonly ProcessEntry[], text: string): ProcessEntry {
  const isId = PROCESS_ID.test(text);
  const matches = processes.filter(({ processId, imageName }) =>
    isId ? processId === Number(text) : imageName.toLowerCase() === text.toLowerCase()
  );
  const [process, another] = matches;
  if (process === undefined) {
    throw new LiveTargetError(
      `Cannot open process ${isId ? Number(text) : `"${text}"`}: there is no process of that ` +
        `${isId ? "id" : "name"}; "htrace processes" lists them`,
    );
  }
  if (another !== undefined) {
    const ids = matches.map(({ processId }) => processId).join(", ");
    throw new LiveTargetError(
      `Cannot open process "${text}": ${matches.length} processes have that name (${ids}); give ` +
        `one of their ids`,
    );
  }
  return process;
}

/** First build of Windows 11 24H2, which shows stacks only to callers with SeDebugPrivilege. */
const BUILD_24H2 = 26100;

/** A live process; what it switched on it switches off when disposed, unless told to keep it. */
class LiveProcess extends ProcessTarget {
  readonly #system: LiveSystem;
  readonly #processId: number;
  readonly #isDebugger: boolean;
  readonly #options: LiveOptions;
  /** Tracing is on and was off before this target enabled it. */
  #enabledHere = false;
  #warned = false;

  /** Takes over the system; `isDebugger` tells whether SeDebugPrivilege is enabled. */
  constructor(
    system: LiveSystem,
    { processId, imageName }: ProcessEntry,
    isDebugger: boolean,
    options: LiveOptions,
  ) {
    super({
      ntdll: system.ntdll,
      processId,
      name: `process ${processId} (${imageName})`,
      windowsVersion: system.ntdll.version(),
      objectName: (process, handle) => {
        const answer = system.names.read(process, handle);
        return answer.kind === "named" ? answer.name : undefined;
      },
    });
    this.#system = system;
    this.#processId = processId;
    this.#isDebugger = isDebugger;
    this.#options = options;
  }

  /** Enables tracing with an empty ring, and warns once of what that means for the process. */
  override enable(slots?: number): void {
    const wasTraced = !this.#enabledHere && this.#isTraced();
    super.enable(slots);
    this.#enabledHere ||= !wasTraced;
    if (!this.#warned) this.#warnOfTracing(wasTraced);
    this.#warned = true;
  }

  /** Disables tracing; the traces are gone. */
  override disable(): void {
    super.disable();
    this.#enabledHere = false;
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

  /** Switches off what was switched on, closes the handles and lets go of the system. */
  override [Symbol.dispose](): void {
    if (this.#enabledHere && !this.#options.keepTracing) this.#disableIfPossible();
    super[Symbol.dispose]();
    this.#system[Symbol.dispose]();
  }

  /** A process that has ended, or one on Windows XP, keeps its tracing to its end: nothing is left to do. */
  #disableIfPossible(): void {
    try {
      this.disable();
    } catch (error) {
      if (!(error instanceof TraceControlError)) throw error;
    }
  }

  #isTraced(): boolean {
    try {
      this.readTraces({ maxTraces: 1 });
      return true;
    } catch (error) {
      if (error instanceof TraceQueryError) return false;
      throw error;
    }
  }

  #warnOfTracing(wasTraced: boolean): void {
    this.#warn(
      `while tracing is on, each use of a bad handle raises an exception in ${this.name}, which ` +
        `ends it if it does not expect one`,
    );
    if (wasTraced) {
      this.#warn(`tracing was on already for ${this.name}: its earlier traces are gone`);
    }
    if (isWow64(this.#system.ntdll, this.#processId)) {
      this.#warn(
        `${this.name} is 32-bit: part of the 16 frames of each of its traces is the 64-bit layer ` +
          `below it`,
      );
    }
    if (this.#system.ntdll.version().build >= BUILD_24H2 && !this.#isDebugger) {
      this.#warn("this Windows hides stacks from callers without SeDebugPrivilege; run elevated");
    }
  }

  #warn(sentence: string): void {
    this.#options.warn?.(sentence);
  }
}

/** Whether the process is a 32-bit one on 64-bit Windows; one that may not be asked is taken for none. */
function isWow64(ntdll: Ntdll, processId: number): boolean {
  const attempt = `find out whether process ${processId} is 32-bit`;
  using access = new ProcessAccess(ntdll, processId);
  try {
    return queryPebs(ntdll, access.handle("query", attempt), attempt).wow64 !== undefined;
  } catch (error) {
    if (error instanceof NtStatusError) return false;
    throw error;
  }
}
