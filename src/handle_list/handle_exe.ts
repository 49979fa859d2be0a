/**
 * Reads the output of Sysinternals `handle.exe` (Microsoft Learn, Sysinternals, Handle): the list of each process
 * (`-a`), the summary by type (`-s`), comma-separated rows (`-v`), and the rows of a search, with user names (`-u`).
 *
 * @module
 */
import { CONSOLE_WIDTHS } from "./console_widths.ts";
import type { BeginTable, HandleTableDraft } from "./handle_table_draft.ts";
import { ownCopy } from "./own_copy.ts";
import type { HandleTableProcess, HandleTableSource } from "./handle_list.ts";

/** The beginnings of outputs. */
const BEGINS = /handle|\spid:|^\W*process\W/i;
const BANNER = /^(?:nt)?handle(?:64)?(?:\.exe)? v\d+\.\d+/i;
const PROCESS = /^(\S.*?)\s+pid:\s*(\d+)(?:\s+(.*))?$/;
const SEARCH = /^(\S.*?)\s+pid:\s*(\d+)\s+type:\s*(\S.*)$/;
/** After `type:`: the type, with `-u` the user, the handle, the name. Version 5 prints `08X` instead of a colon. */
const SEARCH_REST = /^(\S+(?: \S+)*?)\s{2,}(?:(\S.*?)\s+)?([0-9A-F]+?)(?:(08X)|:)\s(.*)$/i;
const SEARCH_REST_TIGHT = /^(\S+)\s+(?:(\S.*?)\s+)?([0-9A-F]+?)(?:(08X)|:)\s(.*)$/i;
const ROW = /^\s*([0-9A-F]{1,8}): (\S.*)$/i;
/** Type, sharing mode of a file, and name, in columns. */
const ROW_REST = /^(\S.*?)(?:\s+\(([R-][W-][D-])\)(?:\s+(.*))?|\s{2,}(.*))?$/;
const ROW_REST_TIGHT = /^(ALPC Port|<Unknown type>|\S+)(?:\s+(.*))?$/;

/** Columns of comma-separated rows. */
type Column = "Process" | "PID" | "User" | "Handle" | "Type" | "Share Flags" | "Name" | "Access";

/** Rows that version 5 prints under a header of eight columns, and those of a search. */
const ODD_COLUMNS: readonly (readonly Column[])[] = [
  ["Process", "PID", "Type", "User", "Handle", "Name"],
  ["Process", "PID", "Type", "Handle", "Name"],
];
const COLUMN_CHECKS: Readonly<Partial<Record<Column, RegExp>>> = {
  PID: /^\d+$/,
  Handle: /^0x[0-9A-F]+$/i,
  Access: /^0x[0-9A-F]+$/i,
  Type: /^[^\\:]+$/,
  "Share Flags": /^(?:[R-][W-][D-])?$/,
};

/** Reads the outputs in one text. */
export class HandleExeReader {
  readonly #begin: BeginTable;
  /** The output that the following lines belong to. */
  #state: "nothing" | "banner" | "summary" | "list" | "csv" = "nothing";
  #table: HandleTableDraft | undefined;
  /** The process of a list before its first handle has been read. */
  #process: HandleTableProcess | undefined;
  /** The last row of a list, whose name may continue on the next line, and the length of its line. */
  #row: string | undefined;
  #width = 0;
  /** Number of lines since the last row. */
  #strayLines = 0;
  /** Tables of comma-separated rows and of searches, by process, within one output. */
  #byProcess = new Map<string, HandleTableDraft>();
  #header: readonly Column[] = [];
  #delimiter = ",";

  /** Creates a reader that calls `begin` for each table. */
  constructor(begin: BeginTable) {
    this.#begin = begin;
  }

  /** Whether an output is being read, so that the next line can be one of its rows. */
  get isReading(): boolean {
    return this.#state !== "nothing";
  }

