import { assertEquals, assertThrows } from "@std/assert";
import { readLog } from "../target_fixture.ts";
import { TargetError } from "../error.ts";

import { traceAt, type TraceLog } from "../trace_log.ts";
import { FakeNtdll } from "./ntdll_fixture.ts";
import { integerBytes, SparseMemory } from "./_memory_testing.ts";
import { ProcessTarget, type ProcessTargetOptions } from "./process_target.ts";
import { NtStatusError } from "./status.ts";

const OPEN = 1;
const CLOSE = 2;

function targetOf(ntdll: FakeNtdll, options: Partial<ProcessTargetOptions> = {}): ProcessTarget {
  return new ProcessTarget({
    ntdll,
    processId: 4242,
    name: "process 4242",
    kind: "test",
    userEnd: 0x8000_0000n,
    ...options,
  });
}

function handles(log: TraceLog): number[] {
  return Array.from({ length: log.count }, (_, index) => traceAt(log, index).handle);
}

function messageOf(action: () => unknown): string {
  return assertThrows(action, Error).message;
}

/** PROCESS_BASIC_INFORMATION with a PEB at the address, in memory. */
function withPeb(ntdll: FakeNtdll, peb: bigint, major: number, minor: number): FakeNtdll {
  const size = ntdll.pointerSize;
  const information = new Uint8Array(size === 4 ? 0x18 : 0x30);
  information.set(integerBytes(peb, size), size);
  ntdll.processReplies.set(0, information);
  const version = peb + (size === 4 ? 0xa4n : 0x118n);
  ntdll.memory.zeros(peb, 0x400).u32(version, major).u32(version + 4n, minor);
  return ntdll;
}

for (const pointerSize of [4, 8] as const) {
  Deno.test(`ProcessTarget leaves out slots that are being written (${pointerSize} bytes)`, () => {
    const ntdll = new FakeNtdll(pointerSize);
    ntdll.traces = [
      { type: CLOSE, handle: 0x31, stack: [0x7700_1234n] },
      { type: 0, handle: 0x99 }, // a slot that is being written
      { type: OPEN, handle: 0x44, processId: 17 },
      { type: OPEN, handle: 0x30 },
    ];
    using target = targetOf(ntdll);
    assertEquals(handles(readLog(target)), [0x31, 0x44, 0x30]);
    assertEquals(readLog(target).parsed, 3);
    assertEquals(traceAt(readLog(target), 1).processId, 17);
  });
}

Deno.test("ProcessTarget opens one handle per right and closes every handle", () => {
  const ntdll = withPeb(new FakeNtdll(8), 0x2_0000n, 10, 0);
  {
    using target = targetOf(ntdll);
    target.enable();
    readLog(target);
    target.modules();
    assertEquals([...ntdll.open.values()].toSorted((a, b) => a - b), [0x10, 0x200, 0x400]);
  }
  assertEquals(ntdll.open.size, 0);
});

const MISSING_RIGHTS: readonly [number, (target: ProcessTarget) => unknown, string][] = [
  [
    0x200,
    (target) => target.enable(),
    "Cannot enable tracing for process 4242: access denied (0xC0000022) to " +
    "PROCESS_SET_INFORMATION (0x200); run elevated or as its user; " +
    "protected processes refuse everybody",
  ],
  [
    0x400,
    (target) => readLog(target),
    "Cannot read the traces of process 4242: access denied (0xC0000022) to " +
    "PROCESS_QUERY_INFORMATION (0x400); run elevated or as its user; " +
    "protected processes refuse everybody",
  ],
  [
    0x10,
    (target) => target.memory(),
    "Cannot read the memory of process 4242: access denied (0xC0000022) to " +
    "PROCESS_VM_READ (0x10); run elevated or as its user; protected processes refuse everybody",
  ],
];

for (const [right, action, sentence] of MISSING_RIGHTS) {
  Deno.test(`ProcessTarget names the right that is missing (0x${right.toString(16)})`, () => {
    const ntdll = new FakeNtdll(8);
    ntdll.denied = right;
    using target = targetOf(ntdll);
    assertEquals(messageOf(() => action(target)), sentence);
  });
}

Deno.test("ProcessTarget says that there is no such process", () => {
  const ntdll = new FakeNtdll(8);
  ntdll.openStatus = 0xc000000b;
  using target = targetOf(ntdll);
  assertThrows(
    () => readLog(target),
    TargetError,
    "Cannot read the traces of process 4242: there is no process of that id (0xC000000B); " +
      '"htrace processes" lists the processes',
  );
});

