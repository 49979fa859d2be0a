/** The notes on what a log does not show. */
import { assertEquals } from "@std/assert";
import { bytesSource } from "../byte_source.ts";
import { TestLog } from "./_log_testing.ts";
import { coverageOf } from "./coverage.ts";
import { tableAtEnd } from "./handle_table.ts";
import { CALL, FLAG, HEADER } from "./layout.ts";
import { RecorderLog } from "./log.ts";

function notes(log: TestLog): string[] {
  const recorded = new RecorderLog(bytesSource("x.hrec", log.bytes));
  return coverageOf(recorded, tableAtEnd(recorded));
}

Deno.test("coverageOf() says what was open before, by type, and how many calls are hooked", () => {
  const log = new TestLog().listing("start", [[4, "Key"], [8, "Key"], [12, "File"]]).end();
  const calls = log.view.getUint32(HEADER.calls, true);
  for (const [name, state] of [["NtA", 1], ["NtB", 2], ["NtC", 5]] as const) {
    log.set(calls + log.call(name) * CALL.size + CALL.state, state);
  }
  assertEquals(notes(log), [
    "recorded inside the process, its own calls only: 1 of 3 calls are hooked: 1 is not in this " +
    "system or not loaded; of NtC the code could not be changed",
    "3 handles were open before (2 Key, 1 File)",
    "the handle table was not listed at the end",
  ]);
});

Deno.test("coverageOf() says how log and handle table differ", () => {
  const log = new TestLog().listing("start", []);
  log.openHandle(0x10, log.event({ kind: "open", handle: 0x10 }));
  log.openHandle(0x20, log.event({ kind: "open", handle: 0x20, type: "File" }), { type: "File" });
  log.listing("end", [[0x10, "Event"], [0x30, "Key"], [0x34, "Key"], [0x38, ""]]).end();
  assertEquals(notes(log).slice(2), [
    "3 handles are in the handle table that were not seen opened (2 Key, 1 of unknown type): " +
    "opened by the kernel or by other processes",
    "1 handle seen opened is gone from the handle table without a close (1 File)",
  ]);
});

Deno.test("coverageOf() leaves out handles that changed while the table was listed", () => {
  const log = new TestLog().listing("start", []).listing("end", [[0x10, "Event"]]);
  log.openHandle(0x20, log.event({ kind: "open", handle: 0x20 }));
  log.event({ kind: "close", handle: 0x10 });
  assertEquals(notes(log.end()).slice(2), []);
});

Deno.test("coverageOf() takes a close that had not returned as done if the table lacks its handle", () => {
  const log = new TestLog().listing("start", []);
  for (const handle of [0x10, 0x20]) {
    log.openHandle(handle, log.event({ kind: "open", handle }));
    log.event({ kind: "closing", handle });
  }
  log.listing("end", [[0x20, "Event"]]).end();
  assertEquals(notes(log).slice(2), ["1 close had not returned"]);
});

Deno.test("coverageOf() says which marks are older than the history", () => {
  const log = new TestLog({ slots: 128 }).mark("old");
  for (let count = 0; count < 200; count++) log.event({ kind: count % 2 ? "close" : "open" });
  log.mark("new").listing("start", []).listing("end", []).end();
  assertEquals(notes(log).slice(2), [
    "1 mark is older than the ring: what was closed since is not counted there",
  ]);
});

Deno.test("coverageOf() counts events that are not traces, and losses", () => {
  const log = new TestLog().listing("start", []).listing("end", []);
  log.event({ kind: "close", flags: FLAG.existing });
  log.event({ kind: "closing" });
  log.event({ kind: "closeFailed" });
  log.event({ kind: "given" });
  log.set64(HEADER.lostStacks, 2n).set64(HEADER.unplaced, 1n).set64(HEADER.cutStacks, 5n);
  log.mark("kept").set64(HEADER.setMarks, 4n).set64(HEADER.givenUp, 1n).end();
  assertEquals(notes(log).slice(2), [
    "1 close was of handles that were open before",
    "1 close failed: the handle stayed open",
    "1 close had not returned",
    "1 handle was made in other processes",
    "1 bad reference was by one of several handles",
    "5 operations have more than 64 frames",
    "2 stacks were not kept: the log is full",
    "3 marks were not kept after the first ones",
    "1 call was not recorded whole: an exception came between",
  ]);
});
