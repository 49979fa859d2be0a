/**
 * Runs every fuzzer for a while: `deno task fuzz [--minutes N] [fuzzer …]`.
 *
 * The minutes, four by default, are for all together; building the Rust program comes before. Each fuzzer prints how to
 * reproduce a failure.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A fuzzer: the command that runs it, for a number of seconds or for a number of inputs. */
interface Fuzzer {
  readonly name: string;
  /** Its share of the time. */
  readonly weight: number;
  /** Ends by itself when its seconds are over. */
  readonly forSeconds?: (seconds: number) => readonly string[];
  /** Reads a number of inputs, starting from a seed, and is run again while there is time. */
  readonly forInputs?: (count: number, seed: number) => readonly string[];
  /** The number of inputs per run. */
  readonly batch?: number;
}

/** Inputs per run: a few seconds' worth. */
const BATCH = 2000;
/** The same for a fuzzer that reads an input of every kind, each through a whole run of the program. */
const SMALL_BATCH = 25;
const DENO_RUN = [Deno.execPath(), "run", "-A"];

/** A fuzzer in TypeScript, which takes --count and --seed. */
function script(name: string, path: string, batch = BATCH): Fuzzer {
  const forInputs = (count: number, seed: number) => [
    ...DENO_RUN,
    path,
    "--count",
    `${count}`,
    "--seed",
    `${seed}`,
  ];
  return { name, weight: 1, batch, forInputs };
}

const FUZZERS: readonly Fuzzer[] = [
  {
    name: "symbols",
    weight: 3, // several readers
    forSeconds: (seconds) => ["scripts/fuzz.sh", "--budget", `${seconds}`],
  },
  script("texts", "src/debugger_log/debugger_log_fuzz.ts"),
  script("dumps", "src/dump/minidump/minidump_fuzz.ts"),
  script("kernel-dumps", "src/dump/kernel/kernel_dump_fuzz.ts"),
  script("verbs", "src/verbs_fuzz.ts", SMALL_BATCH),
];

/** Runs a fuzzer for a number of seconds; returns whether it found nothing. */
async function fuzz(
  { forSeconds, forInputs, batch = BATCH }: Fuzzer,
  seconds: number,
): Promise<boolean> {
  if (forSeconds !== undefined) return await run(forSeconds(seconds));
  const end = performance.now() + seconds * 1000;
  for (let seed = 1; performance.now() < end; seed += batch) {
    if (!await run(forInputs!(batch, seed))) return false;
  }
  return true;
}

async function run([program = "", ...args]: readonly string[]): Promise<boolean> {
  return (await new Deno.Command(program, { args, cwd: ROOT }).spawn().status).success;
}

const { values, positionals } = parseArgs({
  args: Deno.args,
  options: { minutes: { type: "string", default: "4" } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
const unknown = positionals.filter((name) => !FUZZERS.some((fuzzer) => fuzzer.name === name));
if (!(minutes > 0) || unknown.length > 0) {
  const names = FUZZERS.map(({ name }) => name).join(", ");
  console.error(`fuzz: give --minutes N, and names among ${names}`);
  Deno.exit(2);
}
const chosen = FUZZERS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const weights = chosen.reduce((sum, { weight }) => sum + weight, 0);
// So that building does not take any of the time.
if (chosen.some(({ forSeconds }) => forSeconds)) await run(["scripts/fuzz.sh", "build"]);
let failures = 0;
for (const fuzzer of chosen) {
  const seconds = Math.round(minutes * 60 * fuzzer.weight / weights);
  console.log(`${fuzzer.name}: ${seconds} seconds`);
  if (!await fuzz(fuzzer, seconds)) failures++;
}
Deno.exit(failures === 0 ? 0 : 1);
