/**
 * Handles that the system opens under a call of the program's and keeps for itself: nobody can close them, so nobody is to
 * blame. Told by what the call itself says: the object's type and name, and which module made the system call.
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
  /** Modules one of which made the system call. */
  readonly callers: readonly string[];
  /** Not only the first frame behind the system call's is theirs, but so many; 1 unless said otherwise. */
  readonly frames?: number;
}

/** The most frames that are looked at. */
export const SYSTEM_FRAMES = 2;

/** kernel32 and kernelbase share the Windows API between them, differently from version to version. */
const API = ["kernelbase", "kernel32"];

/**
 * | what | by |
 * | --- | --- |
 * | the mutex of OutputDebugString, kept from the first call on | Windows' documented debug buffer, `DBWinMutex` |
 * | directories of named objects: no function of the Windows API gives one out | the API's own DLLs |
 * | what the thread pool, timers and locks of ntdll wait with | ntdll itself: the API's functions are in other DLLs |
 * | threads of ntdll's own pool and timers | ntdll, for itself: its function for threads was called by itself |
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
 * Whether the system keeps a handle for itself; `callers` are the names of the modules of the frames behind the system
 * call's, innermost first.
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
