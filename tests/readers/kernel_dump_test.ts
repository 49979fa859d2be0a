/**
 * Kernel dumps that htrace writes, as PyPI's `volatility3` reads them, and those that tests build, as `kdmp-parser`
 * does (only 64-bit headers). Needs `deno task readers`, and python3.
 */
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { openKernelDump } from "../../src/dump/kernel/kernel_dump.ts";
import { sampleKernel, sampleKernelDump } from "../../src/dump/kernel/kernel_dump_fixture.ts";
import { bytesSource } from "../../src/byte_source.ts";
import { withFolder } from "../../src/folder_fixture.ts";
import { Machine } from "../../src/machine/machine.ts";
import { findKernel } from "../../src/nt/kernel.ts";
import { findLayouts } from "../../src/nt/layouts.ts";
import { walkProcesses } from "../../src/nt/process.ts";
import { readTraceRing } from "../../src/nt/trace_ring.ts";
import { canRun } from "../../src/program_fixture.ts";
import { wheelFolder } from "../../src/wheel_fixture.ts";
import { readGuestImages } from "../../src/targets/emulated.ts";

const volatility = folders("volatility3", "pefile");
const kdmpParser = folders("kdmp-parser");

/** Python's module path to the packages; undefined if one of them, or Python, is missing. */
function folders(...names: readonly string[]): string | undefined {
  if (!canRun("python3", "--version")) return undefined;
  const found = names.map(wheelFolder);
  return found.includes(undefined) ? undefined : found.join(delimiter);
}

/** What one of the scripts here finds in a file. */
function read(script: string, file: string, packages: string | undefined): unknown {
  const { success, stdout, stderr } = new Deno.Command("python3", {
    args: [fileURLToPath(new URL(script, import.meta.url)), file],
    env: { PYTHONPATH: packages ?? "" },
  }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** What our own code finds in the dump of a machine: processes with their traces, newest first. */
function ours(bytes: Uint8Array): unknown[] {
  const dump = openKernelDump(bytesSource("guest.dmp", bytes));
  if (dump.kind !== "memory") throw new TypeError("the dump has memory");
  const kernel = findKernel(dump.memory, {
    name: "guest.dmp",
    architecture: "x86",
    ...dump.header,
  });
  return walkProcesses(kernel, kernel.psActiveProcessHead).processes.map((process) => {
    const { processId, imageName, traced } = process;
    const traces = traced ? tracesOf(readTraceRing(kernel, process).entries) : null;
    return { process: `0x${process.process.toString(16)}`, processId, imageName, traces };
  });
}

/** HANDLE_TRACE_DB_ENTRY of Windows XP up to the first blank one. */
function tracesOf(entries: Uint8Array): unknown[] {
  const view = new DataView(entries.buffer);
  const traces: unknown[] = [];
  for (let start = 0; start < entries.length; start += 0x50) {
    const words = Array.from({ length: 20 }, (_, index) => view.getUint32(start + index * 4, true));
    if (words[3] === 0) break;
    const stack = words.slice(4).filter((word) => word !== 0).map((word) =>
      `0x${word.toString(16)}`
    );
    traces.push({ type: words[3], handle: words[2], stack });
  }
  return traces;
}

Deno.test({
  name: "volatility3 finds in a dump of the emulated machine what we find",
  ignore: volatility === undefined,
  fn: () =>
    withFolder(async (folder) => {
      const options = { traceFromMain: true, debuggerPresent: false, server2003: false };
      const machine = new Machine(await readGuestImages(), { ...options, args: ["leak", "3"] });
      machine.run();
      const bytes = machine.crashDump(new Date("2001-10-25T12:00:00.000Z"));
      const file = `${folder}/guest.dmp`;
      Deno.writeFileSync(file, bytes);
      assertEquals(read("read_kernel_dump.py", file, volatility), {
        build: 2600,
        dumpType: 1,
        comment: "The emulated machine of htrace",
        debuggerData: "KDBG",
        modules: ["\\WINDOWS\\system32\\ntoskrnl.exe"],
        processes: ours(bytes),
      });
    }),
});

for (const type of [1, 5, 6, 8, 9, 10]) {
  Deno.test({
    name: `kdmp-parser finds the pages of a 64-bit dump of type ${type} that tests build`,
    ignore: kdmpParser === undefined,
    fn: () =>
      withFolder((folder) => {
        const sample = {
          layouts: findLayouts(19045, "x64"),
          mode: "x64",
          type,
          seed: type,
        } as const;
        const file = `${folder}/sample.dmp`;
        Deno.writeFileSync(file, sampleKernelDump(sample));
        const { memory, processHead } = sampleKernel(sample);
        const found = read("read_kernel_pages.py", file, kdmpParser) as {
          readonly processHead: string;
          readonly pages: Readonly<Record<string, string>>;
        };
        assertEquals(found.processHead, `0x${processHead.toString(16)}`);
        // It does not read the last byte of a bitmap, unless all eight bits count.
        const whole = Math.floor((Math.max(...memory.pages.keys()) + 1) / 8) * 8;
        for (const [frame, page] of memory.pages) {
          if (frame < whole) assert(found.pages[frame] === page.toHex(), `page ${frame}`);
        }
        return Promise.resolve();
      }),
  });
}
