import { assertEquals, assertStringIncludes } from "@std/assert";
import { ALL_RIGHTS, faultOf, GUEST, SELECTOR, TestGuest } from "./_guest_testing.ts";
import { Cpu } from "./cpu.ts";
import { PhysicalMemory } from "./physical_memory.ts";
import { REGISTER } from "./registers.ts";

const CODE = 0x1000;

/** A CPU with paging off, about to run a program. */
function cpuWith(...program: number[]): Cpu {
  const memory = new PhysicalMemory(0x10000);
  memory.writeBytes(CODE, Uint8Array.from(program));
  const cpu = new Cpu(memory);
  cpu.eip = CODE;
  cpu.registers.esp = CODE;
  return cpu;
}

Deno.test("run() executes until hlt", () => {
  const cpu = cpuWith(0xb8, 42, 0, 0, 0, 0xf4); // mov eax, 42; hlt
  assertEquals(cpu.run(100), { kind: "halt" });
  assertEquals([cpu.registers.eax, cpu.eip, cpu.instructions], [42, CODE + 6, 2]);
});

Deno.test("run() stops exactly at its budget and continues from there", () => {
  const cpu = cpuWith(0x40, 0x40, 0x40, 0xeb, 0xfb); // inc eax, three times; jmp to the first
  assertEquals(cpu.run(6), { kind: "budget" });
  assertEquals([cpu.registers.eax, cpu.eip, cpu.instructions], [5, CODE + 2, 6]);
  assertEquals(cpu.run(1), { kind: "budget" });
  assertEquals([cpu.registers.eax, cpu.instructions], [6, 7]);
});

Deno.test("run() stops before a breakpoint's instruction and steps over it when run again", () => {
  const cpu = cpuWith(0x40, 0x41, 0xeb, 0xfc); // inc eax; inc ecx; jmp to the first
  cpu.breakpoints.add(CODE + 1);
  for (let round = 1; round <= 3; round++) {
    assertEquals(cpu.run(100), { kind: "breakpoint", address: CODE + 1 });
    assertEquals([cpu.registers.eax, cpu.registers.ecx], [round, round - 1]);
  }
});

Deno.test("run() stops again at a breakpoint on an instruction that jumps to itself", () => {
  const cpu = cpuWith(0xeb, 0xfe); // jmp to itself
  cpu.breakpoints.add(CODE);
  assertEquals(cpu.run(100), { kind: "breakpoint", address: CODE });
  assertEquals(cpu.run(100), { kind: "breakpoint", address: CODE });
  assertEquals(cpu.instructions, 1);
});

Deno.test("run() passes a breakpoint that was removed, and one in another page at the same offset", () => {
  const cpu = cpuWith(0x40, 0xf4); // inc eax; hlt
  cpu.breakpoints.add(CODE + 1);
  assertEquals(cpu.run(100).kind, "breakpoint");
  cpu.breakpoints.clear();
  cpu.breakpoints.add(CODE + 0x1001);
  assertEquals(cpu.run(100), { kind: "halt" });
});

Deno.test("self-modifying code runs as modified", () => {
  const cpu = cpuWith(
    ...[0x40], //                                 first: inc eax
    ...[0xc6, 0x05, 0x00, 0x10, 0x00, 0x00, 0x41], // mov byte [first], inc ecx
    ...[0x83, 0xf8, 0x02], //                        cmp eax, 2
    ...[0x83, 0xf9, 0x02], //                        cmp ecx, 2
    ...[0x75, 0xf0], //                              jne first
    ...[0xf4], //                                    hlt
  );
  assertEquals(cpu.run(100), { kind: "halt" });
  assertEquals([cpu.registers.eax, cpu.registers.ecx], [1, 2]);
});

Deno.test("a write into the last byte of a decoded instruction is noticed", () => {
  const cpu = cpuWith(0xb8, 1, 0, 0, 0, 0xf4); // mov eax, 1; hlt
  cpu.run(100);
  cpu.memory.write8(CODE + 4, 0x80);
  cpu.eip = CODE;
  cpu.run(100);
  assertEquals(cpu.registers.eax, 0x8000_0001);
});

