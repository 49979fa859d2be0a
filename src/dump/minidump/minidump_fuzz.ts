/**
 * Mutated minidumps: regardless of its contents, a file is read or rejected with one `FormatError`, quickly and in
 * little memory.
 *
 *   deno run -A src/dump/minidump/minidump_fuzz.ts [--count N] [--seed N]
 *
 * A failure prints the seed that reproduces the file.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a fuzzer prints
import { type ByteSource, bytesSource } from "../../byte_source.ts";
import { EngineStackTable } from "../../engine/stack_table.ts";
import { FormatError } from "../../error.ts";
import type { StackTable } from "../../trace_log.ts";
import { expectedFiles } from "../_shared_data_testing.ts";
import { readWholeDump, usualDump } from "./_dump_testing.ts";
import { openMinidump } from "./dump.ts";
import { imageInMemory } from "../mapped_image.ts";
import { mutate } from "../_mutate_testing.ts";
import { MinidumpTarget } from "./minidump_target.ts";
import { encodeProcess } from "./process_dump.ts";

/** Larger files are left to the tests: a mutation in a gigabyte hits nothing that is read. */
const MAX_SEED_BYTES = 200_000;
const MAX_MILLISECONDS = 2_000;
const MAX_MEGABYTES = 300;

/** The result of {@linkcode fuzzMinidumps}. */
export interface FuzzResult {
  /** Dumps that could be read. */
  readonly read: number;
  /** Dumps that were rejected. */
  readonly rejected: number;
  /** The longest time that one took, in milliseconds. */
  readonly slowest: number;
}

/** Reads `count` mutations, made with `seed` and the numbers after it. Throws at the first failure. */
export async function fuzzMinidumps(count: number, seed: number): Promise<FuzzResult> {
  const seeds = await seedDumps();
  let rejected = 0;
  let slowest = 0;
  for (let number = seed; number < seed + count; number++) {
    using stacks = new EngineStackTable();
    const bytes = mutate(seeds[number % seeds.length]!, number);
    const start = performance.now();
    try {
      useDump(bytesSource("mutated.dmp", bytes), stacks);
    } catch (error) {
      if (!(error instanceof FormatError)) {
        throw new Error(`seed ${number}: not a FormatError`, { cause: error });
      }
      rejected++;
    }
    const took = performance.now() - start;
    slowest = Math.max(slowest, took);
    if (took > MAX_MILLISECONDS) throw new Error(`seed ${number}: took ${took.toFixed(0)} ms`);
  }
  return { read: count - rejected, rejected, slowest };
}

/** Does everything with a dump that verbs do, including writing it again. */
function useDump(source: ByteSource, stacks: StackTable): void {
  readWholeDump(openMinidump(source), stacks);
  const target = new MinidumpTarget(source, { kind: "minidump" });
  const log = target.readTraces(stacks);
  const modules = target.modules();
  for (const module of modules) {
    imageInMemory(target, module)?.read(0, 0x1000);
    target.frame(module.base);
  }
  const handles = target.handles?.();
  for (const { handle } of handles?.slice(0, 8) ?? []) target.objectFacts(handle);
  target.processes();
  encodeProcess({ target, log, modules, ...(handles && { handles }) });
}

/** The dumps to mutate: ours, and real ones if they are available. */
async function seedDumps(): Promise<Uint8Array[]> {
  const real = await Promise.all(expectedFiles("minidumps").map((file) => file.bytes()));
  return [usualDump(), ...real.filter((bytes) => bytes.length < MAX_SEED_BYTES)];
}

if (import.meta.main) {
  const option = (name: string, usual: number): number => {
    const place = Deno.args.indexOf(`--${name}`);
    return place < 0 ? usual : Number(Deno.args[place + 1]);
  };
  const count = option("count", 100_000);
  const { read, rejected, slowest } = await fuzzMinidumps(count, option("seed", 1));
  const megabytes = Deno.memoryUsage().rss / 1024 / 1024;
  console.log(
    `minidumps: ${count} mutations, ${read} read, ${rejected} rejected, ` +
      `slowest ${slowest.toFixed(0)} ms, ${megabytes.toFixed(0)} MB`,
  );
  if (megabytes > MAX_MEGABYTES) {
    console.error(`minidumps: more than ${MAX_MEGABYTES} MB`);
    Deno.exit(1);
  }
}
