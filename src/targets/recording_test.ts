import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { withFolder } from "../folder_fixture.ts";
import {
  encodeRecording,
  LARGEST_RECORDING,
  RecordingError,
  recordTarget,
} from "../recording/recording.ts";
import { Session } from "../session.ts";
import { type Target, TraceQueryError } from "../target.ts";
import { fakeModule, FakeTarget } from "../target_fixture.ts";
import { traceAt, traceCount, type TraceLog } from "../trace_log.ts";
import { trace } from "../trace_log_fixture.ts";
import { openTarget, TARGET_KINDS, TargetArgumentsError } from "./mod.ts";
import { RECORDING } from "./recording.ts";

const OPENING = [0x0100_1200n];

/** A program that leaks 0x18 after its snapshot. */
function leakingTarget(): { target: FakeTarget; snapshot: TraceLog } {
  const target = new FakeTarget();
  target.loaded = [fakeModule("app", 0x0100_0000n)];
  target.open = [{ handle: 0x18, type: "Event", objectName: "\\BaseNamedObjects\\x" }];
  target.control.enable();
  target.record(trace("open", 0x10, OPENING));
  const snapshot = target.readTraces({});
  target.record(trace("open", 0x14), trace("close", 0x14), trace("open", 0x18, OPENING));
  return { target, snapshot };
}

/** Records a target into a file and opens that file. */
async function reopened(
  target: Target,
  snapshots: ReadonlyMap<string, TraceLog> = new Map(),
  suffix: string = ".htrace",
): Promise<Target> {
  const file = await Deno.makeTempFile({ suffix });
  try {
    await Deno.writeFile(file, await encodeRecording(recordTarget(target, new Date(), snapshots)));
    return await openTarget(file);
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("a recording answers as the target did that it was made of", async () => {
  const { target } = leakingTarget();
  const recorded = await reopened(target);
  assertEquals(
    [recorded.name, recorded.mode, recorded.pointerSize],
    [target.name, target.mode, target.pointerSize],
  );
  assertEquals(recorded.readTraces({}), target.readTraces({}));
  assertEquals(recorded.modules(), target.modules());
  assertEquals(recorded.handles?.(), target.handles());
  assertEquals(recorded.control, undefined);
});

Deno.test("a recording is told by its content, whatever its name", async () => {
  const { target } = leakingTarget();
  assertEquals((await reopened(target, new Map(), ".bin")).name, target.name);
  assert(TARGET_KINDS.includes(RECORDING));
  assert(!RECORDING.accepts({ text: "x.dmp", head: new TextEncoder().encode("MDMP") }));
});

Deno.test("recorded snapshots serve as bases of a diff", async () => {
  const { target, snapshot } = leakingTarget();
  const recorded = await reopened(target, new Map([["before", snapshot]]));
  using session = new Session(recorded);
  const { diff, listed, log } = await session.diff("before");
  assertEquals(diff, { newTraces: 3, historyLost: false });
  assertEquals(Array.from(listed, (index) => traceAt(log, index).handle), [0x18]);
});

Deno.test("readTraces() chooses by handle and stops at the maximum", async () => {
  const { target } = leakingTarget();
  const recorded = await reopened(target);
  const ofHandle = recorded.readTraces({ handle: 0x17 });
  assertEquals([traceAt(ofHandle, 0).type, traceAt(ofHandle, 1).type], ["close", "open"]);
  assertEquals([traceCount(ofHandle), ofHandle.parsed], [2, 4]);
  const newest = recorded.readTraces({ handle: 0x14, maxTraces: 1 });
  assertEquals([traceCount(newest), traceAt(newest, 0).type, newest.parsed], [1, "close", 4]);
});

Deno.test("readTraces() counts in kernel mode as the walk does: up to the last trace wanted", async () => {
  const { target } = leakingTarget();
  target.mode = "kernel";
  const recorded = await reopened(target);
  assertEquals(recorded.readTraces({ handle: 0x14, maxTraces: 1 }).parsed, 2);
});

Deno.test("a recording has no other process than its own", async () => {
  const { target } = leakingTarget();
  const recorded = await reopened(target);
  assertThrows(
    () => recorded.readTraces({ process: 0x8140_0300n }),
    TraceQueryError,
    "Cannot read process 0x81400300 of fake: it was recorded in user mode",
  );
});

Deno.test("a file that is called a recording and is none, or is not there, gets a sentence", async () => {
  const file = await Deno.makeTempFile({ suffix: ".htrace" });
  await assertRejects(() => openTarget(file), RecordingError, "it is not a recording");
  await Deno.remove(file);
  await assertRejects(() => openTarget(file), RecordingError, "there is no such file");
});

Deno.test("a file larger than any recording is refused before it is read", async () => {
  const file = await Deno.makeTempFile({ suffix: ".htrace" });
  try {
    await Deno.truncate(file, LARGEST_RECORDING + 1); // a hole: no disk holds it
    await assertRejects(() => openTarget(file), RecordingError, "it is larger than any recording");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test({
  name: "what is called a recording and is a device is refused before it is read [no Windows]",
  ignore: Deno.build.os === "windows", // where making a link needs a right
  fn: () =>
    withFolder(async (folder) => {
      const path = `${folder}/x.htrace`;
      await Deno.symlink("/dev/null", path); // as short as it is, and not endless when it is read
      await assertRejects(() => openTarget(path), RecordingError, "it is not a file");
    }),
});

Deno.test("a recording takes no arguments for a program", async () => {
  await assertRejects(
    () => openTarget("any.htrace", { args: ["leak", "3"] }),
    TargetArgumentsError,
    'Cannot open "any.htrace" with the arguments "leak 3": a recording takes none; ',
  );
});
