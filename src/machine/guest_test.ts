import { assert, assertEquals, assertThrows } from "@std/assert";
import { exportingImage } from "./_image_testing.ts";
import type { GuestImages, ImageFile } from "./boot.ts";
import { ImageError } from "./image_reader.ts";
import { Machine, MachineError, type MachineOptions, type MachineStop } from "./machine.ts";
import { GuestNtdll } from "./ntdll.ts";

// The real guest on the machine. Structures are read here by literal offsets, from the published layouts of Windows XP
// SP2, and not through our tables.

const GUEST = new URL("../../testdata/guest/", import.meta.url);

function imageFile(name: string, path = name): ImageFile {
  return { name, bytes: Deno.readFileSync(new URL(path, GUEST)) };
}

const IMAGES: GuestImages = {
  kernel: imageFile("ntoskrnl.exe"),
  ntdll: imageFile("ntdll.dll"),
  libraries: [imageFile("kernel32.dll")],
  program: imageFile("badhandle.exe"),
};

const KERNEL_MODE = {
  args: [],
  traceFromMain: true,
  debuggerPresent: false,
  server2003: false,
} satisfies MachineOptions;
const USER_MODE = { ...KERNEL_MODE, traceFromMain: false, debuggerPresent: true };

interface TraceRecord {
  readonly type: number;
  readonly handle: number;
  readonly threadId: number;
  readonly stack: readonly number[];
}

/** Reads 32 bits of the kernel's half, which is the same in every address space. */
function kernelWord(machine: Machine, address: number): number {
  return machine.debuggerSpace.read32(address);
}

/** EPROCESS of the program: ActiveProcessLinks is at 0x88, UniqueProcessId at 0x84. */
function programProcess(machine: Machine): number {
  let link = kernelWord(machine, machine.kernelAddress("PsActiveProcessHead"));
  while (kernelWord(machine, link - 4) !== machine.targetProcessId) {
    link = kernelWord(machine, link);
  }
  return link - 0x88;
}

/** Records 1 to CurrentStackIndex of the program's trace database, oldest first. */
function traceRecords(machine: Machine): TraceRecord[] {
  const objectTable = kernelWord(machine, programProcess(machine) + 0xc4);
  const database = kernelWord(machine, objectTable + 0x28);
  const count = kernelWord(machine, database);
  return Array.from({ length: count }, (_, index) => {
    const record = database + 4 + (index + 1) * 0x50;
    const frames = Array.from(
      { length: 16 },
      (_, at) => kernelWord(machine, record + 0x10 + at * 4),
    );
    return {
      type: kernelWord(machine, record + 0x0c),
      handle: kernelWord(machine, record + 0x08),
      threadId: kernelWord(machine, record + 0x04),
      stack: frames.filter((address) => address !== 0),
    };
  });
}

function runs(machine: Machine): MachineStop["kind"][] {
  const kinds: MachineStop["kind"][] = [];
  do {
    kinds.push(machine.run().kind);
  } while (kinds.at(-1) !== "ended");
  return kinds;
}

// The documented session (Microsoft's !htrace page): `!htrace 0 81400300`.
const DOCUMENTED = [
  "OPEN 7dc 8018f44a 801e3390 801e7317 77de265c 10011a0 10012c1 77de0b2f",
  "CLOSE 7dc 8018fcb9 801e1d12 801e1dd9 801e1edd 10012c1 77de0b2f",
  "BADREF 7dc 8018f709 801e10f2 801902be 80154965 10012c1 77de0b2f",
  "OPEN 7cc 8018f44a 801e3390 801e7317 77de23b2 10011c5 10012c1 77de0b2f",
  "CLOSE 7cc 8018fcb9 801e1d12 801e1dd9 801e1edd 10012c1 77de0b2f",
];

function described({ type, handle, stack }: TraceRecord): string {
  const name = ["", "OPEN", "CLOSE", "BADREF"][type];
  return [name, ...[handle, ...stack].map((word) => word.toString(16))].join(" ");
}

Deno.test("The guest records the documented traces at the documented addresses", () => {
  const machine = new Machine(IMAGES, KERNEL_MODE);
  assertEquals(machine.run(), { kind: "exiting", exitStatus: 0 });
  assertEquals(programProcess(machine), 0x8140_0300);
  assertEquals(kernelWord(machine, 0x8140_0300 + 0xc4), 0xe10c_cf60);
  assertEquals(traceRecords(machine).map(described), DOCUMENTED);
  assertEquals(runs(machine), ["ended"]);
});

