/**
 * `htrace show <target> [handle]`: the traces, newest first.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import type { Report } from "../analysis.ts";
import { UsageError } from "../error.ts";
import type { Session } from "../session.ts";
import type { Target } from "../target.ts";
import { ANALYSIS_FLAGS, type AnalysisFlags, answerOf, requestOf } from "./_analysis_flags.ts";
import { EMULATED_HELP, parseHandle, TARGET, toggle } from "./_arguments.ts";
import { shellWord, targetOptions } from "./_command_words.ts";
import type { CliContext } from "./_context.ts";
import { writeHandlesInstead } from "./_handle_lists.ts";
import { warnTo, writeJson, writeReport, writeText } from "./_output.ts";
import { chosenReport, REPORT_ALIASES } from "./_report_flags.ts";
import { symbolOptions } from "./_symbol_flags.ts";
import { withProgress } from "./terminal/progress.ts";
import type { CliProcess } from "./terminal/streams.ts";

interface Flags extends AnalysisFlags {
  readonly answers?: boolean;
  readonly handles?: boolean;
}

/** The verb. */
export const show: Command<CliContext> = buildCommand<
  Flags,
  [string, number?],
  CliContext
>({
  docs: {
    brief: "List the traces of a target, or those of one handle",
    customUsage: ["[options] <target> [<handle>] [-- arguments]"],
    fullDescription: `Lists traces, newest first, as "!htrace" does.

${EMULATED_HELP}

In a debugger log the last !htrace output with entries is listed; --answers lists all outputs, --answer chooses one. With
--handles, and for a handle list, open handles are counted by type, name and object.

Examples:
  htrace show 4242
  htrace show service.htrace 1a4
  htrace show pasted.txt --answers
  htrace show handles.txt
  htrace show service.htrace --type badref --focus "orders!"
  htrace show emulated:kernel --max 3
  htrace show emulated --group -- leak 3
  htrace show service.htrace -o service.json`,
  },
  parameters: {
    flags: {
      answers: toggle("List the outputs of !htrace that a debugger log has"),
      handles: toggle("Count the open handles by type, name and object instead of listing traces"),
      ...ANALYSIS_FLAGS,
    },
    aliases: REPORT_ALIASES,
    positional: {
      kind: "tuple",
      parameters: [TARGET, {
        parse: parseHandle,
        placeholder: "handle",
        brief: "Only the traces of this handle, in hexadecimal",
        optional: true,
      }],
    },
  },
  func: runShow,
});

async function runShow(
  this: CliContext,
  flags: Flags,
  spec: string,
  handle?: number,
): Promise<void> {
  const report = await chosenReport(flags, "classic");
  const { openSession, runStep } = await import("./_open_session.ts");
  const asks = flags.answers || flags.handles;
  using session = await openSession(this.process, spec, {
    args: this.targetArguments,
    symbols: symbolOptions(flags, this.process),
    process: flags.process,
    ...(!asks && { warn: warnTo(this.process) }),
    ...answerOf(flags),
  });
  if (flags.answers) return await writeAnswers(this.process, session.target, report);
  await runStep(this.process, session);
  const isList = session.target.kind === "handle list" && report.name === "classic";
  if (flags.handles || isList) return await writeHandles(this.process, session, flags);
  const request = await requestOf(
    handle === undefined ? flags : { ...flags, handle },
    session,
    report,
  );
  const analysis = await withProgress(
    this.process,
    "reading traces and naming their stacks",
    session.show(request),
  );
  const { targetArguments } = this;
  await writeReport(this.process, report, analysis, {
    ...flags,
    spec: shellWord(spec),
    targetOptions: targetOptions(flags),
    targetArguments,
  });
  if (flags.output === undefined) {
    await writeHandlesInstead(this.process, session, analysis, report);
  }
}

async function writeAnswers(
  process: CliProcess,
  { name, kind, answers }: Target,
  { name: format }: Report,
): Promise<void> {
  if (answers === undefined) {
    throw new UsageError(
      `Cannot list the answers of "${name}": it is a ${kind}, and only debugger logs have some; leave --answers out`,
    );
  }
  const { answerJson } = await import("../reports/json.ts");
  if (format === "json") writeJson(process, answers.map(answerJson));
  else if (format === "jsonl") answers.forEach((answer) => writeJson(process, answerJson(answer)));
  else {
    const { renderAnswers } = await import("../library/mod.ts");
    writeText(process, renderAnswers(answers));
  }
}

async function writeHandles(
  process: CliProcess,
  session: Session,
  { process: named, top }: Flags,
): Promise<void> {
  const { findProcess, handlesOf, renderHandleGroups } = await import("../library/mod.ts");
  const ref = named === undefined ? session.process : await findProcess(session.target, named);
  const handles = await handlesOf(session.target, ref);
  const counts = await session.target.handleCounts?.(ref);
  writeText(process, renderHandleGroups(handles, { counts, top }));
}
