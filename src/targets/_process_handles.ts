/**
 * The open handles of a running process of this system, with their types: a recorder's log is checked against them.
 *
 * @module
 */
import { HtraceError } from "../error.ts";
import { handleTypeName, listHandles } from "../nt/open_handles.ts";
import { ProcessAccess } from "../nt/process_access.ts";
import { systemProcesses } from "../nt/system_processes.ts";
import type { HandleEntry } from "../target.ts";
import { WindowsNtdll } from "../win32/ntdll.ts";

/** Identifies a process; the image and the time show whether its id has been reused. */
export interface RunningProcess {
  /** Its id. */
  readonly processId: number;
  /** File name of its image. */
  readonly imageName: string;
  /** A time at which it was running. */
  readonly ranAt: Date;
}

/** Lists the handles of a process; undefined if it has ended, may not be read, or this is not Windows. */
export function processHandles(process: RunningProcess): HandleEntry[] | undefined {
  if (Deno.build.os !== "windows") return undefined;
  using ntdll = new WindowsNtdll();
  const found = systemProcesses(ntdll).find(({ processId }) => processId === process.processId);
  const isSame = found?.imageName.toLowerCase() === process.imageName.toLowerCase() &&
    !(found.startTime !== undefined && found.startTime > process.ranAt);
  if (!isSame) return undefined;
  try {
    using access = ProcessAccess.pin(ntdll, found);
    const attempt = `list the handles of process ${process.processId}`;
    const handles = listHandles(ntdll, access.handle("query", attempt), process.processId);
    const source = access.handle("duplicate", attempt);
    return handles.map((entry) => {
      const type = handleTypeName(ntdll, source, entry.handle);
      return { ...entry, ...(type !== undefined && { type }) };
    });
  } catch (error) {
    if (error instanceof HtraceError) return undefined;
    throw error;
  }
}
