import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import type { TraceLog } from "../trace_log.ts";
import {
  busyLog,
  DUMP_OPERATION,
  ENTRY_LAYOUTS,
  KERNEL_ENTRY_64,
  trace,
  traceLog,
} from "../trace_log_fixture.ts";
import { ByteWriter } from "./_byte_writer.ts";
import { pack, unpack } from "./_container.ts";
import {
  decodeRecording,
  encodeRecording,
  isRecording,
  type Recording,
  RecordingError,
} from "./recording.ts";

/** A recording with everything in it. */
function fullRecording(log: TraceLog): Recording {
  return {
    targetName: "dienst für alles.exe",
    mode: "kernel",
    pointerSize: 8,
    recordedAt: new Date("2026-11-24T06:00:00.123Z"),
    log: {
      ...log,
      parsed: 0x123,
      slots: 4096,
      incomplete: "the page is missing",
      process: 0xffff_fa80_0000_0300n,
      objectTable: 0xe10c_cf60n,
    },
    snapshots: new Map([["", busyLog(64)], ["before the test", {
      ...log,
      bytes: new Uint8Array(),
    }]]),
    modules: [
      {
        name: "ntdll",
        path: "C:\\Windows\\System32\\ntdll.dll",
        base: 0x7fff_ffff_0000n,
        size: 0x1f_0000,
        timestamp: 0xfedc_ba98,
        pdb: { guid: "0123456789ABCDEF0123456789ABCDEF", age: 1, path: "ntdll.pdb" },
      },
      { name: "", path: "", base: 0n, size: 0 },
    ],
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
  };
}

async function roundTrip(recording: Recording): Promise<Recording> {
  return await decodeRecording("x.htrace", await encodeRecording(recording));
}

/** Bytes without order, from a seed: every field, and what lies between fields, is anything. */
function arbitraryBytes(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = Math.imul(state, 48271) % 0x7fff_ffff) & 0xff);
}

Deno.test("a recording comes back as it was", async () => {
  const recording = fullRecording(traceLog(KERNEL_ENTRY_64, [trace("open", 0x44, [1n, 2n])]));
  assertEquals(await roundTrip(recording), recording);
});

Deno.test("a recording without anything optional comes back as it was", async () => {
  const recording: Recording = {
    targetName: "",
    mode: "user",
    pointerSize: 4,
    recordedAt: new Date(0),
    log: traceLog(DUMP_OPERATION, []),
    snapshots: new Map(),
    modules: [],
  };
  assertEquals(await roundTrip(recording), recording);
});

for (const layout of ENTRY_LAYOUTS) {
  Deno.test(`entries of ${layout.size} bytes, named ${layout.name}, come back byte for byte`, async () => {
    const bytes = arbitraryBytes(layout.size * 200);
    // Half of them share their stacks with another; the last bytes do not begin at a multiple of four.
    bytes.copyWithin(layout.size * 100, 0, layout.size * 99);
    const shifted = new Uint8Array(bytes.length + 1).subarray(1);
    shifted.set(bytes);
    const { log } = await roundTrip({ ...fullRecording({ bytes: shifted, layout, parsed: 200 }) });
    assertEquals(log.bytes, bytes);
    assertEquals(log.layout, layout);
  });
}

Deno.test("isRecording() knows a recording by its first bytes", async () => {
  const bytes = await encodeRecording(fullRecording(busyLog(1)));
  assert(isRecording(bytes.subarray(0, 8)));
  assert(!isRecording(bytes.subarray(0, 7)));
  assert(!isRecording(new TextEncoder().encode("htrace htrace")));
});

async function assertRefused(bytes: Uint8Array, message: string): Promise<void> {
  await assertRejects(() => decodeRecording("x.htrace", bytes), RecordingError, message);
}

