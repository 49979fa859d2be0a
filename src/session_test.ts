import { assertEquals, assertRejects } from "@std/assert";
import type { Analysis } from "./analysis.ts";
import type { Module } from "./module.ts";
import { Session } from "./session.ts";
import { TargetError } from "./error.ts";
import { fakeModule, FakeTarget } from "./target_fixture.ts";
import { traceAt } from "./trace_log.ts";
import { trace } from "./trace_log_fixture.ts";

const APP = fakeModule("app", 0x0100_0000n);
const NTDLL = fakeModule("ntdll", 0x7c90_0000n, "C:\\WINDOWS\\system32\\ntdll.dll");

/** A kernel frame, a system frame, then the program's: a stack as recorded for user mode. */
const OPENING = [0x8018_f44an, 0x7c90_1000n, 0x0100_1200n];
const CLOSING = [0x801e_1eddn, 0x0100_2000n];

function newSession(asked: Module[] = []): { target: FakeTarget; session: Session } {
  const target = new FakeTarget();
  target.loaded = [APP, NTDLL];
  const session = new Session(target, {
    symbols: (module) => {
      asked.push(module);
      return Promise.resolve({});
    },
  });
  return { target, session };
}

function listedHandles(analysis: Analysis): number[] {
  return Array.from(analysis.listed, (index) => traceAt(analysis.log, index).handle);
}

Deno.test("enable() takes the first snapshot, and diff() lists what is outstanding since", async () => {
  const { target, session } = newSession();
  await session.enable();
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
  await session.enable();
  await session.snapshot("start");
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
  await session.enable(4);
  target.record(trace("open", 0x10, OPENING));
  await session.snapshot();
  for (let handle = 0x20; handle < 0x40; handle += 4) {
    target.record(trace("open", handle, OPENING));
  }
  assertEquals((await session.diff()).diff?.historyLost, true);
  assertEquals((await session.show()).listed.length, 4);
});

Deno.test("snapshots that the target supplies are bases of diffs", async () => {
  const { target } = newSession();
  target.tracing = true;
  target.record(trace("open", 0x10, OPENING));
  target.kept.set("before", [...target.traces]);
  target.record(trace("open", 0x14, OPENING));
  using session = new Session(target);
  assertEquals(listedHandles(await session.diff("before")), [0x14]);
  assertEquals([...(await session.snapshots()).keys()], ["before", ""]);
});

Deno.test("mark() keeps snapshots that growth is measured from, and numbers a reused name", async () => {
  const { target, session } = newSession();
  using _ = session;
  await session.enable();
  for (const handle of [0x10, 0x14, 0x18]) {
    target.record(trace("open", handle, OPENING));
    assertEquals(await session.mark("round"), true);
  }
  const { groups, snapshots, hasMarks } = await session.show();
  assertEquals(snapshots.map(({ name }) => name), ["round", "round #2", "round #3"]);
  assertEquals(groups.map(({ series, delta }) => [series, delta]), [[[1, 2, 3], 0]]);
  assertEquals(hasMarks, true);
  assertEquals(listedHandles(await session.diff("round")), [0x18, 0x14]);
  await session.enable();
  assertEquals((await session.show()).hasMarks, undefined, "the ring is a new one");
});

Deno.test("mark() does nothing if tracing is off", async () => {
  const { session } = newSession();
  using _ = session;
  assertEquals(await session.mark("round"), false);
  assertEquals([...(await session.snapshots()).keys()], []);
});

Deno.test("keepBeginning() comes before the marks, so that a diff since then has no other steps", async () => {
  const { target, session } = newSession();
  using _ = session;
  target.tracing = true;
  target.record(trace("open", 0x10, OPENING));
  await session.mark("round");
  session.keepBeginning();
  assertEquals((await session.diff()).snapshots.map(({ name }) => name), [""]);
});

Deno.test("diff() without a snapshot of that name lists those there are", async () => {
  const { target, session } = newSession();
  using _ = session;
  await assertRejects(() => session.diff(), TargetError, "tracing is not enabled");
  target.tracing = true;
  await assertRejects(() => session.diff(), TargetError, 'take one with "!htrace -snapshot"');
  await assertRejects(() => session.diff("x"), TargetError, "there are none with a name");
  await session.snapshot("before");
  await assertRejects(() => session.diff("x"), TargetError, "there are before");
});

Deno.test("enable() and disable() drop snapshots, because the ring is a new one", async () => {
  const { session } = newSession();
  using _ = session;
  await session.enable();
  await session.snapshot("old");
  await session.enable();
  await assertRejects(() => session.diff("old"), TargetError);
  await session.disable();
  await assertRejects(() => session.diff(), TargetError);
});

Deno.test("enable() on a target that cannot be switched says so", async () => {
  const { session } = newSession();
  using recorded = new Session(
    new Proxy(session.target, {
      get: (target, key) => key === "control" ? undefined : Reflect.get(target, key),
    }),
  );
  await assertRejects(() => recorded.enable(), TargetError, "cannot be switched");
  await assertRejects(() => recorded.disable(), TargetError, "cannot be switched");
});

Deno.test("show() leaves kernel frames out in user mode and keeps them in kernel mode", async () => {
  const { target, session } = newSession();
  using _ = session;
  await session.enable();
  target.record(trace("open", 0x10, OPENING));
  for (const [mode, addresses] of [["user", OPENING.slice(1)], ["kernel", OPENING]] as const) {
    target.mode = mode;
    const { log, stacks } = await session.show();
    assertEquals(stacks.get(log.stack[0]!)?.frames.map(({ address }) => address), addresses);
  }
});

