import { assertEquals, assertStringIncludes } from "@std/assert";
import { openTarget, readText, REPORTS, Session, traceAt } from "./mod.ts";

Deno.test("the library runs the four steps on the emulated machine", async () => {
  using session = new Session(await openTarget("emulated", { args: ["leak", "2"] }));
  await session.enable();
  session.target.execution?.go();
  const analysis = await session.diff();
  assertEquals(
    Array.from(analysis.listed, (index) => traceAt(analysis.log, index).type),
    ["open", "open"],
  );
  assertStringIncludes(await readText(REPORTS.classic, analysis), "Displayed 0x2 ");
});
