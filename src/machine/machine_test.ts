import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { exportingImage } from "./_image_testing.ts";
import type { GuestImages, ImageFile } from "./boot.ts";
import { CpuFault } from "./cpu/cpu_fault.ts";
import { Machine, MachineError } from "./machine.ts";

// A handwritten kernel of a few instructions: it reports that it has started, then runs the bytes of each test.
// guest_test.ts tests the real guest on this machine.

const KERNEL_BASE = 0x8010_0000;
const MAILBOX = 0x8010_2000;
const OPTIONS = { args: [], traceFromMain: false, debuggerPresent: false, server2003: false };

/** `mov dword [MAILBOX + offset], value`. */
function store(offset: number, value: number): number[] {
  return [0xc7, 0x05, ...dword(MAILBOX + offset), ...dword(value)];
}

/** `mov eax, KiStopPoint; call eax`. */
const STOP = [0xb8, ...dword(KERNEL_BASE + 0x1f00), 0xff, 0xd0];

function dword(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}

function handMadeGuest(...code: number[]): GuestImages {
  const kernel = new Uint8Array(0x1000);
  kernel.set([...store(0, 1), ...STOP, ...code]);
  kernel[0xf00] = 0xc3; // KiStopPoint: ret
  const file = (name: string, base: number, exports: Record<string, number>): ImageFile => ({
    name,
    bytes: exportingImage({ base, exports, code: kernel }),
  });
  return {
    kernel: file("ntoskrnl.exe", KERNEL_BASE, {
      KiSystemStartup: 0x1000,
      KiStopPoint: 0x1f00,
      KdMailbox: 0x2000,
      PsLoadedModuleList: 0x2100,
      PsActiveProcessHead: 0x2108,
      KdDebuggerDataBlock: 0x2200,
    }),
    ntdll: file("ntdll.dll", 0x77f5_0000, { DbgServiceLoop: 0x1000 }),
    libraries: [file("kernel32.dll", 0x77de_0000, { BaseProcessStart: 0x1000 })],
    program: file("program.exe", 0x0100_0000, {}),
  };
}

function boot(...code: number[]): Machine {
  return new Machine(handMadeGuest(...code), { ...OPTIONS, budget: 10_000 });
}

Deno.test("Machine.run() returns stops of the guest as described in its mailbox", () => {
  const machine = boot(
    ...[...store(0, 2), ...store(8, 0x5cc), ...store(0xc, 0x0100_1001), ...STOP],
    ...[...store(0, 4), ...store(0x10, 3), ...STOP],
    ...[...store(0, 5), ...STOP],
  );
  assertEquals(machine.run(), { kind: "breakpoint", address: 0x0100_1000, threadId: 0x5cc });
  assertEquals(machine.run(), { kind: "exiting", exitStatus: 3 });
  assertEquals(machine.run(), { kind: "ended", exitStatus: 3 });
});

Deno.test("Machine.run() ends an endless loop with a message that says where", () => {
  const machine = boot(0xeb, 0xfe); // jmp to itself
  const loop = KERNEL_BASE + 0x1000 + 10 + STOP.length;
  assertThrows(
    () => machine.run(),
    MachineError,
    `Cannot run the guest: it did not stop within 10000 instructions and is at 0x${
      loop.toString(16)
    }; let it go on, or correct the program if it loops for ever`,
  );
});

Deno.test("Machine.run() says which instruction the processor does not support", () => {
  const fault = assertThrows(() => boot(0xd9, 0xe8).run(), CpuFault); // fld1
  assertEquals(fault.kind, "unsupported-instruction");
  assertMatch(fault.message, /^Cannot execute the instruction at 0x80101011 \(d9 e8 /);
});

Deno.test("Machine.run() says which address had a page fault without a handler", () => {
  const fault = assertThrows(() => boot(0xa1, ...dword(0xdead_0000)).run(), CpuFault);
  assertEquals(fault.kind, "page-fault");
  assertMatch(fault.message, /0xdead0000/);
});

Deno.test("Machine.run() ends a stack overflow at the unmapped page below the stack", () => {
  const fault = assertThrows(() => boot(0x60, 0xeb, 0xfd).run(), CpuFault); // pusha, again
  assertMatch(fault.message, /page fault at 0x80f04f/);
});

Deno.test("Machine.run() says why a kernel does not continue", () => {
  assertThrows(
    () => boot(...store(0, 7), ...store(0x10, 0x0e), ...STOP).run(),
    MachineError,
    "Cannot run the guest: its kernel stopped with bug check 0xe",
  );
  assertThrows(() => boot(...store(0, 6), ...STOP).run(), MachineError, "wait for each other");
  assertThrows(() => boot(...store(0, 99), ...STOP).run(), MachineError, "for reason 99");
  assertThrows(() => boot(0xf4).run(), MachineError, "stopped the processor at 0x80101012");
});

Deno.test("Machine.systemCall() passes number and arguments and returns the status", () => {
  // Pending is cleared and the status is the first argument: mov eax, [MAILBOX + 0x1c].
  const machine = boot(
    ...[0xa1, ...dword(MAILBOX + 0x1c), 0xa3, ...dword(MAILBOX + 0x4c)],
    ...[...store(0x14, 0), ...STOP],
  );
  assertEquals(machine.systemCall(0x19, [0xc000_0008, 2]), 0xc000_0008);
  const mailbox = machine.debuggerSpace.read(MAILBOX, 0x50);
  const view = new DataView(mailbox.buffer);
  assertEquals(view.getUint32(0x18, true), 0x19);
  assertEquals(view.getUint32(0x20, true), 2);
  assertThrows(
    () => machine.systemCall(0x19, new Array(13).fill(0)),
    RangeError,
    "Cannot make system call 0x19: it has 13 arguments, the mailbox holds 12",
  );
});

Deno.test("Machine.readPhysical() is short at the end of memory and empty beyond", () => {
  const machine = boot();
  assertEquals(machine.readPhysical(machine.systemDirectoryTableBase, 0x1000).length, 0x1000);
  assertEquals(machine.readPhysical(0x0400_0000 - 1, 8).length, 1);
  assertEquals(machine.readPhysical(0x0400_0000, 8).length, 0);
});