Deno.test("decodeRecording() says what is wrong with a file", async () => {
  const bytes = await encodeRecording(fullRecording(busyLog(100)));
  const changed = (offset: number, value: number): Uint8Array => {
    const copy = bytes.slice();
    copy[offset] = value;
    return copy;
  };
  const sentence = 'Cannot read the recording "x.htrace": ';
  const notOne = sentence + 'it is not a recording; make one with "htrace record"';
  const cutOff = sentence + "it is damaged: its content is cut off or changed; record it again";
  await assertRefused(new Uint8Array(), notOne);
  await assertRefused(changed(7, 0x0d), notOne);
  await assertRefused(
    changed(8, 2),
    sentence + "its format has version 2, newer than 1; read it with a newer htrace",
  );
  await assertRefused(bytes.subarray(0, 12), "its header is cut off");
  await assertRefused(changed(8, 0), "its header makes no sense");
  await assertRefused(changed(15, 0xff), "its header makes no sense");
  await assertRefused(changed(13, bytes[13]! + 1), "its content is shorter than announced");
  await assertRefused(changed(13, bytes[13]! - 1), "its content is longer than announced");
  await assertRefused(bytes.subarray(0, -9), cutOff);
  await assertRefused(changed(bytes.length - 6, bytes.at(-6)! ^ 1), cutOff);
});

Deno.test("decodeRecording() refuses every file that differs in one bit behind its header", async () => {
  const bytes = await encodeRecording(fullRecording(busyLog(3)));
  // Bytes 4 to 9 of a gzip header are a time and hints, which nothing depends on.
  const ignored = new Set([20, 21, 22, 23, 24, 25]);
  for (let offset = 16; offset < bytes.length; offset += 5) {
    if (ignored.has(offset)) continue;
    const copy = bytes.slice();
    copy[offset]! ^= 1 << (offset % 8);
    await assertRejects(() => decodeRecording("x.htrace", copy), RecordingError);
  }
});

/** The unpacked content of a recording of three traces. */
async function smallContent(): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await encodeRecording({ ...fullRecording(busyLog(3)), snapshots: new Map() });
  return (await unpack("x.htrace", bytes)).slice();
}

Deno.test("decodeRecording() skips sections that it does not know", async () => {
  const content = new ByteWriter();
  content.raw(new TextEncoder().encode("NEWS"));
  content.varint(2);
  content.raw(Uint8Array.of(1, 2));
  content.raw(await smallContent());
  const { targetName } = await decodeRecording("x.htrace", await pack(content.bytes));
  assertEquals(targetName, "dienst für alles.exe");
});

Deno.test("decodeRecording() wants a target and traces", async () => {
  await assertRefused(await pack(new Uint8Array()), "it is damaged: it has no traces");
});

/** A content with a section of zeros: `count` modules or handles without anything. */
function zeroSection(tag: string, count: number, size: number): Uint8Array<ArrayBuffer> {
  const body = new ByteWriter();
  body.varint(count);
  body.raw(new Uint8Array(count * size));
  const content = new ByteWriter();
  content.raw(new TextEncoder().encode(tag));
  content.varint(body.bytes.length);
  content.raw(body.bytes);
  return content.bytes;
}

for (
  const [tag, most, size] of [["MODS", 0x1_0000, 13], ["HNDL", 0x20_0000, 7]] as const
) {
  Deno.test(`decodeRecording() refuses more than ${most} entries in ${tag}, which pack to nothing`, async () => {
    await assertRefused(
      await pack(zeroSection(tag, most + 1, size)),
      `${most + 1} values are announced, more than there can be`,
    );
  });
}

Deno.test("decodeRecording() believes no number in a well packed file", async () => {
  const content = await smallContent();
  let refused = 0;
  for (let offset = 0; offset < content.length; offset++) {
    for (const value of [0x00, 0x7f, 0xff]) {
      const copy = content.slice();
      copy[offset] = value;
      try {
        await decodeRecording("x.htrace", await pack(copy));
      } catch (error) {
        assertInstanceOf(error, RecordingError, `byte ${offset} set to ${value}: ${error}`);
        refused++;
      }
    }
  }
  assert(refused > content.length / 4, `${refused} of ${content.length}`);
});
