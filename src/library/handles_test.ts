import { assertEquals, assertRejects } from "@std/assert";
import { decodeRecording, encodeRecording } from "../recording/recording.ts";
import { EngineStackTable } from "../engine/stack_table.ts";
import { TargetError } from "../error.ts";
import type { Target } from "../target.ts";
import { FakeTarget } from "../target_fixture.ts";
import { RecordedTarget } from "../targets/recording.ts";
import { diffHandles } from "./handles.ts";
import { handlesOf, recordHandles } from "./record.ts";

async function recorded(target: Target): Promise<Target> {
  const bytes = await encodeRecording(await recordHandles(target, new Date()));
  return new RecordedTarget(await decodeRecording("x.htrace", bytes));
}

Deno.test("diffHandles() compares with a recording of only handles, and says why there are no traces", async () => {
  const target = new FakeTarget();
  target.open = [{ handle: 0x10, type: "Event", object: 1n }];
  const earlier = await recorded(target);
  target.open = [...target.open, { handle: 0x14, type: "File", object: 2n }];
  const { diff, reason } = await diffHandles(target, earlier);
  assertEquals(diff?.opened, [{ handle: 0x14, type: "File", object: 2n }]);
  assertEquals(reason, "tracing is not enabled");
  using stacks = new EngineStackTable();
  assertEquals((await earlier.readTraces(stacks)).incomplete, reason);
});

Deno.test("diffHandles() says what it leaves out if there are traces", async () => {
  const target = new FakeTarget();
  target.control.enable();
  const earlier = await recorded(target);
  assertEquals((await diffHandles(target, earlier)).reason, "handles were asked for, not traces");
});

Deno.test("handlesOf() says that a target has no list of handles", async () => {
  const target = new Proxy<Target>(new FakeTarget(), {
    get: (of, key) => key === "handles" ? undefined : Reflect.get(of, key),
  });
  await assertRejects(
    () => handlesOf(target),
    TargetError,
    'Cannot list the handles of fake: it has no list of them; leave "--handles" out',
  );
});
