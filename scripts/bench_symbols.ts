/**
 * The symbolizer's speed and memory as ratios to the same crate built natively and to llvm-symbolizer, on programs that
 * are generated with the pinned toolchain on the first run and kept in `wasm/target/bench`.
 *
 * @module
 */
import { join } from "node:path";
import type { Module } from "../src/module.ts";
import { FileSource } from "../src/file_source.ts";
import { Symbolizer } from "../src/symbols/symbolizer.ts";
import { inToolchain, isThere, measure, type Measured, median, ROOT } from "./_bench_process.ts";

/** A program to generate, as arguments for `scripts/generate_pdb.sh`, and the addresses to name in it. */
interface Sample {
  readonly name: string;
  readonly modules: number;
  readonly functions: number;
  readonly nameLength: number;
  readonly addresses: number;
}

/** A generated program. */
interface Generated {
  readonly image: string;
  readonly pdb: string;
  /** RVAs in its code, in no particular order. */
  readonly rvas: Uint32Array;
}

const SMALL: Sample = {
  name: "small",
  modules: 5,
  functions: 600,
  nameLength: 20,
  addresses: 5000,
};
const MANY: Sample = {
  name: "many",
  modules: 10,
  functions: 2500,
  nameLength: 20,
  addresses: 100_000,
};
const LARGE: Sample = {
  name: "large",
  modules: 40,
  functions: 2000,
  nameLength: 1000,
  addresses: 1000,
};

/** Runs of whole processes; the median counts. */
const RUNS = 5;
/** Rounds within a process, this one or the native one; the median counts. */
const ROUNDS = 15;
/** Milliseconds of warm-up rounds, so that the WASM code has been optimized: it takes V8 half a second. */
const WARM_UP = 1000;
/** llvm-symbolizer takes milliseconds per address; of more addresses it gets a part, and its time is extrapolated. */
const LLVM_ADDRESSES = 5000;
const MEBIBYTE = 1024 * 1024;
/** RVA of the first section, where the linker puts code. */
const CODE_RVA = 0x1000;
const NATIVE = "wasm/target/toolchain/release/symbolize-bench";

if (!await isThere(inToolchain("llvm-symbolizer", "--version"))) {
  console.log("not measured: no toolchain; run scripts/toolchain.sh install as root first");
} else {
  const hasNative = await isThere(inToolchain(
    ...["env", "CARGO_TARGET_DIR=wasm/target/toolchain", "cargo", "build", "--release", "--locked"],
    ...["--manifest-path", "wasm/Cargo.toml", "--bin", "symbolize-bench"],
  ));
  if (!hasNative) console.log("native: not measured, the crate does not build in the toolchain");
  await compareSpeed(SMALL, hasNative);
  await measureColdStart(SMALL);
  await compareSpeed(MANY, hasNative);
  await compareMemory(LARGE);
  await compareUndecoration();
}

/** Names all addresses of a sample: in this process, natively, and in whole processes. */
async function compareSpeed(sample: Sample, hasNative: boolean): Promise<void> {
  const { image, pdb, rvas } = await generate(sample);
  const functions = sample.modules * sample.functions;
  console.log(
    `\n${rvas.length} addresses, PDB of ${mebibytes(sizeOf(pdb))}, ${functions} functions`,
  );
  const warm = performance.now() + WARM_UP;
  while (performance.now() < warm) nameAll(pdb, rvas);
  const wasm = median(Array.from({ length: ROUNDS }, () => nameAll(pdb, rvas)));
  print("WASM, opening included", wasm);
  if (hasNative) {
    const { output } = await measure(inToolchain(NATIVE, pdb, `${ROUNDS}`), lines(rvas));
    const native = parseFloat(output);
    print("the same crate natively", native, `WASM takes ${ratio(wasm, native)} of it`);
  }
  const own = await medians(htrace(pdb), rvas);
  print("htrace symbolize, whole process", own.milliseconds);
  const part = rvas.subarray(0, LLVM_ADDRESSES);
  const llvm = await medians(llvmSymbolizer(image), part);
  const shells = await medians(inToolchain("true"), part);
  const alone = (llvm.milliseconds - shells.milliseconds) * rvas.length / part.length;
  print(
    part.length < rvas.length
      ? `llvm-symbolizer, from ${part.length} of them`
      : "llvm-symbolizer, whole process",
    alone,
    `${ratio(alone, wasm)} WASM, ${ratio(alone, own.milliseconds)} htrace symbolize`,
  );
}

/** From nothing to the first name. */
async function measureColdStart(sample: Sample): Promise<void> {
  const { pdb } = await generate(sample);
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const command = [Deno.execPath(), "run", "-A", "scripts/_cold_symbolizer.ts", pdb];
    times.push(parseFloat((await measure(command, "")).output));
  }
  print("cold start to the first name", median(times));
}

