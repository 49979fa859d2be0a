import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { joinBytes } from "../byte_pieces.ts";
import { EngineStackTable } from "../engine/stack_table.ts";
import { FormatError, HtraceError } from "../error.ts";
import type { Frame } from "../frame.ts";
import { ListedStacks } from "../listed_stacks.ts";
import { listOf } from "../target_fixture.ts";
import { logWithoutTraces, moveStacks, type TraceLog } from "../trace_log.ts";
import { TraceLogBuilder } from "../trace_log_builder.ts";
import { busyLog, trace, traceLog } from "../trace_log_fixture.ts";
import { ByteReader } from "./_byte_reader.ts";
import { ByteWriter } from "./_byte_writer.ts";
import { pack, unpack } from "./_container.ts";
import { LIMITS } from "./_limits.ts";
import {
  decodeRecording,
  encodeRecording,
  isRecording,
  type Recording,
  recordingPieces,
} from "./recording.ts";

const NTDLL = {
  name: "ntdll",
  path: "C:\\Windows\\System32\\ntdll.dll",
  base: 0x7fff_ffff_0000n,
  size: 0x1f_0000,
  timestamp: 0xfedc_ba98,
  pdb: { guid: "0123456789ABCDEF0123456789ABCDEF", age: 1, path: "ntdll.pdb" },
};

/** Names of the address 1 (in a module that is not in the list) and of an address in ntdll. */
const FRAMES: readonly Frame[] = [
  {
    address: 1n,
    isUnaddressed: true,
    module: { name: "gone" },
    symbol: "run",
    displacement: 2 ** 40,
    file: "C:\\src\\gone.c",
    line: 0,
    inlined: [{ symbol: "inner", file: "C:\\src\\gone.c", line: 7 }, { symbol: "outer" }],
  },
  { address: 0x7fff_ffff_1000n, module: NTDLL, symbol: "NtClose", displacement: 0x14 },
];

/** A recording with everything in it. */
function fullRecording(stacks: EngineStackTable, log: TraceLog): Recording {
  return {
    targetName: "dienst für alles.exe",
    identity: {
      processId: 0x1234,
      imageName: "dienst für alles.exe",
      startTime: new Date("2026-11-24T05:00:00Z"),
    },
    mode: "kernel",
    pointerSize: 8,
    userEnd: 0x8000_0000_0000n,
    recordedAt: new Date("2026-11-24T06:00:00.123Z"),
    log: {
      ...log,
      parsed: 0x123,
      slots: 4096,
      incomplete: "the page is missing",
      process: 0xffff_fa80_0000_0300n,
      objectTable: 0xe10c_cf60n,
      notes: ["3 handles were open before"],
      systemStacks: new Set([0]),
      totals: new Map([[0, { opened: 2 ** 40, closed: 3 }]]),
      stops: [
        {
          code: 0x300,
          handle: 0x44,
          processId: 0x1234,
          threadId: 8,
          exception: 0xc000_0008,
          stack: 0,
        },
        { code: 0xc000_0008 },
      ],
    },
    limits: ["its own calls only"],
    hasMarks: true,
    snapshots: new Map([["", busyLog(stacks, 64)], ["before the test", logWithoutTraces(stacks)]]),
    modules: [NTDLL, { name: "", path: "", base: 0n, size: 0 }],
    handles: [
      { handle: 4 },
      {
        handle: 0xffff_fffc,
        type: "Event",
        objectName: "\\BaseNamedObjects\\x",
        object: 0xffff_8000_1234_5678n,
        grantedAccess: 0x1f_0003,
        handleCount: 2,
        pointerCount: 0x7fff,
      },
    ],
    frames: new Map(FRAMES.map((frame) => [frame.address, frame])),
  };
}

async function roundTrip(recording: Recording): Promise<Recording> {
  return await decodeRecording("x.htrace", await encodeRecording(recording));
}

/** A log with stacks in place of its stack ids, which differ between tables. */
function withoutIds(
  { stacks, stack: _stack, systemStacks, totals, stops, ...log }: TraceLog,
): unknown {
  const addresses = (id: number): string => stacks.addresses(id).join();
  return {
    ...log,
    systemStacks: [...systemStacks ?? []].map(addresses),
    totals: Array.from(totals ?? [], ([id, counts]) => [addresses(id), counts]),
    stops: stops?.map(({ stack, ...stop }) => [stop, stack !== undefined && addresses(stack)]),
  };
}

function assertSameLog(found: TraceLog, expected: TraceLog): void {
  assertEquals(withoutIds(found), withoutIds(expected));
  assertEquals(listOf(found), listOf(expected));
}

