/**
 * The difference of two handle lists as text.
 *
 * @module
 */
import { linesText } from "../escape_text.ts";
import type { HandleListDiff, ReplacedHandle } from "./handle_diff.ts";
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
  const lines = [
    diff === undefined ? `${thousands(before)} -> ${thousands(now)} handles.` : summaryOf(diff),
    ...section("By type and name, most grown first", limited(growth, top, growthText)),
    ...section("By type", limited(diff?.types ?? [], top, growthText)),
    ...section("Opened", objectLines(diff?.opened ?? [], top)),
    ...section("Closed", objectLines(diff?.closed ?? [], top)),
    ...section("Replaced", limited(diff?.replaced ?? [], top, replacedText)),
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

function replacedText({ before, now }: ReplacedHandle): string {
  return `${handleText(before)} -> ${objectText(now)}`;
}

function growthText({ type, name = "", before, now }: HandleGrowth): string {
  return `${objectText({ type, objectName: name })}: ${thousands(before)} -> ${thousands(now)}`;
}
