import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../folder_fixture.ts";
import { canRun, killAfter } from "../../program_fixture.ts";
import { recordedStream } from "./_stream_testing.ts";
import { echoedLines } from "./prompted_lines.ts";
import type { CliStream } from "./streams.ts";

async function* linesFrom(...lines: string[]): AsyncGenerator<string> {
  for (const line of lines) yield await Promise.resolve(line);
}

Deno.test("echoedLines() writes prompt and line, so that a transcript is readable", async () => {
  const { stream, written } = recordedStream(false);
  for await (const line of echoedLines("kd> ", linesFrom("lm", "x\x1b"), stream)) {
    stream.write(`(${line.length})\n`);
  }
  assertEquals(written.join(""), "kd> lm\n(2)\nkd> x\\u001b\n(2)\nkd> \n");
});

Deno.test("echoedLines() ends when nobody reads the output any more", async () => {
  const { stream } = recordedStream(false);
  let isClosed = false;
  const closing: CliStream = {
    ...stream,
    get isClosed(): boolean {
      return isClosed;
    },
  };
  const seen: string[] = [];
  for await (const line of echoedLines("kd> ", linesFrom("a", "b", "c"), closing)) {
    seen.push(line);
    isClosed = line === "b";
  }
  assertEquals(seen, ["a", "b"]);
});

const CLI = fileURLToPath(new URL("../../cli.ts", import.meta.url));
const CTRL_C = "\x03";
const PROMPT = "0:000> ";

/** Milliseconds until a session is killed, so that a text that is never shown fails the test instead of blocking it. */
const DEADLINE = 120_000;

