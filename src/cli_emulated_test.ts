/**
 * The whole program on the emulated machine: every output here results from guest code that ran.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runCli, runCliOn } from "./cli_fixture.ts";
import { withFolder } from "./folder_fixture.ts";
import { parseAnswer, type ParsedAnswer, shapeOf } from "./reports/transcript_fixture.ts";
import { SHARED } from "./shared_fixture.ts";

const GOLDEN = new URL("../testdata/golden/", import.meta.url);
const PUBLISHED = new URL(
  "golden/transcripts/user-x86-win7-diff.txt",
  SHARED,
);

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(...args);
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

/** Runs commands on badhandle in user mode, with a marker after each, and returns the output of each. */
async function debug(
  commands: string[],
  args: string[] = [],
  target = "emulated",
): Promise<string[]> {
  const marker = "no-such-command";
  const line = commands.map((command) => `${command}; ${marker}`).join("; ");
  const text = await run("debug", target, "-c", line, "--", ...args);
  return text.split(/^Cannot run "no-such-command".*\n/m).slice(0, -1);
}

function symbols(trace: ParsedAnswer["traces"][number] | undefined): string[] {
  return trace?.frames.map(({ module, symbol }) => `${module?.name}!${symbol}`) ?? [];
}

for (
  const [command, golden] of [
    ["!htrace 0 81400300", "documented-example.txt"],
    ["!htrace", "documented-example.txt"],
    ["!htrace 7DC", "documented-example-7dc.txt"],
  ] as const
) {
  Deno.test(`emulated:kernel prints for "${command}" what is in ${golden}`, async () => {
    const expected = Deno.readTextFileSync(new URL(golden, GOLDEN));
    assertEquals(await run("debug", "emulated:kernel", "-c", command), expected);
  });
}

Deno.test("example prints the documented example", async () => {
  const expected = Deno.readTextFileSync(new URL("documented-example.txt", GOLDEN));
  assertEquals(await run("example"), expected);
});

Deno.test("example says what to type next, on a terminal's standard error", async () => {
  const { code, stderr } = await runCliOn(true, "example");
  assertEquals(code, 0);
  const [, next = ""] = /^htrace: next: htrace (.*?) {3}/.exec(stderr) ?? [];
  const { code: nextCode, stdout } = await runCli(...next.split(" "));
  assertEquals(nextCode, 0);
  assertStringIncludes(stdout, "leaks: 3 Event handles since the snapshot");
});

Deno.test("a maximum of two in kernel mode shows the two newest", async () => {
  const all = parseAnswer(await run("debug", "emulated:kernel", "-c", "!htrace 0 81400300"));
  const two = parseAnswer(await run("debug", "emulated:kernel", "-c", "!htrace 0 81400300 2"));
  assertEquals(two.traces, all.traces.slice(0, 2));
  assertEquals(two.lines.at(-1), "Dumped 0x2 stack traces.");
});

Deno.test("the four steps list the leaked events, newest first, and count the transient ones", async () => {
  const [enabled, , text = ""] = await debug(["!htrace -enable", "g", "!htrace -diff"], [
    "leak",
    "3",
  ]);
  assertEquals(parseAnswer(enabled ?? "").kind, "enable");
  const { kind, lines, traces } = parseAnswer(text);
  assertEquals(kind, "diff");
  assertEquals(lines[1], "0x9 new stack traces since the previous snapshot.");
  assertStringIncludes(lines.at(-1) ?? "", "Displayed 0x3 ");
  assertEquals(traces.map(({ type }) => type), ["open", "open", "open"]);
  for (const trace of traces) assert(symbols(trace).includes("badhandle!leak"));
  const [, , all = ""] = await debug(["!htrace -enable", "g", "!htrace"], ["leak", "3"]);
  const opened = parseAnswer(all).traces.filter(({ type }) => type === "open");
  const handles = traces.map(({ handle }) => handle);
  assertEquals(
    opened.map(({ handle }) => handle).filter((handle) => handles.includes(handle)),
    handles,
  );
});

Deno.test({
  name: "a diff of the machine has the lines of a published one (needs ../shared/golden)",
  ignore: !exists(PUBLISHED),
  fn: async () => {
    const transcript = Deno.readTextFileSync(PUBLISHED);
    const answer = transcript.slice(transcript.indexOf("\n") + 1); // after the prompt's line
    const published = parseAnswer(answer, { edited: true }).lines.map(shapeOf);
    const [, , text = ""] = await debug(["!htrace -enable", "g", "!htrace -diff"], ["leak", "2"]);
    const ours = parseAnswer(text).lines.map(shapeOf);
    assertEquals(new Set(ours), new Set(published));
  },
});

