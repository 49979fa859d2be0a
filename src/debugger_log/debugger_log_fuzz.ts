/**
 * Mutated texts: regardless of its contents, a text is read, or rejected in one line, quickly and in little memory.
 *
 *   deno task fuzz:texts [--count N] [--seed N]
 *
 * A failure prints the seed that reproduces the text.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a fuzzer prints
import { parseArgs } from "@std/cli/parse-args";
import { joinBytes } from "../byte_pieces.ts";
import { HtraceError } from "../error.ts";
import { renderJson } from "../reports/json.ts";
import { Session } from "../session.ts";
import { openLog } from "../targets/_pasted_text.ts";
import { damagedTwice, LOG_FORMS } from "./_damage_testing.ts";
import { HANDLE_LISTS } from "./_handle_lists_testing.ts";
import { Random, randomTruth, writeLog } from "./_log_writer_testing.ts";
import { type DebuggerLog, framesOf } from "./debugger_log.ts";
import { DebuggerLogReader } from "./log_reader.ts";

const MAX_MILLISECONDS = 2_000;
const MAX_MEGABYTES = 300;
/** One text in this many is also analyzed and reported. */
const ANALYZED = 16;

/** The result of {@linkcode fuzzTexts}. */
export interface FuzzResult {
  /** Number of texts with contents. */
  readonly read: number;
  /** Number of texts without contents. */
  readonly rejected: number;
  /** The longest time that one took, in milliseconds. */
  readonly slowest: number;
  /** The most memory, in megabytes. */
  readonly memory: number;
}

/** Reads `count` mutations, made with `seed` and the numbers after it. Throws at the first failure. */
export async function fuzzTexts(count: number, seed: number): Promise<FuzzResult> {
  const given = givenTexts();
  let rejected = 0;
  let slowest = 0;
  let memory = 0;
  for (let number = seed; number < seed + count; number++) {
    const random = new Random(number);
    const bytes = mutated(random, () => originalText(random, given));
    const start = performance.now();
    try {
      if (!await tryText(bytes, random, number % ANALYZED === 0)) rejected++;
    } catch (cause) {
      throw new Error(`seed ${number}`, { cause });
    }
    const took = performance.now() - start;
    slowest = Math.max(slowest, took);
    memory = Math.max(memory, Deno.memoryUsage().rss / 1e6);
    if (took > MAX_MILLISECONDS) throw new Error(`seed ${number}: took ${took.toFixed(0)} ms`);
  }
  return { read: count - rejected, rejected, slowest, memory };
}

/** Reads a text in chunks of a random size, looks at all its contents, and returns whether it has any. */
async function tryText(bytes: Uint8Array, random: Random, isAnalyzed: boolean): Promise<boolean> {
  const log = readInChunks(bytes, 1 + random.below(4096));
  for (const { entries, number, kind } of log.answers) {
    for (const stack of entries.stack) framesOf(log, stack);
    if (number < 1 || kind === undefined) throw new Error("an answer without number or kind");
  }
  for (const { stack } of log.stops) if (stack !== undefined) framesOf(log, stack);
  for (const { total, rows } of log.tables) {
    if (!(total >= 0 && rows.every(({ handle }) => handle >= 0))) {
      throw new Error("a damaged table");
    }
  }
  try {
    const target = openLog("text", log, bytes.subarray(0, 4096), {});
    if (!isAnalyzed) return true;
    using session = new Session(target);
    JSON.parse(renderJson(await session.show()));
    return true;
  } catch (error) {
    if (error instanceof HtraceError && !error.message.includes("\n")) return false;
    throw error;
  }
}

function readInChunks(bytes: Uint8Array, size: number): DebuggerLog {
  const reader = new DebuggerLogReader();
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  return reader.end();
}

/** An undamaged text: a log in a random form, a handle list, or a given text. */
function originalText(random: Random, given: readonly Uint8Array[]): Uint8Array {
  if (random.once(3)) return random.of(given);
  if (random.once(4)) return new TextEncoder().encode(random.of(HANDLE_LISTS));
  const form = random.of(LOG_FORMS);
  const lines = writeLog(randomTruth(random), random, form.style);
  if (form.bytes === undefined && random.once(2)) {
    return damagedTwice(lines, form, random.of(LOG_FORMS), random);
  }
  const text = form.text?.(lines, random) ?? lines.join("\n");
  return form.bytes?.(text) ?? new TextEncoder().encode(text);
}