Deno.test("The guest's boot and documented scenario take few instructions", () => {
  const machine = new Machine(IMAGES, KERNEL_MODE);
  machine.run();
  assert(machine.instructions < 1_000_000, `${machine.instructions} instructions`);
});

Deno.test("Without a debugger and without a verifier nothing is traced and nothing breaks", () => {
  const machine = new Machine(IMAGES, { ...KERNEL_MODE, traceFromMain: false });
  assertEquals(machine.run().kind, "exiting");
  const objectTable = kernelWord(machine, programProcess(machine) + 0xc4);
  assertEquals(kernelWord(machine, objectTable + 0x28), 0);
});

Deno.test("With a debugger the program breaks before and after its step", () => {
  const machine = new Machine(IMAGES, USER_MODE);
  assertEquals(runs(machine), ["breakpoint", "breakpoint", "exiting", "ended"]);
  assertEquals(machine.run().kind, "ended");
});

Deno.test("The program gets its arguments, and its exit status says if it does not know them", () => {
  const machine = new Machine(IMAGES, { ...KERNEL_MODE, args: ["no such scenario"] });
  assertEquals(machine.run(), { kind: "exiting", exitStatus: 2 });
});

Deno.test("One more CreateEvent in the program is one more OPEN in the database", () => {
  const program = imageFile("badhandle.exe", "variants/one-more-event/badhandle.exe");
  const machine = new Machine({ ...IMAGES, program }, KERNEL_MODE);
  machine.run();
  const records = traceRecords(machine);
  const types = (of: readonly TraceRecord[]): number[] => of.map(({ type }) => type);
  assertEquals(types(records), [1, 1, 2, 3, 1, 2]);
  assertEquals(records[0]?.handle, 0x7dc);
  assertEquals(records[1]?.handle, 0x7cc);
});

Deno.test("A function built without a frame pointer changes the stacks that it is in", () => {
  const kernel32 = imageFile("kernel32.dll", "variants/frameless-create-event/kernel32.dll");
  const machine = new Machine({ ...IMAGES, libraries: [kernel32] }, KERNEL_MODE);
  machine.run();
  // EBP is still the frame of CreateEventA, whose return address is in main: CreateEventA itself is gone.
  const [, ...others] = DOCUMENTED;
  assertEquals(traceRecords(machine).map(described), [
    "OPEN 7dc 8018f44a 801e3390 801e7317 10011a0 10012c1 77de0b2f",
    ...others,
  ]);
});

Deno.test("Threads of the program have their own ids", () => {
  const machine = new Machine(IMAGES, { ...KERNEL_MODE, args: ["threads", "3"] });
  machine.run();
  const ids = new Set(traceRecords(machine).map(({ threadId }) => threadId));
  assert(ids.size >= 4, `thread ids: ${[...ids]}`);
});

Deno.test("Threads that have ended make room for any number of others", () => {
  const machine = new Machine(IMAGES, { ...KERNEL_MODE, args: ["threads", "1000"] });
  assertEquals(machine.run(), { kind: "exiting", exitStatus: 0 });
  const ids = new Set(traceRecords(machine).map(({ threadId }) => threadId));
  assertEquals(ids.size, 1001);
});

Deno.test("A guest image that is cut anywhere is rejected with a message", () => {
  const { name, bytes } = IMAGES.kernel;
  for (let length = 0; length < bytes.length; length += 500) {
    const kernel = { name, bytes: bytes.subarray(0, length) };
    assertThrows(
      () => new Machine({ ...IMAGES, kernel }, KERNEL_MODE),
      ImageError,
      "Cannot load ntoskrnl.exe: ",
    );
  }
});

Deno.test("Images that do not belong together are rejected with a message", () => {
  assertThrows(
    () => new Machine({ ...IMAGES, libraries: [] }, KERNEL_MODE),
    ImageError,
    "from KERNEL32.dll, which is not there; give the machine that image too",
  );
  assertThrows(
    () => new Machine({ ...IMAGES, kernel: { ...IMAGES.ntdll, name: "kernel.exe" } }, KERNEL_MODE),
    ImageError,
    "Cannot load kernel.exe: ",
  );
});

