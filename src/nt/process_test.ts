import { assertEquals, assertThrows } from "@std/assert";
import { TargetError } from "../error.ts";

import { findLayouts } from "./layouts.ts";
import { ProcessError, readProcess, walkProcesses } from "./process.ts";
import { SparseMemory } from "./_memory_testing.ts";

const HEAD = 0x8054_4560n;
const XP = findLayouts(2600, "x86");

/** Windows XP SP3 (reference B.1 and B.3). */
function xpMemory(): SparseMemory {
  const memory = new SparseMemory(4);
  writeXpProcess(memory, 0x8140_0300n, 0x7c4, "badhandle.exe");
  writeXpProcess(memory, 0x8150_0020n, 4, "System");
  memory.list(HEAD, [0x8150_0020n + 0x88n, 0x8140_0300n + 0x88n]);
  memory.zeros(0xe10c_cf60n, 0x44).u32(0xe10c_cf60n + 0x3cn, 19);
  memory.pointer(0x8140_0300n + 0xc4n, 0xe10c_cf60n).pointer(0x8140_0300n + 0x1b0n, 0x7ffd_f000n);
  return memory;
}

function writeXpProcess(memory: SparseMemory, address: bigint, id: number, name: string): void {
  memory.zeros(address, 0x260).pointer(address + 0x18n, 0x039000).pointer(address + 0x84n, id)
    .pointer(address + 0x14cn, 0x1d4).ascii(address + 0x174n, name);
}

Deno.test("walkProcesses() reads every field of Windows XP", () => {
  const [system, badhandle] = walkProcesses({ memory: xpMemory(), layouts: XP }, HEAD).processes;
  assertEquals(system?.imageName, "System");
  assertEquals(system?.objectTable, 0n);
  assertEquals(badhandle, {
    process: 0x8140_0300n,
    processId: 0x7c4,
    parentProcessId: 0x1d4,
    imageName: "badhandle.exe",
    peb: 0x7ffd_f000n,
    directoryTableBase: 0x039000n,
    objectTable: 0xe10c_cf60n,
    handleCount: 19,
    traced: false,
  });
});

Deno.test("walkProcesses() leaves out the handle count if the table is paged out", () => {
  const memory = xpMemory().drop(0xe10c_cf60n);
  const badhandle = walkProcesses({ memory, layouts: XP }, HEAD).processes[1];
  assertEquals(badhandle?.objectTable, 0xe10c_cf60n);
  assertEquals(badhandle && "handleCount" in badhandle, false);
});

Deno.test("walkProcesses() ends even if the list loops without its head", () => {
  const memory = xpMemory().pointer(0x8140_0300n + 0x88n, 0x8150_0020n + 0x88n);
  assertEquals(walkProcesses({ memory, layouts: XP }, HEAD).processes.length, 2);
});

Deno.test("walkProcesses() is empty if the head is missing", () => {
  assertEquals(walkProcesses({ memory: new SparseMemory(4), layouts: XP }, HEAD).processes, []);
});

Deno.test("readProcess() accepts an address in the list", () => {
  const space = { memory: xpMemory(), layouts: XP };
  assertEquals(readProcess(space, 0x8140_0300n).imageName, "badhandle.exe");
});

Deno.test("readProcess() accepts a process whose neighbour is missing", () => {
  const memory = xpMemory().drop(HEAD);
  assertEquals(readProcess({ memory, layouts: XP }, 0x8140_0300n).processId, 0x7c4);
});

const REFUSED: readonly [bigint, string][] = [
  [0x40_0000n, "it is not a kernel address"],
  [0x8140_0301n, "it is not aligned"],
  [0x8999_0000n, "its memory is missing"],
  [0x8140_0304n, "the list of processes does not have it"],
  [0x8160_0000n, "it would have no page tables"],
];

for (const [address, reason] of REFUSED) {
  Deno.test(`readProcess() rejects 0x${address.toString(16)}: ${reason}`, () => {
    const memory = xpMemory().zeros(0x8160_0000n, 0x300);
    // Four bytes into a process there are plausible values, but no valid list entry.
    memory.pointer(0x8140_0300n + 0x88n, 0x8140_0000n).pointer(0x8140_0300n + 0x1cn, 0x1000)
      .pointer(0x8140_0300n + 0x8cn, HEAD);
    const error = assertThrows(
      () => readProcess({ memory, layouts: XP }, address),
      ProcessError,
    );
    assertEquals(
      error.message,
      `Cannot use 0x${address.toString(16)} as a process: ${reason}; ` +
        `"!process 0 0" lists the processes`,
    );
    assertEquals(error instanceof TargetError, true);
  });
}

/** Offsets of the list link and of Wow64Process, and whether that points to the PEB directly (reference B.2). */
const WOW64: readonly [build: number, links: bigint, wow64: bigint, isDirect: boolean][] = [
  [6000, 0xe8n, 0x278n, false], // WOW64_PROCESS
  [6002, 0xe8n, 0x278n, false],
  [7601, 0x188n, 0x320n, true],
  [9600, 0x2e8n, 0x418n, true],
  [19041, 0x448n, 0x580n, false], // EWOW64PROCESS
];

for (const [build, links, wow64, isDirect] of WOW64) {
  Deno.test(`walkProcesses() finds the 32-bit PEB of a WOW64 process of build ${build}`, () => {
    const head = 0xffff_f802_1000_0000n;
    const process = 0xffff_a08f_0000_0080n;
    const memory = new SparseMemory(8).zeros(process, 0xc00)
      .pointer(process + wow64, isDirect ? 0x7e_f000n : 0xffff_a08f_0010_0000n)
      .pointer(0xffff_a08f_0010_0000n, 0x7e_f000n)
      .list(head, [process + links]);
    const layouts = findLayouts(build, "x64");
    assertEquals(walkProcesses({ memory, layouts }, head).processes[0]?.wow64Peb, 0x7e_f000n);
  });
}

Deno.test("walkProcesses() takes the handle count from the free list since Windows 8", () => {
  const head = 0xffff_f802_1000_0000n;
  const process = 0xffff_a08f_0000_0080n;
  const table = 0xffff_b100_0000_0040n;
  const memory = new SparseMemory(8).zeros(process, 0xc00).zeros(table, 0x80)
    .pointer(process + 0x570n, table)
    .u32(table + 0x40n + 0x18n, 321)
    .ascii(process + 0x5a8n, "fifteen-chars.e") // fills the field; the next field follows directly
    .write(process + 0x5b7n, [0x41])
    .list(head, [process + 0x448n]);
  const [found] = walkProcesses({ memory, layouts: findLayouts(22621, "x64") }, head).processes;
  assertEquals(found?.handleCount, 321);
  assertEquals(found?.imageName, "fifteen-chars.e");
});
