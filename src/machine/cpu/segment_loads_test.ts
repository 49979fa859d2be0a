import { assertEquals, assertStringIncludes } from "@std/assert";
import { faultOf, GUEST, SELECTOR, TestGuest } from "./_guest_testing.ts";
import { REGISTER } from "./registers.ts";
import { parseDescriptor, SEGMENT } from "./segments.ts";

const HANDLER = GUEST.kernelCode + 0x100;

/** Loads a selector into a segment register in ring 3; returns vector and error code if that faults. */
function loadInRing3(
  segment: number,
  selector: number,
): { vector: number; error: number } | "loaded" {
  const guest = new TestGuest();
  for (const vector of [11, 12, 13]) guest.handle(vector, HANDLER + vector, [0xf4]); // hlt
  guest.enterUser();
  guest.cpu.registers.eax = selector;
  const stop = guest.run(GUEST.userCode, [0x8e, 0xc0 | (segment << 3)], 2); // mov segment, ax
  if (stop.kind !== "halt") {
    assertEquals(guest.cpu.segments.selector(segment), selector);
    return "loaded";
  }
  return { vector: guest.cpu.eip - 1 - HANDLER, error: guest.stack(1)[0]! };
}

Deno.test("a data segment of ring 3 loads, and so does the null selector", () => {
  assertEquals(loadInRing3(SEGMENT.fs, SELECTOR.based), "loaded");
  assertEquals(loadInRing3(SEGMENT.ss, SELECTOR.userData), "loaded");
  assertEquals(loadInRing3(SEGMENT.gs, 0), "loaded");
});

Deno.test("an invalid selector, or one of another ring, causes a general protection fault", () => {
  assertEquals(loadInRing3(SEGMENT.ds, 0x7b), { vector: 13, error: 0x78 }); // beyond the limit
  assertEquals(loadInRing3(SEGMENT.ds, 0x27), { vector: 13, error: 0x24 }); // the local table
  assertEquals(loadInRing3(SEGMENT.ds, SELECTOR.kernelData | 3), { vector: 13, error: 0x10 });
  assertEquals(loadInRing3(SEGMENT.ds, SELECTOR.tss), { vector: 13, error: 0x28 });
  assertEquals(loadInRing3(SEGMENT.ss, 0), { vector: 13, error: 0 });
  assertEquals(loadInRing3(SEGMENT.ss, SELECTOR.kernelData), { vector: 13, error: 0x10 });
});

Deno.test("a segment that is not present causes its own kind of fault", () => {
  assertEquals(loadInRing3(SEGMENT.es, SELECTOR.notPresent), { vector: 11, error: 0x38 });
  assertEquals(loadInRing3(SEGMENT.ss, SELECTOR.notPresent), { vector: 12, error: 0x38 });
});

Deno.test("a segment that is not present is reported in words if the guest has no handler", () => {
  const guest = new TestGuest();
  guest.cpu.registers.eax = SELECTOR.notPresent;
  const error = faultOf(guest.run(GUEST.kernelCode, [0x8e, 0xc0])); // mov es, ax
  assertEquals(error.kind, "segment-not-present");
  assertStringIncludes(
    error.message,
    ": segment not present (vector 11, error code 0x00000038) has no handler",
  );
});

Deno.test("push and pop of a segment register move whole words", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.run(GUEST.kernelCode, [0x1e, 0x0f, 0xa1], 1); // push ds; pop fs
  assertEquals(guest.stack(1), [SELECTOR.userData]);
  cpu.run(1);
  assertEquals(cpu.segments.selector(SEGMENT.fs), SELECTOR.userData);
  assertEquals(cpu.registers.get32(REGISTER.esp), GUEST.kernelStack);
});

Deno.test("descriptor tables load and store limit and base", () => {
  const guest = new TestGuest();
  const { cpu } = guest;
  guest.write(GUEST.data, [0x3f, 0x00, 0x00, 0x30, 0x00, 0x00]);
  // lgdt [0xc000]; sgdt [0xc010]
  guest.run(GUEST.kernelCode, [0x0f, 1, 0x15, 0, 0xc0, 0, 0, 0x0f, 1, 0x05, 0x10, 0xc0, 0, 0], 2);
  assertEquals(cpu.gdtr, { base: GUEST.gdt, limit: 0x3f });
  assertEquals(
    cpu.memory.readBytes(GUEST.data + 0x10, 6),
    Uint8Array.of(0x3f, 0x00, 0x00, 0x30, 0x00, 0x00),
  );
});

Deno.test("parseDescriptor() gathers the scattered base", () => {
  // The descriptor of the KPCR on Windows XP: base FFDFF000, limit 1, pages, ring 0.
  const descriptor = parseDescriptor(0xf000_0001, 0xffc0_93df | 0);
  assertEquals(descriptor.base >>> 0, 0xffdf_f000);
  assertEquals(descriptor.kind, "data");
  assertEquals([descriptor.privilege, descriptor.present, descriptor.accessible], [0, true, true]);
});
