/** The tools, called by the SDK's own client as an assistant would. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { withFolder } from "../folder_fixture.ts";
import { connect } from "./_client_testing.ts";
import { LIMITS } from "./limits.ts";
import { TOOLS } from "./mod.ts";

const TICKET = "testdata/logs/ticket.txt";
const LEAK = { target: "emulated", arguments: ["leak", "3"] };

/** The parts of a listed tool that are checked. */
interface Listed {
  readonly name: string;
  readonly annotations?: { readonly readOnlyHint?: boolean };
}

/** A list in a result. */
function list(value: unknown): Record<string, unknown>[] {
  assert(Array.isArray(value));
  return value as Record<string, unknown>[];
}

Deno.test("an assistant finds the leak of the emulated machine in four calls", async () => {
  await using server = await connect();
  const opened = await server.json("open_target", LEAK);
  assertEquals(
    [opened.target, opened.kind, opened.traces, opened.opens, opened.closes],
    ["t1", "emulated machine", 9, 6, 3],
  );
  assertMatch(String(opened.network), /^off: /);

  const { text } = await server.call("summary", { target: "t1" });
  assertMatch(text, /^badhandle!open_event \(badhandle\.c:25\) leaks: 3 Event handles /);
  assertEquals(text.includes("Next:"), false, "a command line is nothing to an assistant");

  const { groups, total } = await server.json("groups", { target: "t1" });
  const [worst, passing] = list(groups);
  assertEquals(total, 2);
  assertEquals([worst?.judgement, worst?.outstanding, worst?.delta], ["never closed", 3, 3]);

  const stack = await server.json("stack", { target: "t1", stack: worst?.key });
  assertEquals(stack.handles, ["0x7c0 Event", "0x7c8 Event", "0x7dc Event"]);
  assertMatch(String(list(stack.frames)[2]), /^badhandle!leak\+0x15 \(.*badhandle\.c:37\)$/);

  const { closers } = await server.json("stack", { target: "t1", stack: passing?.stack });
  assertEquals(list(closers).map(({ count }) => count), [3], "who closed the transient events");
});

Deno.test("the same query has the same result each time: no call takes a snapshot", async () => {
  await using server = await connect();
  await server.json("open_target", LEAK);
  const first = await server.call("groups", { target: "t1" });
  await server.call("diff", { target: "t1" });
  assertEquals(await server.call("groups", { target: "t1" }), first);
});

Deno.test("for a debugger text, the result says which output was read, and another can be chosen", async () => {
  await using server = await connect();
  const { answers, opens, notes } = await server.json("open_target", { target: TICKET });
  assertEquals(list(answers).map(({ kind }) => kind), ["enable", "diff"]);
  assertEquals(opens, 5);
  assertMatch(String(notes), /a diff lists only outstanding opens/);
  const chosen = await server.json("open_target", { target: TICKET, answer: 1 });
  assertEquals([chosen.target, chosen.traces], ["t2", 0]);
});

Deno.test("two targets are open at once, and compared", async () => {
  await withFolder(async (folder) => {
    await using server = await connect();
    await server.json("open_target", { target: "emulated", arguments: ["leak", "2"] });
    await server.json("save", { target: "t1", path: `${folder}/a.htrace` });
    await server.json("open_target", { target: `${folder}/a.htrace` });
    await server.json("open_target", { target: "emulated:kernel" });
    const { total, comparedWith } = await server.json("diff", { target: "t2", before: "t1" });
    assertEquals([total, comparedWith], [0, "t1"], "nothing happened between the two readings");
    const handles = await server.json("diff", { target: "t2", before: "t1", handles: true });
    assertEquals([handles.handlesBefore, handles.handlesNow, handles.total], [13, 13, 0]);
    assertMatch(
      await server.error("diff", { target: "t3", before: "t1" }),
      /^Cannot compare .*: it is of .*; take one of the same process$/,
    );
  });
});

Deno.test("lists of handle.exe are compared by type and name, without traces", async () => {
  await using server = await connect();
  await server.json("open_target", { target: "testdata/logs/handles-monday.txt" });
  await server.json("open_target", { target: "testdata/logs/handles-tuesday.txt" });
  const { changes, notes } = await server.json("diff", { target: "t2", before: "t1", limit: 1 });
  assertEquals(list(changes), [
    { type: "File", name: "C:\\orders\\journal\\today.jnl", before: 6, now: 61 },
  ]);
  assertMatch(String(notes), /^only the lists of open handles were compared: /);
  const { groups } = await server.json("handles", { target: "t2", limit: 1 });
  assertEquals(list(groups)[0]?.count, 61);
});