Deno.test("an instruction that extends into another page follows that page's bytes and mapping", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  const address = GUEST.data + 0xffe;
  guest.run(address, [0xb8, 0x01, 0x02, 0x03, 0x04, 0xf4]); // mov eax, 0x04030201; hlt
  assertEquals(cpu.registers.eax, 0x0403_0201);

  guest.write(GUEST.data + 0x2000, [0x52, 0x53, 0x54, 0xf4]);
  guest.map(GUEST.data + 0x1000, (GUEST.data + 0x2000) | 7);
  cpu.mmu.invalidate(GUEST.data + 0x1000);
  cpu.eip = address;
  assertEquals(cpu.run(100), { kind: "halt" });
  assertEquals(cpu.registers.eax, 0x5453_5201);
});

Deno.test("FS refers to the structure whose descriptor was loaded", () => {
  const guest = new TestGuest();
  guest.write(GUEST.data + 0x18, [0x78, 0x56, 0x34, 0x12]);
  const stop = guest.run(GUEST.kernelCode, [
    ...[0x66, 0xb8, SELECTOR.based, 0x00, 0x8e, 0xe0], // mov ax, selector; mov fs, ax
    ...[0x64, 0xa1, 0x18, 0x00, 0x00, 0x00], //          mov eax, fs:[0x18]
    ...[0xf4], //                                        hlt
  ]);
  assertEquals(stop, { kind: "halt" });
  assertEquals(guest.cpu.registers.eax, 0x1234_5678);
});

Deno.test("rdtsc counts instructions", () => {
  const cpu = cpuWith(0x90, 0x90, 0x0f, 0x31, 0xf4); // nop; nop; rdtsc; hlt
  cpu.run(100);
  assertEquals([cpu.registers.eax, cpu.registers.edx], [3, 0]);
});

Deno.test("an instruction outside the subset causes a fault with address, bytes and registers", () => {
  const cpu = cpuWith(0xd9, 0xe8); // fld1
  cpu.registers.ebx = 0xdeadbeef;
  const error = faultOf(cpu.run(100));
  assertEquals([error.kind, error.address, cpu.eip], ["unsupported-instruction", CODE, CODE]);
  assertStringIncludes(error.message, "Cannot execute the instruction at 0x00001000 (d9 e8 ");
  assertStringIncludes(error.message, "outside the supported subset");
  assertStringIncludes(error.message, "ebx=0xdeadbeef");
});

for (
  const [name, bytes] of [
    ["a 16-bit address", [0x67, 0x8b, 0x00]],
    ["a 16-bit branch", [0x66, 0xe8, 0x00, 0x00]],
    ["a far call", [0xff, 0x18]],
    ["lea of a register", [0x8d, 0xc0]],
    ["mov from CR4", [0x0f, 0x20, 0xe0]],
    ["enter with nested frames", [0xc8, 0x08, 0x00, 0x01]],
  ] as const
) {
  Deno.test(`${name} is outside the subset`, () => {
    assertEquals(faultOf(cpuWith(...bytes).run(1)).kind, "unsupported-instruction");
  });
}

Deno.test("an instruction of more than fifteen bytes causes a general protection fault", () => {
  const prefixes = (count: number) => new Array<number>(count).fill(0x3e);
  assertEquals(cpuWith(...prefixes(14), 0x90).run(1), { kind: "budget" });
  assertEquals(faultOf(cpuWith(...prefixes(15), 0x90).run(1)).kind, "general-protection");
});

Deno.test("an exception without a handler causes a fault that says so", () => {
  const cpu = cpuWith(0xf7, 0xf1); // div ecx
  const error = faultOf(cpu.run(100));
  assertEquals(error.kind, "divide-error");
  assertStringIncludes(error.message, "divide error (vector 0) has no handler");
});

Deno.test("an access outside physical memory causes a fault that names the physical address", () => {
  const cpu = cpuWith(0xa1, 0x00, 0x00, 0x10, 0x00); // mov eax, [0x00100000]
  const error = faultOf(cpu.run(100));
  assertEquals(error.kind, "physical-memory");
  assertStringIncludes(error.message, "physical address 0x100000");
});

