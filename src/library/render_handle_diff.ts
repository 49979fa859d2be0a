/**
 * The difference of two handle lists as text.
 *
 * @module
 */
import type { HandleEntry } from "../target.ts";
import type { HandleListDiff } from "./handle_diff.ts";

/** The difference as text, with what it cannot say and, in `reason`, why there is no trace to say it. */
export function renderHandleDiff(diff: HandleListDiff, reason: string): string {
  const { opened, closed, replaced } = diff;
  const lines = [
    `${opened.length} opened, ${closed.length} closed, ${replaced.length} replaced, ${diff.kept} kept.`,
    ...section("Opened", opened.map(handleText)),
    ...section("Closed", closed.map(handleText)),
    ...section(
      "Replaced",
      replaced.map(({ before, now }) => `${handleText(before)} -> ${objectText(now)}`),
    ),
    ...section(
      "By type",
      diff.types.map(({ type, before, now }) => `${type}: ${before} -> ${now}`),
    ),
    "",
    `No stacks, and nothing of handles opened and closed in between: ${reason}.`,
  ];
  if (!diff.byObject) {
    lines.push(
      "Object addresses were not shown: a value reused for the same type and name counts as kept.",
    );
  }
  return lines.join("\n") + "\n";
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", `${title}:`, ...lines.map((line) => `  ${line}`)];
}

function handleText(entry: HandleEntry): string {
  return `0x${entry.handle.toString(16).padStart(4, "0")} ${objectText(entry)}`;
}

function objectText({ type = "unknown", objectName }: HandleEntry): string {
  return objectName ? `${type} ${objectName}` : type;
}
