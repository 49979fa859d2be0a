import { assertEquals } from "@std/assert";
import { findLayouts } from "./layouts.ts";
import { processModules, walkKernelModules, walkProcessModules } from "./loader.ts";
import { parseCodeView, parseRsds, readImageIdentity } from "./image.ts";
import { integerBytes, SparseMemory } from "./_memory_testing.ts";

/** Offsets of the reference's table D.5. */
const OFFSETS = {
  4: { Ldr: 0xc, list: 0xc, DllBase: 0x18, Size: 0x20, Full: 0x24, Base: 0x2c, Stamp: 0x44 },
  8: { Ldr: 0x18, list: 0x10, DllBase: 0x30, Size: 0x40, Full: 0x48, Base: 0x58, Stamp: 0x80 },
} as const;

interface SampleModule {
  readonly path: string;
  readonly base: bigint;
  readonly size: number;
}

/** Writes loader entries from `entries` on, 0x400 bytes apart, and links them after `head`. */
function writeList(
  memory: SparseMemory,
  head: bigint,
  entries: bigint,
  modules: readonly SampleModule[],
  pointerSize: 4 | 8 = memory.pointerSize,
): bigint[] {
  const at = OFFSETS[pointerSize];
  const links = modules.map(({ path, base, size }, index) => {
    const entry = entries + BigInt(index * 0x400);
    const file = path.slice(path.lastIndexOf("\\") + 1);
    memory.zeros(entry, 0x400)
      .integer(entry + BigInt(at.DllBase), base, pointerSize)
      .u32(entry + BigInt(at.Size), size)
      .u32(entry + BigInt(at.Stamp), 0x4802_bdc5)
      .unicode(entry + BigInt(at.Full), entry + 0x200n, path, pointerSize)
      .unicode(entry + BigInt(at.Base), entry + 0x300n, file, pointerSize);
    return entry;
  });
  memory.list(head, links, pointerSize);
  return links;
}

/** Writes a PEB and its loader data; the list's head follows the PEB. */
function writePeb(memory: SparseMemory, peb: bigint, pointerSize: 4 | 8): bigint {
  const loaderData = peb + 0x800n;
  memory.zeros(peb, 0x1000)
    .integer(peb + BigInt(OFFSETS[pointerSize].Ldr), loaderData, pointerSize);
  return loaderData + BigInt(OFFSETS[pointerSize].list);
}

/** Writes image headers with a debug directory of one RSDS record, by the PE specification. */
function writeImage(memory: SparseMemory, base: bigint, isPe32Plus: boolean): void {
  const optional = base + 0x80n + 0x18n;
  memory.zeros(base, 0x3000).ascii(base, "MZ").u32(base + 0x3cn, 0x80)
    .ascii(base + 0x80n, "PE").u32(base + 0x88n, 0x1122_3344)
    .integer(optional, isPe32Plus ? 0x20b : 0x10b, 2);
  const debug = optional + (isPe32Plus ? 0x70n : 0x60n) + 6n * 8n;
  memory.u32(debug, 0x1800).u32(debug + 4n, 2 * 28)
    .u32(base + 0x1800n + 0xcn, 4) // another kind of debug data comes first
    .u32(base + 0x181cn + 0xcn, 2).u32(base + 0x181cn + 0x10n, rsds("x").length)
    .u32(base + 0x181cn + 0x14n, 0x2000);
  memory.write(base + 0x2000n, rsds("C:\\build/badhandle.pdb"));
}

function rsds(path: string): Uint8Array {
  const guid = [0x78, 0x56, 0x34, 0x12, 0xbc, 0x9a, 0xf0, 0xde, 1, 2, 3, 4, 5, 6, 7, 8];
  const text = new TextEncoder().encode(path);
  return Uint8Array.from([
    ...new TextEncoder().encode("RSDS"),
    ...guid,
    ...integerBytes(0x2a, 4),
    ...text,
    0,
  ]);
}

const KERNEL = { path: "\\WINDOWS\\system32\\ntoskrnl.exe", base: 0x8010_0000n, size: 0x20_0000 };
const HAL = { path: "\\WINDOWS\\system32\\hal.dll", base: 0x8030_0000n, size: 0x1_0000 };

Deno.test("walkKernelModules() lists names, paths and places in load order", () => {
  const memory = new SparseMemory(4);
  writeList(memory, 0x8054_1230n, 0x8170_0000n, [KERNEL, HAL]);
  const space = { memory, layouts: findLayouts(2600, "x86") };
  assertEquals(walkKernelModules(space, 0x8054_1230n).modules, [
    { name: "ntoskrnl", ...KERNEL },
    { name: "hal", ...HAL },
  ]);
});

Deno.test("walkKernelModules() takes the time stamp of Windows 10 from the entry if the image is missing", () => {
  const memory = new SparseMemory(8);
  const base = 0xffff_f800_0100_0000n;
  const entry = 0xffff_a08f_0000_0000n;
  writeList(memory, 0xffff_f800_0000_0010n, entry, [{ ...KERNEL, base }]);
  memory.u32(entry + 0x9cn, 0x5566_7788);
  const stampOf = (build: number): number | undefined =>
    walkKernelModules({ memory, layouts: findLayouts(build, "x64") }, 0xffff_f800_0000_0010n)
      .modules[0]
      ?.timestamp;
  assertEquals(stampOf(19041), 0x5566_7788);
  assertEquals(stampOf(7601), undefined);
});

