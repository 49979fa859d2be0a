/**
 * The past of a target that has none: one that runs only while it is open.
 *
 * @module
 */
import type { Session } from "../session.ts";

/**
 * Where a target is one that htrace itself runs and traces (the emulated machine in user mode), enables tracing and
 * runs it to its next stop. It begins anew whenever it is opened, so that what one verb enables the next one could
 * never see; a live process was traced before, and everything recorded is over. Answers whether it ran.
 *
 * ```ts
 * import { openTarget, Session, traceStep } from "@htrace/htrace";
 *
 * using session = new Session(await openTarget("emulated", { args: ["leak", "3"] }));
 * traceStep(session);
 * console.log((await session.diff()).listed.length); // 3
 * ```
 */
export function traceStep(session: Session): boolean {
  const { control, execution } = session.target;
  if (control === undefined || execution === undefined) return false;
  session.enable();
  execution.go();
  return true;
}