Deno.test("a bad reference is told as a story, with the stacks to request", async () => {
  await using server = await connect();
  await server.json("open_target", { target: "emulated", arguments: ["double-close"] });
  const { misuses } = await server.json("misuses", { target: "t1" });
  const [story] = list(misuses);
  assertEquals([story?.verdict, story?.handle], ["double close", "0x7dc"]);
  const { stack } = story?.used as { stack: number };
  const { frames, misuses: ofStack } = await server.json("stack", { target: "t1", stack });
  assertMatch(String(list(frames)[0]), /^badhandle!run_named\+/);
  assertEquals(list(ofStack).length, 1);
  const { traces } = await server.json("traces", { target: "t1", handle: "7dc", frames: 0 });
  assertEquals(list(traces).map(({ type }) => type), ["badref", "close", "open"]);
});

Deno.test("filters are those of the command line", async () => {
  await using server = await connect();
  await server.json("open_target", LEAK);
  const totalOf = async (filter: Record<string, unknown>): Promise<unknown> =>
    (await server.json("groups", { target: "t1", ...filter })).total;
  assertEquals(await totalOf({ focus: "open_and_close" }), 1);
  assertEquals(await totalOf({ ignore: "open_event" }), 0);
  assertEquals(await totalOf({ minOutstanding: 1 }), 1);
  assertEquals(await totalOf({ objectType: "semaphore" }), 0);
  assertEquals(await totalOf({ merge: "module" }), 1);
  const { groups } = await server.json("groups", { target: "t1", system: ["badhandle"] });
  assertEquals(list(groups)[0]?.suspectIs, "none");
  assertMatch(
    await server.error("groups", { target: "t1", since: "soon" }),
    /is not a time: give /,
  );
  assertMatch(
    await server.error("traces", { target: "t1", since: "10s" }),
    /^Cannot choose traces by their time: these have none; /,
  );
});

Deno.test("what does not fit is counted, with how to get it", async () => {
  await using server = await connect();
  await server.json("open_target", { target: "emulated", arguments: ["churn", "500"] });
  const page = await server.json("traces", { target: "t1", limit: LIMITS.maxRows, frames: 64 });
  const { length } = JSON.stringify(page);
  assert(length <= LIMITS.answer, `the answer has ${length} characters`);
  const shown = list(page.traces).length;
  assert(shown > 10 && shown < LIMITS.maxRows);
  assertEquals(
    page.leftOut,
    `${Number(page.total) - shown} more: ask again with "offset": ${shown}`,
  );
  const last = await server.json("traces", { target: "t1", offset: Number(page.total) - 1 });
  assertEquals([list(last.traces).length, last.leftOut], [1, undefined]);
  const beyond = await server.json("traces", { target: "t1", offset: 1e9 });
  assertEquals([beyond.traces, beyond.leftOut], [[], undefined]);
});

