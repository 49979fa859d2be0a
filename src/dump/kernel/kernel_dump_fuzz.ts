/**
 * Mutated kernel dumps: regardless of the contents of a file, reading everything in it ends in clauses for messages or
 * in one error, quickly and in little memory.
 *
 *   deno run -A src/dump/kernel/kernel_dump_fuzz.ts [--count N] [--seed N]
 *
 * A failure prints the seed that reproduces the file.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a fuzzer prints
import { bytesSource } from "../../byte_source.ts";
import { HtraceError } from "../../error.ts";
import { walkHandleTable } from "../../nt/handle_table.ts";
import { findKernel, type Kernel } from "../../nt/kernel.ts";
import { allLayouts } from "../../nt/layouts.ts";
import { walkKernelModules, walkProcessModules } from "../../nt/loader.ts";
import { ObjectTypes } from "../../nt/object_types.ts";
import { type KernelProcess, walkProcesses } from "../../nt/process.ts";
import { readTraceRing } from "../../nt/trace_ring.ts";
import { mutate } from "../_mutate_testing.ts";
import { openKernelDump } from "./kernel_dump.ts";
import { sampleKernelDump } from "./kernel_dump_fixture.ts";

const MAX_MILLISECONDS = 2_000;
const MAX_MEGABYTES = 300;

/** The earliest offset of a page. */
const FIRST_PAGE = 0x1000;

/** The forms of the mutated dumps. */
const FORMS = [
  { mode: "x86", types: [1, 2, 5] },
  { mode: "pae", types: [1, 2, 5] },
  { mode: "x64", types: [1, 5, 6, 8, 10] },
] as const;

/** The result of {@linkcode fuzzKernelDumps}. */
export interface FuzzResult {
  /** Dumps in which processes were found. */
  readonly read: number;
  /** Dumps that were rejected. */
  readonly rejected: number;
  /** The longest time that one took, in milliseconds. */
  readonly slowest: number;
}

/** Reads `count` mutations, made with `seed` and the numbers after it. Throws at the first failure. */
export function fuzzKernelDumps(count: number, seed: number): FuzzResult {
  const dumps = seedDumps();
  let rejected = 0;
  let slowest = 0;
  for (let number = seed; number < seed + count; number++) {
    const dump = dumps[number % dumps.length]!;
    const bytes = mutateWords(mutate(dump.bytes, number), dump.words, number);
    const start = performance.now();
    try {
      readEverything(bytes);
    } catch (error) {
      if (!(error instanceof HtraceError)) {
        throw new Error(`seed ${number}: not an HtraceError`, { cause: error });
      }
      if (/\n/.test(error.message)) throw new Error(`seed ${number}: more than one line`);
      rejected++;
    }
    const took = performance.now() - start;
    slowest = Math.max(slowest, took);
    if (took > MAX_MILLISECONDS) throw new Error(`seed ${number}: took ${took.toFixed(0)} ms`);
  }
  return { read: count - rejected, rejected, slowest };
}

/** Reads everything that a target reads from a dump. */
function readEverything(bytes: Uint8Array): void {
  const dump = openKernelDump(bytesSource("mutated.dmp", bytes));
  if (dump.kind !== "memory") return;
  const { header, memory } = dump;
  const architecture = header.bits === 64 ? "x64" : "x86";
  const kernel = findKernel(memory, { name: "mutated.dmp", architecture, ...header });
  walkKernelModules(kernel, kernel.psLoadedModuleList);
  const typeObjectType = kernel.debuggerData?.obpTypeObjectType;
  const types = new ObjectTypes(kernel, typeObjectType === undefined ? {} : { typeObjectType });
  const { processes } = walkProcesses(kernel, kernel.psActiveProcessHead, kernel.processLink);
  for (const process of processes) readProcess(kernel, process, types);
}

function readProcess(kernel: Kernel, process: KernelProcess, types: ObjectTypes): void {
  const { objectTable, peb, wow64Peb, directoryTableBase } = process;
  if (objectTable !== 0n) walkHandleTable(kernel, objectTable, types);
  const pebs = { native: peb, ...(wow64Peb !== undefined && { wow64: wow64Peb }) };
  if (peb !== 0n) walkProcessModules(kernel.addressSpace(directoryTableBase), pebs);
  try {
    readTraceRing(kernel, process);
  } catch (error) {
    if (!(error instanceof HtraceError)) throw error;
  }
}

/** Small kernels of every tenth build, in the forms of their paging mode by turns. */
function seedDumps(): SeedDump[] {
  return FORMS.flatMap(({ mode, types }) =>
    allLayouts().filter(({ architecture }) => (architecture === "x64") === (mode === "x64"))
      .filter((_, index) => index % 10 === 0)
      .map((layouts, index) => {
        const type = types[index % types.length] ?? 1;
        return seedDump(sampleKernelDump({ layouts, mode, type, seed: index + 1 }));
      })
  );
}

/** A dump to mutate, with the offsets of the nonzero words in its pages. */
interface SeedDump {
  readonly bytes: Uint8Array;
  readonly words: readonly number[];
}

function seedDump(bytes: Uint8Array): SeedDump {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const words: number[] = [];
  for (let offset = FIRST_PAGE; offset + 8 <= bytes.length; offset += 8) {
    if (view.getBigUint64(offset, true) !== 0n) words.push(offset);
  }
  return { bytes, words };
}

/** Replaces words with others from the dump, so that pointers lead elsewhere and tables lead to each other. */
function mutateWords(bytes: Uint8Array, words: readonly number[], seed: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let state = Math.imul(seed, 0x85eb_ca6b) ^ 0x27d4_eb2f || 1;
  const place = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return words[(state >>> 0) % words.length] ?? 0;
  };
  for (let changes = seed % 64; changes > 0; changes--) {
    const [from, to] = [place(), place()];
    if (Math.max(from, to) + 8 > bytes.length) continue;
    view.setBigUint64(to, view.getBigUint64(from, true), true);
  }
  return bytes;
}

if (import.meta.main) {
  const option = (name: string, usual: number): number => {
    const place = Deno.args.indexOf(`--${name}`);
    return place < 0 ? usual : Number(Deno.args[place + 1]);
  };
  const count = option("count", 100_000);
  const { read, rejected, slowest } = fuzzKernelDumps(count, option("seed", 1));
  const megabytes = Deno.memoryUsage().rss / 1024 / 1024;
  console.log(
    `kernel dumps: ${count} mutations, ${read} read, ${rejected} rejected, ` +
      `slowest ${slowest.toFixed(0)} ms, ${megabytes.toFixed(0)} MB`,
  );
  if (megabytes > MAX_MEGABYTES) {
    console.error(`kernel dumps: more than ${MAX_MEGABYTES} MB`);
    Deno.exit(1);
  }
}
