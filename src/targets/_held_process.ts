/**
 * Finds a process of this system from the user's input, and holds it from then on.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import { ProcessAccess } from "../nt/process_access.ts";
import { systemProcesses } from "../nt/system_processes.ts";
import type { ProcessEntry, TargetIdentity } from "../target.ts";
import { SE_DEBUG_PRIVILEGE } from "../win32/constants.ts";
import { WindowsNtdll } from "../win32/ntdll.ts";

/** A process id as users type it: decimal, or hexadecimal with `0x`. */
export const PROCESS_ID = /^(?:\d+|0x[0-9a-f]+)$/i;

/** Finds the one process that `text` refers to. */
export function findProcess(processes: readonly ProcessEntry[], text: string): ProcessEntry {
  const isId = PROCESS_ID.test(text);
  const matches = processes.filter(({ processId, imageName }) =>
    isId ? processId === Number(text) : imageName.toLowerCase() === text.toLowerCase()
  );
  const [process, another] = matches;
  if (process === undefined) {
    throw new TargetError(
      `Cannot open process ${isId ? Number(text) : `"${text}"`}: there is no process of that ` +
        `${isId ? "id" : "name"}; "htrace processes" lists them`,
    );
  }
  if (another !== undefined) {
    const ids = matches.map(({ processId }) => processId).join(", ");
    throw new TargetError(
      `Cannot open process "${text}": ${matches.length} processes have that name (${ids}); give ` +
        `one of their ids`,
    );
  }
  return process;
}

/** A process of this system that is held until disposed, so that its id is not reused. */
export interface HeldProcess extends Disposable {
  /** Which process it is. */
  readonly identity: TargetIdentity;
}

/** Holds the process with an id, for a reader that opens it by id, as the debugger engine does. */
export function holdProcess(processId: number): HeldProcess {
  using untilHeld = new DisposableStack();
  const ntdll = untilHeld.use(new WindowsNtdll());
  // If it can be enabled, processes of other users can be opened too.
  ntdll.enablePrivilege(SE_DEBUG_PRIVILEGE);
  const process = findProcess(systemProcesses(ntdll), String(processId));
  untilHeld.use(ProcessAccess.pin(ntdll, process));
  const resources = untilHeld.move();
  const { imageName, startTime } = process;
  return {
    identity: { processId, imageName, ...(startTime && { startTime }) },
    [Symbol.dispose]: () => resources[Symbol.dispose](),
  };
}
