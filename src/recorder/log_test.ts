/** Reading recorder logs: good ones, and ones that a hostile program may have written. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { bytesSource } from "../byte_source.ts";
import { FormatError } from "../error.ts";
import { TestLog } from "./_log_testing.ts";
import { BLOB, EVENT, HEADER, LISTING, MODULE } from "./layout.ts";
import { RecorderLog } from "./log.ts";

function read(log: TestLog | Uint8Array): RecorderLog {
  return new RecorderLog(bytesSource("x.hrec", log instanceof TestLog ? log.bytes : log));
}

function whole(): TestLog {
  const log = new TestLog();
  const stack = log.stack([0x7ff0_0010n, 0x40_1000n], { opened: 2, closed: 1 });
  log.module({ path: "\\??\\C:\\app\\app.exe", base: 0x40_0000n });
  log.module({ path: "C:\\windows\\system32\\ntdll.dll", base: 0x7ff0_0000n });
  log.listing("start", [[4, "Key"]]);
  log.event({
    kind: "open",
    handle: 0x44,
    stack,
    name: log.name("\\??\\C:\\app\\a.txt"),
    type: "File",
  });
  log.event({ kind: "close", handle: 0x44, stack, type: "File" });
  log.mark("warmup");
  log.openHandle(0x48, log.event({ kind: "open", handle: 0x48, stack }), { stack });
  return log.listing("end", [[4, "Key"], [0x48, "Event"]]).end(7);
}

Deno.test("RecorderLog returns what the recorder wrote", () => {
  const log = read(whole());
  assertEquals(log.header.state, "ended");
  assertEquals(log.header.exitStatus, 7);
  assertEquals(log.header.processId, 4242);
  assertEquals(log.header.pointerSize, 8);
  assertEquals(log.header.startTime, new Date("2026-01-01T00:00:00Z"));
  assertEquals(log.header.endTime, new Date("2026-01-01T00:00:04Z"));
  assertEquals(log.types, ["", "Key", "File", "Event"]);
  assertEquals(log.calls.map(({ name, state }) => `${name} ${state}`), [
    "NtCreateEvent hooked",
    "NtClose hooked",
  ]);
  assertEquals(log.modules.map(({ name, path }) => [name, path]), [
    ["app", "C:\\app\\app.exe"],
    ["ntdll", "C:\\windows\\system32\\ntdll.dll"],
  ]);
  assertEquals(log.marks.map(({ name, number }) => [name, number]), [["warmup", 3]]);
  assertEquals(log.listings.map(({ kind, handles }) => [kind, [...handles.handle]]), [
    ["start", [4]],
    ["end", [4, 0x48]],
  ]);
  assertEquals([...log.events.number], [1, 2, 3]);
  assertEquals(log.events.time[0], Date.parse("2026-01-01T00:00:01Z"));
  assertEquals(log.name(log.events.detail[0]!), "\\??\\C:\\app\\a.txt");
  const stack = log.stack(log.events.stack[0]!)!;
  assertEquals(stack.addresses, BigUint64Array.of(0x7ff0_0010n, 0x40_1000n));
  assertEquals([stack.opened, stack.closed, stack.isCut], [2, 1, false]);
  assertEquals([...log.openHandles.handle], [0x48]);
});

Deno.test("RecorderLog reads a ring that has wrapped in the order of its events", () => {
  const log = new TestLog({ slots: 128 });
  for (let count = 0; count < 300; count++) log.event({ kind: "open", handle: 4 * count });
  const { events } = read(log);
  assertEquals([...events.number], Array.from({ length: 128 }, (_, index) => 173 + index));
});

Deno.test("RecorderLog leaves out events that are being written, and remains of older ones", () => {
  const log = new TestLog({ slots: 128 });
  for (let count = 0; count < 200; count++) log.event({ kind: count === 190 ? "writing" : "open" });
  const { events } = read(log);
  assertEquals(events.count, 127);
  assert(!events.number.includes(191));
});

Deno.test("RecorderLog distinguishes the 64-bit version of a folder from the 32-bit one", () => {
  const log = new TestLog().set(HEADER.pointerSize, 4);
  log.module({ path: "C:\\Windows\\System32\\ntdll.dll", base: 0x7000_0000n });
  assertEquals(read(log).modules[0]?.path, "C:\\Windows\\syswow64\\ntdll.dll");
});

/** Damage done to a valid log, by the message that it leads to. */
const DAMAGES: Readonly<Record<string, (log: TestLog) => unknown>> = {
  "it is not one; name a file that the recorder wrote": (log) => log.set64(0, 0n),
  "it is of version 9; use the htrace that wrote it": (log) => log.set(HEADER.version, 9),
  "it is damaged: the ring is larger than it can be; record the program again": (log) =>
    log.set64(HEADER.ringSlots, 1n << 40n),
  "it is damaged: the size of its ring is not a power of two; record the program again": (log) =>
    log.set64(HEADER.ringSlots, 100n),
  "it is damaged: its state is unknown; record the program again": (log) =>
    log.set(HEADER.state, 77),
  "it is damaged: it has a time that cannot be; record the program again": (log) =>
    log.set64(HEADER.frequency, 1n).set64(HEADER.endCounter, 1n << 62n),
  "it is damaged: it has more events than there can be; record the program again": (log) =>
    log.set64(HEADER.nextEvent, 1n << 60n),
  "it is damaged: its list of modules has no end; record the program again": (log) => {
    const first = log.view.getUint32(HEADER.modules, true);
    log.set(first * 8 + MODULE.next, first);
  },
  "it is damaged: one of its marks lies outside the file; record the program again": (log) =>
    log.set(HEADER.marks, 0xffff_ffff),
  "it is damaged: one of its listings lies outside the file; record the program again": (log) =>
    log.set(log.view.getUint32(HEADER.listings, true) * 8 + LISTING.count, 0x10_0000),
  "it is damaged: its listings overlap; record the program again": (log) =>
    log.set(log.view.getUint32(HEADER.listings, true) * 8 + LISTING.count, 0xffff_ffff),
  "it is damaged: pages of its open handles overlap; record the program again": (log) => {
    const directory = log.view.getUint32(HEADER.directory, true);
    log.set(directory + 4, log.view.getUint32(directory, true));
  },
  "it is damaged: the path of a module is of another kind; record the program again": (log) =>
    log.set(
      log.view.getUint32(HEADER.modules, true) * 8 + MODULE.path,
      log.stack([1n]),
    ),
  "it is damaged: the path of a module is longer than it can be; record the program again": (log) =>
    log.set(
      log.view.getUint32(HEADER.modules, true) * 8 + MODULE.path,
      log.name("x".repeat(521)),
    ),
};

