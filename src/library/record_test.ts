import { assertEquals, assertRejects } from "@std/assert";
import { Session } from "../session.ts";
import { EngineStackTable } from "../engine/stack_table.ts";
import { TargetError } from "../error.ts";
import { FakeTarget } from "../target_fixture.ts";
import { openTarget } from "../targets/mod.ts";
import { trace } from "../trace_log_fixture.ts";
import { record } from "./record.ts";

Deno.test("record() writes a target that can be opened as it was, with its snapshots", async () => {
  const path = await Deno.makeTempFile({ suffix: ".htrace" });
  try {
    const target = new FakeTarget();
    using session = new Session(target);
    await session.enable();
    target.record(trace("open", 0x10, [1n]));
    await session.snapshot("after");
    await record(session, path);
    using opened = await openTarget(path);
    using stacks = new EngineStackTable();
    assertEquals(await opened.readTraces(stacks), target.readTraces(stacks));
    assertEquals([...(await opened.readSnapshots?.(stacks))?.keys() ?? []], ["", "after"]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("record() keeps the old file if the target has ended", async () => {
  const path = await Deno.makeTempFile({ suffix: ".htrace" });
  try {
    await Deno.writeTextFile(path, "old");
    using session = new Session(new FakeTarget()); // without tracing, like one that has ended
    await assertRejects(() => record(session, path), TargetError);
    assertEquals(await Deno.readTextFile(path), "old");
  } finally {
    await Deno.remove(path);
  }
});
