/**
 * Logs with random contents in every form in which logs arrive: what is read equals what was written.
 */
import { assert, assertEquals } from "@std/assert";
import { LOG_FORMS, type LogForm } from "./_damage_testing.ts";
import { Random, randomTruth, writeLog } from "./_log_writer_testing.ts";
import { readText } from "./_read_testing.ts";
import { assertNothingWrong, asTruth, compare, plain } from "./_truth_testing.ts";

const SEEDS = 40;
/** Most texts that may have less and say so, because nothing in the text shows where a break was. */
const MOST_WITH_LESS = SEEDS / 8;

for (const form of LOG_FORMS) {
  Deno.test(`a log reads back equal, or rarely with less and says so: ${form.name}`, () => {
    let less = 0;
    for (let seed = 0; seed < SEEDS; seed++) {
      const random = new Random(seed);
      const truth = randomTruth(random);
      const bytes = bytesOf(form, writeLog(truth, random, form.style), random);
      if (compare(readText(bytes), truth, `seed ${seed}`) === "less") less++;
    }
    assert(less <= MOST_WITH_LESS, `${less} of ${SEEDS} texts have less`);
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

/** Forms whose text can be cut anywhere and keeps its form. */
const CUT_FORMS = LOG_FORMS.filter(({ bytes, name }) =>
  bytes === undefined && !name.includes("wrapped")
);

for (const form of CUT_FORMS) {
  Deno.test(`the complete entries after a cut equal what was written: ${form.name}`, () => {
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

Deno.test("entries that an author left out are reported as missing, with or without dots", () => {
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

function bytesOf(form: LogForm, lines: readonly string[], random: Random): Uint8Array {
  const text = form.text?.(lines, random) ?? lines.join("\n") + "\n";
  return form.bytes?.(text) ?? new TextEncoder().encode(text);
}
