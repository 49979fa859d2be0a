/**
 * Handles that the system opens during a call by the program and keeps for itself: the program cannot close them, so it
 * is not to blame. They are recognized by the call itself: the object's type and name, and which module made the system
 * call.
 *
 * @module
 */
import type { ObjectInfo } from "../trace.ts";

/** A kind of handle that the system keeps. */
interface SystemOpen {
  /** Types of object. */
  readonly types: readonly string[];
  /** The object's name. */
  readonly name?: RegExp;
  /** Modules, one of which made the system call. */
  readonly callers: readonly string[];
  /** How many frames after the system call's own are in those modules; 1 by default. */
  readonly frames?: number;
}

/** Most frames that are checked. */
export const SYSTEM_FRAMES = 2;

/** kernel32 and kernelbase share the Windows API between them, differently from version to version. */
const API = ["kernelbase", "kernel32"];

/**
 * | what | recognized by |
 * | --- | --- |
 * | the mutex of OutputDebugString, kept from the first call on | Windows' documented debug buffer, `DBWinMutex` |
 * | directories of named objects: no function of the Windows API returns one | the API's own DLLs |
 * | what ntdll's thread pool, timers and locks wait with | ntdll itself: the API's functions are in other DLLs |
 * | threads of ntdll's own pool and timers | ntdll, for itself: its function for threads was called from ntdll |
 */
const SYSTEM_OPENS: readonly SystemOpen[] = [
  { types: ["Mutant"], name: /\\DBWinMutex$/i, callers: API },
  { types: ["Directory"], callers: [...API, "user32", "win32u"] },
  {
    types: [
      "Event",
      "IoCompletion",
      "IRTimer",
      "KeyedEvent",
      "Semaphore",
      "TpWorkerFactory",
      "Timer",
      "WaitCompletionPacket",
    ],
    callers: ["ntdll"],
  },
  { types: ["Thread"], callers: ["ntdll"], frames: SYSTEM_FRAMES },
];

/**
 * Whether the system keeps a handle for itself; `callers` are the names of the modules of the frames after the system
 * call's own, innermost first.
 */
export function isSystemOpen({ type, name }: ObjectInfo, callers: readonly string[]): boolean {
  return SYSTEM_OPENS.some((open) =>
    type !== undefined && open.types.includes(type) &&
    (open.name === undefined || open.name.test(name ?? "")) &&
    areOf(open, callers.slice(0, open.frames ?? 1))
  );
}

function areOf({ callers, frames = 1 }: SystemOpen, found: readonly string[]): boolean {
  return found.length === frames && found.every((name) => callers.includes(name.toLowerCase()));
}
