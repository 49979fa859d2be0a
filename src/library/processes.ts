/**
 * The processes that handles can be traced of.
 *
 * @module
 */
import { type ProcessEntry, type Target, TraceQueryError } from "../target.ts";
import { liveProcesses } from "../targets/mod.ts";

/**
 * The processes of a target's system, or of this one, most open handles first: a leak climbs to the top.
 *
 * ```ts
 * import { listProcesses, openTarget } from "@htrace/htrace";
 *
 * using target = await openTarget("emulated:kernel");
 * console.log(listProcesses(target).map(({ imageName }) => imageName));
 * ```
 */
export function listProcesses(target?: Target): ProcessEntry[] {
  return processesOf(target).toSorted((a, b) => (b.handleCount ?? 0) - (a.handleCount ?? 0));
}

function processesOf(target: Target | undefined): ProcessEntry[] {
  if (target === undefined) return liveProcesses();
  if (target.processes !== undefined) return target.processes();
  throw new TraceQueryError(
    `Cannot list processes: ${target.name} has one only; leave the target out for those of this ` +
      `machine`,
  );
}
