/**
 * Reads the output of the debugger's `!handle`, in user mode and in kernel mode (Microsoft Learn, `!handle`).
 *
 * @module
 */
import type { BeginTable, HandleTableDraft } from "./handle_table_draft.ts";
import { hexNumber } from "./hex_number.ts";
import { ownCopy } from "./own_copy.ts";
import type { HandleTableProcess, ListedHandle } from "./handle_list.ts";

/** The beginnings of outputs and of lines that describe a process. */
const BEGINS =
  /^(?:(?:kernel )?handle\s|process\s|image:|\d+ handles$|[0-9a-f]{4,16}: object: )|\bcid:/i;
const USER_HANDLE = /^Handle ([0-9A-F`]{1,17})$/i;
const USER_FIELD =
  /^(Type|Attributes|GrantedAccess|HandleCount|PointerCount|Name|Object Specific Information|No object specific information available)(?:\s+(\S.*))?$/;
const USER_TOTAL = /^(\d+) Handles$/;
const USER_SUMMARY = /^Type\s+Count$/;
/** A type, its count, and a remark that an author put after it. */
const USER_TYPE = /^(\S.*?)\s+(\d+)(?:\s+[-<>=!*#/\u2190-\u21ff].*)?$/;

const PROCESS = /^PROCESS\s+([0-9a-f`]{8,17})\b(.*)$/;
const CLIENT = /\bCid:\s*([0-9a-f]+)/i;
const IMAGE = /^Image:\s*(\S.*)$/;
const KERNEL_TABLE = /^(?:Kernel )?handle table at\s+[0-9a-f`]+(?:\s+with\s+(\d+)\s+entries)?/i;
const KERNEL_HANDLE =
  /^([0-9a-f]{4,16}): Object: ([0-9a-f`]{8,17})\s+GrantedAccess: ([0-9a-f]{1,8})/i;