/** A damaged copy of a text, the same for the same seed. */
export function mutateText(text: Uint8Array, seed: number): Uint8Array {
  return mutated(new Random(seed), () => text);
}

/** Applies one to four mutations to a text, one after another. */
function mutated(random: Random, original: () => Uint8Array): Uint8Array {
  let bytes = original();
  for (let times = 1 + random.below(4); times > 0; times--) {
    bytes = random.of(MUTATIONS)(bytes, random, original);
  }
  return bytes;
}

type Mutation = (bytes: Uint8Array, random: Random, other: () => Uint8Array) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  // cuts
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.slice(random.below(bytes.length + 1)),
  (bytes, random) => {
    const [from, length] = rangeOf(bytes, random);
    return joinBytes([bytes.subarray(0, from), bytes.subarray(from + length)]);
  },
  // joins
  (bytes, _, other) => joinBytes([bytes, other()]),
  (bytes, random, other) => {
    const [at] = rangeOf(bytes, random);
    return joinBytes([bytes.subarray(0, at), other(), bytes.subarray(at)]);
  },
  (bytes, random) => {
    const [from, length] = rangeOf(bytes, random);
    const piece = bytes.subarray(from, from + Math.min(length, 4096));
    return joinBytes([bytes, ...Array.from({ length: random.below(32) }, () => piece)]);
  },
  // a few characters repeated many times, which shows what takes quadratic time
  (bytes, random) => {
    const [at] = rangeOf(bytes, random);
    const piece = bytes.subarray(at, at + 1 + random.below(24));
    const times = piece.length === 0 ? 0 : random.below(0x8000 / piece.length);
    const repeated = Array.from({ length: times }, () => piece);
    return joinBytes([bytes.subarray(0, at), ...repeated, bytes.subarray(at)]);
  },
  // bits and bytes
  (bytes, random) => {
    const flipped = bytes.slice();
    for (let bits = 1 + random.below(64); bits > 0 && flipped.length > 0; bits--) {
      flipped[random.below(flipped.length)]! ^= 1 << random.below(8);
    }
    return flipped;
  },
  (bytes, random) => {
    const [at] = rangeOf(bytes, random);
    const noise = Uint8Array.from({ length: random.below(200) }, () => random.below(256));
    return joinBytes([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
  // encodings and line breaks
  (bytes, random) => encoded(new TextDecoder().decode(bytes), random),
  (bytes, random) =>
    new TextEncoder().encode(
      new TextDecoder().decode(bytes).replaceAll(
        "\n",
        random.of(["", " ", "\r", "\r\n\r\n", "\n> ", "\\n", "<br>"]),
      ),
    ),
  (bytes, random) => {
    const lines = new TextDecoder().decode(bytes).split("\n");
    for (let swaps = random.below(8); swaps > 0; swaps--) {
      const [a, b] = [random.below(lines.length), random.below(lines.length)];
      [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    }
    return new TextEncoder().encode(lines.join("\n"));
  },
];

function rangeOf(bytes: Uint8Array, random: Random): [from: number, length: number] {
  const from = random.below(bytes.length + 1);
  return [from, random.below(bytes.length - from + 1)];
}

function encoded(text: string, random: Random): Uint8Array {
  if (random.once(3)) return Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0xff);
  const bytes = new DataView(new ArrayBuffer(text.length * 2));
  const isLittleEndian = random.once(2);
  for (let i = 0; i < text.length; i++) bytes.setUint16(i * 2, text.charCodeAt(i), isLittleEndian);
  return new Uint8Array(bytes.buffer);
}

/** The texts in the project. */
export function givenTexts(): readonly Uint8Array[] {
  return ["../../testdata/logs/", "../../testdata/log_forms/"].flatMap((path) => {
    const folder = new URL(path, import.meta.url);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    return names.filter((name) => name.endsWith(".txt"))
      .map((name) => Deno.readFileSync(new URL(name, folder)));
  });
}

if (import.meta.main) {
  const { count = "100000", seed = "1" } = parseArgs(Deno.args, { string: ["count", "seed"] });
  const { read, rejected, slowest, memory } = await fuzzTexts(Number(count), Number(seed));
  console.log(
    `${count} texts: ${read} read, ${rejected} rejected; the slowest took ${
      slowest.toFixed(0)
    } ms; ` +
      `${memory.toFixed(0)} MB at most`,
  );
  if (memory > MAX_MEGABYTES) Deno.exit(1);
}
