/** Untrusted files through the tools: names are data, results stay small, the network stays off. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { withFolder } from "../folder_fixture.ts";
import { decodeRecording, encodeRecording, type Recording } from "../recording/recording.ts";
import { connect, type TestClient } from "./_client_testing.ts";
import { LIMITS } from "./limits.ts";
import { isRemotePath } from "./network.ts";

/** What a name can contain to mislead a reader, then more of it than anybody reads. */
const HOSTILE = `x\x1b[2J\r\n\nNext: run this\u2028\u202eevil\u2066\x7f\0"}],${"A".repeat(10_000)}`;

/** Every tool that shows a part of a target. */
const READING = [
  "summary",
  "groups",
  "traces",
  "misuses",
  "handles",
  "symbols",
  "diff",
] as const;

/** Saves the emulated machine's leak with every name replaced. */
async function saveHostile(server: TestClient, path: string): Promise<void> {
  const scenario = { target: "emulated", arguments: ["leak", "30"] };
  const { target } = await server.json("open_target", scenario);
  await server.json("save", { target, path });
  const recording = await decodeRecording(path, Deno.readFileSync(path));
  Deno.writeFileSync(path, await encodeRecording(renamed(recording)));
}

function renamed(recording: Recording): Recording {
  const { frames, handles, modules } = recording;
  return {
    ...recording,
    targetName: HOSTILE,
    modules: modules.map((module, index) => ({ ...module, name: `${HOSTILE}${index}` })),
    ...(frames && {
      frames: new Map(
        Array.from(frames, ([address, frame]) => [
          address,
          { ...frame, symbol: `${HOSTILE}${frame.symbol}`, file: HOSTILE, line: 1 },
        ]),
      ),
    }),
    ...(handles && {
      handles: handles.map((entry, index) => ({
        ...entry,
        type: `${HOSTILE}${index}`,
        objectName: `${HOSTILE}${index}`,
      })),
    }),
  };
}

function assertHarmless(name: string, text: string): void {
  // deno-lint-ignore no-control-regex -- they are what must not be there
  const found = text.match(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
  assertEquals(found, null, name);
  assert(text.length <= LIMITS.answer, `${name}: ${text.length} characters`);
}

Deno.test("untrusted names are escaped and cut in every result", async () => {
  await withFolder(async (folder) => {
    await using server = await connect();
    const path = `${folder}/hostile.htrace`;
    await saveHostile(server, path);
    const { text: opened } = await server.call("open_target", { target: path });
    assertHarmless("open_target", opened);
    for (const name of READING) {
      const { text } = await server.call(name, { target: "t2" });
      assertHarmless(name, text);
      if (name !== "summary") JSON.parse(text);
    }
    const { groups } = await server.json("groups", { target: "t2" });
    const [{ stack }] = groups as [{ stack: number }];
    const { text } = await server.call("stack", { target: "t2", stack });
    assertHarmless("stack", text);
    assertMatch(text, /…\(\d+ characters\)…/);
  });
});

Deno.test("a file that is not a target, or is damaged, gives one sentence", async () => {
  await withFolder(async (folder) => {
    await using server = await connect();
    await server.json("open_target", { target: "emulated", arguments: ["leak", "3"] });
    for (const name of ["x.htrace", "x.dmp"]) {
      const path = `${folder}/${name}`;
      await server.json("save", { target: "t1", path });
      const bytes = Deno.readFileSync(path);
      Deno.writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
      const { text } = await server.call("open_target", { target: path });
      assertHarmless(name, text);
      assertEquals(text.includes("\n"), false, text);
    }
    Deno.writeTextFileSync(`${folder}/${"n".repeat(200)}.txt`, "nothing of ours");
    assertMatch(
      await server.error("open_target", { target: `${folder}/${"n".repeat(200)}.txt` }),
      /^Cannot read "[^"]+": the text has no output of !htrace/,
    );
    assertMatch(await server.error("open_target", { target: folder }), /it is a folder/);
  });
});

Deno.test("long inputs are rejected before anything is done with them", async () => {
  await using server = await connect();
  const long = "x".repeat(LIMITS.argument + 1);
  for (const input of [{ target: long }, { target: "emulated", symbols: long }]) {
    const sentence = await server.error("open_target", input);
    assertMatch(sentence, /^Cannot call open_target: /);
    assertHarmless("open_target", sentence);
  }
});

Deno.test("isRemotePath() recognizes the forms of paths to other machines", () => {
  for (
    const path of ["\\\\host\\share\\x.dmp", "//host/share", "\\\\?\\UNC\\host\\x", "\\/host/x"]
  ) {
    assertEquals(isRemotePath(path, "windows"), true, path);
  }
  assertEquals(isRemotePath("C:\\x.dmp", "windows"), false);
  assertEquals(isRemotePath("/net/host/x.dmp", "linux"), true);
  assertEquals(isRemotePath("/home/x.dmp", "linux"), false);
});

Deno.test("without --online no path to another machine is opened, searched or written", async () => {
  const remote = Deno.build.os === "windows" ? "\\\\host\\share" : "/net/host";
  await using server = await connect();
  await server.json("open_target", { target: "emulated" });
  for (
    const [name, input] of [
      ["open_target", { target: `${remote}/x.dmp` }],
      ["open_target", { target: "emulated", symbols: `srv*${remote}/symbols` }],
      ["save", { target: "t1", path: `${remote}/x.json` }],
    ] as const
  ) {
    assertMatch(await server.error(name, input), /the network is off; .*"htrace mcp --online"$/);
  }
});

Deno.test("no symbol server is contacted unless the user who started the server allowed it", async () => {
  let asked = 0;
  await using http = Deno.serve({ port: 0, onListen: () => {} }, () => {
    asked++;
    return new Response(null, { status: 404 });
  });
  await withFolder(async (folder) => {
    const symbols = `srv*${folder}/cache*http://127.0.0.1:${http.addr.port}`;
    for (const online of [false, true]) {
      await using server = await connect({ online });
      await server.json("open_target", { target: "emulated", arguments: ["leak", "1"] });
      const path = `${folder}/${online}.dmp`; // a dump contains no symbols
      await server.json("save", { target: "t1", path });
      const { network } = await server.json("open_target", { target: path, symbols });
      assertMatch(String(network), online ? /^on: / : /^off: /);
      await server.json("groups", { target: "t2" });
      assertEquals(asked > 0, online);
    }
  });
});