/** The guest with a handwritten program of a few instructions. */
function guestRunning(...code: number[]): GuestImages {
  const bytes = exportingImage({ base: 0x0100_0000, code: Uint8Array.from(code), exports: {} });
  return { ...IMAGES, program: { name: "program.exe", bytes } };
}

Deno.test("The guest's kernel ends a program that faults, with the status of its fault", () => {
  const cases: [string, number[], number][] = [
    ["mov eax, [0]", [0xa1, 0, 0, 0, 0], 0xc000_0005],
    ["cli", [0xfa], 0xc000_0005],
    ["pusha, again and again", [0x60, 0xeb, 0xfd], 0xc000_0005], // through the end of the stack
    ["ud2", [0x0f, 0x0b], 0xc000_001d],
    ["div by zero", [0x31, 0xc9, 0xf7, 0xf1], 0xc000_0094],
  ];
  for (const [name, code, exitStatus] of cases) {
    const machine = new Machine(guestRunning(...code), KERNEL_MODE);
    assertEquals(machine.run(), { kind: "exiting", exitStatus }, name);
  }
});

Deno.test("A user stack that faults half-way up yields no user frames at all", () => {
  const code = [
    ...[0x64, 0xc7, 0x05, 8, 0, 0, 0, 0, 0, 2, 0], // mov dword ptr fs:[8], 0x20000: StackLimit
    ...[0xc7, 0x05, 0, 0x3f, 2, 0, 0, 0x80, 2, 0], // mov dword ptr [0x23f00], 0x28000: not mapped
    ...[0xc7, 0x05, 4, 0x3f, 2, 0, 0x78, 0x56, 0x34, 0x12], // mov dword ptr [0x23f04], 0x12345678
    ...[0xbd, 0, 0x3f, 2, 0], // mov ebp, 0x23f00
    ...[0x6a, 0x44, 0x89, 0xe2], // push 0x44; mov edx, esp
    ...[0xb8, 0x19, 0, 0, 0, 0xcd, 0x2e], // mov eax, 0x19; int 2Eh: NtClose(0x44)
    ...[0x0f, 0x0b], // ud2
  ];
  const machine = new Machine(guestRunning(...code), KERNEL_MODE);
  machine.run();
  const [{ handle, stack } = { handle: 0, stack: [] }] = traceRecords(machine);
  assertEquals(handle, 0x44);
  assert(stack.length > 0);
  assertEquals(stack.filter((address) => address < 0x8000_0000), []);
});

Deno.test("The kernel copies upwards, whichever direction the program has set", () => {
  const code = [
    ...[0xfd], // std
    ...[0x68, 0x44, 0x33, 0x22, 0, 0x89, 0xe2], // push 0x223344; mov edx, esp
    ...[0xb8, 0x19, 0, 0, 0, 0xcd, 0x2e], // mov eax, 0x19; int 2Eh: NtClose(0x223344)
    ...[0x0f, 0x0b], // ud2
  ];
  const machine = new Machine(guestRunning(...code), KERNEL_MODE);
  assertEquals(machine.run(), { kind: "exiting", exitStatus: 0xc000_001d });
  const [record] = traceRecords(machine);
  assertEquals([record?.type, record?.handle], [3, 0x22_3344]);
});

Deno.test("A program that loops forever is stopped so that it can be examined, and continues", () => {
  const machine = new Machine(guestRunning(0xeb, 0xfe), { ...USER_MODE, budget: 1_000_000 });
  const where = "did not stop within 1000000 instructions and is at 0x1001000";
  assertThrows(() => machine.run(), MachineError, where);
  const opened = new GuestNtdll(machine).openProcess(machine.targetProcessId, 0x400);
  assertEquals(opened.status, 0);
  assertThrows(() => machine.run(), MachineError, where);
});

Deno.test("A program that is run in pieces does the same as in one go", () => {
  const whole = new Machine(IMAGES, { ...USER_MODE, args: ["leak", "3"] });
  const pieces = new Machine(IMAGES, { ...USER_MODE, args: ["leak", "3"] });
  let pauses = 0;
  for (let stop = whole.run(); stop.kind !== "ended"; stop = whole.run()) {
    let piece = pieces.runFor(1000);
    for (; piece.kind === "paused"; pauses++) piece = pieces.runFor(1000);
    assertEquals(piece, stop);
  }
  assert(pauses > 1);
});

