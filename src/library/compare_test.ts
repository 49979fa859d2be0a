import { assertEquals, assertRejects } from "@std/assert";
import { Session } from "../session.ts";
import { TargetError } from "../error.ts";
import { FakeTarget } from "../target_fixture.ts";
import { trace } from "../trace_log_fixture.ts";
import { diffSince } from "./compare.ts";

/** A target that opened 0x10 and then 0x14, and its state in between. */
function twoStates(): { target: FakeTarget; earlier: FakeTarget } {
  const [target, earlier] = [new FakeTarget(), new FakeTarget()];
  for (const each of [target, earlier]) {
    each.control.enable();
    each.record(trace("open", 0x10, [1n]));
  }
  target.record(trace("open", 0x14, [1n]));
  return { target, earlier };
}

Deno.test("diffSince() compares with an earlier reading, which does not affect other diffs", async () => {
  const { target, earlier } = twoStates();
  using session = new Session(target);
  await session.snapshot();
  const { diff, listed } = await diffSince(session, earlier);
  assertEquals([diff?.newTraces, listed.length], [1, 1]);
});

Deno.test("diffSince() starts where tracing started if nothing was saved", async () => {
  const { target } = twoStates();
  using session = new Session(target);
  assertEquals((await diffSince(session)).listed.length, 2);
});

Deno.test("diffSince() uses the snapshot that the target supplies", async () => {
  const { target, earlier } = twoStates();
  target.kept.set("", earlier.traces);
  using session = new Session(target);
  assertEquals((await diffSince(session)).listed.length, 1);
});

Deno.test("diffSince() rejects a reading of another process, regardless of the targets' names", async () => {
  const { target, earlier } = twoStates();
  earlier.name = "another";
  earlier.identity = { processId: target.identity.processId!, imageName: "FAKE.EXE" };
  {
    using session = new Session(target);
    assertEquals((await diffSince(session, earlier)).listed.length, 1);
  }
  earlier.identity = { processId: 0x11 };
  using session = new Session(target);
  await assertRejects(
    () => diffSince(session, earlier),
    TargetError,
    "Cannot compare fake with the snapshot: it is of another; take one of the same process",
  );
});

Deno.test("diffSince() rejects a reading without traces, since which everything would be new", async () => {
  const { target, earlier } = twoStates();
  const reason = "handles were asked for, not traces";
  earlier.traces = [];
  earlier.incomplete = reason;
  using session = new Session(target);
  await assertRejects(
    () => diffSince(session, earlier),
    TargetError,
    `Cannot compare fake with the snapshot: it has no traces: ${reason}; take a snapshot that has some`,
  );
});
