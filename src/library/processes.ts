/**
 * The processes whose handles can be traced.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import type { ProcessEntry, Target } from "../target.ts";
import { liveProcesses } from "../targets/mod.ts";

/**
 * The processes of a target's system, or of this one, most open handles first: a leak climbs to the top.
 *
 * ```ts
 * import { listProcesses, openTarget } from "@htrace/htrace";
 *
 * using target = await openTarget("emulated:kernel");
 * console.log((await listProcesses(target)).map(({ imageName }) => imageName));
 * ```
 */
export async function listProcesses(target?: Target): Promise<ProcessEntry[]> {
  const processes = await processesOf(target);
  return processes.toSorted((a, b) => (b.handleCount ?? 0) - (a.handleCount ?? 0));
}

async function processesOf(target: Target | undefined): Promise<readonly ProcessEntry[]> {
  if (target === undefined) return liveProcesses();
  if (target.processes !== undefined) return await target.processes();
  throw new TargetError(
    `Cannot list processes: ${target.name} has one only; leave the target out for those of this ` +
      `machine`,
  );
}