Deno.test("OutputDebugString stops the machine with the program's text, of either kind", () => {
  const machine = new Machine(IMAGES, { ...KERNEL_MODE, args: ["loop", "1"] });
  assertEquals(machine.run(), { kind: "said", text: "htrace:mark warmup" });
  assertEquals(machine.run(), { kind: "said", text: "htrace:mark iteration" });
  assertEquals(machine.run(), { kind: "exiting", exitStatus: 0 });
});

Deno.test("the debug service cuts a long text, and ignores an unreadable text and other services", () => {
  const say = (service: number, address: number, length: number): number[] => {
    const value = (number: number) => [...new Uint8Array(Uint32Array.of(number).buffer)];
    // mov eax, service; mov ecx, address; mov edx, length; int 2Dh
    return [0xb8, ...value(service), 0xb9, ...value(address), 0xba, ...value(length), 0xcd, 0x2d];
  };
  const program = 0x0100_1000;
  const code = [
    ...say(1, 0x10, 8), // nothing is mapped there
    ...say(1, 0x8010_0000, 8), // the kernel's own
    ...say(2, program, 8), // DbgPrompt, which the guest does not have
    ...say(1, program, 0xffff_ffff),
    ...[0x0f, 0x0b], // ud2
  ];
  const machine = new Machine(guestRunning(...code), KERNEL_MODE);
  const stop = machine.run();
  assertEquals(stop.kind === "said" && [stop.text.length, stop.text.charCodeAt(0)], [512, 0xb8]);
  assertEquals(machine.run().kind, "exiting");
});

Deno.test("GuestNtdll enables, reads and keeps tracing across the program's step", () => {
  const machine = new Machine(IMAGES, { ...USER_MODE, args: ["leak", "3"] });
  machine.run();
  const ntdll = new GuestNtdll(machine);
  const { status, handle } = ntdll.openProcess(machine.targetProcessId, 0x600);
  assertEquals(status, 0);
  const query = new Uint8Array(8 + 64 * 0x50);
  assertEquals(ntdll.queryInformationProcess(handle, 32, query).status, 0xc000_000d);
  assertEquals(ntdll.setInformationProcess(handle, 32, new Uint8Array(4)), 0);
  machine.run();
  const answer = ntdll.queryInformationProcess(handle, 32, query);
  const total = new DataView(query.buffer).getUint32(4, true);
  assertEquals(answer, { status: 0, returnLength: 8 + total * 0x50 });
  assertEquals(total, traceRecords(machine).length);
  assertEquals(ntdll.close(handle), 0);
  assertEquals(ntdll.close(handle), 0xc000_0008);
});

Deno.test("GuestNtdll passes on what the guest's kernel rejects", () => {
  const machine = new Machine(IMAGES, USER_MODE);
  machine.run();
  const ntdll = new GuestNtdll(machine);
  assertEquals(ntdll.openProcess(0x1234, 0x400), { status: 0xc000_000b, handle: 0 });
  const { handle } = ntdll.openProcess(machine.targetProcessId, 0x400);
  assertEquals(ntdll.setInformationProcess(handle, 32, new Uint8Array(4)), 0xc000_0022);
  assertEquals(ntdll.setInformationProcess(handle, 32, new Uint8Array(8)), 0xc000_0004);
  assertEquals(ntdll.setInformationProcess(handle, 32, null), 0xc000_0004); // XP
  assertEquals(ntdll.queryInformationProcess(handle, 32, new Uint8Array(4)).status, 0xc000_0004);
  assertEquals(
    ntdll.queryInformationProcess(handle, 32, new Uint8Array(0x100_0000)),
    { status: 0xc000_0017, returnLength: 0 },
  );
});

Deno.test("GuestNtdll reads the program's memory up to the first unmapped page", () => {
  const machine = new Machine(IMAGES, USER_MODE);
  machine.run();
  const ntdll = new GuestNtdll(machine);
  const { handle } = ntdll.openProcess(machine.targetProcessId, 0x10);
  const header = new Uint8Array(2);
  assertEquals(ntdll.readVirtualMemory(handle, 0x0100_0000n, header), {
    status: 0,
    returnLength: 2,
  });
  assertEquals(new TextDecoder().decode(header), "MZ");
  const across = ntdll.readVirtualMemory(handle, 0x0013_0000n - 4n, new Uint8Array(8));
  assertEquals(across, { status: 0x8000_000d, returnLength: 4 });
  const beyond = ntdll.readVirtualMemory(handle, 1n << 40n, new Uint8Array(8));
  assertEquals(beyond, { status: 0x8000_000d, returnLength: 0 });
});

