/** A new target and a new report are a file and a line each: everything else works with them. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertFits } from "../docs/json_schema_fixture.ts";
import { readText, REPORTS } from "../src/reports/mod.ts";
import { Session, type SessionRequest } from "../src/session.ts";
import { openTarget, TARGET_KINDS } from "../src/targets/mod.ts";
import { SHORT } from "./made_up_report_fixture.ts";
import { MADE_UP } from "./made_up_target_fixture.ts";

async function openSession(): Promise<Session> {
  return new Session(await openTarget("made-up:3", { args: [] }, [...TARGET_KINDS, MADE_UP]));
}

async function shortReport(request: SessionRequest = {}): Promise<string> {
  using session = await openSession();
  return await readText(SHORT, await session.show(request));
}

Deno.test("a made-up report shows a made-up target", async () => {
  assertEquals(await shortReport(), "3 place1 never closed\n0 place2 usually closed\n");
});

Deno.test("every filter works on a made-up target", async () => {
  assertEquals(await shortReport({ filter: { objectType: "File" } }), "0 place2 usually closed\n");
  assertEquals(await shortReport({ filter: { focus: /place1/ } }), "3 place1 never closed\n");
  assertEquals(
    await shortReport({ filter: { since: 1000, minOutstanding: 1 } }),
    "2 place1 never closed\n",
  );
});

Deno.test("every report renders a made-up target", async () => {
  using session = await openSession();
  const analysis = await session.show({ names: true });
  for (const report of Object.values(REPORTS)) {
    const rendered = await report.render(analysis);
    if (rendered instanceof Uint8Array) assert(rendered.length > 0, report.name);
    else assertStringIncludes(await readText(report, analysis), "made_up", report.name);
  }
  assertStringIncludes(
    await readText(REPORTS.classic, analysis),
    "Type = Event, Name = \\BaseNamedObjects\\2",
  );
});

Deno.test("the JSON of a made-up target fits the schema, with times and objects", async () => {
  using session = await openSession();
  const json = JSON.parse(await readText(REPORTS.json, await session.show()));
  assertFits("analysis", json);
  assertEquals(json.traces.at(-1).time, "2026-11-29T12:00:00.000Z");
  assertEquals(json.groups[0].objectTypes, { Event: 3 });
});
