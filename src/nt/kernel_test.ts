import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { bytesSource } from "../byte_source.ts";
import { openKernelDump } from "../dump/kernel/kernel_dump.ts";
import {
  sampleKernel,
  sampleKernelDump,
  type SampleOptions,
  sampleTraces,
} from "../dump/kernel/kernel_dump_fixture.ts";
import { HtraceError } from "../error.ts";
import { walkHandleTable } from "./handle_table.ts";
import { findKernel, type Kernel, type KernelHints } from "./kernel.ts";
import { allLayouts, findLayouts, type WindowsLayouts } from "./layouts.ts";
import { walkKernelModules, walkProcessModules } from "./loader.ts";
import { ObjectTypes } from "./object_types.ts";
import { walkProcesses } from "./process.ts";
import { readTraceRing, type TraceRing } from "./trace_ring.ts";

/** Opens a sample as a target does, with the header's contents as hints. */
function kernelOf(options: SampleOptions, hints: Partial<KernelHints> = {}): Kernel {
  const dump = openKernelDump(bytesSource("sample.dmp", sampleKernelDump(options)));
  if (dump.kind !== "memory") throw new TypeError("the sample has memory");
  const { header, memory } = dump;
  return findKernel(memory, {
    name: "sample.dmp",
    architecture: header.bits === 64 ? "x64" : "x86",
    ...header,
    ...hints,
  });
}

function processesOf(kernel: Kernel): ReturnType<typeof walkProcesses> {
  return walkProcesses(kernel, kernel.psActiveProcessHead, kernel.processLink);
}

function typesOf(kernel: Kernel): ObjectTypes {
  const typeObjectType = kernel.debuggerData?.obpTypeObjectType;
  return new ObjectTypes(kernel, typeObjectType === undefined ? {} : { typeObjectType });
}

/** The traces of a ring in the sample's form: kind, handle and number of frames. */
function tracesOf(ring: TraceRing, pointerSize: 4 | 8): unknown[] {
  const size = pointerSize * 20;
  const view = new DataView(ring.entries.buffer);
  const word = (offset: number): number => view.getUint32(offset, true);
  return Array.from({ length: ring.entries.length / size }, (_, index) => {
    const start = index * size;
    let frames = 0;
    while (frames < 16 && word(start + (4 + frames) * pointerSize) !== 0) frames++;
    return {
      type: word(start + 3 * pointerSize),
      handle: word(start + 2 * pointerSize),
      frames,
    };
  });
}

function nameOf({ version, architecture }: WindowsLayouts, mode: string): string {
  return `${version} ${architecture}${mode === "pae" ? " with PAE" : ""}`;
}

/** The dump types of each width. */
const TYPES = { x86: [1, 2, 5], x64: [1, 2, 5, 6, 8, 9, 10] } as const;

