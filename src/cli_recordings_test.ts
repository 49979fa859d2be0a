/** The verbs on recordings and on the emulated machine: steps in separate runs of the program. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runCli, runCliOn } from "./cli_fixture.ts";
import { withFolder } from "./folder_fixture.ts";
import { recordSession, writeRecording } from "./library/mod.ts";
import { Session } from "./session.ts";
import { openTarget } from "./targets/mod.ts";

async function stdoutOf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(...args);
  assertEquals([code, stderr], [0, ""], args.join(" "));
  return stdout;
}

Deno.test("a recording of the emulated machine gives the same output as the machine", () =>
  withFolder(async (folder) => {
    const file = `${folder}/leak.htrace`;
    const step = ["--", "leak", "3"];
    assertEquals(
      await stdoutOf("record", "emulated", "-o", file, ...step),
      "Saved 9 traces, 3 modules, 14 handles, 1 snapshot.\n",
    );
    for (
      const verb of [["diff"], ["diff", "--group", "--names"], ["show"], ["show", "--max", "2"]]
    ) {
      const [name = "", ...flags] = verb;
      const recorded = await stdoutOf(name, file, ...flags);
      assertEquals(recorded, await stdoutOf(name, "emulated", ...flags, ...step), verb.join(" "));
      assertStringIncludes(recorded, "badhandle!open_event");
    }
    const prompt = await stdoutOf("debug", file, "-c", "!htrace -diff");
    assertStringIncludes(prompt, "Displayed 0x3 ");
  }));

Deno.test("a snapshot in a file is what a later diff compares with", () =>
  withFolder(async (folder) => {
    const [before, after] = [`${folder}/before.htrace`, `${folder}/after.htrace`];
    await stdoutOf("snapshot", "emulated", "-o", before);
    await stdoutOf("record", "emulated", "-o", after, "--", "leak", "2");
    const compared = await stdoutOf("diff", after, before);
    assertStringIncludes(compared, "0x6 new stack traces since the previous snapshot.");
    assertStringIncludes(compared, "Displayed 0x2 ");
    assertStringIncludes(await stdoutOf("diff", after, after), "No outstanding handles opened");
    const both = `${folder}/both.htrace`;
    await stdoutOf("record", after, after, "-o", both);
    assertStringIncludes(await stdoutOf("diff", both), "0x0 new stack traces");
  }));

Deno.test("without a snapshot, a diff starts where tracing started", () =>
  withFolder(async (folder) => {
    const file = `${folder}/kernel.htrace`;
    await stdoutOf("record", "emulated:kernel", "-o", file);
    const { diff, traces } = JSON.parse(await stdoutOf("diff", file, "--json"));
    assertEquals(diff, { newTraces: 5, historyLost: false });
    // No handle is open; the traces of the bad reference's story are listed with it.
    assertEquals(
      traces.map(({ type }: { type: string }) => type),
      ["badref", "close", "open"],
    );
  }));

Deno.test("show lists one handle, also of another process, also as JSON", async () => {
  const text = await stdoutOf("show", "emulated:kernel", "0x7CC");
  assertMatch(text, /^Handle 0x7CC - CLOSE:$/m);
  assertEquals(text.includes("Handle 0x7DC"), false);
  assertEquals(await stdoutOf("show", "emulated:kernel", "7cc", "--process", "0x81400300"), text);
  const json = await runCli("show", "emulated:kernel", "7cc", "--json");
  assertEquals(json.stderr, "htrace: left out: 3 traces and 1 stack\n");
  const { traces, log } = JSON.parse(json.stdout);
  assertEquals(log.process, "0x81400300");
  assertEquals(traces.map(({ type }: { type: string }) => type), ["close", "open"]);
});

Deno.test("handle lists are compared if tracing is not requested, and say what they lack", () =>
  withFolder(async (folder) => {
    const before = `${folder}/before.htrace`;
    const saved = await runCli("snapshot", "emulated", "--handles", "-o", before);
    assertEquals([saved.code, saved.stdout], [0, "Saved 0 traces, 0 modules, 11 handles.\n"]);
    assertMatch(saved.stderr, /^htrace: no traces were saved: .*tracing is not enabled.*\n$/);
    const step = ["--handles", "--", "leak", "2"];
    const text = await stdoutOf("diff", "emulated", before, ...step);
    assertMatch(text, /^2 opened, 0 closed, 0 replaced, 11 kept\.\n\nBy type and name, most grown/);
    assertMatch(text, /\nOpened:\n {2}Event: 2 \(0x07.., 0x07..\)\n/);
    assertStringIncludes(
      text,
      "Handle lists show neither stacks nor handles that were opened and closed in between",
    );
    const json = JSON.parse(await stdoutOf("diff", "emulated", before, "--json", ...step));
    assertEquals(json.opened.map(({ type }: { type: string }) => type), ["Event", "Event"]);
    assertMatch(json.opened[0].object, /^0x[0-9a-f]+$/);
    assertEquals(json.reason, "handles were asked for, not traces");
  }));

Deno.test("targets that cannot be compared are rejected with one line", () =>
  withFolder(async (folder) => {
    const file = `${folder}/x.htrace`;
    await stdoutOf("record", "emulated", "-o", file);
    const { code, stderr } = await runCli("diff", "emulated:kernel", file);
    assertEquals(
      [code, stderr],
      [
        3,
        "htrace: Cannot compare emulated:kernel with the snapshot: it is of emulated; take one of " +
        "the same process\n",
      ],
    );
    assertEquals((await runCli("diff", file, "--handles")).code, 2);
  }));

Deno.test("a damaged recording, one of a newer version and a file that is not one end with one line", () =>
  withFolder(async (folder) => {
    const file = `${folder}/x.htrace`;
    await stdoutOf("record", "emulated", "-o", file);
    const bytes = await Deno.readFile(file);
    const newer = bytes.slice();
    newer[8] = 3;
    for (
      const [content, found] of [
        [bytes.subarray(0, -20), "it is damaged: its content is cut off or changed"],
        [newer, "its format has version 3, newer than 2; read it with a newer htrace"],
        [new TextEncoder().encode("htrace"), "it is not a recording"],
      ] as const
    ) {
      await Deno.writeFile(file, content);
      for (const verb of ["show", "diff"]) {
        const { code, stdout, stderr } = await runCli(verb, file);
        assertEquals([code, stdout], [3, ""]);
        assertStringIncludes(stderr, `htrace: Cannot read the recording "${file}": ${found}`);
      }
    }
  }));

Deno.test("a file that cannot be written is named, and the old one is kept", () =>
  withFolder(async (folder) => {
    const { code, stderr } = await runCli("record", "emulated", "-o", `${folder}/none/x.htrace`);
    assertEquals(code, 3);
    assertMatch(stderr, /^htrace: Cannot write ".*": its folder does not exist; [^\n]*\n$/);
  }));

Deno.test("traces that a target could not supply are mentioned", () =>
  withFolder(async (folder) => {
    const file = `${folder}/x.htrace`;
    using session = new Session(await openTarget("emulated:kernel"));
    const recording = await recordSession(session);
    const log = { ...recording.log, incomplete: "a page is not in the dump" };
    await writeRecording(file, { ...recording, log });
    const { code, stderr } = await runCli("show", file);
    assertEquals(
      [code, stderr],
      [0, "htrace: traces are missing: a page is not in the dump\n"],
    );
  }));

Deno.test("a diff over a wrapped ring says that history was lost", async () => {
  const { code, stdout, stderr } = await runCli("diff", "emulated", "--", "churn", "2100");
  assertEquals(code, 0);
  assertStringIncludes(stdout, "The difference between the two snapshots is too large.");
  assertStringIncludes(stderr, "history was lost: all 4,096 traces of the ring are newer than");
});

Deno.test("enable and disable print what the debugger prints, and XP cannot disable", async () => {
  assertEquals(await stdoutOf("enable", "emulated"), "Handle tracing enabled.\n");
  assertEquals(
    await stdoutOf("enable", "emulated:2003", "--slots", "0x200"),
    "Handle tracing enabled.\n",
  );
  assertEquals(await stdoutOf("disable", "emulated:2003"), "Handle tracing disabled.\n");
  const { code, stderr } = await runCli("disable", "emulated");
  assertEquals(code, 3);
  assertStringIncludes(stderr, "on Windows XP only ending the process disables tracing");
  assertEquals((await runCli("enable", "emulated", "--slots", "many")).code, 2);
});

Deno.test("a ring of a different size than requested is reported", async () => {
  const { stdout, stderr } = await runCli("enable", "emulated:2003", "--slots", "5");
  assertEquals(stdout, "Handle tracing enabled.\n");
  const found = "the ring has 128 slots, not 5: rings have powers of two from 128 to 131072";
  assertEquals(stderr, `htrace: ${found}\n`);
  const step = ["--slots", "300", "--", "leak", "1"];
  const run = await runCli("run", "--target", "emulated:2003", ...step);
  assertStringIncludes(run.stderr, "htrace: the ring has 512 slots, not 300: ");
  const prompt = await stdoutOf("debug", "emulated:2003", "-c", "!htrace -enable 5");
  assertStringIncludes(prompt, "\nNote: the ring has 0x80 slots, not 0x5: rings have powers of ");
});

Deno.test("processes lists a target's processes, most handles first", async () => {
  const text = await stdoutOf("processes", "emulated:kernel");
  assertMatch(
    text,
    /^ +Id +Parent +Handles +Address +Image\n +\d+ +4 +\d+ +0x81400300 +badhandle\.exe\n/,
  );
  const [first] = JSON.parse(await stdoutOf("processes", "emulated:kernel", "--json"));
  assertEquals([first.imageName, first.process], ["badhandle.exe", "0x81400300"]);
});

Deno.test({
  name: "processes of this machine are Windows' [elsewhere]",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { code, stderr } = await runCli("processes");
    assertEquals(code, 3);
    assertStringIncludes(stderr, "Cannot list the processes of this machine: this is not Windows");
  },
});

Deno.test({
  name: "reports have colours only on a terminal",
  ignore: Deno.noColor,
  fn: async () => {
    const args = ["show", "emulated", "--", "double-close"];
    const plain = await runCli(...args);
    const { stdout } = await runCliOn(true, ...args);
    assertStringIncludes(stdout, "\x1b[31m*** BAD REFERENCE ***\x1b[0m");
    // deno-lint-ignore no-control-regex -- the escapes are what is looked for
    assertEquals(stdout.replaceAll(/\x1b\[\d+m/g, ""), plain.stdout);
    assertEquals(plain.stdout.includes("\x1b"), false);
  },
});
