import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { faultOf, GUEST, SELECTOR, TestGuest } from "./_guest_testing.ts";
import { EFLAGS } from "./flags.ts";
import { SEGMENT } from "./segments.ts";

const HANDLER = GUEST.kernelCode + 0x100;
const TIMER = 0x30;

Deno.test("int 2Eh switches to the stack of ring 0, and iret returns to ring 3", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.handle(0x2e, HANDLER, [0x43, 0xcf], 3); // inc ebx; iret
  guest.enterUser();
  guest.write(GUEST.userCode, [0xf9, 0xcd, 0x2e, 0x90]); // stc; int 0x2e; nop
  assertEquals(cpu.cpl, 3);

  cpu.run(2);
  assertEquals([cpu.cpl, cpu.eip], [0, HANDLER]);
  assertEquals(cpu.registers.esp, GUEST.kernelStack - 20);
  assertEquals(guest.stack(5), [
    GUEST.userCode + 3,
    SELECTOR.userCode,
    0x202 | EFLAGS.carry,
    GUEST.userStack,
    SELECTOR.userData,
  ]);
  assertEquals(cpu.segments.selector(SEGMENT.ss), SELECTOR.kernelData);
  assertEquals(cpu.flags.interrupt, false);

  cpu.run(2);
  assertEquals([cpu.cpl, cpu.eip], [3, GUEST.userCode + 3]);
  assertEquals([cpu.registers.ebx, cpu.registers.esp], [1, GUEST.userStack]);
  assertEquals(cpu.segments.selector(SEGMENT.ss), SELECTOR.userData);
  assertEquals([cpu.flags.interrupt, cpu.flags.carry], [true, true]);
});

Deno.test("an interrupt in ring 0 stays on its stack, and a trap gate leaves IF set", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.handle(0x2d, HANDLER, [0xf4], 0, true); // hlt
  cpu.eflags = 0x202;
  assertEquals(guest.run(GUEST.kernelCode, [0xcd, 0x2d]), { kind: "halt" });
  assertEquals(cpu.registers.esp, GUEST.kernelStack - 12);
  assertEquals(guest.stack(3), [GUEST.kernelCode + 2, SELECTOR.kernelCode, 0x202]);
  assertEquals(cpu.flags.interrupt, true);
});

Deno.test("int3 goes to the guest's handler, which finds the address after it", () => {
  const guest = new TestGuest();
  guest.handle(3, HANDLER, [0xf4], 3); // hlt
  guest.enterUser();
  assertEquals(guest.run(GUEST.userCode, [0xcc]), { kind: "halt" });
  assertEquals(guest.stack(1), [GUEST.userCode + 1]);
});

Deno.test("ring 3 may not raise an interrupt whose gate is for ring 0", () => {
  const guest = new TestGuest();
  guest.handle(0x2d, HANDLER, [0x90]);
  guest.handle(13, HANDLER + 0x10, [0xf4]); // hlt
  guest.enterUser();
  assertEquals(guest.run(GUEST.userCode, [0xcd, 0x2d]), { kind: "halt" });
  assertEquals(guest.stack(2), [0x2d * 8 + 2, GUEST.userCode]);
});

for (
  const [name, bytes] of [
    ["hlt", [0xf4]],
    ["cli", [0xfa]],
    ["sti", [0xfb]],
    ["mov cr3, eax", [0x0f, 0x22, 0xd8]],
    ["mov eax, cr0", [0x0f, 0x20, 0xc0]],
    ["lidt", [0x0f, 0x01, 0x1d, 0x00, 0xc0, 0x00, 0x00]],
    ["lgdt", [0x0f, 0x01, 0x15, 0x00, 0xc0, 0x00, 0x00]],
    ["invlpg", [0x0f, 0x01, 0x3d, 0x00, 0xc0, 0x00, 0x00]],
    ["ltr", [0x0f, 0x00, 0xd8]],
  ] as const
) {
  Deno.test(`${name} is for ring 0`, () => {
    const guest = new TestGuest();
    guest.handle(13, HANDLER, [0xf4]); // hlt
    guest.enterUser();
    guest.run(GUEST.userCode, bytes);
    assertEquals(guest.cpu.eip, HANDLER + 1);
    assertEquals(guest.stack(2), [0, GUEST.userCode]);
  });
}

Deno.test("ring 3 cannot change IF or IOPL by popf", () => {
  const guest = new TestGuest();
  guest.enterUser();
  guest.run(GUEST.userCode, [0x68, 0x01, 0x30, 0x00, 0x00, 0x9d], 2); // push 0x3001; popf
  assertEquals(guest.cpu.eflags, 0x203);
});

Deno.test("a page fault gives the handler address, access and ring, and can be resolved", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.map(GUEST.data, 0);
  guest.handle(14, HANDLER, [
    ...[0x0f, 0x20, 0xd2], //                                        mov edx, cr2
    ...[0x5e], //                                                    pop esi: the error code
    ...[0xc7, 0x05, 0x30, 0x20, 0x00, 0x00, 0x07, 0xc0, 0x00, 0x00], // mov [page table entry], data | 7
    ...[0xcf], //                                                    iret
  ]);
  guest.enterUser();
  cpu.registers.eax = 0x1234_5678;
  // mov [0xc004], eax; mov ebx, [0xc004]
  guest.run(GUEST.userCode, [0xa3, 4, 0xc0, 0, 0, 0x8b, 0x1d, 4, 0xc0, 0, 0], 7);
  assertEquals([cpu.registers.edx, cpu.registers.esi], [GUEST.data + 4, 6]);
  assertEquals([cpu.registers.ebx, cpu.eip, cpu.cpl], [0x1234_5678, GUEST.userCode + 11, 3]);
});