allLayouts().forEach((layouts, index) => {
  const modes = layouts.architecture === "x64" ? ["x64"] as const : ["x86", "pae"] as const;
  for (const mode of modes) {
    Deno.test(`findKernel() finds everything in a dump of ${nameOf(layouts, mode)}`, () => {
      const types = TYPES[layouts.architecture];
      const options = { layouts, mode, type: types[index % types.length] ?? 1, seed: index + 1 };
      const kernel = kernelOf(options);
      // Any update of a build with the same structures will do.
      for (const name of ["EPROCESS", "HANDLE_TABLE", "HANDLE_TRACE_DEBUG_INFO"]) {
        const fields = layouts.structures.get(name)?.fields;
        assertEquals(kernel.layouts.structures.get(name)?.fields, fields);
      }
      const { processes, incomplete } = processesOf(kernel);
      assertEquals(incomplete, []);
      assertEquals(
        processes.map(({ processId, imageName, handleCount, traced }) =>
          [processId, imageName, handleCount, traced].join()
        ),
        ["4,System,0,false", "1960,leaky.exe,2,true"],
      );
      const [, leaky] = processes;
      assertEquals(leaky?.startTime, new Date("2024-09-06T01:56:33.756Z"));
      const { handles } = walkHandleTable(kernel, leaky!.objectTable, typesOf(kernel));
      assertEquals(
        handles.map((
          { handle, type, objectPath, grantedAccess, attributes },
        ) => [handle, type, objectPath, grantedAccess, attributes]),
        [
          [4, "Event", "\\BaseNamedObjects\\Ready", 0x1f_0003, 2],
          [8, "Event", undefined, 0x1f_0003, 2],
        ],
      );
      const ring = readTraceRing(kernel, leaky!);
      assertEquals(tracesOf(ring, layouts.pointerSize), [...sampleTraces(ring)]);
      assertEquals(ring.walk, { parsed: ring.slots, dumped: ring.slots });
      assertEquals(ring.lost.size, 0);
      const modules = [
        ...walkKernelModules(kernel, kernel.psLoadedModuleList).modules,
        ...walkProcessModules(kernel.addressSpace(leaky!.directoryTableBase), {
          native: leaky!.peb,
        }).modules,
      ];
      assertEquals(modules.map(({ name, pdb, timestamp }) => [name, pdb?.path, timestamp]), [
        ["ntoskrnl", "ntkrnlmp.pdb", 0x5a5a_0001],
        ["leaky", "leaky.pdb", 0x5a5a_0001],
      ]);
    });
  }
});

const WIN10 = { layouts: findLayouts(19041, "x64"), mode: "x64", type: 6 } as const;

Deno.test("findKernel() distinguishes updates of a build by the size of EPROCESS", () => {
  const rtm = allLayouts().find(({ version, architecture }) =>
    version === "Windows 10 1607 / Server 2016" && architecture === "x64"
  )!;
  const kernel = kernelOf({ ...WIN10, layouts: rtm });
  assertEquals(kernel.layouts.version, rtm.version);
});

Deno.test("findKernel() recognizes Server 2003 without a service pack by page tables alone", () => {
  const rtm = allLayouts().find(({ version }) => version === "Windows Server 2003 RTM")!;
  const kernel = kernelOf({ layouts: rtm, mode: "x86", type: 1, withoutBlock: true });
  assertEquals(kernel.layouts.version, rtm.version);
  assertEquals(processesOf(kernel).processes[1]?.process, 0x8500_2040n);
});

Deno.test("findKernel() takes the layouts of the newer neighbour if those of the older one do not fit", () => {
  const layouts = { ...findLayouts(26100, "x64"), buildNumber: 26050 };
  assertEquals(kernelOf({ ...WIN10, layouts }).layouts.buildNumber, 26100);
});

for (const mode of ["x86", "pae"] as const) {
  Deno.test(`findKernel() finds out the paging mode if the header does not state it (${mode})`, () => {
    const layouts = findLayouts(7601, "x86");
    const dump = sampleKernelDump({ layouts, mode, type: 5 });
    dump[0x5c] = 0x50; // the filler
    const opened = openKernelDump(bytesSource("sample.dmp", dump));
    if (opened.kind !== "memory") throw new TypeError("the sample has memory");
    const { header, memory } = opened;
    const kernel = findKernel(memory, { name: "sample.dmp", architecture: "x86", ...header });
    assertEquals(processesOf(kernel).processes.length, 2);
  });
}

Deno.test("findKernel() finds KDDEBUGGER_DATA64 in the kernel's image if the header does not point to it", () => {
  const kernel = kernelOf({ ...WIN10, headerBlock: 0n });
  assertEquals(kernel.debuggerData?.pebOffset, 0x550);
  const kernelAt = kernelOf({ ...WIN10, headerBlock: 0xffff_f800_02a0_0000n });
  assertEquals(kernelAt.debuggerData, kernel.debuggerData);
});