Deno.test("ProcessTarget says that tracing is not enabled, and how to", () => {
  using target = targetOf(new FakeNtdll(8));
  assertThrows(
    () => readLog(target),
    TargetError,
    'tracing is not enabled for it; enable it with "!htrace -enable"',
  );
});

Deno.test("ProcessTarget says that the process has ended between two calls", () => {
  const ntdll = new FakeNtdll(8);
  using target = targetOf(ntdll);
  target.enable();
  readLog(target);
  ntdll.processReplies.set(32, 0xc000010a);
  assertThrows(() => readLog(target), TargetError, "the process has ended (0xC000010A)");
  ntdll.setStatus = 0xc000010a;
  assertThrows(() => target.disable(), TargetError, "the process has ended (0xC000010A)");
});

Deno.test("ProcessTarget says that Wine has no handle tracing", () => {
  const ntdll = new FakeNtdll(8);
  ntdll.setStatus = 0xc0000002;
  ntdll.processReplies.set(32, 0xc0000003);
  using target = targetOf(ntdll);
  assertThrows(() => target.enable(), TargetError, "this system does not implement it");
  assertThrows(() => readLog(target), TargetError, "this system does not know it");
});

Deno.test("ProcessTarget says when traces keep outgrowing every buffer", () => {
  const ntdll = new FakeNtdll(4);
  ntdll.processReplies.set(32, 0xc0000004);
  using target = targetOf(ntdll);
  assertThrows(() => readLog(target), TargetError, "suspend the process or try again");
});

Deno.test("ProcessTarget enables with the slots that a kernel makes of a requested number", () => {
  const ntdll = new FakeNtdll(8);
  using target = targetOf(ntdll);
  target.enable();
  assertEquals(readLog(target).slots, 4096);
  target.enable(5000);
  assertEquals(readLog(target).slots, 8192);
  const sent = ntdll.set.map((buffer) => [...buffer ?? []]);
  assertEquals(sent, [[0, 0, 0, 0], [0, 0, 0, 0, 0, 0x20, 0, 0]]);
});

Deno.test("ProcessTarget rejects slots on a system that supports only the short form", () => {
  const ntdll = new FakeNtdll(4);
  ntdll.knowsSlots = false;
  using target = targetOf(ntdll);
  assertThrows(
    () => target.enable(0x2000),
    TargetError,
    "Cannot enable tracing for process 4242 with 0x2000 slots: " +
      "this Windows always uses 0x1000; leave the number out",
  );
  target.enable(0x1000);
  assertEquals(readLog(target).slots, 0x1000);
});

Deno.test("ProcessTarget cannot disable tracing on Windows XP", () => {
  const sentence = "on Windows XP only ending the process disables tracing";
  const ntdll = withPeb(new FakeNtdll(4), 0x7ffd_f000n, 5, 1);
  using byPeb = targetOf(ntdll);
  assertThrows(() => byPeb.disable(), TargetError, sentence);
  using told = targetOf(new FakeNtdll(4), { windowsVersion: { major: 5, minor: 1 } });
  assertThrows(() => told.disable(), TargetError, sentence);
  assertEquals(ntdll.set, []);
});

Deno.test("ProcessTarget disables tracing elsewhere, even if no version can be read", () => {
  for (const ntdll of [withPeb(new FakeNtdll(4), 0x7ffd_f000n, 5, 2), new FakeNtdll(8)]) {
    using target = targetOf(ntdll);
    target.enable();
    target.disable();
    assertEquals(ntdll.traces, undefined);
    assertThrows(() => readLog(target), TargetError, "tracing is not enabled");
  }
});

Deno.test("ProcessTarget says that Windows withheld the stacks", () => {
  const ntdll = new FakeNtdll(8);
  ntdll.traces = [{ type: OPEN, handle: 4 }, { type: OPEN, handle: 8 }];
  using target = targetOf(ntdll);
  assertEquals(
    readLog(target).incomplete,
    "Windows withheld all stacks; run elevated, with SeDebugPrivilege",
  );
  ntdll.traces = [{ type: OPEN, handle: 4, stack: [1n] }, { type: OPEN, handle: 8 }];
  assertEquals(readLog(target).incomplete, undefined);
});