Deno.test("a page fault while fetching an instruction leaves EIP there", () => {
  const guest = new TestGuest();
  guest.handle(14, HANDLER, [0xf4]); // hlt
  guest.enterUser(0x0100_0000);
  assertEquals(guest.cpu.run(10), { kind: "halt" });
  assertEquals([guest.cpu.cr2, guest.stack(2)], [0x0100_0000, [4, 0x0100_0000]]);
});

Deno.test("a page fault without a handler causes a fault with address and error code", () => {
  const guest = new TestGuest();
  guest.map(GUEST.data, 0);
  const error = faultOf(guest.run(GUEST.kernelCode, [0xa1, 0x00, 0xc0, 0x00, 0x00])); // mov eax, [0xc000]
  assertEquals(error.kind, "page-fault");
  assertStringIncludes(
    error.message,
    "page fault at 0x0000c000 (vector 14, error code 0x00000000) has no handler",
  );
});

Deno.test("a stack that has no room for the frame causes a double fault", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.handle(6, HANDLER, [0xf4]);
  guest.map(GUEST.kernelStack - 0x1000, 0);
  const error = faultOf(guest.run(GUEST.kernelCode, [0x0f, 0x0b])); // ud2
  assertEquals(error.kind, "double-fault");
  assertStringIncludes(error.message, "invalid opcode");
  assertEquals([cpu.eip, cpu.registers.esp], [GUEST.kernelCode, GUEST.kernelStack]);
});

Deno.test("a double fault goes to its handler if that can run", () => {
  const guest = new TestGuest();
  guest.handle(8, HANDLER, [0xf4]);
  guest.handle(6, HANDLER + 0x10, [0xf4]);
  guest.enterUser();
  guest.cpu.memory.write32(GUEST.idt + 6 * 8, HANDLER + 0x10); // selector 0: delivery is a #GP
  assertEquals(guest.run(GUEST.userCode, [0x0f, 0x0b]), { kind: "halt" }); // ud2
  assertEquals([guest.cpu.eip, guest.stack(2)], [HANDLER + 1, [0, GUEST.userCode]]);
});

Deno.test("ud2 raises an invalid opcode exception in the guest", () => {
  const guest = new TestGuest();
  guest.handle(6, HANDLER, [0xf4]);
  guest.enterUser();
  guest.run(GUEST.userCode, [0x0f, 0x0b]);
  assertEquals([guest.cpu.eip, guest.stack(1)], [HANDLER + 1, [GUEST.userCode]]);
});

Deno.test("the timer interrupts at regular counts of instructions while IF is set", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.handle(TIMER, HANDLER, [0x43, 0xcf]); // inc ebx; iret
  guest.enterUser();
  guest.write(GUEST.userCode, [0x40, 0xeb, 0xfd]); // inc eax; jmp to it
  cpu.setTimer(10, TIMER);
  cpu.run(100);
  assertEquals([cpu.registers.ebx, cpu.registers.eax], [9, (100 - 9 * 2) / 2]);
});

Deno.test("a timer that would never let an instruction run is rejected", () => {
  assertThrows(() => new TestGuest().cpu.setTimer(0, TIMER), RangeError, "at least one");
});

Deno.test("the timer waits for IF, and for the instruction after sti", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.handle(TIMER, HANDLER, [0x89, 0xc3, 0xf4]); // mov ebx, eax; hlt
  cpu.setTimer(1, TIMER);
  cpu.eflags = 0x2;
  // inc eax; inc eax; sti; inc eax; inc eax
  assertEquals(guest.run(GUEST.kernelCode, [0x40, 0x40, 0xfb, 0x40, 0x40]), { kind: "halt" });
  assertEquals([cpu.registers.ebx, guest.stack(1)], [3, [GUEST.kernelCode + 4]]);
});

Deno.test("hlt waits for the timer, which fires at once", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.handle(TIMER, HANDLER, [0x43, 0xcf]); // inc ebx; iret
  cpu.setTimer(1_000_000, TIMER);
  // sti; hlt; cli; hlt
  assertEquals(guest.run(GUEST.kernelCode, [0xfb, 0xf4, 0xfa, 0xf4]), { kind: "halt" });
  assertEquals([cpu.registers.ebx, cpu.instructions < 100], [1, true]);
});

Deno.test("on the way to ring 3, iret clears segments that only ring 0 may use", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.run(GUEST.kernelCode, [0x66, 0xb8, SELECTOR.kernelData, 0, 0x8e, 0xe0], 2); // mov fs, data
  guest.enterUser();
  assertEquals(cpu.segments.selector(SEGMENT.fs), 0);
  assertEquals(cpu.segments.selector(SEGMENT.ds), SELECTOR.userData);
});

Deno.test("iret cannot go to an inner ring", () => {
  const guest = new TestGuest();
  guest.handle(13, HANDLER, [0xf4]);
  guest.enterUser();
  // push 0x202; push kernel code; push 0; iret
  guest.run(GUEST.userCode, [0x68, 2, 2, 0, 0, 0x6a, SELECTOR.kernelCode, 0x6a, 0, 0xcf]);
  assertEquals([guest.cpu.eip, guest.stack(1)], [HANDLER + 1, [SELECTOR.kernelCode]]);
});
