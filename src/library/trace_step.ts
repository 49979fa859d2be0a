/**
 * The past of a target that has none: one that runs only while it is open.
 *
 * @module
 */
import type { Session } from "../session.ts";
import type { Target } from "../target.ts";

/**
 * Whether a target is one that htrace itself runs and traces: the emulated machine in user mode. It begins anew
 * whenever it is opened, so that what one verb enables the next one could never see.
 */
export function beginsAnew(target: Target): boolean {
  return target.control !== undefined && target.execution !== undefined;
}

/**
 * Enables tracing and runs the target to its next stop, where it is one that begins anew; a live process was traced
 * before, and everything recorded is over. Answers whether it ran.
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
  const { target } = session;
  if (!beginsAnew(target)) return false;
  session.enable();
  target.execution?.go();
  return true;
}