/** Time and memory to the first names of a large PDB. */
async function compareMemory(sample: Sample): Promise<void> {
  const { image, pdb, rvas } = await generate(sample);
  console.log(`\nfirst ${rvas.length} names, PDB of ${mebibytes(sizeOf(pdb))}, whole processes`);
  const own = await medians(htrace(pdb), rvas);
  print("htrace symbolize", own.milliseconds, `peak ${mebibytes(own.peakBytes)}`);
  const llvm = await medians(llvmSymbolizer(image), rvas);
  print(
    "llvm-symbolizer",
    llvm.milliseconds,
    `peak ${mebibytes(llvm.peakBytes)}, ${
      ratio(llvm.milliseconds, own.milliseconds)
    } htrace symbolize`,
  );
}

/** Undecorates names natively, compared with the crate for it. */
async function compareUndecoration(): Promise<void> {
  const { output } = await measure(
    inToolchain(
      ...["env", "CARGO_TARGET_DIR=wasm/target/toolchain", "cargo", "bench", "--locked", "--quiet"],
      ...["--manifest-path", "wasm/Cargo.toml", "--bench", "undecorate"],
    ),
    "",
  );
  console.log(`\nundecoration, natively\n${output.trim().replaceAll(/^/gm, "  ")}`);
}

/** The program of a sample; generated if it does not exist yet. */
async function generate(sample: Sample): Promise<Generated> {
  const folder = join("wasm/target/bench", sample.name);
  const image = join(folder, "generated.exe");
  const pdb = join(folder, "generated.pdb");
  const counts = [sample.modules, sample.functions, sample.nameLength].map(String);
  try {
    Deno.statSync(join(ROOT, pdb));
  } catch {
    console.log(`generating ${pdb}`);
    await measure(["scripts/generate_pdb.sh", folder, ...counts], "");
  }
  const end = CODE_RVA + codeSize(image);
  // A fixed odd step, so that neighbours in the list are not neighbours in the code.
  const rvas = Uint32Array.from(
    { length: sample.addresses },
    (_, i) => CODE_RVA + (i * 0x9e37_79b1) % (end - CODE_RVA),
  );
  return { image, pdb, rvas };
}

/** `SizeOfCode` of the optional header, which begins 0x18 bytes after the PE signature. */
function codeSize(image: string): number {
  const { buffer } = Deno.readFileSync(join(ROOT, image));
  const view = new DataView(buffer);
  return view.getUint32(view.getUint32(0x3c, true) + 0x18 + 4, true);
}

/** Opens a PDB, names all addresses with their lines, and returns how long that took. */
function nameAll(pdb: string, rvas: Uint32Array): number {
  const start = performance.now();
  const module: Module = { name: "app", path: pdb, base: 0n, size: 0xffff_ffff };
  using file = FileSource.open(join(ROOT, pdb));
  using symbolizer = new Symbolizer();
  symbolizer.addModule(module, { pdb: file });
  const frames = symbolizer.symbolizeRvas(module, rvas);
  const elapsed = performance.now() - start;
  const named = frames.filter((frame) => frame.symbol !== undefined).length;
  if (named < frames.length) throw new Error(`Cannot measure: ${frames.length - named} unnamed`);
  return elapsed;
}

function htrace(pdb: string): string[] {
  return [Deno.execPath(), "run", "-A", "src/cli.ts", "symbolize", "--json", "--offline", pdb];
}

function llvmSymbolizer(image: string): string[] {
  return inToolchain(
    "llvm-symbolizer",
    "--relative-address",
    "--output-style=JSON",
    `--obj=${image}`,
  );
}

async function medians(
  command: readonly string[],
  rvas: Uint32Array,
): Promise<Omit<Measured, "output">> {
  const runs: Measured[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measure(command, lines(rvas)));
  return {
    milliseconds: median(runs.map((run) => run.milliseconds)),
    peakBytes: median(runs.map((run) => run.peakBytes)),
  };
}

function lines(rvas: Uint32Array): string {
  return Array.from(rvas, (rva) => `0x${rva.toString(16)}\n`).join("");
}

function sizeOf(path: string): number {
  return Deno.statSync(join(ROOT, path)).size;
}

function print(what: string, milliseconds: number, remark = ""): void {
  const time = `${milliseconds.toFixed(1)} ms`.padStart(12);
  console.log(`  ${what.padEnd(34)}${time}  ${remark}`.trimEnd());
}

function ratio(value: number, base: number): string {
  return `${(value / base).toFixed(1)} ×`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}
