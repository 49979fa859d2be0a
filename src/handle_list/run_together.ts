/**
 * Splits handle lists that lost their line breaks, where the shapes of their rows show the lines.
 *
 * A line begins only with a shape that no object's name has: a handle with its type, in ascending order, or the words of
 * a field followed by a number. A list whose rows are separated only by names is left alone.
 *
 * @module
 */

/** Length of the shortest line with two rows. */
const SHORTEST = 24;
/** How rows begin: a line has one such place, and several if it lost its line breaks. */
const ROW_BEGIN =
  /(?:^|\s)[0-9A-F]{1,8}: [A-Z<]|[,;\t]"?\d+"?[,;\t]|\spid: \d|: Object: |\sType: \(/gi;
/** Text that shows by itself that a line has several rows. */
const HEADING = /(?:^|\s)Handle [0-9A-F`]{1,17}\s+Type\s|Handle type summary: +\S/i;

/** How the lines of `!handle` begin, in user mode and in kernel mode. */
const LINE_OF_DEBUGGER = new RegExp(
  "(?<=\\s)(?:" + [
    "Handle [0-9A-Fa-f`]{1,17}(?=\\s+Type\\s)",
    "(?<=\\bHandle [0-9A-Fa-f`]{1,17}\\s+)Type\\s",
    "Attributes\\s+(?=0x|\\d)",
    "GrantedAccess\\s+(?=0x)",
    "HandleCount\\s+(?=\\d)",
    "PointerCount\\s+(?=\\d)",
    "Name\\s+(?=\\\\|<none>)",
    "(?<=PointerCount\\s+\\d+\\s+)Name\\s",
    "Object Specific Information",
    "No object specific information available",
    "\\d+ Handles(?=\\s+Type\\s+Count)",
    "[0-9a-f]{4,16}: Object: [0-9a-f`]{8,17}\\s",
    "(?<!: )(?<!Directory )Object: [0-9a-f`]{8,17}\\s+Type: \\(",
    "ObjectHeader: ",
    "HandleCount: \\d+\\s+PointerCount: ",
    "Directory Object: [0-9a-f`]{8,17}\\s",
    "(?:Kernel )?[Hh]andle [Tt]able at ",
    "PROCESS [0-9a-f`]{8,17}\\s",
    "SessionId: ",
    "Image: ",
  ].join("|") + ")",
  "g",
);
const SUMMARY = /^(.*?)(?<!\d)(\d{1,9}) Handles\s+Type\s+Count\s+(.*)$/s;
const TYPE_COUNT = /(\S(?:.*?\S)?)\s+(\d+)(?=\s|$)\s*/gy;
const TYPE_SUMMARY = /^(.*?)(Handle type summary:)\s+(.*)$/is;
const TYPE_COLON_COUNT = /(\S.*?)\s*:\s*(\d+)(?=\s|$)\s*/gy;
const ROW = /(?<=^|\s)([0-9A-F]{1,8}): (?=[A-Z<])/g;
const PROCESS = /(?<=^|-{10,}\s+)(?!-)(\S(?:[^:\\]{0,250}?\S)?) pid: \d+ /g;
const CSV_HEADER = /^(.*?)("?Process"?[,;\t]"?PID"?[,;\t]\S.{0,200}?Access"?)\s+(.*)$/is;
const CSV_ROW_END = /(?<=[,;\t]"?0x[0-9A-F]+"?)\s+(?=[^,;\t]{1,260}[,;\t]"?\d+"?[,;\t])/gi;
const CSV_ROW = /^[^,;\t]+[,;\t]"?\d+"?[,;\t].*[,;\t]"?0x[0-9A-F]+"?(?=\s|$)/i;
/** Comma-separated rows that end with a name, and rows of a search: nothing shows where a name ends. */
const ENDLESS_NAMES =
  /Process"?[,;\t]"?PID"?[,;\t].{0,4000}?[,;\t]\d+[,;\t]|pid: \d+\s+type: .{0,4000}?pid: \d+\s+type: /is;

/** One row of a search. */
const IS_SEARCH = /^[^:]*\spid: *\d+\s+type: (?!.*\spid: *\d+\s+type: )/is;
/** Two empty lines: a list that cannot be read. */
const NOTHING: readonly string[] = ["", ""];

/**
 * The lines of a text that may be a list without its line breaks; the text itself if it is not one. In a quotation, the
 * marks of its lines are now inside the text.
 */
export function linesOfList(line: string, isQuoted = false): readonly string[] {
  const text = isQuoted ? line.replace(/\s>[\s>]*(?=\s)/g, " ") : line;
  if (line.length < SHORTEST || !mayBeList(text) || IS_SEARCH.test(text)) return [line];
  const csv = CSV_HEADER.exec(text);
  const rows = (csv?.[3] ?? text).split(CSV_ROW_END).map((row) => CSV_ROW.exec(row)?.[0]);
  if ((csv || rows.length > 1) && rows.every((row) => row !== undefined)) {
    return [csv?.[1] ?? "", csv?.[2] ?? "", ...rows];
  }
  if (ENDLESS_NAMES.test(text)) return NOTHING;
  const types = TYPE_SUMMARY.exec(text);
  if (types) return typeSummary(types);
  if (/(?:^|\s)Handle [0-9A-F`]{1,17}\s+Type\s|: Object: /i.test(text)) return debuggerLines(text);
  return handleExeLines(text);
}

function mayBeList(line: string): boolean {
  if (line.includes("Handle ") && HEADING.test(line)) return true;
  if (!line.includes(": ") && !line.includes("PID") && !line.includes("0x")) return false;
  const [first, second] = line.matchAll(ROW_BEGIN);
  return first !== undefined && second !== undefined;
}

/** `Handle type summary:`, its types, and the total at their end. */
function typeSummary([, before = "", heading = "", rest = ""]: RegExpExecArray): string[] {
  const lines: string[] = [before, heading];
  let end = 0;
  for (const match of rest.matchAll(TYPE_COLON_COUNT)) {
    lines.push(match[0].trim());
    end = match.index + match[0].length;
    if (/^Total handles$/i.test(match[1] ?? "")) break;
  }
  return [...lines, rest.slice(end)];
}

function debuggerLines(text: string): string[] {
  const [, before = text, total = "", types = ""] = SUMMARY.exec(text) ?? [];
  const lines = splitBefore(
    before,
    [...before.matchAll(LINE_OF_DEBUGGER)].map((match) => match.index),
  );
  if (total === "") return lines;
  lines.push(`${total} Handles`, "Type Count");
  // The types are complete once they add up to the total: other text follows.
  let sum = 0;
  let end = 0;
  for (const match of types.matchAll(TYPE_COUNT)) {
    sum += Number(match[2]);
    if (sum > Number(total)) break;
    lines.push(`${match[1]} ${match[2]}`);
    end = match.index + match[0].length;
    if (sum === Number(total)) break;
  }
  return [...lines, "", types.slice(end)];
}

/** `handle.exe -a`: handles are multiples of four and ascend within a process. */
function handleExeLines(text: string): string[] {
  const processes = [...text.matchAll(PROCESS)].map((match) => match.index);
  const places = [...processes];
  let last = -1;
  let from = 0;
  for (const match of text.matchAll(ROW)) {
    if (processes.some((place) => place >= from && place < match.index)) last = -1;
    from = match.index;
    const handle = parseInt(match[1] ?? "", 16);
    if (handle % 4 !== 0 || handle <= last) continue;
    places.push(match.index);
    last = handle;
  }
  return splitBefore(text, places.sort((a, b) => a - b));
}

function splitBefore(text: string, places: readonly number[]): string[] {
  const starts = [0, ...places.filter((place) => place > 0)];
  return starts.map((start, index) => text.slice(start, starts[index + 1]).trim());
}