Deno.test("more events than the table holds print the documented sentences, and !htrace shows the rest", async () => {
  const [, , diff = "", listing = ""] = await debug(
    ["!htrace -enable", "g", "!htrace -diff", "!htrace"],
    ["churn", "3000"],
  );
  assertEquals(parseAnswer(diff).kind, "diff too large");
  const { lines, traces } = parseAnswer(listing);
  assertEquals(traces.length, 0x1000);
  assertEquals(lines.at(-1), "Dumped 0x1000 stack traces.");
});

Deno.test("a double close is a bad reference, with the stacks of both closes", async () => {
  const [, , text = ""] = await debug(["!htrace -enable", "g", "!htrace"], ["double-close"]);
  assertStringIncludes(text, " - *** BAD REFERENCE ***\n");
  const [bad, close, open] = parseAnswer(text).traces;
  assertEquals([bad?.type, close?.type, open?.type], ["badref", "close", "open"]);
  assertEquals([close?.handle, open?.handle], [bad?.handle, bad?.handle]);
  assert(symbols(bad).length > 0 && symbols(close).length > 0);
});

Deno.test("another use of a closed handle is not a second close, even if optimized code gives both the same stack", async () => {
  for (const target of ["emulated", "emulated:kernel"]) {
    const { stdout } = await runCli("report", target);
    assertStringIncludes(stdout, "use after close in badhandle!mainCRTStartup (crt.c:43).");
  }
  const { stdout } = await runCli("report", "emulated", "--", "double-close");
  assertStringIncludes(stdout, "double close in badhandle!run_named");
});

Deno.test("a report of bad references alone counts what it leaves out, and mentions nothing else", async () => {
  const { stdout } = await runCli("report", "emulated", "--only", "misuses");
  assertStringIncludes(stdout, "1 bad reference: use after close in ");
  assertStringIncludes(stdout, "\nNote: left out: 0 traces and 2 stacks.\n");
});

Deno.test("the next command includes the arguments of the program that was run", async () => {
  for (const verb of ["report", "show", "diff"]) {
    const { stdout } = await runCli(verb, "emulated", "--format", "summary", "--", "leak", "3");
    assertStringIncludes(stdout, ' --focus "open_event" -- leak 3   (its stack');
  }
});

Deno.test("after a run, the next command examines the same program again, or its recording", () =>
  withFolder(async (folder) => {
    const run = ["run", "--target", "emulated", "--format", "summary"];
    const { stdout } = await runCli(...run, "--", "leak", "3");
    assertStringIncludes(stdout, "\nNext: htrace report emulated --format groups ");
    assertStringIncludes(stdout, " -- leak 3   (its stack");
    const path = `${folder}/run.htrace`;
    const saved = await runCli(...run, "-o", path, "--", "leak", "3");
    assertStringIncludes(saved.stdout, `\nNext: htrace report ${path} --format groups `);
  }));

Deno.test("threads leave traces with different thread ids of one process", async () => {
  const [, , text = ""] = await debug(["!htrace -enable", "g", "!htrace"], ["threads", "2"]);
  const { traces } = parseAnswer(text);
  assert(new Set(traces.map(({ threadId }) => threadId)).size >= 3);
  assertEquals(new Set(traces.map(({ processId }) => processId)).size, 1);
});

Deno.test("a duplicated handle that stays open is outstanding", async () => {
  const [, , text = ""] = await debug(["!htrace -enable", "g", "!htrace -diff"], ["duplicate"]);
  const { traces } = parseAnswer(text);
  assertEquals(traces.length, 1);
  assertEquals(symbols(traces[0])[0], "badhandle!run_named"); // DuplicateHandle creates no frame
});

Deno.test("-group distinguishes the leaking stack from the transient one", async () => {
  const [, , text = ""] = await debug(
    ["!htrace -enable", "g", "!htrace -diff -group -names"],
    ["leak", "5"],
  );
  const groups = text.split(`${"-".repeat(38)}\n`).slice(1, -1);
  assertEquals(groups.length, 1);
  assertMatch(
    groups[0] ?? "",
    /^Opened = 0x5, Closed = 0x0, Outstanding = 0x5, Bad references = 0x0 - never closed\nSuspect = 0x[0-9a-f]{8}: badhandle!/,
  );
  assertMatch(groups[0] ?? "", /\nObjects = 5 Event\nHandles = 0x[0-9a-f]{8}, /);
  assertStringIncludes(text, "\nNot listed: 1 stack without open handles.\n");
});

