/**
 * How verbs write their results: reports, warnings, JSON.
 *
 * @module
 */
import type { Analysis, Rendered, RenderOptions, Report, UncertaintyKind } from "../analysis.ts";
import { UsageError } from "../error.ts";
import type { Recording } from "../recording/recording.ts";
import { escapeControls } from "../escape_text.ts";
import { counted } from "../plain_text.ts";
import { colored } from "./terminal/colors.ts";
import { disposeOnInterrupt } from "./terminal/interrupt.ts";
import { type CliProcess, messageLine } from "./terminal/streams.ts";

/** Where a report goes. */
export interface ReportTarget {
  /** A file; standard output if omitted. */
  readonly output?: string;
  /** Folder of the sources when the program was built. */
  readonly sourceRoot?: string;
  /** The target as the user named it, or several. */
  readonly spec?: string;
  /** The one of several targets that the analysis is of. */
  readonly examined?: string;
  /** The options that selected the process, the answer and the symbols. */
  readonly targetOptions?: readonly string[];
  /** The user's arguments for the target's program. */
  readonly targetArguments?: readonly string[];
}

/** Writes an analysis as a report, and warns of what it lacks. */
export async function writeReport(
  process: CliProcess,
  report: Report,
  analysis: Analysis,
  { output, sourceRoot, spec, examined, targetOptions = [], targetArguments = [] }: ReportTarget =
    {},
): Promise<void> {
  const { width } = process.stdout;
  const options = {
    ...(width !== undefined && output === undefined && { width }),
    ...(sourceRoot !== undefined && { sourceRoot }),
    ...(spec !== undefined && { target: spec, targetOptions, targetArguments }),
    ...(examined !== undefined && { examined }),
  };
  const rendered = await report.render(analysis, options);
  if (output === undefined) {
    print(process, report, rendered);
  } else {
    const { writeRendered } = await import("../library/write_rendered.ts");
    await writeRendered(output, rendered, { guard: disposeOnInterrupt });
  }
  for (const warning of report.warnings?.(analysis, options) ?? []) warnTo(process)(warning);
  // A debugger listing ends with both numbers, parsed and dumped.
  const isListing = report.name === "classic" && analysis.diff === undefined;
  const said = [...report.says ?? [], ...isListing ? ["left out" as const] : []];
  await warnOfUncertainties(process, analysis, said, options);
}

function print(process: CliProcess, report: Report, rendered: Rendered): void {
  if (typeof rendered === "string") {
    writeText(process, rendered);
  } else if (rendered instanceof Uint8Array) {
    writeBytes(process, rendered, report);
  } else if ("next" in rendered) {
    for (const piece of rendered) writeText(process, piece);
  } else {
    const first = rendered.find(({ suffix }) => suffix === "");
    if (first === undefined) {
      throw new UsageError(`Cannot print ${report.name}: it is several files; add -o file`);
    }
    print(process, report, first.content);
  }
}

/** Writes a text for people. */
export function writeText({ stdout }: CliProcess, text: string): void {
  if (stdout.isTerminal && !Deno.noColor) stdout.paint(colored(escapeControls(text)));
  else stdout.write(text);
}

function writeBytes({ stdout }: CliProcess, bytes: Uint8Array, { name }: Report): void {
  if (stdout.isTerminal) {
    throw new UsageError(`Cannot print ${name} on a terminal: it is binary; add -o file`);
  }
  stdout.writeBytes(bytes);
}

/**
 * Writes a value as one line of JSON; addresses become text, `0x…`, because JSON's readers cut 64-bit numbers. Its lists
 * are written some entries at a time: two dumps differ in hundreds of thousands of handles.
 */
export function writeJson({ stdout }: CliProcess, value: object): void {
  if (Array.isArray(value)) writeList(stdout, value);
  else {
    stdout.write("{");
    let separator = "";
    for (const [name, inner] of Object.entries(value)) {
      if (inner === undefined) continue;
      stdout.write(`${separator}${JSON.stringify(name)}:`);
      separator = ",";
      if (Array.isArray(inner)) writeList(stdout, inner);
      else stdout.write(jsonText(inner));
    }
    stdout.write("}");
  }
  stdout.write("\n");
}

/** Entries of a list that are written at once. */
const ENTRIES_AT_ONCE = 256;

function writeList({ write }: CliProcess["stdout"], entries: readonly unknown[]): void {
  write("[");
  for (let first = 0; first < entries.length; first += ENTRIES_AT_ONCE) {
    const some = entries.slice(first, first + ENTRIES_AT_ONCE);
    write((first === 0 ? "" : ",") + jsonText(some).slice(1, -1));
  }
  write("]");
}

function jsonText(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner: unknown) => typeof inner === "bigint" ? `0x${inner.toString(16)}` : inner,
  );
}

/** Describes what was saved. */
export function describeRecording({ log, snapshots, modules, handles }: Recording): string {
  const parts = [
    counted(log.count, "trace"),
    counted(modules.length, "module"),
    ...(handles ? [counted(handles.length, "handle")] : []),
    ...(snapshots.size > 0 ? [counted(snapshots.size, "snapshot")] : []),
  ];
  return `Saved ${parts.join(", ")}.\n`;
}

/** Returns a function that writes a warning to standard error, in the form of errors. */
export function warnTo({ stderr }: CliProcess): (message: string) => void {
  return (message) => stderr.write(messageLine(message));
}

/** Warns of an analysis's uncertainties that have not been mentioned yet. */
export async function warnOfUncertainties(
  process: CliProcess,
  analysis: Analysis,
  said: readonly UncertaintyKind[] = [],
  options: RenderOptions = {},
): Promise<void> {
  const { symbolsCommand, uncertainties } = await import("../analysis/uncertainties.ts");
  for (const { kind, text } of uncertainties(analysis, symbolsCommand(options))) {
    if (!said.includes(kind)) warnTo(process)(text);
  }
}
