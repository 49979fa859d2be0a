import { assert } from "@std/assert";
import { fuzzMinidumps } from "./minidump_fuzz.ts";

Deno.test("mutated minidumps are read, or rejected with one FormatError", async () => {
  const { read, rejected } = await fuzzMinidumps(1_000, 1);
  assert(read > 100, "most mutations should leave something to read");
  assert(rejected > 10, "some mutations should leave nothing");
});
