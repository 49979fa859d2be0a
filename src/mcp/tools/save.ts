/**
 * Writes a file: a report in any format, a recording, a dump for WinDbg. The only tool that changes anything.
 *
 * @module
 */
import * as z from "../sdk/sdk.js";
import type { Rendered, Report } from "../../analysis.ts";
import { UsageError } from "../../error.ts";
import { convert, record } from "../../library/mod.ts";
import { withNewFiles } from "../../library/new_files.ts";
import { writeRendered, writtenPaths } from "../../library/write_rendered.ts";
import { REPORT_TABLE } from "../../reports/mod.ts";
import { jsonText, type PlainObject } from "../answer_text.ts";
import { FILTER } from "../filter.ts";
import { checkIsLocal } from "../network.ts";
import type { OpenTargets } from "../open_targets.ts";
import { type Tool, tool } from "../tool.ts";
import { notesView } from "../views.ts";
import { type AnalysisInput, analysisOf } from "./_analysis.ts";
import { COMPARED, TARGET, TEXT } from "./_inputs.ts";

/** Forms other than reports, with their extensions. */
const WHOLE_TARGETS = { recording: ".htrace", minidump: ".dmp" } as const;
type WholeTarget = keyof typeof WHOLE_TARGETS;

const FORMATS = [...REPORT_TABLE.map(({ name }) => name), ...Object.keys(WHOLE_TARGETS)];

/** The tool. */
export const SAVE_TOOL: Tool = tool({
  name: "save",
  title: "Write a file",
  description: "Writes a report of a target to a file, or the whole target as a recording " +
    "(*.htrace, for htrace elsewhere) or minidump (*.dmp, for WinDbg's own !htrace). The format " +
    `follows the extension, or is one of ${FORMATS.join(", ")}. A file that is there is kept ` +
    "unless replace is true.",
  writes: true,
  input: {
    target: TARGET,
    path: TEXT.describe("The file; its folder must exist"),
    format: z.enum(FORMATS).optional().describe("Otherwise by the extension"),
    replace: z.boolean().default(false).describe("Replace a file of that name"),
    ...COMPARED,
    ...FILTER,
  },
}, async (targets, { path, format, replace, ...input }) => {
  if (!targets.options.online) checkIsLocal(path, Deno.build.os);
  const form = format ?? formatOf(path);
  const whole = isWholeTarget(form) ? form : undefined;
  if (whole !== undefined) {
    const about = await withNewFiles([path], replace, () => saveWhole(targets, input, whole, path));
    return jsonText({ format: form, files: [path], ...about });
  }
  const report = REPORT_TABLE.find(({ name }) => name === form)!; // FORMATS are its names
  const { rendered, about } = await render(targets, input, report);
  const files = writtenPaths(path, rendered);
  await withNewFiles(files, replace, () => writeRendered(path, rendered));
  return jsonText({ format: form, files, ...about });
});

async function render(
  targets: OpenTargets,
  input: AnalysisInput,
  report: Report,
): Promise<{ readonly rendered: Rendered; readonly about: PlainObject }> {
  const analysis = await analysisOf(targets, input);
  return { rendered: await report.render(analysis), about: notesView(analysis) };
}

async function saveWhole(
  targets: OpenTargets,
  { target }: AnalysisInput,
  form: WholeTarget,
  path: string,
): Promise<PlainObject> {
  const { session } = targets.get(target);
  if (form === "recording") {
    const { log, modules } = await record(session, path);
    return { traces: log.count, modules: modules.length };
  }
  const { log, modules, losses } = await convert(session, path);
  return { traces: log.count, modules, notes: [`a minidump cannot hold: ${losses.join("; ")}`] };
}

function isWholeTarget(form: string): form is WholeTarget {
  return form in WHOLE_TARGETS;
}

/** The longest extension counts: `.speedscope.json` is not `.json`. */
function formatOf(path: string): string {
  const forms: (readonly [name: string, extension: string | undefined])[] = [
    ...REPORT_TABLE.map(({ name, extension }) => [name, extension] as const),
    ...Object.entries(WHOLE_TARGETS),
  ];
  const [found] = forms
    .filter(([, extension]) => extension && path.toLowerCase().endsWith(extension))
    .sort(([, a], [, b]) => b!.length - a!.length);
  if (found !== undefined) return found[0];
  throw new UsageError(
    `Cannot tell the format of "${path}": its extension belongs to none; give a format`,
  );
}