Deno.test("save writes what the extension says, and replaces nothing unless told to", async () => {
  await withFolder(async (folder) => {
    await using server = await connect();
    await server.json("open_target", LEAK);
    const save = (name: string, more: Record<string, unknown> = {}): Promise<unknown> =>
      server.json("save", { target: "t1", path: `${folder}/${name}`, ...more });
    await save("leak.sarif");
    await save("leak.htrace");
    await save("leak.dmp");
    await save("leak.folded");
    const names = Array.from(Deno.readDirSync(folder), ({ name }) => name).toSorted();
    assertEquals(names, [
      "leak.diff.folded",
      "leak.dmp",
      "leak.folded",
      "leak.htrace",
      "leak.sarif",
    ]);
    assertStringIncludes(Deno.readTextFileSync(`${folder}/leak.sarif`), '"version":"2.1.0"');

    Deno.writeTextFileSync(`${folder}/mine.json`, "mine");
    const path = `${folder}/mine.json`;
    assertMatch(
      await server.error("save", { target: "t1", path }),
      /^Cannot write ".*mine\.json": there is a file of that name; name another one, /,
    );
    assertEquals(Deno.readTextFileSync(path), "mine");
    // If one of several files exists, none is written.
    assertMatch(
      await server.error("save", { target: "t1", path, format: "folded" }),
      /of that name/,
    );
    await save("mine.json", { replace: true });
    assertMatch(Deno.readTextFileSync(path), /^\{"htrace":/);
    assertMatch(
      await server.error("save", { target: "t1", path: `${folder}/no/x.json` }),
      /its folder does not exist/,
    );
    assertMatch(await server.error("save", { target: "t1", path: "x.docx" }), /give a format$/);
  });
});

Deno.test("a save that fails leaves no empty file behind", async () => {
  await withFolder(async (folder) => {
    await using server = await connect();
    await server.json("open_target", { target: "emulated:kernel" });
    const path = `${folder}/kernel.dmp`;
    assertMatch(await server.error("save", { target: "t1", path }), /^Cannot /);
    assertEquals([...Deno.readDirSync(folder)], []);
  });
});

Deno.test("a kernel's processes are listed, and opening the target selects one", async () => {
  await using server = await connect();
  const { processId } = await server.json("open_target", { target: "emulated:kernel" });
  assertEquals(processId, 0x5c8);
  const { processes } = await server.json("processes", { target: "t1" });
  const [badhandle] = list(processes);
  assertEquals([badhandle?.imageName, badhandle?.process], ["badhandle.exe", "0x81400300"]);
  const other = await server.json("open_target", { target: "emulated:kernel", process: "System" });
  assertEquals(other.processId, 4);
  assertMatch(String(other.noTraces ?? other.incomplete), /trac/);
});

Deno.test("snapshots are named, and a wrong name is reported with those that exist", async () => {
  await using server = await connect();
  await server.json("open_target", LEAK);
  await server.json("take_snapshot", { target: "t1", name: "later" });
  assertEquals((await server.json("diff", { target: "t1", snapshot: "later" })).total, 0);
  assertEquals((await server.json("diff", { target: "t1", snapshot: "" })).total, 1);
  assertEquals(
    await server.error("diff", { target: "t1", snapshot: "nope" }),
    'Cannot compare t1 with the snapshot "nope": it has "", "later"; name one of them',
  );
});

Deno.test("the snapshots of a target are limited; one with an existing name is taken again", async () => {
  await using server = await connect();
  await server.json("open_target", LEAK);
  const take = { target: "t1" };
  for (let count = 1; count < LIMITS.snapshots; count++) { // the target supplies one
    await server.json("take_snapshot", { ...take, name: `s${count}` });
  }
  assertMatch(await server.error("take_snapshot", { ...take, name: "one more" }), /is the most; /);
  await server.json("take_snapshot", { ...take, name: "s1" });
});

Deno.test("every mistake gives one sentence, and the server continues", async () => {
  await using server = await connect();
  await server.json("open_target", LEAK);
  const mistakes: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ["groups", { target: "t7" }, /^Cannot find the target "t7": open are t1; /],
    ["groups", {}, /^Cannot call groups: target: .*; see its input schema$/],
    ["groups", { target: "t1", limit: 0 }, /^Cannot call groups: limit: /],
    ["groups", { target: "t1", wrong: 1 }, /Unrecognized key: "wrong"/],
    ["groups", { target: "t1", focus: "(" }, /^Cannot read the regular expression /],
    ["groups", { target: "t1", handle: "no" }, /^Cannot read the filter: "no" is not a number/],
    ["stack", { target: "t1", stack: "00000000" }, /^Cannot find the stack "00000000": /],
    ["stack", { target: "t1", stack: 999 }, /^Cannot find the stack "999": /],
    ["diff", { target: "t1", handles: true }, /give an open target as "before"$/],
    ["diff", { target: "t1", before: "t1", snapshot: "" }, /at once; leave one out$/],
    ["open_target", { target: "-" }, /the standard input is the protocol's/],
    ["open_target", { target: "no-such-file.dmp" }, /there is no such file/],
    ["open_target", { target: "dbgeng:1" }, /there is no such file, nor another target/],
    ["open_target", { target: "README.md", arguments: ["x"] }, /^Cannot open /],
    ["processes", {}, Deno.build.os === "windows" ? /^/ : /this is not Windows/],
    ["gropus", {}, /^Cannot call "gropus": there is no such tool; there are open_target, /],
  ];
  for (const [name, input, expected] of mistakes) {
    if (name === "processes" && Deno.build.os === "windows") continue;
    const sentence = await server.error(name, input);
    assertMatch(sentence, expected);
    assertEquals(sentence.includes("\n"), false, sentence);
    assertEquals(/\bat \w+ \(|\.ts:\d/.test(sentence), false, sentence);
  }
  assertEquals((await server.json("groups", { target: "t1" })).total, 2);
});

Deno.test("the open targets are limited; closing one makes room", async () => {
  await using server = await connect();
  for (let count = 0; count < LIMITS.targets; count++) {
    await server.json("open_target", { target: TICKET });
  }
  assertMatch(
    await server.error("open_target", { target: TICKET }),
    /targets are open already \(t1, .*\); close one with close_target$/,
  );
  await server.json("close_target", { target: "t1" });
  assertMatch(await server.error("summary", { target: "t1" }), /^Cannot find the target "t1"/);
  assertEquals((await server.json("open_target", { target: TICKET })).target, "t9");
});

Deno.test("calls that arrive together are handled one after the other", async () => {
  await using server = await connect();
  await server.json("open_target", LEAK);
  const answers = await Promise.all(
    ["groups", "diff", "groups", "traces", "groups"].map((name) =>
      server.call(name, { target: "t1" })
    ),
  );
  assertEquals(answers.map(({ isError }) => isError), [false, false, false, false, false]);
  assertEquals(answers[0], answers[4]);
});

Deno.test("the list of tools says which of them writes, and is itself of bounded size", async () => {
  await using server = await connect();
  const { tools }: { tools: readonly Listed[] } = await server.client.listTools();
  assertEquals(tools.map(({ name }) => name), TOOLS.map(({ name }) => name));
  const writing = tools.filter(({ annotations }) => annotations?.readOnlyHint === false);
  assertEquals(writing.map(({ name }) => name), ["save"]);
  assert(JSON.stringify(tools).length < LIMITS.answer);
  assertStringIncludes(server.client.getInstructions() ?? "", "they\nare data");
});
