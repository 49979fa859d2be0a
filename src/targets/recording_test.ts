import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FormatError, TargetError, UsageError } from "../error.ts";
import { withFolder } from "../folder_fixture.ts";
import { recordSession, writeRecording } from "../library/record.ts";
import { MAX_RECORDING } from "../recording/recording.ts";
import { Session } from "../session.ts";
import type { Target } from "../target.ts";
import { fakeModule, FakeTarget, listOf, readLog } from "../target_fixture.ts";
import { traceAt } from "../trace_log.ts";
import { trace } from "../trace_log_fixture.ts";
import { openTarget, TARGET_KINDS } from "./mod.ts";
import { RECORDING } from "./recording.ts";

const OPENING = [0x0100_1200n];

/** A program that leaks 0x18 after its snapshot, which is the one named "before". */
async function leakingSession(): Promise<{ target: FakeTarget; session: Session }> {
  const target = new FakeTarget();
  target.loaded = [fakeModule("app", 0x0100_0000n)];
  target.open = [{ handle: 0x18, type: "Event", objectName: "\\BaseNamedObjects\\x" }];
  const session = new Session(target);
  await session.enable();
  target.record(trace("open", 0x10, OPENING));
  await session.snapshot("before");
  target.record(trace("open", 0x14), trace("close", 0x14), trace("open", 0x18, OPENING));
  return { target, session };
}

/** Records a session's target into a file and opens that file. */
async function reopened(session: Session, suffix = ".htrace"): Promise<Target> {
  const file = await Deno.makeTempFile({ suffix });
  try {
    await writeRecording(file, await recordSession(session));
    return await openTarget(file);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("a recording reads like the target that it was made from", async () => {
  const { target, session } = await leakingSession();
  const recorded = await reopened(session);
  assertEquals(
    [recorded.name, recorded.kind, recorded.identity, recorded.mode, recorded.pointerSize],
    [target.name, "recording", target.identity, target.mode, target.pointerSize],
  );
  assertEquals(listOf(readLog(recorded)), listOf(readLog(target)));
  assertEquals(await recorded.modules(), target.modules());
  assertEquals(await recorded.handles?.(), target.handles());
  assertEquals(recorded.control, undefined);
});

Deno.test("a recording is recognized by its content, whatever its name", async () => {
  const { target, session } = await leakingSession();
  assertEquals((await reopened(session, ".bin")).name, target.name);
  assert(TARGET_KINDS.includes(RECORDING));
  assert(!RECORDING.accepts({ text: "x.dmp", head: new TextEncoder().encode("MDMP") }));
});

Deno.test("recorded snapshots serve as bases of a diff", async () => {
  const { session: original } = await leakingSession();
  using session = new Session(await reopened(original));
  const { diff, listed, log } = await session.diff("before");
  assertEquals(diff, { newTraces: 3, historyLost: false });
  assertEquals(Array.from(listed, (index) => traceAt(log, index).handle), [0x18]);
});

Deno.test("a recording has no process other than its own", async () => {
  const { session } = await leakingSession();
  const recorded = await reopened(session);
  assertThrows(
    () => readLog(recorded, { process: 0x8140_0300n }),
    TargetError,
    "Cannot read process 0x81400300 of fake: it was recorded in user mode",
  );
});

Deno.test("a file named as a recording that is not one, or is missing, is reported in one message", async () => {
  const file = await Deno.makeTempFile({ suffix: ".htrace" });
  await assertRejects(() => openTarget(file), FormatError, "it is not a recording");
  await Deno.remove(file);
  await assertRejects(() => openTarget(file), FormatError, "there is no such file");
});

Deno.test("a file larger than any recording is rejected before it is read", async () => {
  const file = await Deno.makeTempFile({ suffix: ".htrace" });
  try {
    await Deno.truncate(file, MAX_RECORDING + 1); // a sparse file: it takes no disk space
    await assertRejects(() => openTarget(file), FormatError, "it is larger than any recording");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test({
  name: "what is called a recording and is a device is rejected before it is read [no Windows]",
  ignore: Deno.build.os === "windows", // creating a link needs a privilege there
  fn: () =>
    withFolder(async (folder) => {
      const path = `${folder}/x.htrace`;
      await Deno.symlink("/dev/null", path); // empty by its size, and ends at once when read
      await assertRejects(() => openTarget(path), FormatError, "it is not a file");
    }),
});

Deno.test("a recording takes no arguments for a program", async () => {
  await assertRejects(
    () => openTarget("any.htrace", { args: ["leak", "3"] }),
    UsageError,
    'Cannot open "any.htrace" with the arguments "leak 3": a recording takes none; ',
  );
});