Deno.test("A handle keeps the attributes that it was created with, and its duplicates too on request", () => {
  const machine = new Machine(IMAGES, USER_MODE);
  machine.run();
  const ntdll = new GuestNtdll(machine);
  const { handle } = ntdll.openProcess(machine.targetProcessId, 0x400);
  const self = 0xffff_ffff; // NtCurrentProcess()
  const [target, information] = [0x0200_0000, 0x0200_0010]; // buffers in the Debugger process
  const duplicate = (source: number, attributes: number, options: number): number => {
    const args = [self, source, self, target, 0, attributes, options];
    assertEquals(machine.systemCall(0x44, args), 0); // NtDuplicateObject
    return machine.debuggerSpace.read32(target);
  };
  const attributesOf = (of: number): number => {
    assertEquals(machine.systemCall(0xa3, [of, 0, information, 0x38, 0]), 0); // NtQueryObject
    return machine.debuggerSpace.read32(information);
  };
  assertEquals(attributesOf(handle), 0);
  const protectedAndInherited = duplicate(handle, 3, 2); // DUPLICATE_SAME_ACCESS
  assertEquals(attributesOf(protectedAndInherited), 3);
  assertEquals(attributesOf(duplicate(protectedAndInherited, 0, 2 | 4)), 3); // SAME_ATTRIBUTES
  assertEquals(attributesOf(duplicate(protectedAndInherited, 0, 2)), 0);
  assertEquals(ntdll.close(protectedAndInherited), 0xc000_0235); // STATUS_HANDLE_NOT_CLOSABLE
});

Deno.test("GuestNtdll still works after the program has ended", () => {
  const machine = new Machine(IMAGES, USER_MODE);
  machine.run();
  const ntdll = new GuestNtdll(machine);
  const { handle } = ntdll.openProcess(machine.targetProcessId, 0x600);
  runs(machine);
  assertEquals(ntdll.setInformationProcess(handle, 32, new Uint8Array(4)), 0xc000_010a);
  const query = new Uint8Array(0x100);
  assertEquals(ntdll.queryInformationProcess(handle, 32, query).status, 0xc000_010a);
  assertEquals(machine.run().kind, "ended");
});

Deno.test("With the Server 2003 setting, tracing accepts slots and can be disabled", () => {
  const machine = new Machine(IMAGES, { ...USER_MODE, server2003: true, args: ["churn", "300"] });
  machine.run();
  const ntdll = new GuestNtdll(machine);
  const { handle } = ntdll.openProcess(machine.targetProcessId, 0x600);
  const enable = new Uint8Array(8);
  new DataView(enable.buffer).setUint32(4, 200, true);
  assertEquals(ntdll.setInformationProcess(handle, 32, enable), 0);
  machine.run();
  const query = new Uint8Array(8 + 0x50);
  assertEquals(ntdll.queryInformationProcess(handle, 32, query).status, 0xc000_0004); // partial
  assertEquals(new DataView(query.buffer).getUint32(4, true), 256); // a full ring
  assertEquals(ntdll.setInformationProcess(handle, 32, null), 0);
  assertEquals(ntdll.queryInformationProcess(handle, 32, query).status, 0xc000_000d);
});

Deno.test("The largest ring of Server 2003 fits, even when it replaces another", () => {
  const machine = new Machine(IMAGES, { ...USER_MODE, server2003: true });
  machine.run();
  const ntdll = new GuestNtdll(machine);
  const { handle } = ntdll.openProcess(machine.targetProcessId, 0x600);
  const enable = new Uint8Array(8);
  new DataView(enable.buffer).setUint32(4, 0x2_0000, true);
  assertEquals(ntdll.setInformationProcess(handle, 32, enable), 0);
  assertEquals(ntdll.setInformationProcess(handle, 32, enable), 0);
  const all = new Uint8Array(8 + 0x2_0000 * 0x50);
  assertEquals(ntdll.queryInformationProcess(handle, 32, all).status, 0);
});
