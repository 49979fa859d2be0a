/**
 * Logs of random contents in every form that logs arrive in: what is read equals what was written.
 */
import { assert, assertEquals, equal } from "@std/assert";
import { type DebuggerLog, framesOf } from "./debugger_log.ts";
import type { LogFrame } from "./frame_table.ts";
import { LOG_FORMS, type LogForm } from "./_damage_testing.ts";
import { Random, randomTruth, type TrueLog, writeLog } from "./_log_writer_testing.ts";
import { readText } from "./_read_testing.ts";

const SEEDS = 40;
const TYPES = ["", "OPEN", "CLOSE", "BAD REFERENCE"];

for (const form of LOG_FORMS) {
  Deno.test(`a log reads back equal: ${form.name}`, () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = new Random(seed);
      const truth = randomTruth(random);
      const bytes = bytesOf(form, writeLog(truth, random, form.style), random);
      assertEquals(asTruth(readText(bytes)), plain(truth), `seed ${seed}`);
    }
  });
}

/** Forms that put a whole text on one line. */
const ONE_LINE_FORMS = LOG_FORMS.filter(({ name }) =>
  /one line|JSON string|^collapsed$/.test(name)
);

for (const form of ONE_LINE_FORMS) {
  Deno.test(`a line of several hundred KiB reads back equal: ${form.name}`, () => {
    for (let seed = 0; seed < 4; seed++) {
      const random = new Random(seed);
      const truth = randomTruth(random);
      const answers = truth.answers.map((answer) => ({
        ...answer,
        entries: Array.from({ length: 400 }, () => answer.entries).flat(),
      }));
      const long = { ...truth, answers };
      const bytes = bytesOf(form, writeLog(long, random, form.style), random);
      assert(bytes.length > 0x40000);
      assertEquals(asTruth(readText(bytes)), plain(long), `seed ${seed}`);
    }
  });
}

/** Forms whose text may be cut anywhere and stays of that form. */
const CUT_FORMS = LOG_FORMS.filter(({ bytes, name }) =>
  bytes === undefined && !name.includes("wrapped")
);

for (const form of CUT_FORMS) {
  Deno.test(`what is whole after a cut equals what was written: ${form.name}`, () => {
    for (let seed = 1000; seed < 1000 + SEEDS; seed++) {
      const random = new Random(seed);
      const truth = randomTruth(random);
      const whole = new TextDecoder().decode(
        bytesOf(form, writeLog(truth, random, form.style), random),
      );
      const [from, to] = random.once(2)
        ? [0, random.below(whole.length)]
        : [random.below(whole.length), whole.length];
      const cut = whole.slice(from, to);
      assertNothingWrong(
        readText(cut),
        truth,
        `seed ${seed}: ${from} to ${to}`,
      );
    }
  });
}

Deno.test("entries that an author left out are missed, with dots or without", () => {
  for (let seed = 0; seed < SEEDS; seed++) {
    const random = new Random(seed);
    const truth = randomTruth(random);
    const answers = truth.answers.map((answer) => ({
      ...answer,
      entries: [...answer.entries, ...answer.entries],
    }));
    const lines = writeLog({ ...truth, answers }, random);
    const first = lines.findIndex((line) =>
      line.startsWith("Handle ") && !line.includes("tracing")
    );
    const next = lines.indexOf("-".repeat(38), first);
    const dots = random.once(2) ? ["..."] : [];
    const text = [...lines.slice(0, first - 1), ...dots, ...lines.slice(next)].join("\n");
    const { incomplete, entries } = readText(text).answers[0]!;
    const reasons = [...(dots.length > 0 ? ["entries left out"] : []), "fewer entries than stated"];
    assertEquals(incomplete, reasons.join("; "), `seed ${seed}`);
    assertEquals(entries.count, answers[0]!.entries.length - 1);
  }
});

/** An answer that is said to be whole is; of others each entry is one that was written, as far as it is there. */
function assertNothingWrong(log: DebuggerLog, truth: TrueLog, message: string): void {
  const read = asTruth(log) as ReadAnswer[];
  const written = plain(truth) as ReadAnswer[];
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

/** What is there of a frame that may be cut: of a name the first part; kernel mode does not pad displacements. */
function isPartOf(frame: LogFrame, whole: LogFrame): boolean {
  const { address, module = "", symbol = "", displacement } = frame;
  if (address !== undefined && address !== whole.address) return false;
  if (!(whole.module ?? "").startsWith(module) || !(whole.symbol ?? "").startsWith(symbol)) {
    return false;
  }
  return displacement === undefined || displacement === whole.displacement ||
    whole.displacement!.toString(16).startsWith(displacement.toString(16));
}

interface ReadAnswer {
  readonly kind: string;
  readonly incomplete: string | undefined;
  readonly entries: readonly {
    readonly type: string;
    readonly handle: number;
    readonly frames: readonly LogFrame[];
  }[];
}

function bytesOf(form: LogForm, lines: readonly string[], random: Random): Uint8Array {
  const text = form.text?.(lines, random) ?? lines.join("\n") + "\n";
  return form.bytes?.(text) ?? new TextEncoder().encode(text);
}

/** What was read, as a truth says it. */
function asTruth(log: DebuggerLog): unknown {
  return log.answers.map((answer) => ({
    command: answer.command,
    prompt: answer.prompt,
    kind: answer.kind,
    mode: answer.mode,
    pointerSize: answer.pointerSize,
    incomplete: answer.incomplete,
    stated: answer.stated,
    entries: Array.from({ length: answer.entries.count }, (_, index) => ({
      type: TYPES[answer.entries.type[index] ?? 0],
      handle: answer.entries.handle[index],
      threadId: answer.entries.threadId[index],
      processId: answer.entries.processId[index],
      frames: framesOf(log, answer.entries.stack[index] ?? 0),
    })),
  }));
}

function plain({ mode, pointerSize, answers }: TrueLog): unknown {
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
