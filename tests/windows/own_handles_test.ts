/** Handles that htrace itself leaves open: with real tracing, and with the stand-in's. */
import { assert } from "@std/assert";
import { Session } from "../../src/session.ts";
import type { Target } from "../../src/target.ts";
import { type LiveOptions, openLive } from "../../src/targets/live.ts";
import { Standin, STANDIN_PATH, standinTest } from "../../src/win32/standin_fixture.ts";
import {
  HandleHolder,
  ownHandleCount,
  tracingWindowsTest,
} from "../../src/win32/windows_fixture.ts";

const ROUNDS = 1000;
/** The runtime's threads come and go with a few handles each; one handle left open per round would be a thousand. */
const RUNTIME_OWN = 10;
const NAME = "a thousand snapshots and diffs leave no handle behind";

/**
 * Opens a traced process, reads it twice, compares, and releases it, a thousand times; lists this process's handles.
 */
async function assertNothingLeft(processId: number, options: LiveOptions): Promise<void> {
  const open = (): Target => openLive(String(processId), options);
  const compare = async (): Promise<void> => {
    using session = new Session(open(), { keepTracing: true });
    await session.snapshot();
    await session.diff();
  };
  using listed = open();
  const list = (): unknown => listed.handles!();
  await compare();
  list(); // starts the thread that queries names
  const before = ownHandleCount();
  for (let round = 0; round < ROUNDS; round++) await compare();
  for (let round = 0; round < ROUNDS / 20; round++) list();
  const left = ownHandleCount() - before;
  assert(left < RUNTIME_OWN, `${left} more handles than before`);
}

tracingWindowsTest(NAME, async () => {
  await using holder = await HandleHolder.start();
  using target = openLive(String(holder.processId));
  target.control!.enable();
  await holder.act();
  await assertNothingLeft(holder.processId, {});
});

standinTest(NAME, async () => {
  await using holder = await HandleHolder.start();
  using standin = new Standin();
  const options = { library: STANDIN_PATH };
  using target = openLive(String(holder.processId), options);
  target.control!.enable();
  standin.record(holder.processId, "open", 4, 8, [1n]);
  await assertNothingLeft(holder.processId, options);
});