Deno.test("ProcessTarget reads memory up to the first missing page after a partial copy", () => {
  const ntdll = new FakeNtdll(8);
  ntdll.memory.zeros(0x10_0000n, 0x2000).write(0x10_1fffn, [7]);
  using target = targetOf(ntdll);
  const bytes = target.memory().read(0x10_0ff0n, 0x3000);
  assertEquals([bytes.length, bytes.at(-1)], [0x1010, 7]);
  assertEquals(target.memory().read(0x20_0000n, 4).length, 0);
  assertEquals(target.memory().read(0x10_0000n, 0).length, 0);
});

Deno.test("ProcessTarget lists modules of both loaders of a WOW64 process", () => {
  const ntdll = withPeb(new FakeNtdll(8), 0x2_0000n, 10, 0);
  ntdll.processReplies.set(26, integerBytes(0x3_0000n, 8));
  ntdll.memory
    .pointer(0x2_0018n, 0x2_0800n).zeros(0x11_0000n, 0x100)
    .pointer(0x11_0030n, 0x7ffc_0000_0000n).u32(0x11_0040n, 0x1000)
    .unicode(0x11_0048n, 0x11_1000n, "C:\\Windows\\System32\\ntdll.dll")
    .list(0x2_0810n, [0x11_0000n])
    .zeros(0x3_0000n, 0x1000).u32(0x3_000cn, 0x3_0800).zeros(0x12_0000n, 0x100)
    .u32(0x12_0018n, 0x7700_0000).u32(0x12_0020n, 0x2000)
    .unicode(0x12_0024n, 0x12_1000n, "C:\\Windows\\SysWOW64\\ntdll.dll", 4)
    .list(0x3_080cn, [0x12_0000n], 4);
  using target = targetOf(ntdll);
  assertEquals(target.modules().map(({ base, size }) => [base, size]), [
    [0x7ffc_0000_0000n, 0x1000],
    [0x7700_0000n, 0x2000],
  ]);
});

Deno.test("ProcessTarget says that the process's modules cannot be queried", () => {
  const ntdll = new FakeNtdll(8);
  ntdll.processReplies.set(0, 0xc000010a);
  using target = targetOf(ntdll);
  assertThrows(
    () => target.modules(),
    NtStatusError,
    "Cannot find the modules of process 4242: the process has ended (0xC000010A)",
  );
});

/** A list of one handle with the given fields (reference D.1). */
function handleList(
  pointerSize: 4 | 8,
  fields: readonly [at: number, value: bigint | number, size: number][],
): Uint8Array {
  const entries = 2 * pointerSize;
  const length = entries + (pointerSize === 4 ? 28 : 40);
  const memory = new SparseMemory(pointerSize).zeros(0n, length).pointer(0n, 1);
  for (const [at, value, size] of fields) memory.integer(BigInt(entries + at), value, size);
  return memory.read(0n, length);
}

const CLASS_51 = handleList(8, [
  [0, 0x7c, 8],
  [8, 1, 8],
  [0x10, 2, 8],
  [0x18, 0x1f_0003, 4],
  [0x1c, 16, 4],
]);

Deno.test("ProcessTarget reads class 51 of a 32-bit system", () => {
  const ntdll = new FakeNtdll(4);
  const fields = [0x7c, 1, 2, 0x1f_0003, 16]
    .map((value, index): [number, number, number] => [index * 4, value, 4]);
  ntdll.processReplies.set(51, handleList(4, fields));
  using target = targetOf(ntdll);
  assertEquals(target.handles(), [
    { handle: 0x7c, handleCount: 1, pointerCount: 2, grantedAccess: 0x1f_0003, type: "Event" },
  ]);
});

Deno.test("ProcessTarget lists handles with types, and with names if it was given a way to find them", () => {
  const ntdll = new FakeNtdll(8);
  ntdll.processReplies.set(51, CLASS_51);
  using target = targetOf(ntdll, { objectName: (_process, handle) => `\\Name${handle}` });
  assertEquals(target.handles(), [{
    handle: 0x7c,
    grantedAccess: 0x1f_0003,
    handleCount: 1,
    pointerCount: 2,
    type: "Event",
    objectName: "\\Name124",
  }]);
});

Deno.test("ProcessTarget takes the objects' addresses of class 51's handles from class 64", () => {
  const ntdll = new FakeNtdll(8);
  ntdll.processReplies.set(51, CLASS_51);
  ntdll.systemReplies.set(
    64,
    handleList(8, [[0, 0xffff_a081_1234_5670n, 8], [8, 4242, 8], [0x10, 0x7c, 8]]),
  );
  using target = targetOf(ntdll);
  assertEquals(target.handles().map(({ object }) => object), [0xffff_a081_1234_5670n]);
});

