/**
 * Kernel dumps of many gigabytes: time and memory that verbs take. Run by `deno task bench`.
 *
 * The dumps are sparse files: a small kernel whose process has a full ring of 131,072 traces, in memory that is otherwise
 * zero.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a benchmark prints
import { dumpFacts, sampleKernel } from "../src/dump/kernel/kernel_dump_fixture.ts";
import { type DumpFacts, writeKernelDump } from "../src/dump/kernel/dump_file_fixture.ts";
import { integerBytes } from "../src/dump/kernel/guest_memory_fixture.ts";
import { findLayouts } from "../src/nt/layouts.ts";
import { measure } from "./_bench_process.ts";

const PAGE = 0x1000;
const HEADER = 0x2000;
const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
const RUNS = 3;

/** A sparse dump: what precedes its pages, and its total size. */
interface SparseDump {
  readonly name: string;
  readonly type: number;
  readonly bytes: number;
  /** Writes the index of pages; returns the offset of page 0. */
  readonly index: (file: Deno.FsFile, frames: number) => number;
}

const DUMPS: readonly SparseDump[] = [
  { name: "full dump of 4 GiB", type: 1, bytes: 4 * GIB, index: writeRun },
  { name: "bitmap dump of 8 GiB", type: 5, bytes: 8 * GIB, index: writeBitmap },
];

const VERBS: readonly (readonly [what: string, words: (path: string) => string[]])[] = [
  ["processes", (path) => ["processes", path, "--json"]],
  [
    "show, 131,072 traces",
    (path) => ["show", path, "--process", "leaky", "--offline", "--format", "json"],
  ],
];

const kernel = sampleKernel({
  layouts: findLayouts(19045, "x64"),
  mode: "x64",
  type: 1,
  slots: 131_072,
});

for (const dump of DUMPS) {
  const path = await Deno.makeTempFile({ suffix: ".dmp" });
  try {
    writeSparse(path, dump);
    console.log(dump.name);
    for (const [what, words] of VERBS) await report(what, words(path));
  } finally {
    await Deno.remove(path);
  }
}

async function report(what: string, words: readonly string[]): Promise<void> {
  const command = [Deno.execPath(), "run", "-A", "src/cli.ts", ...words];
  const runs = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measure(command, ""));
  const times = runs.map(({ milliseconds }) => milliseconds).sort((one, other) => one - other);
  const peak = Math.max(...runs.map(({ peakBytes }) => peakBytes)) / MIB;
  console.log(
    `  ${what.padEnd(28)} ${(times[RUNS >> 1] ?? 0).toFixed(0)} ms  ${peak.toFixed(0)} MiB`,
  );
}

function writeSparse(path: string, { type, bytes, index }: SparseDump): void {
  using file = Deno.openSync(path, { write: true });
  const facts: DumpFacts = dumpFacts(kernel, type);
  put(file, 0, writeKernelDump(facts, new Map()).subarray(0, HEADER));
  const start = index(file, bytes / PAGE);
  for (const [frame, page] of kernel.memory.pages) put(file, start + frame * PAGE, page);
  file.truncateSync(start + bytes);
}

function writeRun(file: Deno.FsFile, frames: number): number {
  put(file, 0x88, integerBytes(1, 4));
  put(file, 0x90, integerBytes(frames, 8));
  put(file, 0x98, integerBytes(0, 8));
  put(file, 0xa0, integerBytes(frames, 8));
  return HEADER;
}

function writeBitmap(file: Deno.FsFile, frames: number): number {
  const start = Math.ceil((HEADER + 0x38 + frames / 8) / PAGE) * PAGE;
  put(file, HEADER, new TextEncoder().encode("FDMPDUMP"));
  put(file, HEADER + 0x20, integerBytes(start, 8));
  put(file, HEADER + 0x28, integerBytes(frames, 8));
  put(file, HEADER + 0x30, integerBytes(frames, 8));
  put(file, HEADER + 0x38, new Uint8Array(frames / 8).fill(0xff));
  return start;
}

function put(file: Deno.FsFile, offset: number, bytes: Uint8Array): void {
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
}