Deno.test("a named snapshot can be compared with again", async () => {
  const [, , , first, second] = await debug(
    [
      "!htrace -enable",
      "!htrace -snapshot start",
      "g",
      "!htrace -diff start",
      "!htrace -diff start",
    ],
    ["leak", "1"],
  );
  assertEquals(first, second);
  assertStringIncludes(first ?? "", "Displayed 0x1 ");
});

Deno.test("-disable fails as on Windows XP, and works as on Server 2003", async () => {
  const [, xp] = await debug(["!htrace -enable", "!htrace -disable"]);
  assertMatch(
    xp ?? "",
    /^Cannot disable tracing [^\n]*: on Windows XP only ending the process [^\n]*\n$/,
  );
  const [, newer, after] = await debug(
    ["!htrace -enable 80", "!htrace -disable", "!htrace"],
    [],
    "emulated:2003",
  );
  assertEquals(newer, "Handle tracing disabled.\n");
  assertMatch(after ?? "", /^Cannot [^\n]*not enabled[^\n]*\n$/);
});

Deno.test("before -enable and after the guest's end, every command prints one sentence", async () => {
  for (const command of ["!htrace", "!htrace 7dc", "!htrace -snapshot", "!htrace -diff"]) {
    const [before] = await debug([command]);
    assertMatch(before ?? "", /^Cannot [^\n]*: [^\n]*\n$/, command);
    const [, , , after] = await debug(["!htrace -enable", "g", "g", command]);
    assertMatch(after ?? "", /^Cannot [^\n]*: [^\n]*\n$/, command);
  }
  const [, , , go, enable] = await debug(["!htrace -enable", "g", "g", "g", "!htrace -enable"]);
  assertMatch(go ?? "", /^The process has ended with exit status 0x[0-9a-f]+\.\n$/);
  assertMatch(enable ?? "", /^Cannot [^\n]*\n$/);
});

Deno.test("kernel mode rejects user-mode options with one sentence", async () => {
  const commands = [
    "!htrace -enable",
    "!htrace 0 1234",
    "!htrace 44",
    "!htrace 0 zz",
    ".process 1234",
  ];
  for (const [index, text] of (await debug(commands, [], "emulated:kernel")).entries()) {
    assertMatch(text, /^Cannot [^\n]*: [^\n]*\n$/, commands[index]);
  }
});

Deno.test("kernel mode lists processes, modules and symbols", async () => {
  const [processes = "", current, modules = "", symbol] = await debug(
    ["!process 0 0", ".process", "lm", "ln 10011a0"],
    [],
    "emulated:kernel",
  );
  assertMatch(processes, /^PROCESS 81400300 {2}Cid: [0-9a-f]{4} /m);
  assertStringIncludes(processes, "Image: badhandle.exe\n");
  assertEquals(current, "Implicit process is now 81400300\n");
  for (const name of ["ntoskrnl", "badhandle", "KERNEL32", "ntdll"]) {
    assertMatch(modules, new RegExp(`^[0-9a-f]{8} [0-9a-f]{8}   ${name} `, "m"));
  }
  assertMatch(symbol ?? "", /^\(01001180\) {3}badhandle!main\+0x20 {3}\[.*badhandle\.c @ \d+\]\n$/);
});

Deno.test("user mode lists the process's modules and handles", async () => {
  const [modules = "", handles = ""] = await debug(["lm", "!handle"]);
  assertMatch(modules, /^01000000 [0-9a-f]{8} {3}badhandle /m);
  assertEquals(modules.includes("ntoskrnl"), false);
  assertMatch(handles, /^\d+ Handles\nType {11}\tCount\n/m);
});

Deno.test("piped commands get prompts, errors do not end them, and the end of the input does", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("cli.ts", import.meta.url).href, "debug", "emulated:kernel"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("frobnicate\n.process"));
  await writer.close();
  const { code, stdout } = await child.output();
  assertEquals(
    new TextDecoder().decode(stdout),
    'kd> frobnicate\nCannot run "frobnicate": there is no such command; "?" lists them\n' +
      "kd> .process\nImplicit process is now 81400300\nkd> \n",
  );
  assertEquals(code, 0);
});

function exists(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch {
    return false;
  }
}
