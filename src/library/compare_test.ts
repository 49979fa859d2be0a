import { assertEquals, assertRejects } from "@std/assert";
import { Session } from "../session.ts";
import { TraceQueryError } from "../target.ts";
import { FakeTarget } from "../target_fixture.ts";
import { trace } from "../trace_log_fixture.ts";
import { diffSince } from "./compare.ts";

/** A target that opened 0x10 and then 0x14, and what it was in between. */
function twoStates(): { target: FakeTarget; earlier: FakeTarget } {
  const [target, earlier] = [new FakeTarget(), new FakeTarget()];
  for (const each of [target, earlier]) {
    each.control.enable();
    each.record(trace("open", 0x10, [1n]));
  }
  target.record(trace("open", 0x14, [1n]));
  return { target, earlier };
}

Deno.test("diffSince() compares with an earlier reading, which other diffs keep out of", async () => {
  const { target, earlier } = twoStates();
  using session = new Session(target);
  session.snapshot();
  const { diff, listed } = await diffSince(session, earlier);
  assertEquals([diff?.newTraces, listed.length], [1, 1]);
});

Deno.test("diffSince() begins where tracing did when nothing was kept", async () => {
  const { target } = twoStates();
  using session = new Session(target);
  assertEquals((await diffSince(session)).listed.length, 2);
});

Deno.test("diffSince() takes the snapshot that the target brings along", async () => {
  const { target, earlier } = twoStates();
  target.snapshots.set("", earlier.readTraces({}));
  using session = new Session(target);
  assertEquals((await diffSince(session)).listed.length, 1);
});

Deno.test("diffSince() refuses the reading of another target", async () => {
  const { target, earlier } = twoStates();
  earlier.name = "another";
  using session = new Session(target);
  await assertRejects(
    () => diffSince(session, earlier),
    TraceQueryError,
    "Cannot compare fake with the snapshot: it is of another; take one of the same target",
  );
});

Deno.test("diffSince() refuses a reading that kept no traces, since which all would be new", async () => {
  const { target, earlier } = twoStates();
  const reason = "handles were asked for, not traces";
  const empty = { ...earlier.readTraces({}), bytes: new Uint8Array(), incomplete: reason };
  earlier.readTraces = () => empty;
  using session = new Session(target);
  await assertRejects(
    () => diffSince(session, earlier),
    TraceQueryError,
    `Cannot compare fake with the snapshot: it has no traces (${reason}); take one without --handles`,
  );
});
