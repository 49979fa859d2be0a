/**
 * Who leaks: a verdict and a table.
 *
 * @module
 */
import { escapeText } from "../../escape_text.ts";
import { readText, REPORTS } from "../../reports/mod.ts";
import { linesAnswer } from "../answer_text.ts";
import { FILTER } from "../filter.ts";
import { type Tool, tool } from "../tool.ts";
import { notesOf } from "../views.ts";
import { analysisOf } from "./_analysis.ts";
import { COMPARED, TARGET } from "./_inputs.ts";

/** The tool. */
export const SUMMARY_TOOL: Tool = tool({
  name: "summary",
  title: "Who leaks",
  description: "Says who leaks in one sentence, with the ten worst stacks, the first bad " +
    "references and what is uncertain. Ask this first. The next step is groups, then stack.",
  input: { target: TARGET, ...COMPARED, ...FILTER },
}, async (targets, input) => {
  const analysis = await analysisOf(targets, input);
  const text = withoutNextStep(await readText(REPORTS.summary, analysis));
  const { log: { count, incomplete }, handles = [] } = analysis;
  const more = [
    ...notesOf(analysis).map(escapeText).filter((note) => !text.includes(note)),
    ...(count === 0 && incomplete !== undefined && handles.length > 0
      ? [`it has ${handles.length} open handles, which the tool handles counts by type and name`]
      : []),
  ];
  const notes = more.map((note) => `\nNote: ${note}`).join("");
  return linesAnswer(`${text.trimEnd()}${notes && `\n${notes}`}`, "ask groups for them");
});

/** The report ends with a command line, for which an assistant has tools. */
function withoutNextStep(text: string): string {
  const next = text.lastIndexOf("\n\nNext: ");
  return next < 0 ? text : text.slice(0, next);
}