/** Encodes the block as a kernel does (reference dump-formats, 2.5, read backwards). */
function encodeBlock({ memory, block }: ReturnType<typeof sampleKernel>): void {
  const never = 0x495e_7b77_f30d_a4d7n;
  const always = 0x3eee_93fa_8363_47afn;
  const key = 0xffff_f800_02a0_36f0n;
  const page = memory.pages.get(Number(memory.entry(block) >> 12n))!;
  const view = new DataView(page.buffer);
  for (let offset = 0; offset < 0x380; offset += 8) {
    const place = Number(block % 0x1000n) + offset;
    // XOR and byte swap, then XOR, then rotate right, then XOR.
    const swap = new DataView(new ArrayBuffer(8));
    swap.setBigUint64(0, view.getBigUint64(place, true) ^ always, true);
    let word = swap.getBigUint64(0, false) ^ key;
    const turn = never & 63n;
    word = BigInt.asUintN(64, word >> turn | word << (64n - turn));
    view.setBigUint64(place, word ^ never, true);
  }
}

for (const [where, headerBlock] of [["at its place", undefined], ["by searching", 0n]] as const) {
  Deno.test(`findKernel() decodes an encoded KDDEBUGGER_DATA64 without symbols, ${where}`, () => {
    const kernel = kernelOf({
      ...WIN10,
      change: encodeBlock,
      ...(headerBlock !== undefined && { headerBlock }),
    });
    assertEquals(kernel.debuggerData?.pebOffset, 0x550);
    const [, leaky] = processesOf(kernel).processes;
    const { handles } = walkHandleTable(kernel, leaky!.objectTable, typesOf(kernel));
    assertEquals(handles[0]?.type, "Event");
  });
}

Deno.test("findKernel() works without KDDEBUGGER_DATA64, except for the names of types", () => {
  const kernel = kernelOf({ ...WIN10, withoutBlock: true });
  assertEquals(kernel.debuggerData, undefined);
  const [, leaky] = processesOf(kernel).processes;
  const { handles } = walkHandleTable(kernel, leaky!.objectTable, typesOf(kernel));
  assertEquals(handles.map(({ type, objectName }) => [type, objectName]), [
    [undefined, "Ready"],
    [undefined, undefined],
  ]);
});

for (const layouts of [findLayouts(2600, "x86"), WIN10.layouts]) {
  const mode = layouts.architecture;
  Deno.test(`findKernel() searches for processes if the list's head is missing (${mode})`, () => {
    const change = ({ memory, processHead }: ReturnType<typeof sampleKernel>): unknown =>
      memory.drop(processHead);
    const kernel = kernelOf({ layouts, mode, type: 5, change: (sample) => void change(sample) });
    const { processes } = processesOf(kernel);
    assertEquals(processes.map(({ imageName }) => imageName), ["System", "leaky.exe"]);
    assertMatch(kernel.incomplete.join(), /leads to no process.*were found by searching memory/);
  });
}

Deno.test("findKernel() takes the lists from KDDEBUGGER_DATA64 if the header has none", () => {
  const sample = sampleKernel(WIN10);
  const options = { ...WIN10 };
  const dump = openKernelDump(bytesSource("sample.dmp", sampleKernelDump(options)));
  if (dump.kind !== "memory") throw new TypeError("the sample has memory");
  const hints = {
    name: "sample.dmp",
    architecture: "x64",
    buildNumber: 19041,
    directoryTableBase: dump.header.directoryTableBase,
  } as const;
  const kernel = findKernel(dump.memory, { ...hints, kdDebuggerDataBlock: sample.block });
  assertEquals(kernel.psActiveProcessHead, sample.processHead);
  assertThrows(
    () => findKernel(dump.memory, { ...hints, kdDebuggerDataBlock: 0x1000n }),
    HtraceError,
    "its header has no address of the kernel's lists (Cannot read KDDEBUGGER_DATA64 at 0x1000: ",
  );
  assertThrows(
    () => findKernel(dump.memory, hints),
    HtraceError,
    'Cannot find the kernel in "sample.dmp": its header has no address of the kernel\'s lists; ' +
      "write a new dump",
  );
});

