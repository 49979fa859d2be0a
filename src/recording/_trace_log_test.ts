import { assertEquals, assertThrows } from "@std/assert";
import { busyLog } from "../trace_log_fixture.ts";
import { ByteReader } from "./_byte_reader.ts";
import { ByteWriter } from "./_byte_writer.ts";
import { readTraceLog, writeTraceLog } from "./_trace_log.ts";
import { RecordingError } from "./recording_error.ts";

Deno.test("readTraceLog() reads a log that fits the room there is, and refuses a larger one", () => {
  const log = busyLog(64);
  const writer = new ByteWriter();
  writeTraceLog(writer, log);
  const read = (room: number) => readTraceLog(new ByteReader("x.htrace", writer.bytes), room);
  assertEquals(read(log.bytes.length), log);
  assertThrows(
    () => read(log.bytes.length - 1),
    RecordingError,
    "a log of 64 traces is announced, 10239 bytes are left for it",
  );
});