Deno.test("ProcessTarget closes its duplicates and queries each type once", () => {
  const ntdll = new FakeNtdll(8);
  const twice = new Uint8Array(0x10 + 2 * 40);
  twice.set(CLASS_51);
  twice.set(CLASS_51.subarray(0x10), 0x10 + 40);
  twice[0] = 2;
  ntdll.processReplies.set(51, twice);
  using target = targetOf(ntdll);
  let duplicates = 0;
  const duplicate = ntdll.duplicateObject.bind(ntdll);
  ntdll.duplicateObject = () => {
    duplicates++;
    return duplicate();
  };
  assertEquals(target.handles().map(({ type }) => type), ["Event", "Event"]);
  assertEquals(duplicates, 1);
  assertEquals([...ntdll.open.values()], [0x400, 0x40]);
});

Deno.test("ProcessTarget lists handles without types if duplicating is denied", () => {
  const ntdll = new FakeNtdll(8);
  ntdll.processReplies.set(51, CLASS_51);
  ntdll.denied = 0x40;
  using target = targetOf(ntdll);
  assertEquals(target.handles()[0]?.type, undefined);
  assertEquals(target.handles()[0]?.handle, 0x7c);
});

const CLASS_64 = {
  4: (processId: number): Uint8Array =>
    handleList(4, [
      [0, 0x8170_0018, 4],
      [4, processId, 4],
      [8, 0x7c, 4],
      [0xc, 3, 4],
      [0x12, 16, 2],
    ]),
  8: (processId: number): Uint8Array =>
    handleList(8, [
      [0, 0xffff_a08f_8170_0018n, 8],
      [8, processId, 8],
      [0x10, 0x7c, 8],
      [0x18, 3, 4],
      [0x1e, 16, 2],
    ]),
};

for (const pointerSize of [4, 8] as const) {
  Deno.test(`ProcessTarget takes handles out of the system's list (${pointerSize} bytes)`, () => {
    const ntdll = new FakeNtdll(pointerSize); // which does not support class 51
    ntdll.systemReplies.set(64, CLASS_64[pointerSize](4242));
    using target = targetOf(ntdll);
    assertEquals(target.handles(), [{
      handle: 0x7c,
      grantedAccess: 3,
      object: pointerSize === 4 ? 0x8170_0018n : 0xffff_a08f_8170_0018n,
      type: "Event",
    }]);
    ntdll.systemReplies.set(64, CLASS_64[pointerSize](17));
    assertEquals(target.handles(), []);
  });
}

Deno.test("ProcessTarget ignores a count of handles beyond the bytes returned", () => {
  const ntdll = new FakeNtdll(8);
  const lying = CLASS_51.slice();
  lying.set(integerBytes(0xffff_ffff_ffffn, 8));
  ntdll.processReplies.set(51, lying);
  using target = targetOf(ntdll);
  const room = Math.floor((0x1_0000 - 0x10) / 40);
  assertEquals(target.handles().length, room);
});

for (const pointerSize of [4, 8] as const) {
  Deno.test(`ProcessTarget lists the system's processes (${pointerSize} bytes)`, () => {
    const ntdll = new FakeNtdll(pointerSize);
    const memory = new SparseMemory(pointerSize);
    const [size, thread] = pointerSize === 4 ? [0xb8n, 0x40n] : [0x100n, 0x50n];
    const [id, parent, count] = pointerSize === 4 ? [0x44n, 0x48n, 0x4cn] : [0x50n, 0x58n, 0x60n];
    const second = 0x400n;
    memory.zeros(0n, 0x800).u32(0n, Number(second)).u32(4n, 1);
    memory.u32(second + 4n, 2).pointer(second + id, 4242).pointer(second + parent, 17)
      .u32(second + count, 321)
      .unicode(second + 0x38n, second + size + 2n * thread, "notepad.exe");
    ntdll.systemReplies.set(5, memory.read(0n, 0x800));
    using target = targetOf(ntdll);
    assertEquals(target.processes(), [
      { processId: 0, parentProcessId: 0, imageName: "Idle", handleCount: 0 },
      { processId: 4242, parentProcessId: 17, imageName: "notepad.exe", handleCount: 321 },
    ]);
  });
}