Deno.test("findKernel() says which root of page tables is missing, and what is not a list of processes", () => {
  assertThrows(
    () => kernelOf(WIN10, { directoryTableBase: 0xf_ffff_ffff_f002n }),
    HtraceError,
    "the root of its page tables should be at physical address 0xffffffffff000, and the page is not in the dump",
  );
  // The root mapped into itself: every address is the root.
  const selfMapped = ({ memory }: ReturnType<typeof sampleKernel>): void => {
    const root = memory.pages.get(Number(memory.root >> 12n))!;
    const words = new BigUint64Array(root.buffer);
    words.fill(memory.root | 0x63n);
  };
  assertThrows(
    () => kernelOf({ ...WIN10, change: selfMapped }),
    HtraceError,
    "does not lead to processes of build 19041",
  );
});

/** How a prototype entry's address is written into a page-table entry (reference dump-formats, 3.4 and 4). */
const PROTOTYPES: readonly {
  readonly name: string;
  readonly build: number;
  readonly mode: "x86" | "pae" | "x64";
  readonly entryOf: (address: bigint, paged: bigint) => bigint;
}[] = [
  {
    name: "Windows XP without PAE, from the start of paged pool",
    build: 2600,
    mode: "x86",
    entryOf: (address, paged) => {
      const words = (address - paged) >> 2n;
      return words >> 7n << 11n | (words & 0x7fn) << 1n | 0x400n;
    },
  },
  {
    name: "Windows 7 without PAE",
    build: 7601,
    mode: "x86",
    entryOf: (address) => (address & 0x7fff_fc00n) << 1n | (address & 0x3fcn) >> 1n | 0x400n,
  },
  {
    name: "Windows 7 with PAE",
    build: 7601,
    mode: "pae",
    entryOf: (address) => address << 32n | 0x400n,
  },
  {
    name: "Windows 7 x64",
    build: 7601,
    mode: "x64",
    entryOf: (address) => BigInt.asUintN(48, address) << 16n | 0x400n,
  },
  {
    name: "Windows 10 x64, under the guard against L1TF",
    build: 19041,
    mode: "x64",
    entryOf: (address) => {
      const entry = BigInt.asUintN(48, address) << 16n | 0x400n;
      // The guard sets bit 45; if the address has it already, bit 4 says that nothing was changed.
      return (entry & 1n << 45n) === 0n ? entry | 1n << 45n : entry | 1n << 4n;
    },
  },
];

for (const { name, build, mode, entryOf } of PROTOTYPES) {
  for (const place of [0x2040n, 0x2000_0ff8n]) {
    Deno.test(`findKernel() reads a ring through prototype entries, ${name}, 0x${place.toString(16)} into the pool`, () => {
      const layouts = findLayouts(build, mode === "x64" ? "x64" : "x86");
      const kernel = kernelOf({
        layouts,
        mode,
        type: 5,
        change: ({ memory, traces, leaf, image, block }) => {
          const paged = leaf - 0x1000n;
          const prototype = paged + place;
          const page = traces + 0x1000n;
          memory.integer(prototype, memory.entry(page), mode === "x86" ? 4 : 8);
          memory.setEntry(page, entryOf(prototype, paged));
          memory.pointer(image + 0x3028n, paged) // MmPagedPoolStart
            .integer(block + 0x120n, image + 0x3028n, 8);
        },
      });
      const ring = readTraceRing(kernel, processesOf(kernel).processes[1]!);
      assertEquals([...ring.lost], []);
      assertEquals(tracesOf(ring, layouts.pointerSize), [...sampleTraces(ring)]);
    });
  }
}
