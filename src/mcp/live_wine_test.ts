/** The tools on a live process: it is only read, and its tracing stays unchanged. */
import { assertEquals, assertMatch } from "@std/assert";
import {
  HandleHolder,
  tracingWindowsTest,
  windowsTest,
  wineTest,
} from "../win32/windows_fixture.ts";
import { connect } from "./_client_testing.ts";

windowsTest("an assistant looks at the handles and modules of a live process", async () => {
  await using holder = await HandleHolder.start();
  await using server = await connect();
  const target = String(holder.processId);
  const opened = await server.json("open_target", { target });
  assertEquals([opened.kind, opened.imageName], ["live process", "handle_holder64.exe"]);
  const { text: handles } = await server.call("handles", { target: "t1", limit: 100 });
  assertMatch(handles, /htrace-holder-event/);
  const { text: symbols } = await server.call("symbols", { target: "t1" });
  assertMatch(symbols, /"name":"handle_holder64"/);
  const { text: processes } = await server.call("processes", { limit: 200 });
  assertMatch(processes, /handle_holder64\.exe/);
  await server.json("open_target", { target });
  const { total } = await server.json("diff", { target: "t2", before: "t1", handles: true });
  assertEquals(total, 0);
});

wineTest("if nothing is traced, the result gives the reason", async () => {
  await using holder = await HandleHolder.start();
  await using server = await connect();
  const { noTraces } = await server.json("open_target", { target: String(holder.processId) });
  assertMatch(String(noTraces), /^Cannot read the traces of process \d+: this system does not /);
  assertMatch(await server.error("summary", { target: "t1" }), /this system does not /);
});

tracingWindowsTest("tracing is not switched on for a process that is not traced", async () => {
  await using holder = await HandleHolder.start();
  await using server = await connect();
  const { noTraces } = await server.json("open_target", { target: String(holder.processId) });
  assertMatch(String(noTraces), /tracing is not enabled/);
});
