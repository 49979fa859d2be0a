/** The JSON that the verbs print fits the schema that scripts rely on. */
import { assert, assertEquals } from "@std/assert";
import { runCli } from "../src/cli_fixture.ts";
import { withFolder } from "../src/folder_fixture.ts";
import { assertFits, fits } from "./json_schema_fixture.ts";

const STEP = ["--", "leak", "3"];
const GUEST = decodeURIComponent(new URL("../testdata/guest/", import.meta.url).pathname);

/** Every verb that prints JSON, on every kind of target available here, with the definition that it must fit. */
const OUTPUTS: readonly (readonly [definition: string, words: readonly string[]])[] = [
  ["analysis", ["show", "emulated", "--json", ...STEP]],
  ["analysis", ["show", "emulated", "--format", "jsonl", "--", "double-close"]],
  ["analysis", ["show", "emulated:kernel", "--json"]],
  ["analysis", ["diff", "emulated", "--json", "--names", ...STEP]],
  ["analysis", ["diff", "emulated", "--json", "--", "churn", "2100"]],
  ["analysis", ["report", "emulated", "--json", ...STEP]],
  ["analysis", ["run", "--target", "emulated", "--json", ...STEP]],
  ["analysis", ["run", "--target", "emulated", "--json", "--", "loop", "2"]],
  ["processes", ["processes", "emulated:kernel", "--json"]],
  ["moduleSymbols", ["symbols", "emulated", "--json"]],
  ["symbolizedRva", ["symbolize", "--json", `${GUEST}badhandle.pdb`, "0x1000", "0x1200"]],
];

for (const [definition, words] of OUTPUTS) {
  Deno.test(`htrace ${words.join(" ").replace(GUEST, "")} prints JSON that fits ${definition}`, async () => {
    const { stdout } = await runCli(...words);
    const lines = stdout.trimEnd().split("\n");
    assert(lines.length > 0);
    for (const line of lines) assertFits(definition, JSON.parse(line));
  });
}

Deno.test("recordings, and differences of handle lists, fit the schema", () =>
  withFolder(async (folder) => {
    const [before, after] = [`${folder}/before.htrace`, `${folder}/after.htrace`];
    await runCli("snapshot", "emulated", "--handles", "-o", before);
    await runCli("record", "emulated", "-o", after, ...STEP);
    const { stdout } = await runCli("diff", after, before, "--handles", "--json");
    assertFits("handleDiff", JSON.parse(stdout));
    assertFits("analysis", JSON.parse((await runCli("report", after, "--json")).stdout));
  }));

Deno.test("the schema lists every member, so that an extra or misspelt one does not fit", () => {
  assertEquals(fits("trace", { type: "open", handle: 4, stack: 0 }), true);
  assertEquals(fits("trace", { type: "open", handle: "4", stack: 0 }), false);
  assertEquals(
    fits("trace", { type: "open", handle: 4, stack: 0, typo: 1 }),
    false,
  );
});
