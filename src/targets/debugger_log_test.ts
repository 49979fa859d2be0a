import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { EngineStackTable } from "../engine/stack_table.ts";
import { TargetError, UsageError } from "../error.ts";
import { temporaryFolder } from "../folder_fixture.ts";
import { frameName } from "../frame.ts";
import { Session } from "../session.ts";
import { diff, listing, opened, PROCESS_ID } from "./_text_testing.ts";
import { openTarget } from "./mod.ts";

const ONE_OPEN = listing([["OPEN", "10", "app!first+0x4"]]);
const TWO_OPEN = listing([["OPEN", "14", "app!second+0x4"], ["OPEN", "10", "app!first+0x4"]]);
const NOTHING_NEW =
  "0:000> !htrace -snapshot\nHandle tracing information snapshot successfully taken.\n";

Deno.test("the last answer with entries is read, and the others are mentioned once", async () => {
  const warnings: string[] = [];
  const target = opened(ONE_OPEN + TWO_OPEN + NOTHING_NEW, {
    warn: (message) => void warnings.push(message),
  });
  using stacks = new EngineStackTable();
  const log = await target.readTraces(stacks);
  assertEquals(log.answer?.number, 2);
  assertEquals([...log.handle], [0x14, 0x10]);
  assertEquals(warnings, [
    "the text has 3 answers of !htrace: reading number 2, the last one with entries, at line 11; " +
    "--answers lists them, --answer <n> chooses one",
  ]);
});

Deno.test("an answer is chosen by its number; a wrong number is a usage error", async () => {
  const target = opened(ONE_OPEN + TWO_OPEN, { answer: 1 });
  using stacks = new EngineStackTable();
  assertEquals([...(await target.readTraces(stacks)).handle], [0x10]);
  assertThrows(
    () => opened(ONE_OPEN, { answer: 2 }),
    UsageError,
    'Cannot choose answer 2 of "pasted.txt": there is 1; list them with --answers',
  );
});

Deno.test("the earlier listing of the same process is the snapshot of a later one", async () => {
  using session = new Session(opened(ONE_OPEN + TWO_OPEN));
  const [name] = (await session.snapshots()).keys();
  const { log, listed } = await session.diff(name!);
  assertEquals(Array.from(listed, (index) => log.handle[index]), [0x14]);
});

Deno.test("a diff, and a listing of one handle, have no snapshot", async () => {
  for (const text of [ONE_OPEN + diff([["OPEN", "14", "app!b+0x4"]]), listing([], "!htrace 10")]) {
    using session = new Session(opened(text));
    assertEquals((await session.snapshots()).size, 0);
  }
});

Deno.test("the opens of a diff are those since its snapshot, with the debugger's own numbers", async () => {
  using session = new Session(opened(diff([["OPEN", "14", "app!b+0x4"]])));
  const { diff: since, groups, stacks, limits } = await session.show();
  assertEquals(since, { newTraces: 1, historyLost: false });
  assertEquals(groups.map(({ outstanding }) => outstanding), [1]);
  assertMatch(limits[0]!, /^a diff lists only outstanding opens/);
  const [stack] = stacks.values();
  assertEquals(stack!.frames.map(frameName), ["app!b"]);
});

Deno.test("a !handle table near an answer says what its handles are", async () => {
  const table = "0:000> !handle 0 f\nHandle 10\n  Type         \tEvent\n  Name         \t\\x\n" +
    "Handle 18\n  Type         \tFile\n2 Handles\n";
  using session = new Session(opened(TWO_OPEN + table));
  const { handles, objectOf, log } = await session.show();
  assertEquals(handles?.map(({ handle, type }) => [handle, type]), [[0x10, "Event"], [
    0x18,
    "File",
  ]]);
  const at = log.handle.indexOf(0x10);
  assertEquals(objectOf(at), { type: "Event", name: "\\x" });
});

Deno.test("the processes of a text are listed, and one without traces is not opened", async () => {
  const target = opened(TWO_OPEN);
  assertEquals((await target.processes!()).map(({ processId }) => processId), [PROCESS_ID]);
  using stacks = new EngineStackTable();
  const log = await target.readTraces(stacks, { processId: PROCESS_ID });
  assertEquals(log.count, 2);
  assertThrows(
    () => target.readTraces(stacks, { processId: 8 }),
    TargetError,
    "Cannot read process 8 of pasted.txt: the text has no traces of it; choose one of 4712",
  );
});

Deno.test("a text with only a verifier stop has a misuse and no traces", async () => {
  const stop = "VERIFIER STOP 0000000000000300: pid 0x1268: Invalid handle exception.\n" +
    "\t00000000C0000008 : Exception code.\n";
  using session = new Session(opened(stop));
  const { log, misuses, target } = await session.show();
  assertEquals([log.count, target.identity.processId], [0, PROCESS_ID]);
  assertEquals(misuses.map(({ code }) => code), [0x300]);
});

Deno.test("a text that only mentions !htrace is not opened, and one line says what to do", () => {
  assertThrows(
    () => opened("Run !htrace -enable, then !htrace -diff, and send me what it prints.\n"),
    TargetError,
    'Cannot read "pasted.txt": the text talks about !htrace but has no output of it, no handle list and no ' +
      "verifier stop; save what the debugger printed (.logopen writes all of it)",
  );
});

Deno.test("a file of another kind is named for what it is", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/pasted.txt`;
  const files: readonly (readonly [Uint8Array | string, string])[] = [
    ["", "the file is empty; save it again"],
    [Uint8Array.of(0x1f, 0x8b, 8, 0), "the file is compressed with gzip; unpack it"],
    [new Uint8Array(100), "the file is not a target of a known kind"],
    ["Dr. Memory version 2.6.0\n", "the file is a report of Dr. Memory"],
  ];
  for (const [content, found] of files) {
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    const error = await assertRejects(() => openTarget(path), TargetError);
    assert(error.message.includes(found), error.message);
  }
});

Deno.test("a listing deep in a text is found, regardless of what comes before it", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/session.txt`;
  Deno.writeTextFileSync(path, "ModLoad: 00000000 00001000 app.exe\n".repeat(50_000) + ONE_OPEN);
  using target = await openTarget(path);
  assertEquals(target.kind, "debugger log");
  assertEquals(target.answers?.map(({ line, entryCount }) => [line, entryCount]), [[50_001, 1]]);
});