  /** Takes the next line; returns whether it is `handle.exe` output. */
  take(text: string, line: number): boolean {
    // Rows first: a list can have millions of them.
    if (this.#state === "list" && this.#takeRow(text.trimEnd(), line)) return true;
    if (this.#takeRest(text)) return true;
    if (!this.isReading && !BEGINS.test(text)) return false;
    const trimmed = text.trim();
    if (BANNER.test(trimmed)) {
      this.end();
      this.#state = "banner";
      return true;
    }
    if (/^Handle type summary:/i.test(trimmed)) {
      this.end();
      this.#state = "summary";
      this.#table = this.#begin("handle.exe -s", line);
      return true;
    }
    if (this.#takeHeader(trimmed)) return true;
    if (this.#takeSearch(trimmed, line)) return true;
    const process = PROCESS.exec(trimmed);
    if (process) {
      const [, name = "", processId, user = ""] = process;
      this.#endRow();
      this.#strayLines = 0;
      this.#table = undefined;
      this.#process = {
        name: ownCopy(name),
        processId: Number(processId),
        ...(user === "" ? {} : { user: ownCopy(user) }),
      };
      this.#state = "list";
      return true;
    }
    switch (this.#state) {
      case "summary":
        return this.#takeSummary(trimmed);
      case "csv":
        return this.#takeFields(trimmed, line);
      case "banner":
        return this.#takeRow(text.trimEnd(), line);
      case "list":
      case "nothing":
        return false;
    }
  }

  /** Ends the output that is being read. */
  end(): void {
    this.#endRow();
    this.#strayLines = 0;
    this.#state = "nothing";
    this.#table = undefined;
    this.#process = undefined;
    this.#byProcess = new Map();
  }

  #takeSummary(text: string): boolean {
    const total = /^Total handles:\s*(\d+)/i.exec(text);
    if (total) {
      if (this.#table) this.#table.statedTotal = Number(total[1]);
      this.end();
      return true;
    }
    const row = /^(\S.*?)\s*:\s*(\d+)$/.exec(text);
    if (row) this.#table?.addType(row[1] ?? "", Number(row[2]));
    return row !== null;
  }

  #takeRow(text: string, line: number): boolean {
    if (!ROW.test(text)) return false;
    this.#endRow();
    if (this.#table === undefined) {
      this.#table = this.#begin("handle.exe -a", line);
      this.#table.process = this.#process;
      this.#state = "list";
    }
    this.#table.strayLines += this.#strayLines;
    this.#strayLines = 0;
    this.#row = text;
    this.#width = text.length;
    return true;
  }

  /** A row that is as wide as a console was broken there: the next line is the rest of its name. */
  #takeRest(text: string): boolean {
    if (this.#row === undefined || text.trim() === "" || /^[-\s]*$|\spid:\s/.test(text)) {
      return false;
    }
    if (CONSOLE_WIDTHS.includes(this.#width)) {
      this.#row += text.trimEnd();
      this.#width = text.length;
      return true;
    }
    this.#strayLines++;
    return false;
  }

  #endRow(): void {
    const text = this.#row;
    this.#row = undefined;
    const row = text === undefined ? null : ROW.exec(text);
    if (row === null) return;
    const [, handle = "", rest = ""] = row;
    const { type, share, name } = readRow(rest);
    this.#table?.addRow({
      handle: parseInt(handle, 16),
      type,
      ...(name === "" ? {} : { name }),
      ...(share === undefined ? {} : { share }),
    });
  }

  #takeSearch(text: string, line: number): boolean {
    const found = SEARCH.exec(text);
    if (found === null) return false;
    const [, imageName = "", processId = "", rest = ""] = found;
    const parts = SEARCH_REST.exec(rest) ?? SEARCH_REST_TIGHT.exec(rest);
    if (parts === null) return false;
    const [, type = "", , handle = "", odd, name = ""] = parts;
    const source = odd === undefined ? "handle.exe -u" : "handle.exe -u (5.0)";
    this.#tableOf({ name: imageName, processId: Number(processId) }, source, line).addRow({
      handle: parseInt(handle, 16),
      type,
      name: name.trim(),
    });
    return true;
  }

  #takeHeader(text: string): boolean {
    const delimiter = /^"?Process"?([,;\t])"?PID"?\1/i.exec(text)?.[1];
    if (delimiter === undefined) return false;
    this.end();
    this.#state = "csv";
    this.#delimiter = delimiter;
    this.#header = splitFields(text, delimiter) as Column[];
    return true;
  }

  #takeFields(text: string, line: number): boolean {
    const fields = splitFields(text, this.#delimiter);
    for (const columns of [this.#header, ...ODD_COLUMNS]) {
      const row = columnsOf(fields, columns);
      if (row === undefined) continue;
      const source = columns === this.#header ? "handle.exe -v" : "handle.exe -v (5.0)";
      const process = { name: row.Process ?? "", processId: Number(row.PID) };
      this.#tableOf(process, source, line).addRow({
        handle: Number(row.Handle),
        ...(row.Type ? { type: row.Type } : {}),
        ...(row.Name ? { name: row.Name } : {}),
        ...(row["Share Flags"] ? { share: row["Share Flags"] } : {}),
        ...(row.Access ? { grantedAccess: Number(row.Access) } : {}),
      });
      return true;
    }
    return false;
  }

  #tableOf(
    process: HandleTableProcess,
    source: HandleTableSource,
    line: number,
  ): HandleTableDraft {
    const key = `${process.processId} ${process.name}`;
    let table = this.#byProcess.get(key);
    if (table === undefined) {
      table = this.#begin(source, line);
      table.process = { ...process, ...(process.name && { name: ownCopy(process.name) }) };
      this.#byProcess.set(key, table);
    }
    return table;
  }
}

function readRow(rest: string): { type: string; share: string | undefined; name: string } {
  const columns = ROW_REST.exec(rest);
  const [, type = rest, share, shared = "", unshared = ""] = columns ?? [];
  const name = (share === undefined ? unshared : shared).trim();
  const tight = name === "" && share === undefined ? ROW_REST_TIGHT.exec(type) : null;
  if (tight) return { type: tight[1] ?? "", share, name: (tight[2] ?? "").trim() };
  return { type, share, name };
}

/** The fields of a row by column; undefined if they do not fit these columns. A name can contain delimiters. */
function columnsOf(
  fields: readonly string[],
  columns: readonly Column[],
): Partial<Record<Column, string>> | undefined {
  const surplus = fields.length - columns.length;
  const nameAt = columns.indexOf("Name");
  if (surplus < 0 || nameAt < 0 || !columns.includes("Handle")) return undefined;
  const row: Partial<Record<Column, string>> = {};
  for (const [index, column] of columns.entries()) {
    const value = index < nameAt
      ? fields[index]
      : index === nameAt
      ? fields.slice(nameAt, nameAt + surplus + 1).join(",")
      : fields[index + surplus];
    const text = (value ?? "").trim();
    if (COLUMN_CHECKS[column]?.test(text) === false) return undefined;
    row[column] = text;
  }
  return row;
}

/** Splits a row; fields can be quoted, as spreadsheets write them. */
function splitFields(text: string, delimiter: string): string[] {
  if (!text.includes('"')) return text.split(delimiter);
  const fields: string[] = [];
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^${delimiter}]*))(?:${delimiter}|$)`, "gy");
  for (const match of text.matchAll(field)) {
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match.index + match[0].length >= text.length && !match[0].endsWith(delimiter)) break;
  }
  return fields;
}
