/**
 * `htrace show <target> [handle]`: the traces, newest first.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import { parseAddress, parseCount, parseHandle, TARGET } from "./_arguments.ts";
import type { CliContext } from "./_context.ts";
import { ANALYSIS_FLAGS, type AnalysisFlags, warnTo, writeAnalysis } from "./_output.ts";
import { withProgress } from "./_progress.ts";
import { SYMBOL_FLAGS, type SymbolFlags, symbolOptions } from "./_symbol_flags.ts";

interface Flags extends AnalysisFlags, SymbolFlags {
  readonly max?: number;
  readonly process?: bigint;
}

/** The verb. */
export const show: Command<CliContext> = buildCommand<Flags, [string, number?], CliContext>({
  docs: {
    brief: "List the traces of a target, or those of one handle",
    fullDescription: `Lists traces, newest first, as "!htrace" does.

An emulated machine in user mode is traced over its step first; what follows "--" are arguments for its program.

Examples:
  htrace show 4242
  htrace show service.htrace 1a4
  htrace show emulated:kernel --max 3
  htrace show emulated --group --json -- leak 3`,
  },
  parameters: {
    flags: {
      max: {
        kind: "parsed",
        parse: parseCount,
        optional: true,
        placeholder: "n",
        brief: "Stop after so many traces",
      },
      process: {
        kind: "parsed",
        parse: parseAddress,
        optional: true,
        placeholder: "address",
        brief: "Another process than the current one, by its address; kernel mode only",
      },
      ...ANALYSIS_FLAGS,
      ...SYMBOL_FLAGS,
    },
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
  const { openSession } = await import("./_open_session.ts");
  const { traceStep } = await import("../library/mod.ts");
  const { max, process, group = false, names = false } = flags;
  using session = await openSession(
    spec,
    this.targetArguments,
    symbolOptions(flags, this.process),
    { warn: warnTo(this.process) },
  );
  traceStep(session);
  const query = {
    ...(handle !== undefined && { handle }),
    ...(max !== undefined && { maxTraces: max }),
    ...(process !== undefined && { process }),
  };
  const analysis = await withProgress(
    this.process,
    "reading traces and naming their stacks",
    session.show({ ...query, group, names }),
  );
  writeAnalysis(this.process, analysis, flags);
}
