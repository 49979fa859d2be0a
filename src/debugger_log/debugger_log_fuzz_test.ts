import { assert } from "@std/assert";
import { fuzzTexts } from "./debugger_log_fuzz.ts";

Deno.test("mutated texts are read, or rejected in one line", async () => {
  const { read, rejected } = await fuzzTexts(1_000, 1);
  assert(read > 100, "most mutations should leave something to read");
  assert(rejected > 10, "some mutations should leave nothing");
});