for (const [found, damage] of Object.entries(DAMAGES)) {
  Deno.test(`a damaged log: ${found.split(";")[0]}`, () => {
    const log = whole();
    damage(log);
    assertThrows(() => read(log), FormatError, `Cannot read the recorder log "x.hrec": ${found}`);
  });
}

Deno.test("a log that is cut off anywhere is reported as such", () => {
  const { bytes } = whole();
  for (
    const length of [0, 7, 100, HEADER.size - 1, HEADER.size, 0x5000, bytes.length - 0x100_0000]
  ) {
    assertThrows(() => read(bytes.subarray(0, length)), FormatError);
  }
});

Deno.test("stacks with overlapping refs are not read over and over", () => {
  const log = new TestLog();
  // A stack of the greatest length which contains, at every 8 bytes, what looks like another stack.
  const start = log.allocate(0x200000);
  for (let place = start; place < start + 0x180000; place += 8) {
    log.set64(place, 0n);
  }
  for (let place = start; place < start + 0x180000; place += 8) {
    log.view.setUint16(place + BLOB.kind, 1, true);
    log.view.setUint16(place + BLOB.bytes, 2048, true);
  }
  const reader = read(log);
  assertThrows(
    () => {
      for (let place = start; place < start + 0x180000; place += 8) reader.stack(place / 8);
    },
    FormatError,
    "its blobs overlap",
  );
});

Deno.test("RecorderLog reads any bytes or says that they are damaged", () => {
  const original = whole();
  const ring = Number(original.u64(HEADER.ring));
  const arena = Number(original.u64(HEADER.arena));
  const used = Number(original.u64(HEADER.arenaNext));
  const regions = [[0, 0x5200], [ring, ring + 8 * EVENT.size], [arena, used]] as const;
  const random = generator(1);
  for (let round = 0; round < 400; round++) {
    const changed: [number, number][] = [];
    for (let count = 0; count < 4; count++) {
      const [first, end] = regions[Math.floor(random() * regions.length)]!;
      const place = first + Math.floor(random() * (end - first));
      changed.push([place, original.bytes[place]!]);
      original.bytes[place] = Math.floor(random() * 256);
    }
    try {
      const log = read(original);
      for (const ref of log.events.stack) log.stack(ref);
    } catch (error) {
      assert(error instanceof FormatError, Deno.inspect(error));
    }
    for (const [place, value] of changed.reverse()) original.bytes[place] = value;
  }
});

/** Numbers from 0 to 1, the same for the same seed (xorshift32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
