/** Third-party dumps and logs through every tool: each result is data of bounded size, each failure one sentence. */
import { assert, assertEquals } from "@std/assert";
import { SHARED } from "../shared_fixture.ts";
import { connect, type TestClient } from "./_client_testing.ts";
import { LIMITS } from "./limits.ts";

const FOLDERS = ["minidumps", "logs", "hostile"].map((name) => new URL(`data/${name}/`, SHARED));
const TOOLS = ["groups", "traces", "misuses", "handles", "symbols", "processes"];

/** Calls a tool and checks its result; returns its JSON if it has one. */
async function check(
  server: TestClient,
  name: string,
  input: Record<string, unknown>,
): Promise<Record<string, unknown> | undefined> {
  const { text, isError } = await server.call(name, input);
  const what = `${name} ${JSON.stringify(input)}: ${text.slice(0, 200)}`;
  assert(text.length <= LIMITS.answer, what);
  assertEquals(text.includes("this is a defect"), false, what);
  if (name === "summary" && !isError) return undefined;
  assertEquals(text.includes("\n"), false, what);
  return isError ? undefined : JSON.parse(text);
}

for (const folder of FOLDERS) {
  const isThere = await Deno.stat(folder).then(() => true, () => false);
  const name = folder.pathname.split("/").at(-2);
  Deno.test({
    name: `every file of shared/data/${name} through every tool`,
    ignore: !isThere,
    async fn(): Promise<void> {
      await using server = await connect();
      let opened = 0;
      for (const file of Deno.readDirSync(folder)) {
        if (!file.isFile || file.name.endsWith(".json")) continue;
        const path = decodeURIComponent(new URL(encodeURIComponent(file.name), folder).pathname);
        const described = await check(server, "open_target", { target: path });
        if (described === undefined) continue;
        opened++;
        const { target } = described;
        await check(server, "summary", { target });
        for (const tool of TOOLS) await check(server, tool, { target, limit: LIMITS.maxRows });
        await check(server, "close_target", { target });
      }
      assert(opened > 0 || name === "hostile", "none of the files was a target");
    },
  });
}
