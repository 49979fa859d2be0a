/**
 * Wording that several reports share: the stories of bad references, closes that look wrong.
 *
 * @module
 */
import type { Analysis, Misuse } from "../analysis.ts";
import { counted, misuseTitle, stackPlace } from "../plain_text.ts";
import type { SuspiciousCloser } from "../analysis/suspicious_closers.ts";
import { operationAt, type StackId } from "../trace_log.ts";

/** Who opened a handle, who closed it, and who then used it. */
export function misuseStory({ log, stacks }: Analysis, misuse: Misuse): string {
  const step = (verb: string, trace: number | undefined, stack?: StackId): string[] => {
    const id = trace === undefined ? stack : log.stack[trace];
    if (id === undefined) return [];
    const thread = trace === undefined ? 0 : operationAt(log, trace).threadId;
    return [
      `${verb} by ${stackPlace(stacks.get(id))}${thread === 0 ? "" : ` in thread ${thread}`}`,
    ];
  };
  const used = misuse.verdict === "double close" ? "closed again" : "used";
  const steps = [
    ...step("opened", misuse.open),
    ...step("closed", misuse.close),
    ...step(used, misuse.badReference, misuse.stack),
  ];
  const story = steps.length === 0 ? "the source does not say where" : steps.join(", then ");
  return `${misuseTitle(misuse)}: ${story}.`;
}

/** Why a close looks like somebody else's. */
export function closerText({ stacks }: Analysis, closer: SuspiciousCloser): string {
  const nameOf = (stack: StackId): string => stackPlace(stacks.get(stack));
  const sure = closer.badReferences > 0;
  const why = sure
    ? `${counted(closer.badReferences, "bad reference")} followed`
    : `the value was then given to another stack ${counted(closer.foreignOpens, "time")}`;
  return `${sure ? "Probably" : "Possibly"} a wrong close: ${nameOf(closer.stack)} closed ` +
    `${counted(closer.count, "handle")} of ${
      nameOf(closer.group.stack)
    }, which others close; ${why}.`;
}
