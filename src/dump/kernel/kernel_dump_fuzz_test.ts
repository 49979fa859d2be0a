import { assert } from "@std/assert";
import { fuzzKernelDumps } from "./kernel_dump_fuzz.ts";

Deno.test("mutated kernel dumps are read, or rejected with one line", () => {
  const { read, rejected } = fuzzKernelDumps(1_000, 1);
  assert(read > 100, "most mutations should leave something to read");
  assert(rejected > 10, "some mutations should leave nothing");
});
