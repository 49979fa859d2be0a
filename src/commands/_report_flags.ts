/**
 * The format in which a verb writes its analysis: `--format`, `-o` and their short forms.
 *
 * @module
 */
import type { Report } from "../analysis.ts";
import { UsageError } from "../error.ts";
import { toggle } from "./_arguments.ts";

/** The user's options for the format of an analysis. */
export interface ReportFlags {
  /** Name of a report. */
  readonly format?: string;
  /** A file to write instead of standard output. */
  readonly output?: string;
  /** Short for `--format groups`. */
  readonly group?: boolean;
  /** Short for `--format json`. */
  readonly json?: boolean;
  /** Whether debugger text includes each handle's type and name. */
  readonly names?: boolean;
  /** Folder of the sources when the program was built. */
  readonly sourceRoot?: string;
}

/** The definitions of {@linkcode ReportFlags}, to be spread into a verb's own flags. */
export const REPORT_FLAGS = {
  format: {
    kind: "parsed",
    parse: checkedFormat,
    optional: true,
    placeholder: "name",
    brief: "Format, such as groups, json or html; an unknown one lists them all",
    proposeCompletions: async (partial: string) =>
      (await reportNames()).filter((name) => name.startsWith(partial)),
  },
  output: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "file",
    brief: "File to write instead of the standard output; its extension chooses the format",
  },
  group: toggle('Short for "--format groups"'),
  json: toggle('Short for "--format json"'),
  sourceRoot: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "folder",
    brief: "Source folder at build time; paths in sarif are relative to it",
  },
  names: toggle("Show the types and names of the handles' objects with the traces"),
} as const;

/** Aliases of {@linkcode REPORT_FLAGS}. */
export const REPORT_ALIASES = { o: "output" } as const;

async function checkedFormat(text: string): Promise<string> {
  const names = await reportNames();
  if (names.includes(text)) return text;
  throw new SyntaxError(`"${text}" is not a format: give one of ${names.join(", ")}`);
}

/** The table of reports, loaded only if a command line needs it: it takes as long as the rest of the start. */
async function reportTable(): Promise<readonly Report[]> {
  return (await import("../reports/mod.ts")).REPORT_TABLE;
}

async function reportNames(): Promise<string[]> {
  return (await reportTable()).map(({ name }) => name);
}

/** Extension of a recording, which `-o` saves instead of a report. */
export const RECORDING_EXTENSION = ".htrace";

/** Whether a file of that name is to be a recording. */
export function isRecordingName(path: string | undefined): boolean {
  return path?.toLowerCase().endsWith(RECORDING_EXTENSION) ?? false;
}

/**
 * The report that the user chose: by name, by the file's extension, otherwise the verb's default.
 *
 * @throws {UsageError} if two are chosen, or a file's extension selects none.
 */
export async function chosenReport(flags: ReportFlags, usual: string): Promise<Report> {
  const named = [
    ...(flags.format === undefined ? [] : [flags.format]),
    ...(flags.group ? ["groups"] : []),
    ...(flags.json ? ["json"] : []),
  ];
  if (named.length > 1) {
    throw new UsageError(
      `Cannot write ${named.join(" and ")} at once: a report has one format; leave one of them out`,
    );
  }
  const table = await reportTable();
  const name = named[0] ?? extensionFormat(flags.output, table) ?? usual;
  return table.find((report) => report.name === name)!;
}

/** The longest extension counts: `.speedscope.json` is not `.json`. */
function extensionFormat(
  path: string | undefined,
  table: readonly Report[],
): string | undefined {
  if (path === undefined || isRecordingName(path)) return undefined;
  const [report] = table
    .filter(({ extension }) => extension !== undefined && path.toLowerCase().endsWith(extension))
    .sort((a, b) => b.extension!.length - a.extension!.length);
  if (report !== undefined) return report.name;
  throw new UsageError(
    `Cannot tell the format of "${path}": its extension belongs to none; add --format`,
  );
}
