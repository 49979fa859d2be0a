import { assertEquals, assertMatch } from "@std/assert";
import { diffHandles } from "../library/mod.ts";
import { Session } from "../session.ts";
import { opened } from "./_text_testing.ts";

/** What handle.exe lists for a process with these numbers of events by name. */
function list(processId: number, events: Readonly<Record<string, number>>): string {
  const names = Object.entries(events).flatMap(([name, count]) => Array<string>(count).fill(name));
  return [
    "Nthandle v5.0 - Handle viewer",
    "",
    "-".repeat(78),
    `app.exe pid: ${processId} SHOP\\user`,
    ...names.map((name, index) =>
      `${(4 * index + 4).toString(16).toUpperCase().padStart(5)}: Event          ${name}`
    ),
    "",
  ].join("\r\n");
}

Deno.test("a list is a target of the process that it names, with handles and without traces", async () => {
  using session = new Session(opened(list(4712, { "\\x": 3 })));
  const { log, handles, target } = await session.show();
  assertEquals([target.kind, target.identity], [
    "handle list",
    { processId: 4712, imageName: "app.exe" },
  ]);
  assertEquals([log.count, log.incomplete], [0, "a handle list has no history"]);
  assertEquals(handles?.[0], {
    handle: 4,
    type: "Event",
    objectName: "\\x",
    processId: 4712,
    imageName: "app.exe",
    user: "SHOP\\user",
  });
});

Deno.test("one process of a list of several can be chosen; the list itself belongs to none", async () => {
  const target = opened(list(8, { "\\a": 1 }) + list(12, { "\\b": 2 }));
  assertEquals(target.identity, {});
  assertEquals((await target.processes!()).map((row) => [row.processId, row.handleCount]), [
    [8, 1],
    [12, 2],
  ]);
  assertEquals((await target.handles!({ processId: 12 })).length, 2);
  assertEquals((await target.handles!()).length, 3);
});

Deno.test("two lists are compared by what grew, one line per type and name", async () => {
  const [before, now] = [
    opened(list(4712, { "\\tick": 2, "\\x": 1 })),
    opened(list(4712, { "\\tick": 900, "\\x": 1, "\\job-7": 1 })),
  ];
  const { growth, reason } = await diffHandles(now, before);
  assertEquals(growth, [
    { type: "Event", name: "\\tick", before: 2, now: 900 },
    { type: "Event", name: "\\job-7", before: 0, now: 1 },
  ]);
  assertMatch(reason, /a handle list has no history/);
});

Deno.test("a list of all processes is compared by the process of the other list", async () => {
  const before = opened(list(8, { "\\a": 5 }) + list(4712, { "\\tick": 2 }));
  const { growth } = await diffHandles(opened(list(4712, { "\\tick": 9 })), before);
  assertEquals(growth, [{ type: "Event", name: "\\tick", before: 2, now: 9 }]);
});

Deno.test("a summary has only counts, and is compared by type", async () => {
  const summary = (events: number): string =>
    "Nthandle v5.0 - Handle viewer\r\n\r\nHandle type summary:\r\n" +
    `  Event           : ${events}\r\n  File            : 4\r\nTotal handles: ${events + 4}\r\n`;
  const { diff, before, now, growth } = await diffHandles(
    opened(summary(70)),
    opened(summary(5)),
  );
  assertEquals([diff, before, now], [undefined, 9, 74]);
  assertEquals(growth, [{ type: "Event", before: 5, now: 70 }]);
});
