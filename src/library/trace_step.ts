/**
 * Creates traces for a target without a past: one that runs only while it is open.
 *
 * @module
 */
import { runToStop } from "../run_to_stop.ts";
import type { Session } from "../session.ts";

/**
 * Enables tracing and runs the target to its next stop, if it is one that restarts with each verb; a live process was
 * traced earlier, and a recording is already complete. Marks that its program sets then become snapshots. Returns
 * whether it ran. A long run leaves room for the event loop.
 *
 * ```ts
 * import { openTarget, Session, traceStep } from "@htrace/htrace";
 *
 * using session = new Session(await openTarget("emulated", { args: ["leak", "3"] }));
 * await traceStep(session);
 * console.log((await session.diff()).listed.length); // 3
 * ```
 */
export async function traceStep(session: Session): Promise<boolean> {
  if (!session.target.restarts) return false;
  await session.enable();
  const { execution } = session.target;
  if (execution !== undefined) {
    await runToStop(execution, { onMark: (name) => session.mark(name) });
  }
  return true;
}
