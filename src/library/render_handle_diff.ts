/**
 * The difference of two handle lists as text.
 *
 * @module
 */
import { linesText } from "../escape_text.ts";
import type { HandleListDiff } from "./handle_diff.ts";
import type { HandleGrowth } from "./handle_groups.ts";
import type { HandlesResult } from "./handles.ts";
import { thousands } from "../plain_text.ts";
import { handleText, limited, objectLines, objectText, section } from "./_handle_text.ts";

/** Default maximum of lines in a section. */
const USUAL_TOP = 50;

/** The difference as text, with what it cannot say; `top` is the maximum of lines in a section. */
export function renderHandleDiff(
  { diff, before, now, growth, reason }: HandlesResult,
  top = USUAL_TOP,
): string {
  const part = (title: string, lines: readonly string[]): string[] =>
    section(title, limited(lines, top, (line) => line));
  const lines = [
    diff === undefined ? `${thousands(before)} -> ${thousands(now)} handles.` : summaryOf(diff),
    ...part("By type and name, most grown first", growth.map(growthText)),
    ...part("By type", (diff?.types ?? []).map(growthText)),
    ...part("Opened", objectLines(diff?.opened ?? [])),
    ...part("Closed", objectLines(diff?.closed ?? [])),
    ...part(
      "Replaced",
      (diff?.replaced ?? []).map((handle) =>
        `${handleText(handle.before)} -> ${objectText(handle.now)}`
      ),
    ),
    "",
    `Handle lists show neither stacks nor handles that were opened and closed in between: ${reason}.`,
  ];
  if (diff?.byObject === false) {
    lines.push(
      "Object addresses were not shown: a value reused for the same type and name counts as kept.",
    );
  }
  return linesText(lines);
}

function summaryOf({ opened, closed, replaced, kept }: HandleListDiff): string {
  return `${thousands(opened.length)} opened, ${thousands(closed.length)} closed, ` +
    `${thousands(replaced.length)} replaced, ${thousands(kept)} kept.`;
}

function growthText({ type, name = "", before, now }: HandleGrowth): string {
  return `${objectText({ type, objectName: name })}: ${thousands(before)} -> ${thousands(now)}`;
}
