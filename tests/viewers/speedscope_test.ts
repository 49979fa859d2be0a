/** `--format speedscope` against speedscope's own schema, and in the real viewer. Needs `deno task test:viewers`. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Ajv } from "ajv/dist/ajv.js";
import { emulatedLeak, grownService, oddNames, rendered, renderedText } from "../report_fixture.ts";
import { functionOf, PLANTED } from "../service_fixture.ts";
import { chromiumTest } from "./_chromium.ts";
import { openInSpeedscope } from "./_speedscope.ts";
import { VIEWERS, viewerTest } from "./_viewers.ts";

viewerTest("the output for speedscope fits its schema", async () => {
  const path = `${VIEWERS}/speedscope/dist/release/file-format-schema.json`;
  const validate = new Ajv({ strict: false }).compile(JSON.parse(Deno.readTextFileSync(path)));
  for (const analysis of [await emulatedLeak(), await grownService(), oddNames()]) {
    const file = JSON.parse(await renderedText("speedscope", analysis));
    assertEquals([validate(file), validate.errors], [true, null]);
    for (const { startValue, endValue, weights } of file.profiles) {
      const sum = weights.reduce((total: number, weight: number) => total + weight, 0);
      assertEquals(endValue - startValue, sum);
    }
    file.profiles[0].unit = "handles";
    assertEquals(validate(file), false); // the schema is not one that accepts everything
  }
});

chromiumTest(
  "speedscope opens profiles, pprof's and folded stacks of a service, and shows its worst functions",
  async (chromium) => {
    const analysis = await grownService();
    const outstanding =
      analysis.groups.find(({ stack }) =>
        analysis.stacks.get(stack)?.suspect?.frame.symbol === functionOf(PLANTED[0]!.place)
      )!.outstanding;
    const files = [
      ["orders.speedscope.json", "speedscope", "orders.exe - speedscope", "outstanding (1/5)"],
      ["orders.pb.gz", "pprof", "orders.pb.gz - speedscope", ""],
      ["orders.folded", "folded", "orders.folded - speedscope", ""],
    ] as const;
    for (const [name, format, title, profile] of files) {
      const shown = await openInSpeedscope(
        chromium,
        name,
        (await rendered(format, analysis)).get("")!,
      );
      assertEquals([shown.title, shown.profile], [title, profile]);
      const row = shown.functions.find((row) =>
        row.includes(`orders!${functionOf(PLANTED[0]!.place)}`)
      );
      assert(row?.trim().startsWith(`${outstanding} (`), `${name}: ${row}`);
    }
  },
);

chromiumTest(
  "speedscope shows names that no format expects, and handles without a stack",
  async (chromium) => {
    const file = (await rendered("speedscope", oddNames())).get("")!;
    const { title, functions } = await openInSpeedscope(chromium, "odd.json", file);
    assertEquals(title, 'odd <names> & "more" - speedscope');
    const shown = functions.join("\n");
    for (
      const name of [
        'app!Größe<a;b, "c" & d>::operator new',
        "app!std::unique_ptr<x>::reset",
        "(no stack)",
      ]
    ) {
      assertStringIncludes(shown, name);
    }
  },
);

chromiumTest(
  "speedscope does not open files that are not profiles, so the tests would notice",
  async (chromium) => {
    const file = new TextEncoder().encode("{}");
    await assertRejects(() => openInSpeedscope(chromium, "bad.json", file, 3_000), Error);
  },
);
