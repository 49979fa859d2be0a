/**
 * Runs mutated files of every kind through the verbs. Regardless of a file's contents, the command line must print a
 * result or one line, quickly and in little memory, write nothing outside the folders that it was given, and contact no
 * server that was not named.
 *
 *   deno task fuzz:verbs [--count N] [--seed N] [kind …]
 *
 * The count is per kind. A failure prints the command that reproduces it.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a fuzzer prints
import { parseArgs } from "@std/cli/parse-args";
import { temporaryFolder } from "./folder_fixture.ts";
import {
  FUZZED_KINDS,
  type FuzzedKind,
  type GoodFiles,
  makeGoodFiles,
} from "./fuzzed_kinds_fixture.ts";
import { faultsOf } from "./verb_lines_fixture.ts";

const MAX_MEGABYTES = 500;

/** What {@linkcode fuzzVerbs} saw for a kind. */
export interface KindResult {
  /** Name of the kind. */
  readonly kind: string;
  /** Runs that printed a result. */
  readonly read: number;
  /** Runs that ended with an error. */
  readonly rejected: number;
  /** The longest processor time of a run, in milliseconds. */
  readonly slowest: number;
}

/**
 * Tries `count` mutations of each kind, the first made with `seed`, the next with the following number. Throws at the
 * first failure.
 */
export async function* fuzzVerbs(
  count: number,
  seed: number,
  kinds: readonly FuzzedKind[] = FUZZED_KINDS,
): AsyncGenerator<KindResult> {
  const good = await makeGoodFiles();
  for (const kind of kinds) {
    const seeds = await kind.seeds(good);
    let [rejected, slowest] = [0, 0];
    for (let number = seed; number < seed + count; number++) {
      const bytes = await kind.mutate(seeds[number % seeds.length]!, number);
      const { code, milliseconds } = await tryFile(kind, good, bytes, number);
      if (code > 1) rejected++;
      slowest = Math.max(slowest, milliseconds);
    }
    yield { kind: kind.name, read: count - rejected, rejected, slowest };
  }
}

/** Runs one verb with a file, in its own folder; each seed with each line in turn. */
async function tryFile(
  kind: FuzzedKind,
  good: GoodFiles,
  bytes: Uint8Array,
  number: number,
): Promise<{ readonly code: number; readonly milliseconds: number }> {
  using folder = temporaryFolder();
  const DIR = folder.path;
  for (const name of ["out", "symbols", "store"]) Deno.mkdirSync(`${DIR}/${name}`);
  for (const name of ["good", "plain"] as const) {
    Deno.writeFileSync(`${DIR}/${name}.htrace`, good[name]);
  }
  const FILE = `${DIR}/${kind.place(good, number)}`;
  Deno.mkdirSync(FILE.slice(0, FILE.lastIndexOf("/")), { recursive: true });
  Deno.writeFileSync(FILE, bytes);
  const line = kind.lines[(number * 7 + Math.floor(number / 31)) % kind.lines.length]!;
  const answer = kind.answer && (() => kind.answer!(bytes, number));
  const { faults, ...rest } = await faultsOf(line, { DIR, FILE }, answer);
  const megabytes = Deno.memoryUsage().rss / 1e6;
  if (import.meta.main && megabytes > MAX_MEGABYTES) faults.push(`${megabytes.toFixed(0)} MB`);
  if (faults.length > 0) {
    throw new Error(
      `${faults.join("; ")}\n  by: htrace ${line.join(" ")}\n  again: deno task fuzz:verbs ` +
        `--count 1 --seed ${number} "${kind.name}"`,
    );
  }
  return rest;
}

if (import.meta.main) {
  const { count = "10000", seed = "1", _: names } = parseArgs(Deno.args, {
    string: ["count", "seed"],
  });
  const kinds = FUZZED_KINDS.filter(({ name }) => names.length === 0 || names.includes(name));
  if (kinds.length === 0) {
    console.error(`fuzz: the kinds are ${FUZZED_KINDS.map(({ name }) => name).join(", ")}`);
    Deno.exit(2);
  }
  for await (const result of fuzzVerbs(Number(count), Number(seed), kinds)) {
    const megabytes = Deno.memoryUsage().rss / 1e6;
    console.log(
      `${result.kind}: ${count} mutations, ${result.read} read, ${result.rejected} rejected, ` +
        `slowest ${result.slowest.toFixed(0)} ms, ${megabytes.toFixed(0)} MB`,
    );
  }
}
