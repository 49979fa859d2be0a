import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Analysis } from "./analysis.ts";
import type { Module } from "./module.ts";
import { Session } from "./session.ts";
import { TraceControlError, TraceQueryError } from "./target.ts";
import { fakeModule, FakeTarget } from "./target_fixture.ts";
import { traceAt } from "./trace_log.ts";
import { trace } from "./trace_log_fixture.ts";

const APP = fakeModule("app", 0x0100_0000n);
const NTDLL = fakeModule("ntdll", 0x7c90_0000n, "C:\\WINDOWS\\system32\\ntdll.dll");

/** A kernel frame, a system frame, then the program's: as user mode sees a stack recorded. */
const OPENING = [0x8018_f44an, 0x7c90_1000n, 0x0100_1200n];
const CLOSING = [0x801e_1eddn, 0x0100_2000n];

function newSession(asked: Module[] = []): { target: FakeTarget; session: Session } {
  const target = new FakeTarget();
  target.loaded = [APP, NTDLL];
  const session = new Session(target, (module) => {
    asked.push(module);
    return Promise.resolve({});
  });
  return { target, session };
}

function listedHandles(analysis: Analysis): number[] {
  return Array.from(analysis.listed, (index) => traceAt(analysis.log, index).handle);
}

Deno.test("enable() takes the first snapshot, and diff() lists what is outstanding since", async () => {
  const { target, session } = newSession();
  session.enable();
  target.record(
    trace("open", 0x10, OPENING),
    trace("open", 0x14, OPENING),
    trace("close", 0x14, CLOSING),
    trace("open", 0x18, OPENING),
  );
  const analysis = await session.diff();
  assertEquals(listedHandles(analysis), [0x18, 0x10]);
  assertEquals(analysis.diff, { newTraces: 4, historyLost: false });
  session[Symbol.dispose]();
  assertEquals(target.disposed, true);
});

Deno.test("diff() becomes the unnamed snapshot, while a named one stays as it is", async () => {
  const { target, session } = newSession();
  using _ = session;
  session.enable();
  session.snapshot("start");
  target.record(trace("open", 0x10, OPENING));
  assertEquals(listedHandles(await session.diff()), [0x10]);
  target.record(trace("open", 0x14, OPENING));
  assertEquals(listedHandles(await session.diff()), [0x14]);
  assertEquals(listedHandles(await session.diff("start")), [0x14, 0x10]);
  assertEquals(listedHandles(await session.diff("start")), [0x14, 0x10]);
  assertEquals(listedHandles(await session.diff()), []);
});

Deno.test("diff() says when more happened than the ring holds", async () => {
  const { target, session } = newSession();
  using _ = session;
  session.enable(4);
  target.record(trace("open", 0x10, OPENING));
  session.snapshot();
  for (let handle = 0x20; handle < 0x40; handle += 4) {
    target.record(trace("open", handle, OPENING));
  }
  assertEquals((await session.diff()).diff?.historyLost, true);
  assertEquals((await session.show()).listed.length, 4);
});

Deno.test("snapshots that the target brings along are bases of diffs", async () => {
  const { target } = newSession();
  target.tracing = true;
  target.record(trace("open", 0x10, OPENING));
  target.snapshots = new Map([["before", target.readTraces({})]]);
  target.record(trace("open", 0x14, OPENING));
  using session = new Session(target);
  assertEquals(listedHandles(await session.diff("before")), [0x14]);
  assertEquals([...session.snapshots.keys()], ["before", ""]);
});

Deno.test("diff() without a snapshot of that name names those there are", async () => {
  const { target, session } = newSession();
  using _ = session;
  await assertRejects(() => session.diff(), TraceQueryError, "tracing is not enabled");
  target.tracing = true;
  await assertRejects(() => session.diff(), TraceQueryError, 'take one with "!htrace -snapshot"');
  await assertRejects(() => session.diff("x"), TraceQueryError, "there are none with a name");
  session.snapshot("before");
  await assertRejects(() => session.diff("x"), TraceQueryError, "there are before");
});

