/**
 * A stack as text in the layout of `!htrace`, and copying to the clipboard.
 *
 * @module
 */
import { counted, signed } from "../../plain_text.ts";
import { SEPARATOR } from "../_debugger_text.ts";
import type { PageStack } from "./data/page_data.ts";
import type { Model, Row } from "./model.ts";

/** The text of a row: its counts, its newest open, and who closed its handles. */
export function rowText(model: Model, row: Row): string {
  const counts = [
    counted(row.opened, "handle") + " opened",
    `${counted(row.closed, "handle")} closed`,
    `${counted(row.outstanding, "handle")} open`,
    ...(row.delta === undefined ? [] : [`${signed(row.delta)} since the snapshot`]),
    row.known ? "known" : row.judgement,
  ];
  const lines = [
    counts.join(", "),
    SEPARATOR,
    ...(row.heading < 0 ? [] : [model.text(row.heading)]),
    ...stackLines(model, row.stack),
  ];
  for (const [stack, count] of row.closers) {
    lines.push("", `Closed ${counted(count, "time")} by`, ...stackLines(model, stack));
  }
  return [...lines, SEPARATOR, ""].join("\n");
}

/** The lines of a stack; an inlined function has no address, and debuggers list it without one. */
export function stackLines(model: Model, stack: PageStack): string[] {
  return model.stack(stack).map((id) => {
    const { line, name } = model.frames[id]!;
    return line === "" ? `(Inline) ${name}` : line;
  });
}

/** Puts a text on the clipboard; false if the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages from files often may not: the old way.
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const isDone = document.execCommand("copy");
    area.remove();
    return isDone;
  }
}
