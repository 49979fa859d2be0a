import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { joinBytes } from "../../byte_pieces.ts";
import { bytesSource } from "../../byte_source.ts";
import { EngineStackTable } from "../../engine/stack_table.ts";
import { TargetError } from "../../error.ts";
import type { Frame } from "../../frame.ts";
import type { Target } from "../../target.ts";
import { FakeTarget, listOf, readLog } from "../../target_fixture.ts";
import { trace, traceLog } from "../../trace_log_fixture.ts";
import { openMinidump } from "./dump.ts";
import { MinidumpTarget } from "./minidump_target.ts";
import { readComments } from "./process.ts";
import { encodeProcess, type ProcessSource } from "./process_dump.ts";

const NO_SYSTEM = "the version of Windows, which is not known: it says 10.0";

/** A process with traces, and the test's additions. */
function sourceOf(
  stacks: EngineStackTable,
  { target = new FakeTarget(), ...more }: Partial<ProcessSource> = {},
): ProcessSource {
  return {
    target,
    log: traceLog(stacks, [
      trace("close", 0x10, [0x40_1000n, 0x40_2000n]),
      trace("open", 0x10, [0x40_3000n]),
    ]),
    modules: [{
      name: "app",
      path: "C:\\app.exe",
      base: 0x40_0000n,
      size: 0x1_0000,
      timestamp: 7,
      pdb: { guid: "0123456789ABCDEF0123456789ABCDEF", age: 1, path: "app.pdb" },
    }],
    handles: [{ handle: 0x14, type: "Event", objectName: "\\x", grantedAccess: 3 }],
    ...more,
  };
}

/** A target that differs from the fake one. */
function fake(differences: Partial<Target>): Target {
  return Object.assign(new FakeTarget(), differences);
}

function reopened(pieces: readonly Uint8Array[]): MinidumpTarget {
  return new MinidumpTarget(bytesSource("new.dmp", joinBytes(pieces)), { kind: "minidump" });
}

function commentOf(pieces: readonly Uint8Array[]): string {
  return readComments(openMinidump(bytesSource("new.dmp", joinBytes(pieces))))[0] ?? "";
}

Deno.test("encodeProcess() writes a process that reads back equal", () => {
  using stacks = new EngineStackTable();
  const startTime = new Date("2026-11-24T05:00:00Z");
  const target = fake({
    identity: { processId: 0x10, imageName: "app.exe", startTime },
    system: { major: 6, minor: 1, build: 7601, architecture: 0 },
  });
  const source = sourceOf(stacks, { target });
  const { pieces, losses } = encodeProcess(source);
  assertEquals(losses, []);
  const dump = reopened(pieces);
  assertEquals(dump.identity, target.identity);
  assertEquals(dump.system, target.system);
  assertEquals(dump.pointerSize, 4);
  assertEquals(dump.modules(), source.modules);
  assertEquals(dump.handles?.(), [{
    handle: 0x14,
    type: "Event",
    objectName: "\\x",
    grantedAccess: 3,
    handleCount: 0,
    pointerCount: 0,
  }]);
  const log = readLog(dump);
  assertEquals(listOf(log), listOf(source.log));
  assertEquals(log.readAt, source.log.readAt);
  assertEquals(log.incomplete, undefined);
});

Deno.test("encodeProcess() says what the format cannot hold, also in the comment", () => {
  using stacks = new EngineStackTable();
  const log = traceLog(stacks, [
    trace("open", 4, Array.from({ length: 40 }, (_, frame) => BigInt(frame + 1))),
    trace("open", 8),
  ]);
  const { pieces, losses } = encodeProcess(sourceOf(stacks, {
    log: { ...log, time: new Float64Array(2), object: new Uint32Array(2), objects: [] },
    handles: [{ handle: 4, object: 0x1234n }],
    hasSnapshots: true,
  }));
  assertEquals(losses, [
    "frames beyond the 32nd (of 1 stack)",
    "the times of the traces",
    "what handles stood for at the time of each trace",
    "addresses of objects",
    "snapshots",
    NO_SYSTEM,
  ]);
  assertStringIncludes(commentOf(pieces), `Left out: ${losses.join(", ")}.`);
  assertEquals(listOf(readLog(reopened(pieces))).map(({ stack }) => stack.length), [32, 1]);
});

Deno.test("encodeProcess() writes neither made-up addresses nor the frames after them", () => {
  using stacks = new EngineStackTable();
  const log = traceLog(stacks, [trace("open", 4, [0x1000n, 1n, 0x2000n]), trace("open", 8, [1n])]);
  const frame = (address: bigint): Frame | undefined =>
    address === 1n ? { address, isUnaddressed: true, symbol: "main" } : undefined;
  const { pieces, losses } = encodeProcess(
    sourceOf(stacks, {
      target: fake({ frame }),
      log,
      modules: [{
        name: "app",
        path: "",
        base: 0n,
        size: 0,
      }],
    }),
  );
  assertEquals(losses, [
    "frames that have names and no addresses (of 2 stacks)",
    "modules whose place is not known (1)",
    "names of functions, files and lines",
    NO_SYSTEM,
  ]);
  assertEquals(listOf(readLog(reopened(pieces))).map(({ stack }) => [...stack]), [[0x1000n], []]);
  assertEquals(reopened(pieces).modules(), []);
});

Deno.test("encodeProcess() distinguishes a process that is not traced from one without a trace yet", () => {
  using stacks = new EngineStackTable();
  const none = traceLog(stacks, []);
  const traced = reopened(encodeProcess(sourceOf(stacks, { log: none })).pieces);
  assertEquals(readLog(traced).incomplete, undefined);
  const { pieces } = encodeProcess(
    sourceOf(stacks, { log: { ...none, incomplete: "tracing is not enabled" } }),
  );
  assertStringIncludes(readLog(reopened(pieces)).incomplete!, "handle tracing was off");
  assertStringIncludes(commentOf(pieces), "Traces are missing: tracing is not enabled.");
});

Deno.test("encodeProcess() takes the process's id from its traces if the target does not have it", () => {
  using stacks = new EngineStackTable();
  const { pieces } = encodeProcess(sourceOf(stacks, { target: fake({ identity: {} }) }));
  assertEquals(reopened(pieces).identity.processId, 0x10);
});

Deno.test("encodeProcess() writes the builds of systems that are identified by their version alone", () => {
  using stacks = new EngineStackTable();
  const buildOf = (major: number, minor: number): number | undefined => {
    const target = fake({ system: { major, minor } });
    return reopened(encodeProcess(sourceOf(stacks, { target })).pieces).system.build;
  };
  assertEquals([buildOf(5, 1), buildOf(5, 2)], [2600, 3790]);
});

Deno.test("encodeProcess() rejects a kernel", () => {
  using stacks = new EngineStackTable();
  assertThrows(
    () => encodeProcess(sourceOf(stacks, { target: fake({ mode: "kernel" }) })),
    TargetError,
    "Cannot write a minidump of fake: it is a kernel, and a minidump is of one process; ",
  );
});