Deno.test("enable() and disable() drop snapshots, because the ring is a new one", async () => {
  const { session } = newSession();
  using _ = session;
  session.enable();
  session.snapshot("old");
  session.enable();
  await assertRejects(() => session.diff("old"), TraceQueryError);
  session.disable();
  await assertRejects(() => session.diff(), TraceQueryError);
});

Deno.test("enable() on a target that cannot be switched says so", () => {
  const { session } = newSession();
  using recorded = new Session(
    new Proxy(session.target, {
      get: (target, key) => key === "control" ? undefined : Reflect.get(target, key),
    }),
    () => Promise.resolve({}),
  );
  assertThrows(() => recorded.enable(), TraceControlError, "cannot be switched");
  assertThrows(() => recorded.disable(), TraceControlError, "cannot be switched");
});

Deno.test("show() leaves kernel frames out in user mode and keeps them in kernel mode", async () => {
  const { target, session } = newSession();
  using _ = session;
  session.enable();
  target.record(trace("open", 0x10, OPENING));
  for (const [mode, addresses] of [["user", OPENING.slice(1)], ["kernel", OPENING]] as const) {
    target.mode = mode;
    const { stackOf, stacks } = await session.show({});
    assertEquals(stacks.get(stackOf[0] ?? -1)?.map(({ address }) => address), addresses);
  }
});

Deno.test("show() asks once for symbols, only of modules that a stack passes", async () => {
  const asked: Module[] = [];
  const { target, session } = newSession(asked);
  using _ = session;
  session.enable();
  target.record(trace("close", 0x10, CLOSING));
  assertEquals(session.symbolStatus(APP), undefined);
  await session.show();
  await session.show();
  assertEquals(asked, [APP]);
  assertEquals(session.symbolStatus(APP)?.kind, "none");
});

Deno.test("an unloaded module keeps its names until another takes its place", async () => {
  const asked: Module[] = [];
  const { target, session } = newSession(asked);
  using _ = session;
  const frameOf = async (): Promise<string | undefined> =>
    (await session.symbolize([0x0100_2000n])).get(0x0100_2000n)?.module;
  assertEquals(await frameOf(), "app");
  target.loaded = [NTDLL];
  assertEquals(await frameOf(), "app");
  const other = fakeModule("other", 0x0100_0000n);
  target.loaded = [other];
  assertEquals(await frameOf(), "other");
  assertEquals(asked, [APP, other]);
});

Deno.test("a module loaded later names addresses that were asked for before", async () => {
  const { target, session } = newSession();
  using _ = session;
  assertEquals((await session.symbolize([0x0200_0010n])).get(0x0200_0010n), {
    address: 0x0200_0010n,
  });
  target.loaded = [fakeModule("late", 0x0200_0000n)];
  assertEquals((await session.symbolize([0x0200_0010n])).get(0x0200_0010n)?.module, "late");
});

Deno.test("diff() groups by opening stack with judgement, suspect and closers", async () => {
  const { target, session } = newSession();
  using _ = session;
  target.open = [{ handle: 0x18, type: "Event" }];
  session.enable();
  const other = [0x7c90_1000n, 0x0100_3000n];
  target.record(
    trace("open", 0x10, OPENING),
    trace("open", 0x14, other),
    trace("close", 0x14, CLOSING),
    trace("open", 0x18, OPENING),
  );
  const { groups, stacks, handles } = await session.diff(undefined, { group: true, names: true });
  assertEquals(
    groups?.map(({ opened, closed, judgement, suspect }) => [
      opened,
      closed,
      judgement,
      suspect?.address,
    ]),
    [[2, 0, "never closed", 0x0100_1200n], [1, 1, "usually closed", 0x0100_3000n]],
  );
  const closer = groups?.[1]?.closers[0];
  assertEquals(closer?.count, 1);
  assertEquals(stacks.get(closer?.stack ?? -1)?.map(({ address }) => address), [0x0100_2000n]);
  assertEquals(handles?.get(0x18)?.type, "Event");
});
