import { assertEquals, assertThrows } from "@std/assert";
import { decodeRecording, encodeRecording } from "../recording/recording.ts";
import { type Target, TraceQueryError } from "../target.ts";
import { FakeTarget } from "../target_fixture.ts";
import { RecordedTarget } from "../targets/recording.ts";
import { diffHandles } from "./handles.ts";
import { handlesOf, recordHandles } from "./record.ts";

async function recorded(target: Target): Promise<Target> {
  const bytes = await encodeRecording(recordHandles(target, new Date()));
  return new RecordedTarget(await decodeRecording("x.htrace", bytes));
}

Deno.test("diffHandles() compares with a recording of handles alone, and says why no more", async () => {
  const target = new FakeTarget();
  target.open = [{ handle: 0x10, type: "Event", object: 1n }];
  const earlier = await recorded(target);
  target.open = [...target.open, { handle: 0x14, type: "File", object: 2n }];
  const { diff, reason } = diffHandles(target, earlier);
  assertEquals(diff.opened, [{ handle: 0x14, type: "File", object: 2n }]);
  assertEquals(
    reason,
    'cannot read traces of "fake": tracing is not enabled; enable it with "!htrace -enable"',
  );
  assertEquals(earlier.readTraces({}).incomplete, reason);
});

Deno.test("diffHandles() says what it leaves out where there are traces", async () => {
  const target = new FakeTarget();
  target.control.enable();
  const earlier = await recorded(target);
  assertEquals(diffHandles(target, earlier).reason, "handles were asked for, not traces");
  target.incomplete = "stacks are withheld";
  assertEquals(diffHandles(target, earlier).reason, "stacks are withheld");
});

Deno.test("handlesOf() says that a target has no list of handles", () => {
  const { name, mode, pointerSize } = new FakeTarget();
  const target = { name, mode, pointerSize } as Target;
  assertThrows(
    () => handlesOf(target),
    TraceQueryError,
    'Cannot list the handles of fake: it has traces only; leave "--handles" out',
  );
});
