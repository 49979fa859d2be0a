import { assertEquals, assertThrows } from "@std/assert";
import { EngineStackTable } from "./engine/stack_table.ts";
import { UsageError } from "./error.ts";
import { namedStack } from "./reports/_analysis_testing.ts";
import { listTraces, passingTraces, type TraceFilter } from "./trace_filter.ts";
import type { ObjectInfo, TraceLog } from "./trace_log.ts";
import { trace, traceLog } from "./trace_log_fixture.ts";

const stacks = new EngineStackTable();
const LOG = traceLog(stacks, [
  trace("badref", 0x47, [1n], 8),
  trace("close", 0x44, [2n], 8),
  trace("open", 0x48, [1n], 4),
  trace("open", 0x44, [1n, 2n], 4),
]);
const OBJECTS: readonly (ObjectInfo | undefined)[] = [
  undefined,
  { type: "Event" },
  { type: "File" },
  { type: "Event" },
];
const NAMES = new Map([1n, 2n].map((address) => [
  address,
  { address, module: { name: "app" }, symbol: address === 1n ? "open" : "finish" },
]));

/** Which traces of a log pass a filter. */
function passing(filter: TraceFilter, log: TraceLog = LOG): number[] {
  const passes = passingTraces(log, filter, {
    objectOf: (index) => OBJECTS[index],
    stacks: new Map(
      Array.from(log.stack, (id) => [
        id,
        namedStack(Array.from(stacks.addresses(id), (address) => NAMES.get(address)!)),
      ]),
    ),
  });
  const all = Array.from({ length: log.count }, (_, index) => index);
  return passes === undefined ? all : all.filter((index) => passes[index] === 1);
}

Deno.test("passingTraces() lets all traces pass if there is no filter", () => {
  assertEquals(passing({}), [0, 1, 2, 3]);
  assertEquals(passing({ type: "open", maxTraces: 1 }), [0, 1, 2, 3]);
});

Deno.test("passingTraces() selects by handle, regardless of its low bits, by thread and by object type", () => {
  assertEquals(passing({ handle: 0x45 }), [0, 1, 3]);
  assertEquals(passing({ threadId: 4 }), [2, 3]);
  assertEquals(passing({ objectType: "event" }), [1, 3]);
  assertEquals(passing({ handle: 0x44, threadId: 4, objectType: "Event" }), [3]);
});

Deno.test("passingTraces() looks for names in any frame of a stack", () => {
  assertEquals(passing({ focus: /app!finish/ }), [1, 3]);
  assertEquals(passing({ ignore: /finish/ }), [0, 2]);
  assertEquals(passing({ focus: /open/, ignore: /finish/ }), [0, 2]);
});

Deno.test("passingTraces() accepts times, and durations from the oldest trace on", () => {
  const log = { ...LOG, time: Float64Array.of(4000, 3000, 2000, 1000) };
  assertEquals(passing({ since: new Date(2000) }, log), [0, 1, 2]);
  assertEquals(passing({ until: 1000 }, log), [2, 3]);
  assertEquals(passing({ since: 1000, until: 2000 }, log), [1, 2]);
});

Deno.test("passingTraces() says that traces have no times", () => {
  assertThrows(
    () => passing({ since: 1000 }),
    UsageError,
    "Cannot choose traces by their time: these have none; leave out --since and --until",
  );
});

Deno.test("listTraces() returns those of a type, up to a maximum", () => {
  const all = Uint32Array.of(0, 1, 2, 3);
  assertEquals([...listTraces(all, undefined, LOG, { type: "open" })], [2, 3]);
  assertEquals([...listTraces(all, undefined, LOG, { type: "open", maxTraces: 1 })], [2]);
  assertEquals([...listTraces(all, Uint8Array.of(1, 0, 0, 1), LOG, {})], [0, 3]);
  assertEquals([...listTraces(all, undefined, LOG, { maxTraces: 0 })], [0, 1, 2, 3]);
});
