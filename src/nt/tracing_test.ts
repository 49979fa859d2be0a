import { assertEquals } from "@std/assert";
import { FakeNtdll } from "./ntdll_fixture.ts";
import { queryRecord, type SampleTrace } from "./_memory_testing.ts";
import { encodeEnable, queryTraces, slotsFor } from "./tracing.ts";

const QUERY_RIGHT = 0x400;

function traces(count: number): SampleTrace[] {
  return Array.from({ length: count }, (_, index) => ({ type: 1, handle: index * 4 }));
}

Deno.test("slotsFor() clamps and rounds up to a power of two", () => {
  const wishes = [1, 128, 129, 4096, 5000, 0x2_0000, 0x2_0001, 0xffff_ffff];
  assertEquals(wishes.map(slotsFor), [
    128,
    128,
    256,
    4096,
    8192,
    0x2_0000,
    0x2_0000,
    0x2_0000,
  ]);
});

Deno.test("encodeEnable() has four bytes, or eight with a number of slots", () => {
  assertEquals([...encodeEnable()], [0, 0, 0, 0]);
  assertEquals([...encodeEnable(0x2_0000)], [0, 0, 0, 0, 0, 0, 2, 0]);
});

for (const pointerSize of [4, 8] as const) {
  Deno.test(`queryTraces() reads a log that fits at once (${pointerSize} bytes)`, () => {
    const ntdll = new FakeNtdll(pointerSize);
    ntdll.traces = traces(3);
    const { handle } = ntdll.openProcess(1, QUERY_RIGHT);
    const answer = queryTraces(ntdll, handle);
    const expected = ntdll.traces.flatMap((trace) => [...queryRecord(trace, pointerSize)]);
    assertEquals(answer.kind === "traces" && [...answer.bytes], expected);
    assertEquals(ntdll.querySizes.length, 1);
  });

  Deno.test(`queryTraces() grows by TotalTraces of a partial result (${pointerSize} bytes)`, () => {
    const ntdll = new FakeNtdll(pointerSize);
    ntdll.traces = traces(4096);
    const { handle } = ntdll.openProcess(1, QUERY_RIGHT);
    const answer = queryTraces(ntdll, handle);
    const entrySize = pointerSize === 4 ? 0x50 : 0xa0;
    assertEquals(answer.kind === "traces" && answer.bytes.length, 4096 * entrySize);
    assertEquals(ntdll.querySizes.length, 2);
  });
}

Deno.test("queryTraces() goes on while traces keep arriving", () => {
  const ntdll = new FakeNtdll(4);
  ntdll.traces = traces(2000);
  let bursts = 2;
  ntdll.afterQuery = () => {
    if (bursts-- > 0) ntdll.traces?.push(...traces(3000));
  };
  const { handle } = ntdll.openProcess(1, QUERY_RIGHT);
  const answer = queryTraces(ntdll, handle);
  assertEquals(answer.kind === "traces" && answer.bytes.length, 8000 * 0x50);
});

Deno.test("queryTraces() limits its tries and its buffer if nothing is ever enough", () => {
  const ntdll = new FakeNtdll(4);
  const sizes: number[] = [];
  ntdll.queryInformationProcess = (_process, _class, buffer) => {
    sizes.push(buffer.length);
    new DataView(buffer.buffer).setUint32(4, 0xffff_ffff, true);
    return { status: 0xc0000004, returnLength: 8 };
  };
  assertEquals(queryTraces(ntdll, 4), { kind: "growing", totalTraces: 0xffff_ffff });
  assertEquals(Math.max(...sizes), 8 + 131_072 * 0x50);
  assertEquals(sizes.length, 2);
});

Deno.test("queryTraces() ignores a count beyond its own buffer", () => {
  const ntdll = new FakeNtdll(8);
  ntdll.queryInformationProcess = (_process, _class, buffer) => {
    new DataView(buffer.buffer).setUint32(8, 0xffff_ffff, true);
    return { status: 0, returnLength: 0 };
  };
  const answer = queryTraces(ntdll, 4);
  assertEquals(answer.kind === "traces" && answer.bytes.length, 1024 * 0xa0);
});

Deno.test("queryTraces() passes on the status that ends it", () => {
  const ntdll = new FakeNtdll(8);
  const { handle } = ntdll.openProcess(1, QUERY_RIGHT);
  assertEquals(queryTraces(ntdll, handle), { kind: "failed", status: 0xc000000d });
});
