/**
 * `htrace diff <target> [snapshot]`: what was opened since and is open still.
 *
 * @module
 */
import { buildCommand, type Command } from "@stricli/core";
import type { Session } from "../session.ts";
import type { Target } from "../target.ts";
import { SNAPSHOT, TARGET, toggle } from "./_arguments.ts";
import { type CliContext, type CliProcess, UsageError } from "./_context.ts";
import {
  ANALYSIS_FLAGS,
  type AnalysisFlags,
  warnTo,
  writeAnalysis,
  writeJson,
  writeText,
} from "./_output.ts";
import { withProgress } from "./_progress.ts";
import { SYMBOL_FLAGS, type SymbolFlags, symbolOptions } from "./_symbol_flags.ts";

interface Flags extends AnalysisFlags, SymbolFlags {
  readonly handles?: boolean;
}

/** The verb. */
export const diff: Command<CliContext> = buildCommand<Flags, [string, string?], CliContext>({
  docs: {
    brief: "List the handles opened since a snapshot and still open",
    fullDescription:
      `Lists the handles that were opened since a snapshot and not closed since, as "!htrace -diff" does.

Without a snapshot it takes the one that a recording has, else the moment at which tracing was enabled. What is listed
is not yet a leak: --group shows which stacks always close theirs. An emulated machine is traced over its step first;
what follows "--" are arguments for its program.

With --handles it compares lists of open handles by value, object, type and name. That needs no tracing.

Examples:
  htrace diff 4242 before.htrace
  htrace diff service.htrace --group --names
  htrace diff emulated -- leak 3
  htrace diff service.exe before.htrace --handles`,
  },
  parameters: {
    flags: {
      handles: toggle("Compare the open handles instead of the traces: needs no tracing"),
      ...ANALYSIS_FLAGS,
      ...SYMBOL_FLAGS,
    },
    positional: { kind: "tuple", parameters: [TARGET, SNAPSHOT] },
  },
  func: runDiff,
});

async function runDiff(
  this: CliContext,
  flags: Flags,
  spec: string,
  snapshotPath?: string,
): Promise<void> {
  const { openSession } = await import("./_open_session.ts");
  const { traceStep } = await import("../library/mod.ts");
  const { openTarget } = await import("../targets/mod.ts");
  using opened = new DisposableStack();
  const earlier = snapshotPath === undefined
    ? undefined
    : opened.use(await openTarget(snapshotPath));
  const symbols = symbolOptions(flags, this.process);
  const options = { warn: warnTo(this.process) };
  const session = opened.use(
    await openSession(spec, this.targetArguments, symbols, options),
  );
  traceStep(session);
  if (flags.handles) await writeHandleDiff(this.process, flags, session.target, earlier);
  else await writeTraceDiff(this.process, flags, session, earlier);
}

async function writeTraceDiff(
  process: CliProcess,
  flags: Flags,
  session: Session,
  earlier: Target | undefined,
): Promise<void> {
  const { diffSince } = await import("../library/mod.ts");
  const { group = false, names = false } = flags;
  const analysis = await withProgress(
    process,
    "comparing traces and naming their stacks",
    diffSince(session, earlier, { group, names }),
  );
  writeAnalysis(process, analysis, flags);
}

async function writeHandleDiff(
  process: CliProcess,
  { json = false }: Flags,
  target: Target,
  earlier: Target | undefined,
): Promise<void> {
  if (earlier === undefined) {
    throw new UsageError(
      'Cannot compare handles: there is no snapshot; give the file of an earlier "htrace snapshot"',
    );
  }
  const { diffHandles, renderHandleDiff } = await import("../library/mod.ts");
  const { diff, reason } = diffHandles(target, earlier);
  if (json) writeJson(process, { target: target.name, ...diff, reason });
  else writeText(process, renderHandleDiff(diff, reason));
}
