/** The MCP server as a user has it: the SDK's own client starts the program and talks to it over its streams. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { callsOf } from "../../src/mcp/_client_testing.ts";
import { commandWords, Desk, IS_EMULATED, ROOT } from "./_program.ts";

const ignore = IS_EMULATED;

Deno.test({
  name: "htrace mcp serves the SDK's client: a machine and a log at once, and a file",
  ignore,
  async fn(): Promise<void> {
    using desk = new Desk();
    const [command = "", ...args] = commandWords();
    const transport = new StdioClientTransport({
      command,
      args: [...args, "mcp"],
      cwd: desk.path,
      env: desk.environment(),
      stderr: "pipe",
    });
    let said = "";
    transport.stderr?.on("data", (bytes: Uint8Array) => said += new TextDecoder().decode(bytes));
    const client = new Client({ name: "test", version: "1" });
    await client.connect(transport);
    const { call, json } = callsOf(client);
    await json("open_target", { target: "emulated", arguments: ["leak", "3"] });
    await json("open_target", { target: `${ROOT}testdata/logs/ticket.txt` });
    const { text: machine } = await call("summary", { target: "t1" });
    assertMatch(machine, /^badhandle!open_event \(badhandle\.c:25\) leaks: 3 Event /);
    const { text: log } = await call("summary", { target: "t2" });
    assertMatch(log, /^orders!Journal::Open leaks: 4 handles /);
    await json("save", { target: "t2", path: "leak.sarif" });
    await client.close();
    assertEquals(desk.files(), ["leak.sarif"]);
    assertEquals(said, "");
  },
});

Deno.test({
  name: "htrace mcp ends with 0 when its client goes, whichever stream goes first",
  ignore,
  async fn(): Promise<void> {
    using desk = new Desk();
    const ended = await desk.run(["mcp"]);
    assertEquals(ended, { code: 0, stdout: "", stderr: "" });

    const child = desk.command(["mcp"], { stdin: "piped" }).spawn();
    await child.stdout.cancel();
    const writer = child.stdin.getWriter();
    const ping = `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" })}\n`;
    // Its standard input stays open: only writing a response shows it that nobody reads.
    const writing = writer.write(new TextEncoder().encode(ping));
    const [{ code }, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
    await writing.catch(() => {});
    await writer.close().catch(() => {});
    assertEquals([code, stderr], [0, ""]);
  },
});

Deno.test({
  name:
    "htrace mcp reports unreadable input on standard error, and writes nothing to standard output",
  ignore,
  async fn(): Promise<void> {
    using desk = new Desk();
    const { code, stdout, stderr } = await desk.run(["mcp"], "hello\n\n{}\n");
    assertEquals([code, stdout], [0, ""]);
    const lines = stderr.trimEnd().split("\n");
    assertEquals(lines.length, 2);
    for (const line of lines) assertMatch(line, /^htrace: Cannot read the client's message: /);
    assert(!stderr.includes(".ts:"));
  },
});
