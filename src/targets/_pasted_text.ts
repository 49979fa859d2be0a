/**
 * Opens a text: as a debugger log, or as a handle list if it contains nothing else.
 *
 * @module
 */
import type { DebuggerLog } from "../debugger_log/debugger_log.ts";
import { DebuggerLogReader } from "../debugger_log/log_reader.ts";
import { FormatError, TargetError } from "../error.ts";
import { type FileKind, fileKindOf, isBinary, textKindOf } from "../file_kind.ts";
import { fileReason } from "../file_reason.ts";
import { FileSource } from "../file_source.ts";
import { LimitReached } from "../handle_list/limit_reached.ts";
import type { Target } from "../target.ts";
import { DebuggerLogTarget } from "./_debugger_log_target.ts";
import { HandleListTarget } from "./_handle_list_target.ts";
import type { TargetOptions } from "./_target_kind.ts";

/** The name for standard input. */
export const STANDARD_INPUT = "-";

const CHUNK_SIZE = 1 << 20;
/** Bytes at the start of a file that identify it if it is not one of ours. */
const HEAD_SIZE = 0x1000;

/** Whether the first bytes of a file can be the start of a text. */
export function isTextHead(head: Uint8Array): boolean {
  return fileKindOf(head) === undefined && !isBinary(head);
}

/** Reads a text and opens its contents. */
export async function openPastedText(path: string, options: TargetOptions): Promise<Target> {
  const { log, head } = await readText(path);
  return openLog(path, log, head, options);
}

/**
 * Opens the contents of a text; `head` is its first bytes. If there is nothing of use in it, throws an error that says
 * what the text is.
 */
export function openLog(
  path: string,
  log: DebuggerLog,
  head: Uint8Array,
  options: Pick<TargetOptions, "answer" | "warn">,
): Target {
  const { answers, hasOutput, tables, stops } = log;
  if (!hasOutput && stops.length === 0) {
    if (tables.length === 0) throw nothingToRead(path, head);
    return new HandleListTarget(path, tables);
  }
  return new DebuggerLogTarget(path, hasOutput ? log : { ...log, answers: [] }, {
    answer: options.answer,
    warn: answers.length > 1 ? options.warn : undefined,
  });
}

/** Reads a file, or standard input, to its end; memory holds only the parts that are kept. */
async function readText(path: string): Promise<{ log: DebuggerLog; head: Uint8Array }> {
  const reader = new DebuggerLogReader();
  let head = new Uint8Array(0);
  try {
    for await (const chunk of chunksOf(path)) {
      if (head.length < HEAD_SIZE) head = joined(head, chunk.subarray(0, HEAD_SIZE - head.length));
      if (!isTextHead(head)) throw notAText(path, head);
      reader.push(chunk);
    }
    if (head.length === 0) throw notAText(path, head);
    return { log: reader.end(), head };
  } catch (error) {
    if (error instanceof LimitReached) {
      throw new FormatError(
        `Cannot read "${path}": it holds ${error.message}; cut out the part that matters`,
        { file: path },
        { cause: error },
      );
    }
    throw error;
  }
}

async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  if (path === STANDARD_INPUT) {
    yield* Deno.stdin.readable;
    return;
  }
  try {
    using file = FileSource.open(path);
    const buffer = new Uint8Array(CHUNK_SIZE);
    for (let offset = 0, length; (length = file.readInto(offset, buffer)) > 0; offset += length) {
      yield buffer.subarray(0, length);
    }
  } catch (cause) {
    throw new TargetError(
      `Cannot read "${path}": ${fileReason(cause)}; name a file that you may read`,
      { cause },
    );
  }
}

function notAText(path: string, head: Uint8Array): TargetError {
  return refusal(
    path,
    fileKindOf(head) ?? {
      what: "binary, of no kind that is known",
      advice: "name a recording, a log or a list of handles",
    },
  );
}

/** The error for a file of a kind that htrace does not read. */
export function refusal(path: string, { what, advice }: FileKind): TargetError {
  return new TargetError(`Cannot open "${path}": the file is ${what}; ${advice}`);
}

function nothingToRead(path: string, head: Uint8Array): TargetError {
  const text = new TextDecoder().decode(head);
  const kind = textKindOf(text);
  if (kind !== undefined) return refusal(path, kind);
  const talks = /!htrace/i.test(text);
  return new TargetError(
    `Cannot read "${path}": the text ${
      talks ? "talks about !htrace but has no output of it" : "has no output of !htrace"
    }, ` +
      "no handle list and no verifier stop; save what the debugger printed (.logopen writes all of it)",
  );
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