function assertSame(found: Recording, expected: Recording): void {
  const { log, snapshots, ...facts } = expected;
  const { log: foundLog, snapshots: foundSnapshots, ...foundFacts } = found;
  assertEquals(foundFacts, facts);
  assertSameLog(foundLog, log);
  assertEquals([...foundSnapshots.keys()], [...snapshots.keys()]);
  for (const [name, snapshot] of snapshots) assertSameLog(foundSnapshots.get(name)!, snapshot);
}

Deno.test("a recording comes back as it was", async () => {
  using stacks = new EngineStackTable();
  const log = traceLog(stacks, [
    trace("open", 0x44, [1n, 0x7fff_ffff_1000n]),
    { ...trace("badref", 0, []), wideHandle: 0xdead_beef_0000_0044n },
  ]);
  const recording = fullRecording(stacks, log);
  assertSame(await roundTrip(recording), recording);
});

Deno.test("a recording without anything optional comes back as it was", async () => {
  using stacks = new EngineStackTable();
  const recording: Recording = {
    targetName: "",
    identity: {},
    mode: "user",
    pointerSize: 4,
    recordedAt: new Date(0),
    log: logWithoutTraces(stacks),
    snapshots: new Map(),
    modules: [],
  };
  assertSame(await roundTrip(recording), recording);
});

/** The same numbers everywhere: Lehmer's generator. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => (state = state * 48271 % 0x7fff_ffff) % below;
}

/** A random log, with times if the seed is even, and with objects if it is a multiple of three. */
function randomLog(stacks: EngineStackTable, seed: number): TraceLog {
  const random = randomNumbers(seed);
  const builder = new TraceLogBuilder(stacks);
  const [hasTimes, hasObjects] = [seed % 2 === 0, seed % 3 === 0];
  for (let index = random(400); index > 0; index--) {
    builder.add({
      type: (["open", "close", "badref"] as const)[random(3)]!,
      handle: random(50) === 0 ? BigInt(random(2 ** 30)) << 33n : random(0x1_0000),
      processId: random(0x1_0000),
      threadId: random(0x1_0000),
      stack: BigUint64Array.from(
        { length: random(100) },
        () => BigInt(random(20)) << BigInt(random(45)) | 1n,
      ),
      ...(hasTimes && { time: 1.7e12 + random(10 ** 7) / 1000 }),
      ...(hasObjects && random(4) > 0 && {
        object: { type: `T${random(9)}`, ...(random(2) > 0 && { name: `\\n${random(99)}` }) },
      }),
    });
  }
  return builder.build({ readAt: new Date(1.7e12) });
}

Deno.test("random logs, with and without times and objects, come back as they were", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    using stacks = new EngineStackTable();
    const log = randomLog(stacks, seed);
    const found = await roundTrip({ ...fullRecording(stacks, log), log });
    assertSameLog(found.log, log);
    using others = new EngineStackTable();
    others.intern(BigUint64Array.of(99n));
    assertSameLog(moveStacks(found.log, others), log);
  }
});

Deno.test("a recording that ends before the newest facts is read without them", async () => {
  using stacks = new EngineStackTable();
  const { limits, hasMarks, ...recording } = fullRecording(
    stacks,
    traceLog(stacks, [trace("open", 0x44, [1n, 0x7fff_ffff_1000n])]),
  );
  const { notes, systemStacks, totals, stops, ...log } = recording.log;
  assert(limits && hasMarks && notes && systemStacks && totals && stops);
  const content = await unpack("x.htrace", await encodeRecording({ ...recording, log }));
  const [noStops, noNotesStacksAndTotals] = [1, 3];
  for (const missing of [noStops, noStops + noNotesStacksAndTotals]) {
    const older = joined(
      ...sectionsOf(content).map(({ tag, body }) => {
        const noTextsAndMarks = 2;
        const shorter = { TARG: noTextsAndMarks, TRAC: missing, SNAP: missing }[tag] ?? 0;
        return section(tag, (writer) => writer.raw(body.subarray(0, body.length - shorter)));
      }),
    );
    assertSame(await decodeRecording("x.htrace", await pack(older)), { ...recording, log });
  }
});

Deno.test("encodeRecording() rejects what could not be read back", async () => {
  using stacks = new EngineStackTable();
  const log = busyLog(stacks, 0x1_0000);
  const many = Array.from({ length: 64 }, (_, index): [string, TraceLog] => [`${index}`, log]);
  await assertRejects(
    () => encodeRecording({ ...fullRecording(stacks, log), snapshots: new Map(many) }),
    HtraceError,
    "Cannot make a recording: it has 4259840 traces with its snapshots, expected at most 4194304;",
  );
  await assertRejects(() => pack(new Uint8Array(0x400_0001)), HtraceError, "67108865 bytes");
});

