/**
 * The complete text of a report that is produced in pieces: for programs and tests.
 *
 * @module
 */
import type { Analysis, Report } from "../analysis.ts";

/** Renders an analysis as text. Throws a TypeError for a report that produces bytes or files. */
export async function readText(report: Report, analysis: Analysis): Promise<string> {
  const rendered = await report.render(analysis);
  if (typeof rendered === "string") return rendered;
  if (rendered instanceof Uint8Array || Array.isArray(rendered) || !("next" in rendered)) {
    throw new TypeError(`Cannot render "${report.name}" as text: it makes files of bytes`);
  }
  return [...rendered].join("");
}
