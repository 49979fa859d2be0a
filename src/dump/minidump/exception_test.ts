import { assertEquals } from "@std/assert";
import { dumpWith, structure } from "./_dump_testing.ts";
import { INVALID_HANDLE, readException } from "./exception.ts";
import { EXCEPTION, STREAM } from "./format.ts";

const INVALID = {
  ThreadId: 0x170,
  ExceptionCode: INVALID_HANDLE,
  ExceptionAddress: 0x7ffe_1234_5678n,
} as const;

Deno.test("readException() reads the thread, the code and the address", () => {
  const dump = dumpWith((builder) =>
    builder.stream(STREAM.exception, structure(EXCEPTION, { ...INVALID, NumberParameters: 2 }))
  );
  assertEquals(readException(dump), {
    threadId: 0x170,
    code: 0xc000_0008,
    address: 0x7ffe_1234_5678n,
    parameters: [0n, 0n],
  });
});

Deno.test("readException() reads at most 15 parameters", () => {
  const bytes = structure(EXCEPTION, { ...INVALID, NumberParameters: 0xffff_ffff });
  new DataView(bytes.buffer).setBigUint64(0x28 + 14 * 8, 0xb08n, true);
  const dump = dumpWith((builder) => builder.stream(STREAM.exception, bytes));
  const { parameters } = readException(dump)!;
  assertEquals([parameters.length, parameters[14]], [15, 0xb08n]);
});

Deno.test("readException() returns undefined if there is no complete stream", () => {
  assertEquals(readException(dumpWith(() => {})), undefined);
  const cut = structure(EXCEPTION, INVALID).subarray(0, 160);
  assertEquals(
    readException(dumpWith((builder) => builder.stream(STREAM.exception, cut))),
    undefined,
  );
});
