/**
 * Every format for a full table: 131,072 traces with 2,000 stacks and their names, from a recording to a file, against
 * a program that reads the recording's bytes once. Run by `deno task bench`.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- a benchmark prints
import { EngineStackTable } from "../src/engine/stack_table.ts";
import type { Frame } from "../src/frame.ts";
import type { Module } from "../src/module.ts";
import { encodeRecording } from "../src/recording/recording.ts";
import { REPORT_TABLE } from "../src/reports/mod.ts";
import { busyLog } from "../src/trace_log_fixture.ts";
import { measureReading, measureVerb, printFigures } from "./_bench_file.ts";

const TRACES = 131_072;

/** The module that contains all return addresses of the log. */
const ORDERS: Module = {
  name: "orders",
  path: "C:\\svc\\orders.exe",
  base: 0x7ff8_0000_0000n,
  size: 0x1000_0000,
};

const folder = await Deno.makeTempDir();
try {
  const recording = `${folder}/busy.htrace`;
  await Deno.writeFile(recording, await busyRecording());
  console.log(`every format of ${TRACES} traces with 2,000 stacks, from a recording to a file`);
  const reading = await measureReading(recording);
  printFigures("its bytes, read", reading, reading);
  for (const { name } of REPORT_TABLE) {
    const output = `${folder}/busy.${name}`;
    const args = ["report", recording, "--offline", "--format", name, "-o", output];
    printFigures(`report --format ${name}`, await measureVerb(args), reading);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** A recording with a name, a file and a line for each address. */
async function busyRecording(): Promise<Uint8Array> {
  using stacks = new EngineStackTable();
  const log = busyLog(stacks, TRACES);
  const frames = new Map<bigint, Frame>();
  for (let stack = 0; stack < stacks.count; stack++) {
    for (const address of stacks.addresses(stack)) {
      const rva = address - ORDERS.base;
      frames.set(address, {
        address,
        module: ORDERS,
        symbol: `orders::Session::Step${rva / 64n}`,
        displacement: Number(rva % 64n),
        file: `C:\\build\\orders\\session${rva % 97n}.cpp`,
        line: Number(rva % 2000n) + 1,
      });
    }
  }
  return await encodeRecording({
    targetName: "busy.exe",
    identity: { processId: 0x1234, imageName: "orders.exe" },
    mode: "user",
    pointerSize: 8,
    recordedAt: new Date(),
    log,
    snapshots: new Map(),
    modules: [ORDERS],
    frames,
  });
}