Deno.test("show() requests symbols once, only for modules that a stack passes through", async () => {
  const asked: Module[] = [];
  const { target, session } = newSession(asked);
  using _ = session;
  await session.enable();
  target.record(trace("close", 0x10, CLOSING));
  assertEquals(session.symbolStatus(APP), undefined);
  await session.show();
  await session.show();
  assertEquals(asked, [APP]);
  assertEquals(session.symbolStatus(APP)?.kind, "none");
});

Deno.test("an unloaded module keeps its names until another one replaces it", async () => {
  const asked: Module[] = [];
  const { target, session } = newSession(asked);
  using _ = session;
  const frameOf = async (): Promise<string | undefined> =>
    (await session.symbolize([0x0100_2000n])).get(0x0100_2000n)?.module?.name;
  assertEquals(await frameOf(), "app");
  target.loaded = [NTDLL];
  assertEquals(await frameOf(), "app");
  const other = fakeModule("other", 0x0100_0000n);
  target.loaded = [other];
  assertEquals(await frameOf(), "other");
  assertEquals(asked, [APP, other]);
});

Deno.test("a module loaded later names addresses that were requested before", async () => {
  const { target, session } = newSession();
  using _ = session;
  assertEquals((await session.symbolize([0x0200_0010n])).get(0x0200_0010n), undefined);
  target.loaded = [fakeModule("late", 0x0200_0000n)];
  assertEquals((await session.symbolize([0x0200_0010n])).get(0x0200_0010n)?.module?.name, "late");
});

Deno.test("diff() groups by opening stack with judgement, suspect, growth and closers", async () => {
  const { target, session } = newSession();
  using _ = session;
  target.open = [{ handle: 0x18, type: "Event" }];
  await session.enable();
  const other = [0x7c90_1000n, 0x0100_3000n];
  target.record(
    trace("open", 0x10, OPENING),
    trace("open", 0x14, other),
    trace("close", 0x14, CLOSING),
    trace("open", 0x18, OPENING),
  );
  const { groups, stacks } = await session.diff();
  const suspectOf = (stack: number): bigint | undefined =>
    stacks.get(stack)?.suspect?.frame.address;
  assertEquals(
    groups.map(({ opened, closed, judgement, stack, delta, objectTypes }) => [
      opened,
      closed,
      judgement,
      suspectOf(stack),
      delta,
      [...objectTypes],
    ]),
    [
      [2, 0, "never closed", 0x0100_1200n, 2, [["Event", 1]]],
      [1, 1, "usually closed", 0x0100_3000n, 0, []],
    ],
  );
  const closer = groups[1]?.closers[0];
  assertEquals(closer?.count, 1);
  assertEquals(stacks.get(closer!.stack)?.frames.map(({ address }) => address), [0x0100_2000n]);
});

Deno.test("a reused handle value is named only for the open that the handle list refers to", async () => {
  const { target, session } = newSession();
  using _ = session;
  await session.enable();
  target.open = [{ handle: 0x10, type: "File", objectName: "\\Device\\log" }];
  target.record(
    trace("open", 0x10, OPENING),
    trace("close", 0x10, CLOSING),
    trace("open", 0x10, OPENING),
  );
  const { objectOf } = await session.show();
  assertEquals([0, 1, 2].map((index) => objectOf(index)), [
    { type: "File", name: "\\Device\\log" },
    undefined,
    undefined,
  ]);
});

Deno.test("a handle that was opened before tracing began belongs to no trace of its value", async () => {
  const { target, session } = newSession();
  using _ = session;
  await session.enable();
  target.open = [{ handle: 0x10, type: "File" }];
  target.record(trace("open", 0x10, OPENING), trace("close", 0x10, CLOSING));
  const { objectOf } = await session.show();
  assertEquals([objectOf(0), objectOf(1)], [undefined, undefined]);
});

Deno.test("growth is measured from every snapshot up to the one that is compared with", async () => {
  const { target, session } = newSession();
  using _ = session;
  await session.enable();
  for (const name of ["first", "second"]) {
    target.record(trace("open", 0x100 + target.traces.length * 4, OPENING));
    target.record(trace("open", 0x100 + target.traces.length * 4, OPENING));
    target.record(trace("close", 0x100 + (target.traces.length - 1) * 4, CLOSING));
    await session.snapshot(name);
  }
  target.record(trace("open", 0x200, OPENING));
  const { groups, snapshots } = await session.diff("second");
  assertEquals(snapshots.map(({ name }) => name), ["", "first", "second"]);
  assertEquals(groups.map(({ series, delta }) => [series, delta]), [[[0, 1, 2], 1]]);
});

Deno.test("tracing that a session enabled ends with it, unless it must be kept or was on before", async () => {
  const traced = async (wasOn: boolean, keepTracing: boolean): Promise<boolean> => {
    const target = new FakeTarget();
    target.tracing = wasOn;
    using session = new Session(target, { keepTracing });
    await session.enable();
    session[Symbol.dispose]();
    return target.tracing;
  };
  assertEquals(await traced(false, false), false);
  assertEquals(await traced(false, true), true);
  assertEquals(await traced(true, false), true);
});