Deno.test("isRecording() recognizes a recording by its first bytes", async () => {
  const bytes = await smallRecording();
  assert(isRecording(bytes.subarray(0, 8)));
  assert(!isRecording(bytes.subarray(0, 7)));
  assert(!isRecording(new TextEncoder().encode("htrace htrace")));
});

async function smallRecording(traces = 3): Promise<Uint8Array<ArrayBuffer>> {
  using stacks = new EngineStackTable();
  const recording = fullRecording(stacks, busyLog(stacks, traces));
  return await encodeRecording({ ...recording, snapshots: new Map() });
}

async function assertRejected(bytes: Uint8Array, message: string): Promise<void> {
  await assertRejects(() => decodeRecording("x.htrace", bytes), FormatError, message);
}

Deno.test("decodeRecording() says what is wrong with a file", async () => {
  const bytes = await smallRecording(100);
  const changed = (offset: number, value: number): Uint8Array => {
    const copy = bytes.slice();
    copy[offset] = value;
    return copy;
  };
  const start = 'Cannot read the recording "x.htrace": ';
  const notOne = start + 'it is not a recording; make one with "htrace record"';
  const cutOff = start + "it is damaged: its content is cut off or changed; record it again";
  await assertRejected(new Uint8Array(), notOne);
  await assertRejected(changed(7, 0x0d), notOne);
  await assertRejected(
    changed(8, 3),
    start + "its format has version 3, newer than 2; read it with a newer htrace",
  );
  await assertRejected(
    changed(8, 1),
    start + "its format has version 1, of an htrace before 0.2; record it again with this one",
  );
  await assertRejected(bytes.subarray(0, 12), "its header is cut off");
  await assertRejected(changed(15, 0xff), "its header makes no sense");
  await assertRejected(changed(12, bytes[12]! ^ 1), "announced");
  await assertRejected(bytes.subarray(0, -9), cutOff);
  await assertRejected(changed(bytes.length - 6, bytes.at(-6)! ^ 1), cutOff);
});

Deno.test("a file with one changed bit after its header is rejected, or has the same content", async () => {
  const bytes = await smallRecording();
  const content = await unpack("x.htrace", bytes);
  let rejected = 0;
  for (let offset = 16; offset < bytes.length; offset++) {
    const copy = bytes.slice();
    copy[offset]! ^= 1 << (offset % 8);
    try {
      assertEquals(await unpack("x.htrace", copy), content, `byte ${offset}`);
    } catch (error) {
      assertInstanceOf(error, FormatError, `byte ${offset}: ${error}`);
      rejected++;
    }
  }
  // Gzip's time and hints, and bits that nothing depends on, can differ.
  assert(rejected > bytes.length - 16 - 20, `${rejected} of ${bytes.length - 16}`);
});

/** The unpacked content of a recording of three traces. */
async function smallContent(): Promise<Uint8Array<ArrayBuffer>> {
  return (await unpack("x.htrace", await smallRecording())).slice();
}

function section(tag: string, write: (body: ByteWriter) => void): Uint8Array<ArrayBuffer> {
  const body = new ByteWriter();
  write(body);
  const content = new ByteWriter();
  content.raw(new TextEncoder().encode(tag));
  content.varint(body.bytes.length);
  content.raw(body.bytes);
  return content.bytes;
}

/** The sections of unpacked content. */
function sectionsOf(content: Uint8Array): { tag: string; body: Uint8Array }[] {
  const reader = new ByteReader("x.htrace", content);
  const sections = [];
  while (reader.remaining > 0) {
    const tag = new TextDecoder().decode(reader.raw(4));
    sections.push({ tag, body: reader.raw(reader.count(1)) });
  }
  return sections;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  for (const part of parts) writer.raw(part);
  return writer.bytes;
}

Deno.test("decodeRecording() skips unknown sections", async () => {
  const news = section("NEWS", (body) => body.raw(Uint8Array.of(1, 2)));
  const content = joined(news, await smallContent());
  const { targetName } = await decodeRecording("x.htrace", await pack(content));
  assertEquals(targetName, "dienst für alles.exe");
});

Deno.test("decodeRecording() rejects two sections with the same tag", async () => {
  const content = await smallContent();
  const modules = section("MODS", (body) => body.varint(0));
  await assertRejected(await pack(joined(content, modules)), 'it has two sections "MODS"');
});

Deno.test("decodeRecording() requires a target and traces", async () => {
  await assertRejected(await pack(new Uint8Array()), "it is damaged: it has no traces");
});

