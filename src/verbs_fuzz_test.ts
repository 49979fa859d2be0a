import { assert, assertEquals } from "@std/assert";
import { FUZZED_KINDS } from "./fuzzed_kinds_fixture.ts";
import { fuzzVerbs } from "./verbs_fuzz.ts";

for (const kind of FUZZED_KINDS) {
  Deno.test(`mutated ${kind.name} give a result or one line in the verbs, and nothing else`, async () => {
    const results = await Array.fromAsync(fuzzVerbs(30, 1, [kind]));
    assertEquals(results.map(({ read, rejected }) => read + rejected), [30]);
    const isReadable = kind.name !== "recordings of version 1";
    assert((results[0]!.read > 0) === isReadable, "some should leave something to read");
  });
}
