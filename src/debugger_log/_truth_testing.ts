/**
 * Test helper: compares what was read from a log with the truth from which it was written.
 *
 * @module
 */
import { assert, equal } from "@std/assert";
import { type DebuggerLog, framesOf } from "./debugger_log.ts";
import type { LogFrame } from "./frame_table.ts";
import type { TrueLog } from "./_log_writer_testing.ts";

const TYPES = ["", "OPEN", "CLOSE", "BAD REFERENCE"];

/** An answer in the shape of a truth. */
export interface ReadAnswer {
  readonly command: string | undefined;
  readonly prompt: string | undefined;
  readonly kind: string;
  readonly mode: string;
  readonly pointerSize: number | undefined;
  readonly incomplete: string | undefined;
  readonly stated: object;
  readonly entries: readonly ReadEntry[];
}

interface ReadEntry {
  readonly type: string;
  readonly handle: number;
  readonly threadId: number;
  readonly processId: number;
  readonly frames: readonly LogFrame[];
}

/**
 * Compares what was read with what was written: it is equal, or less and every answer that has less says so. Throws if
 * anything is wrong.
 */
export function compare(log: DebuggerLog, truth: TrueLog, message: string): "equal" | "less" {
  const read = asTruth(log);
  const written = plain(truth);
  if (equal(read, written)) return "equal";
  if (read.length === 0) return "less"; // the text is rejected
  assert(read.length === written.length, `${message}: ${read.length} answers of ${written.length}`);
  for (const [index, answer] of read.entries()) {
    const whole = written[index]!;
    if (equal(answer, whole)) continue;
    const found = difference(answer, whole);
    assert(
      found === undefined,
      `${message}: ${found} of answer ${index + 1}: ${
        Deno.inspect({ read: answer, written: whole }, { depth: 6 })
      }`,
    );
  }
  return "less";
}

/** What is wrong with an answer; undefined if it only has less, and says so. */
function difference(answer: ReadAnswer, whole: ReadAnswer): string | undefined {
  if (answer.incomplete === undefined) return "what is missing is not said";
  if (answer.command !== undefined && answer.command !== whole.command) return "the command";
  if (answer.prompt !== undefined && answer.prompt !== whole.prompt) return "the prompt";
  if (answer.kind !== whole.kind && answer.kind !== "entries") return "the kind";
  for (const [name, count] of Object.entries(answer.stated)) {
    if ((whole.stated as Record<string, number>)[name] !== count) return "a stated count";
  }
  if (answer.entries.length === 0) return undefined;
  if (answer.mode !== whole.mode || answer.pointerSize !== whole.pointerSize) return "the mode";
  const isThere = answer.entries.every((entry) =>
    whole.entries.some((other) => isPartOfEntry(entry, other))
  );
  return isThere ? undefined : "an entry";
}

function isPartOfEntry(entry: ReadEntry, whole: ReadEntry): boolean {
  return entry.type === whole.type && entry.handle === whole.handle &&
    [0, whole.threadId].includes(entry.threadId) &&
    [0, whole.processId].includes(entry.processId) &&
    entry.frames.length <= whole.frames.length &&
    entry.frames.every((frame, index) => isPartOfFrame(frame, whole.frames[index]!));
}

/** Whether a frame is equal to the whole one, or a cut part of it. */
function isPartOfFrame(frame: LogFrame, whole: LogFrame): boolean {
  return equal(frame, whole) || frame.isCut === true && frame.displacement === undefined &&
      isPartOf(frame, whole);
}

/** Checks that an answer reported as complete is, and that each entry of others was written, as far as it is there. */
export function assertNothingWrong(log: DebuggerLog, truth: TrueLog, message: string): void {
  const read = asTruth(log);
  const written = plain(truth);
  for (const answer of read) {
    const isWritten = written.some(({ kind, entries }) =>
      equal([answer.kind, answer.entries], [kind, entries])
    );
    assert(
      isWritten || answer.incomplete !== undefined,
      `${message}: not what was written, and does not say so`,
    );
    for (const { type, handle, frames } of answer.entries) {
      const isThere = written.some(({ entries }) =>
        entries.some((entry) =>
          entry.type === type && entry.handle === handle && frames.length <= entry.frames.length &&
          frames.every((frame, index) => isPartOf(frame, entry.frames[index]!))
        )
      );
      assert(isThere, `${message}: an entry that was never written`);
    }
  }
}

/**
 * Whether a frame is, as far as it goes, part of `whole`: a name can be cut; kernel mode does not pad displacements.
 */
function isPartOf(frame: LogFrame, whole: LogFrame): boolean {
  const { address, module = "", symbol = "", displacement } = frame;
  if (address !== undefined && address !== whole.address) return false;
  if (!(whole.module ?? "").startsWith(module) || !(whole.symbol ?? "").startsWith(symbol)) {
    return false;
  }
  return displacement === undefined || displacement === whole.displacement ||
    whole.displacement!.toString(16).startsWith(displacement.toString(16));
}

/** What was read, in the shape of a truth. */
export function asTruth(log: DebuggerLog): ReadAnswer[] {
  return log.answers.map((answer) => ({
    command: answer.command,
    prompt: answer.prompt,
    kind: answer.kind,
    mode: answer.mode,
    pointerSize: answer.pointerSize,
    incomplete: answer.incomplete,
    stated: answer.stated,
    entries: Array.from({ length: answer.entries.count }, (_, index) => ({
      type: TYPES[answer.entries.type[index] ?? 0] ?? "",
      handle: answer.entries.handle[index] ?? 0,
      threadId: answer.entries.threadId[index] ?? 0,
      processId: answer.entries.processId[index] ?? 0,
      frames: framesOf(log, answer.entries.stack[index] ?? 0),
    })),
  }));
}

/** A truth, in the shape of what can be read. */
export function plain({ mode, pointerSize, answers }: TrueLog): ReadAnswer[] {
  return answers.map(({ command, prompt, kind, entries, newTraces }) => ({
    command,
    prompt,
    kind,
    mode,
    pointerSize,
    incomplete: undefined,
    stated: kind === "diff"
      ? { newTraces, displayed: entries.length }
      : { parsed: entries.length, dumped: entries.length },
    entries: entries.map((entry) =>
      mode === "kernel" ? { ...entry, threadId: 0, processId: 0 } : entry
    ),
  }));
}