Deno.test("decodeRecording() rejects a trace of an unknown type", async () => {
  using stacks = new EngineStackTable();
  const log = { ...busyLog(stacks, 3), type: Uint8Array.of(1, 4, 2) };
  const bytes = await encodeRecording({ ...fullRecording(stacks, log), snapshots: new Map() });
  await assertRejected(bytes, "it is damaged: trace 1 has type 4, expected 1 to 3");
});

/** Sections of equal values, which pack to next to nothing, with more of what is counted than allowed. */
const BOMBS: Readonly<Record<string, (body: ByteWriter) => void>> = {
  MODS: (body) => {
    body.varint(LIMITS.modules.free + 1);
    body.raw(new Uint8Array((LIMITS.modules.free + 1) * 13));
  },
  HNDL: (body) => {
    body.varint(4_000_000);
    body.raw(new Uint8Array(4_000_000 * 7));
  },
  STAK: (body) => {
    body.varint(1);
    body.raw(new Uint8Array(2));
    body.varint(20_000_000);
    body.raw(new Uint8Array(20_000_000));
  },
};

for (const [tag, write] of Object.entries(BOMBS)) {
  Deno.test(`decodeRecording() rejects more in ${tag} than a file of its size can have`, async () => {
    const target = (await smallContent()).subarray(0, 4 + 1 + 0x60);
    assertEquals(new TextDecoder().decode(target.subarray(0, 4)), "TARG");
    const bytes = await pack(section(tag, write));
    await assertRejected(await pack(joined(await targetSection(), section(tag, write))), "at most");
    assert(bytes.length < 100_000, `${bytes.length} bytes`);
  });
}

async function targetSection(): Promise<Uint8Array> {
  const [first] = sectionsOf(await smallContent());
  return section("TARG", (body) => body.raw(first!.body));
}

Deno.test("decodeRecording() rejects more traces than a file of its size can have", async () => {
  const stacks = section("STAK", (body) => {
    body.varint(0);
    body.varint(1);
    body.byte(0);
  });
  const traces = section("TRAC", (body) => {
    body.raw(new Uint8Array(6));
    body.varint(8_000_000);
    body.raw(new Uint8Array(5 * 8_000_000));
  });
  const bytes = await pack(joined(await targetSection(), stacks, traces));
  assert(bytes.length < 100_000, `${bytes.length} bytes`);
  await assertRejected(bytes, "8000000 traces are announced, a file of this size has at most");
});

Deno.test("decodeRecording() rejects longer texts than a file of its size can have", async () => {
  const target = section("TARG", (body) => body.text("N".repeat(60_000_000)));
  const bytes = await pack(joined(target));
  assert(bytes.length < 100_000, `${bytes.length} bytes`);
  await assertRejected(bytes, "60000000 letters are announced, a file of this size has at most");
});

Deno.test("decodeRecording() trusts no number in a well-packed file", async () => {
  const content = await smallContent();
  let rejected = 0;
  for (let offset = 0; offset < content.length; offset++) {
    for (const value of [0x00, 0x7f, 0xff]) {
      const copy = content.slice();
      copy[offset] = value;
      try {
        await decodeRecording("x.htrace", await pack(copy));
      } catch (error) {
        assertInstanceOf(error, FormatError, `byte ${offset} set to ${value}: ${error}`);
        rejected++;
      }
    }
  }
  assert(rejected > content.length / 4, `${rejected} of ${content.length}`);
});

Deno.test("a recording of a full ring whose stacks are all different is written in pieces and reads back", async () => {
  const [count, depth] = [131_072, 16];
  const stacks = new ListedStacks(
    BigUint64Array.from({ length: count * depth }, (_, frame) => 0x1_4000_0000n + BigInt(frame)),
    Uint32Array.from({ length: count + 1 }, (_, stack) => stack * depth),
  );
  const column = (): Uint32Array => new Uint32Array(count);
  const pieces = await recordingPieces({
    targetName: "ring",
    identity: {},
    mode: "user",
    pointerSize: 8,
    recordedAt: new Date("2026-11-29T12:00:00Z"),
    log: {
      stacks,
      count,
      type: new Uint8Array(count).fill(1),
      handle: column(),
      processId: column(),
      threadId: column(),
      stack: Uint32Array.from({ length: count }, (_, stack) => stack),
      parsed: count,
    },
    snapshots: new Map(),
    modules: [],
  });
  assert(pieces.length > 1);
  const { log } = await decodeRecording("ring.htrace", joinBytes(pieces));
  assertEquals(log.stacks.addresses(log.stack.at(-1)!).at(-1), 0x1_4000_0000n + 2_097_151n);
});