Deno.test("walkKernelModules() reports a cyclic list, a false size and images that are missing", () => {
  const memory = new SparseMemory(4);
  const vast = { path: "\\vast.sys", base: 0x8200_0000n, size: 0xffff_ffff };
  const [, , third = 0n] = writeList(memory, 0x8054_1230n, 0x8170_0000n, [KERNEL, HAL, vast]);
  memory.pointer(third, third);
  writeImage(memory, KERNEL.base, false);
  const space = { memory, layouts: findLayouts(2600, "x86") };
  const { modules, incomplete } = walkKernelModules(space, 0x8054_1230n);
  assertEquals(modules.map(({ size }) => size), [KERNEL.size, HAL.size, 0]);
  assertEquals(incomplete, [
    "the list of kernel modules is not whole: it is cyclic: it returns to 0x81700800 instead of its head",
    "no PDB identity was found for hal.dll (its pages are missing), vast.sys (its pages are missing)",
  ]);
});

Deno.test("walkKernelModules() ends even if the list loops without its head", () => {
  const memory = new SparseMemory(4);
  const [first = 0n, second = 0n] = writeList(memory, 0x8054_1230n, 0x8170_0000n, [KERNEL, HAL]);
  memory.pointer(second, first);
  const space = { memory, layouts: findLayouts(2600, "x86") };
  assertEquals(walkKernelModules(space, 0x8054_1230n).modules.length, 2);
});

Deno.test("walkKernelModules() keeps what comes before a missing page", () => {
  const memory = new SparseMemory(4);
  writeList(memory, 0x8054_1230n, 0x8170_0c00n, [KERNEL, HAL, HAL]);
  memory.drop(0x8170_1000n);
  const space = { memory, layouts: findLayouts(2600, "x86") };
  assertEquals(walkKernelModules(space, 0x8054_1230n).modules.map((module) => module.name), [
    "ntoskrnl",
  ]);
});

const EXE = { path: "C:\\badhandle.exe", base: 0x40_0000n, size: 0x3000 };
const NTDLL = { path: "C:\\Windows\\System32\\ntdll.dll", base: 0x7ffc_0000_0000n, size: 0x1000 };
const NTDLL32 = { path: "C:\\Windows\\SysWOW64\\ntdll.dll", base: 0x7700_0000n, size: 0x1000 };

Deno.test("processModules() walks both loaders of a WOW64 process, the image once", () => {
  const memory = new SparseMemory(8);
  writeList(memory, writePeb(memory, 0x2_0000n, 8), 0x10_0000n, [EXE, NTDLL], 8);
  writeList(memory, writePeb(memory, 0x3_0000n, 4), 0x20_0000n, [EXE, NTDLL32], 4);
  const modules = processModules(memory, { native: 0x2_0000n, wow64: 0x3_0000n });
  assertEquals(modules.map(({ path }) => path), [EXE.path, NTDLL.path, NTDLL32.path]);
});

Deno.test("processModules() is empty before the loader ran and without a PEB", () => {
  const memory = new SparseMemory(8).zeros(0x2_0000n, 0x1000);
  assertEquals(processModules(memory, { native: 0x2_0000n }), []);
  assertEquals(processModules(memory, { native: 0x9_0000n }), []);
});

for (const pointerSize of [4, 8] as const) {
  Deno.test(`processModules() reads stamp and PDB from the image (${pointerSize} bytes)`, () => {
    const memory = new SparseMemory(pointerSize);
    writeList(memory, writePeb(memory, 0x2_0000n, pointerSize), 0x10_0000n, [EXE]);
    writeImage(memory, EXE.base, pointerSize === 8);
    const [module] = processModules(memory, { native: 0x2_0000n });
    assertEquals(module?.timestamp, 0x1122_3344);
    // The record's size in the directory is too short: the path ends there.
    assertEquals(module?.pdb, {
      guid: "123456789ABCDEF00102030405060708",
      age: 0x2a,
      path: "C:",
    });
  });
}

Deno.test("walkProcessModules() says why a process has none", () => {
  const { incomplete } = walkProcessModules(new SparseMemory(8), { native: 0x9_0000n });
  assertEquals(incomplete, [
    "its modules are missing: Cannot read PEB.Ldr at 0x90018: the memory is not there",
  ]);
});

Deno.test("parseCodeView() reads the records of PDB 2.0, whose time stamp stands for the GUID", () => {
  const record = new SparseMemory(4).zeros(0n, 0x10).ascii(0n, "NB10").u32(8n, 0x0b7d_8410)
    .u32(0xcn, 2).ascii(0x10n, "oldsym.pdb");
  assertEquals(parseCodeView(record.read(0n, 0x1b)), {
    guid: "0B7D8410",
    age: 2,
    path: "oldsym.pdb",
  });
  assertEquals(parseCodeView(record.read(0n, 0xf)), undefined);
  assertEquals(parseCodeView(rsds("a.pdb"))?.path, "a.pdb");
});

Deno.test("readImageIdentity() returns as much as a damaged image has", () => {
  const memory = new SparseMemory(4);
  assertEquals(readImageIdentity(memory, 0x40_0000n), undefined);
  writeImage(memory, 0x40_0000n, false);
  memory.drop(0x40_2000n);
  assertEquals(readImageIdentity(memory, 0x40_0000n), {
    timestamp: 0x1122_3344,
    missing: 0x40_2000n,
  });
  memory.u32(0x40_003cn, 0xffff_0000);
  assertEquals(readImageIdentity(memory, 0x40_0000n), undefined);
});

Deno.test("parseRsds() accepts a path with its zero and rejects other records", () => {
  assertEquals(parseRsds(rsds("a/b.pdb"))?.path, "a/b.pdb");
  assertEquals(parseRsds(rsds("a/b.pdb").subarray(0, 0x17)), undefined);
  assertEquals(parseRsds(new TextEncoder().encode("NB10 and more bytes than that")), undefined);
});
