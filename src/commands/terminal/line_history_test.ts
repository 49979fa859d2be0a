import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { withFolder } from "../../folder_fixture.ts";
import { historyFile, LineHistory, MAX_LINES } from "./line_history.ts";

Deno.test("LineHistory remembers the lines of earlier sessions, the newest first", async () => {
  await withFolder((folder) => {
    const path = join(folder, "new", "history");
    const first = new LineHistory(path);
    assertEquals(first.lines, []);
    for (const line of ["lm", "g", "g", "", "a\x1b[2J"]) first.add(line);
    assertEquals(new LineHistory(path).lines, ["g", "lm"]);
    assertEquals(Deno.readTextFileSync(path), "lm\ng\n");
  });
});

Deno.test({
  name: "only the user may read a LineHistory's file [no Windows]",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withFolder((folder) => {
      const path = join(folder, "history");
      new LineHistory(path).add("lm");
      assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
      Deno.chmodSync(path, 0o644);
      assertEquals(new LineHistory(path).lines, ["lm"]);
      assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    });
  },
});

Deno.test("LineHistory reads the end of a long file, and shortens it", async () => {
  await withFolder((folder) => {
    const path = join(folder, "history");
    const lines = Array.from({ length: 60_000 }, (_, index) => `line ${index}`);
    Deno.writeTextFileSync(path, `${lines.join("\n")}\n`);
    const newest = lines.slice(-MAX_LINES).toReversed();
    assertEquals(new LineHistory(path).lines, newest);
    assertEquals(new LineHistory(path).lines, newest);
    assertEquals(Deno.readTextFileSync(path).split("\n").length, MAX_LINES + 1);
  });
});

Deno.test("LineHistory does without a file that it cannot use", async () => {
  await withFolder((folder) => {
    const history = new LineHistory(folder);
    history.add("lm");
    assertEquals(history.lines, []);
  });
});

Deno.test("historyFile() is where the system keeps programs' state", () => {
  const fileOn = (os: string, variables: Record<string, string>): string | undefined =>
    historyFile({ os, get: (name) => variables[name] })?.replaceAll("\\", "/");
  assertEquals(fileOn("linux", { HOME: "/home/u" }), "/home/u/.local/state/htrace/history");
  assertEquals(fileOn("linux", { HOME: "/h", XDG_STATE_HOME: "/s" }), "/s/htrace/history");
  assertEquals(fileOn("windows", { LOCALAPPDATA: "C:/l", HOME: "/h" }), "C:/l/htrace/history");
  assertEquals(fileOn("linux", {}), undefined);
});