const KERNEL_TYPE = /^Object: [0-9a-f`]{8,17}\s+Type: \([0-9a-f`]{8,17}\)\s+(\S.*)$/i;
const KERNEL_COUNTS = /^HandleCount:\s*(\d+)\s+PointerCount:\s*(\d+)/;
const KERNEL_NAME = /^Directory Object: [0-9a-f`]+\s+Name: (\S.*)$/;
/** The volume's name, which the kernel's list has after the name of a file. */
const VOLUME = /\s+\{[^{}\\]+\}$/;

type RowDraft = { -readonly [K in keyof ListedHandle]: ListedHandle[K] };

/** Reads the outputs in one text. */
export class DebuggerHandleReader {
  readonly #begin: BeginTable;
  readonly #processes: HandleTableProcess[] = [];
  #table: HandleTableDraft | undefined;
  #row: RowDraft | undefined;
  /** Whether the row has a further line: prose can also begin with `Handle 4`. */
  #isRow = false;
  #isSummary = false;
  /** Whether the following lines are about the object itself. */
  #isObjectInformation = false;

  /** Creates a reader that calls `begin` for each table. */
  constructor(begin: BeginTable) {
    this.#begin = begin;
  }

  /** Processes that kernel-mode outputs describe, in the order of the text. */
  get processes(): readonly HandleTableProcess[] {
    return this.#processes;
  }

  /** Takes the next line; returns whether it is `!handle` output. */
  take(text: string, line: number): boolean {
    const trimmed = text.trim();
    const isIdle = this.#row === undefined && this.#table === undefined;
    if (isIdle && !BEGINS.test(trimmed)) return false;
    return this.#takeUser(trimmed, line) || this.#takeProcess(trimmed) ||
      this.#takeKernel(trimmed, line);
  }

  /** Ends the output that is being read. */
  end(): void {
    this.#endRow();
    this.#table = undefined;
    this.#isSummary = false;
  }

  #takeUser(text: string, line: number): boolean {
    const handle = USER_HANDLE.exec(text);
    if (handle) {
      this.#endRow();
      if (this.#isSummary) this.end();
      this.#row = { handle: Number(hexNumber(handle[1] ?? "")) };
      this.#isRow = this.#isObjectInformation = false;
      this.#rowLine = line;
      return true;
    }
    const field = this.#row && !this.#isObjectInformation ? USER_FIELD.exec(text) : null;
    if (field && this.#row && this.#table?.source !== "!handle (kernel)") {
      this.#table ??= this.#begin("!handle", this.#rowLine);
      this.#takeField(field[1] ?? "", field[2] ?? "");
      return true;
    }
    return this.#takeUserSummary(text, line);
  }

  #rowLine = 0;

  #takeField(name: string, value: string): void {
    const row = this.#row;
    if (row === undefined) return;
    this.#isRow = true;
    const number = parseInt(value, name === "GrantedAccess" ? 16 : 10);
    if (name === "Type" && value !== "") row.type = value;
    else if (name === "Name" && value !== "" && value !== "<none>") row.name = value;
    else if (name === "GrantedAccess" && number >= 0) row.grantedAccess = number;
    else if (name === "HandleCount" && number >= 0) row.handleCount = number;
    else if (name === "PointerCount" && number >= 0) row.pointerCount = number;
    else if (name.startsWith("Object") || name.startsWith("No")) this.#isObjectInformation = true;
  }

  #takeUserSummary(text: string, line: number): boolean {
    const total = USER_TOTAL.exec(text);
    if (total) {
      this.#endRow();
      if (this.#isSummary || this.#table?.source === "!handle (kernel)") this.end();
      this.#table ??= this.#begin("!handle", line);
      this.#table.statedTotal = Number(total[1]);
      this.#isSummary = true;
      return true;
    }
    if (!this.#isSummary) return false;
    if (USER_SUMMARY.test(text)) return true;
    const type = USER_TYPE.exec(text);
    if (type) this.#table?.addType(type[1] ?? "", Number(type[2]));
    else if (text !== "") this.end();
    return type !== null;
  }

  #takeProcess(text: string): boolean {
    const process = PROCESS.exec(text);
    if (process) {
      this.#processes.push({ process: hexNumber(process[1] ?? "") });
      if (this.#processes.length > MAX_PROCESSES) this.#processes.shift();
    }
    const last = this.#processes.at(-1);
    const client = CLIENT.exec(text)?.[1];
    const image = IMAGE.exec(text)?.[1];
    if (last === undefined) return false;
    if (client !== undefined && last.processId === undefined) {
      this.#processes[this.#processes.length - 1] = { ...last, processId: parseInt(client, 16) };
    } else if (image !== undefined && last.name === undefined) {
      this.#processes[this.#processes.length - 1] = { ...last, name: ownCopy(image) };
    }
    return process !== null || client !== undefined || image !== undefined;
  }

  #takeKernel(text: string, line: number): boolean {
    const table = KERNEL_TABLE.exec(text);
    if (table) {
      this.end();
      this.#table = this.#beginKernel(line);
      if (table[1] !== undefined) this.#table.statedTotal = Number(table[1]);
      return true;
    }
    const handle = KERNEL_HANDLE.exec(text);
    if (handle) {
      this.#endRow();
      if (this.#table?.source !== "!handle (kernel)") this.#table = this.#beginKernel(line);
      this.#row = {
        handle: parseInt(handle[1] ?? "", 16),
        object: hexNumber(handle[2] ?? ""),
        grantedAccess: parseInt(handle[3] ?? "", 16),
      };
      this.#isRow = true;
      return true;
    }
    const row = this.#table?.source === "!handle (kernel)" ? this.#row : undefined;
    if (row === undefined) return false;
    const type = KERNEL_TYPE.exec(text)?.[1];
    const counts = KERNEL_COUNTS.exec(text);
    const name = KERNEL_NAME.exec(text)?.[1];
    if (type !== undefined) row.type = type;
    if (name !== undefined) row.name = row.type === "File" ? name.replace(VOLUME, "") : name;
    if (counts) {
      row.handleCount = Number(counts[1]);
      row.pointerCount = Number(counts[2]);
    }
    return type !== undefined || counts !== null || name !== undefined;
  }

  #beginKernel(line: number): HandleTableDraft {
    const table = this.#begin("!handle (kernel)", line);
    table.process = this.#processes.at(-1);
    return table;
  }

  #endRow(): void {
    if (this.#row && this.#isRow) this.#table?.addRow(this.#row);
    this.#row = undefined;
  }
}

/** Most processes of kernel-mode outputs kept. */
const MAX_PROCESSES = 10_000;