Deno.test("a repeated string instruction that faults continues where it stopped", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.map(GUEST.data + 0x1000, 0);
  cpu.registers.edi = GUEST.data + 0xff8;
  cpu.registers.ecx = 4;
  cpu.registers.eax = 0x1111_1111;
  const error = faultOf(guest.run(GUEST.kernelCode, [0xf3, 0xab, 0xf4])); // rep stosd; hlt
  assertEquals(error.kind, "page-fault");
  assertEquals([cpu.registers.ecx, cpu.registers.edi], [2, GUEST.data + 0x1000]);

  guest.map(GUEST.data + 0x1000, (GUEST.data + 0x1000) | 7);
  assertEquals(cpu.run(100), { kind: "halt" });
  assertEquals([cpu.registers.ecx, cpu.memory.read32(GUEST.data + 0x1004)], [0, 0x1111_1111]);
});

Deno.test("rep stosb fills across pages in either direction, and continues where it faulted", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  const { data } = GUEST;
  cpu.registers.eax = 0x1234_5677;
  Object.assign(cpu.registers, { edi: data + 0xffd, ecx: 0x1005 });
  guest.map(data + 0x2000, 0);
  assertEquals(faultOf(guest.run(GUEST.kernelCode, [0xf3, 0xaa, 0xf4])).kind, "page-fault");
  assertEquals([cpu.registers.ecx, cpu.registers.edi], [2, data + 0x2000]);
  guest.map(data + 0x2000, (data + 0x2000) | ALL_RIGHTS);
  assertEquals(cpu.run(100), { kind: "halt" });
  const filled = (address: number): number => cpu.memory.read32(address);
  assertEquals([filled(data + 0xffb), filled(data + 0x1fff)], [0x7777_0000, 0x0077_7777]);

  Object.assign(cpu.registers, { eax: 0x99, edi: data + 0x1001, ecx: 3 });
  guest.run(GUEST.kernelCode, [0xfd, 0xf3, 0xaa, 0xf4]); // std; rep stosb; hlt
  assertEquals([cpu.registers.ecx, cpu.registers.edi], [0, data + 0xffe]);
  assertEquals(filled(data + 0xffe), 0x9999_9977);
});

Deno.test("rep stosb over code that has run is noticed", () => {
  const cpu = cpuWith(0x40, 0xf4); // inc eax; hlt
  cpu.run(100);
  const clear = CODE + 0x100;
  cpu.memory.writeBytes(clear, Uint8Array.of(0xf3, 0xaa, 0xf4)); // rep stosb; hlt
  Object.assign(cpu.registers, { eax: 0x41, edi: CODE, ecx: 1 });
  cpu.eip = clear;
  cpu.run(100);
  cpu.eip = CODE;
  cpu.run(100);
  assertEquals([cpu.registers.eax, cpu.registers.ecx], [0x41, 1]); // inc ecx ran
});

Deno.test("an instruction that faults leaves registers, flags and memory as they were", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.map(GUEST.data + 0x1000, (GUEST.data + 0x1000) | 1); // read-only
  cpu.mmu.flush();
  cpu.registers.ecx = 0xffff_ffff;
  const programs = [
    [0x01, 0x0d, 0xfe, 0xcf, 0x00, 0x00], //       add [0xcffe], ecx: half in the read-only page
    [0xff, 0x05, 0x00, 0xd0, 0x00, 0x00], //       inc dword [0xd000]
    [0x0f, 0xc1, 0x0d, 0x00, 0xd0, 0x00, 0x00], // xadd [0xd000], ecx
    [0x8f, 0x05, 0x00, 0xd0, 0x00, 0x00], //       pop [0xd000]
    [0x87, 0x0d, 0x00, 0xd0, 0x00, 0x00], //       xchg [0xd000], ecx
  ];
  for (const program of programs) {
    cpu.eflags = 0x2;
    cpu.registers.esp = GUEST.kernelStack - 8;
    assertEquals(faultOf(guest.run(GUEST.kernelCode, program)).kind, "page-fault");
    assertEquals(cpu.eflags, 0x2);
    assertEquals(cpu.registers.get32(REGISTER.esp), GUEST.kernelStack - 8);
    assertEquals(cpu.registers.ecx, 0xffff_ffff);
    assertEquals(cpu.memory.read16(GUEST.data + 0xffe), 0);
  }
});