/** A session at a terminal: keys go in, and what the terminal shows comes out. */
class Terminal {
  text = "";
  #seen = 0;
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  /** `stateFolder` is where the history is kept; without it there is none. */
  constructor(args: string, stateFolder?: string) {
    if (stateFolder === undefined) args = args.replace(/^debug/, "debug --no-history");
    this.#child = new Deno.Command("script", {
      // A shell that stays would end on Ctrl-C, although the program goes on.
      args: ["-qec", `exec "${Deno.execPath()}" run -A "${CLI}" ${args}`, "/dev/null"],
      stdin: "piped",
      stdout: "piped",
      // Regardless of the tests' own terminal: a dumb one has no keys to edit with.
      env: {
        SHELL: "/bin/sh",
        TERM: "xterm",
        ...(stateFolder !== undefined && { XDG_STATE_HOME: stateFolder }),
      },
    }).spawn();
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#input = this.#child.stdin.getWriter();
    killAfter(this.#child, DEADLINE);
  }

  async type(keys: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(keys));
  }

  /** Reads until a text is shown after the one awaited before, or the session ends. */
  async waitFor(text: string): Promise<void> {
    while (!this.text.includes(text, this.#seen)) {
      const part = await this.#output.read();
      if (part.done) return;
      this.text += part.value;
    }
    this.#seen = this.text.indexOf(text, this.#seen) + text.length;
  }

  /** Waits for the end and returns the exit code. */
  async end(): Promise<number> {
    await this.waitFor("\0 never shown");
    await this.#input.close().catch(() => {});
    return (await this.#child.status).code;
  }
}

function terminalTest(name: string, test: () => Promise<void>): void {
  Deno.test({
    name: `${name} [needs script of util-linux]`,
    ignore: Deno.build.os !== "linux" || !canRun("script", "--version"),
    fn: test,
  });
}

terminalTest("Ctrl-C at a terminal breaks into a running target, and g continues", async () => {
  const terminal = new Terminal("debug emulated -- leak 100000"); // would run for half a minute
  await terminal.waitFor(PROMPT);
  for (let time = 0; time < 2; time++) {
    await terminal.type("g\r");
    await terminal.waitFor("running (1 s)"); // before that, Ctrl-C only says how to end
    await terminal.type(CTRL_C);
    await terminal.waitFor("Break-in at ");
    await terminal.waitFor(PROMPT);
  }
  await terminal.type("q\r");
  assertEquals(await terminal.end(), 0);
  assertMatch(
    terminal.text,
    /Break-in at \w+!\w+\+0x[0-9a-f]+ in thread 0x[0-9a-f]+; "g" goes on\.\r?\n/,
  );
});

terminalTest("Ctrl-C drops a line, and on an empty one says how to end", async () => {
  const terminal = new Terminal("debug emulated");
  await terminal.waitFor(PROMPT);
  await terminal.type(`nonsense${CTRL_C}`);
  await terminal.type(CTRL_C);
  await terminal.waitFor('"q" ends the session');
  await terminal.waitFor(PROMPT);
  await terminal.type("q\r");
  assertEquals(await terminal.end(), 0);
  assertEquals(terminal.text.includes("Cannot run"), false);
});

terminalTest("pasted lines appear after their prompts", async () => {
  const terminal = new Terminal("debug emulated");
  await terminal.waitFor(PROMPT);
  await terminal.type("first\rsecond\rq\r");
  assertEquals(await terminal.end(), 0);
  const shown = terminal.text.replaceAll("\r", "");
  assertMatch(shown, /\n0:000> second\nCannot run "second"[^\n]*\n0:000> q\n$/);
  assertStringIncludes(shown, 'Cannot run "first"');
});

terminalTest("Tab completes commands, options and modules", async () => {
  const terminal = new Terminal("debug emulated");
  await terminal.waitFor(PROMPT);
  for (
    const [typed, completed] of [
      ["!ha", "!handle"],
      [" 7e4; !htr", " 7e4; !htrace"],
      [" -ena", " -enable"],
      ["; lm m bad", "; lm m badhandle"],
    ] as const
  ) {
    await terminal.type(typed);
    await terminal.waitFor(typed);
    await terminal.type("\t"); // alone: with other keys it would be pasted text
    await terminal.waitFor(completed.slice(typed.length));
  }
  await terminal.type("\r");
  await terminal.waitFor("Handle 7e4");
  await terminal.waitFor("Handle tracing enabled.");
  await terminal.waitFor("module name");
  await terminal.waitFor(PROMPT);
  await terminal.type("q\r");
  assertEquals(await terminal.end(), 0);
});

terminalTest("Enter alone repeats the last command", async () => {
  const terminal = new Terminal("debug emulated");
  await terminal.waitFor(PROMPT);
  await terminal.type("\r");
  await terminal.waitFor(PROMPT);
  await terminal.type(".echo on\r");
  await terminal.waitFor(PROMPT);
  await terminal.type("\r");
  await terminal.waitFor(PROMPT);
  await terminal.type("q\r");
  assertEquals(await terminal.end(), 0);
  assertEquals(terminal.text.match(/^on\r?$/gm)?.length, 2);
});

terminalTest(
  "the arrow key brings back lines of an earlier session, unless switched off",
  async () => {
    using folder = temporaryFolder();
    for (const line of [".echo from the first", "q"]) {
      const terminal = new Terminal("debug emulated", folder.path);
      await terminal.waitFor(PROMPT);
      if (line === "q") {
        await terminal.type("\x1b[A"); // the "q" that ended the first session
        await terminal.waitFor("q");
        await terminal.type("\x1b[A");
        await terminal.waitFor(".echo from the first");
        await terminal.type("\r");
      } else {
        await terminal.type(`${line}\r`);
      }
      await terminal.waitFor("\nfrom the first");
      await terminal.waitFor(PROMPT);
      await terminal.type("q\r");
      assertEquals(await terminal.end(), 0);
    }
    const path = `${folder.path}/htrace/history`;
    assertEquals(Deno.readTextFileSync(path), ".echo from the first\nq\n.echo from the first\nq\n");

    const terminal = new Terminal("debug --no-history emulated", folder.path);
    await terminal.waitFor(PROMPT);
    await terminal.type("q\r");
    assertEquals(await terminal.end(), 0);
    assertEquals(Deno.readTextFileSync(path).split("\n").length, 5);
  },
);
