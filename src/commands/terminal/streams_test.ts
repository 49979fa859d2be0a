import { assertEquals } from "@std/assert";
import { cliProcess, messageLine } from "./streams.ts";

Deno.test("cliProcess() lets only painted control characters through", () => {
  const written: string[] = [];
  const raw = {
    write: (text: string): void => void written.push(text),
    writeBytes: (): void => {},
  };
  const { stdout, stderr } = cliProcess({ stdout: raw, stderr: raw });
  stdout.write("a\x1b[2J\n\tb\x9b\u202e\r!\n");
  stderr.write("c\x07");
  stderr.paint("\r\x1b[K");
  assertEquals(written, ["a\\u001b[2J\n\tb\\u009b\\u202e\\u000d!\n", "c\\u0007", "\r\x1b[K"]);
});

Deno.test("cliProcess() says when nobody reads any more", () => {
  let isClosed = false;
  const raw = {
    write: (): void => {},
    writeBytes: (): void => {},
    get isClosed(): boolean {
      return isClosed;
    },
  };
  const { stdout } = cliProcess({ stdout: raw, stderr: raw });
  assertEquals(stdout.isClosed, false);
  isClosed = true;
  assertEquals(stdout.isClosed, true);
});

Deno.test("messageLine() is one line, regardless of what the message quotes", () => {
  assertEquals(messageLine('Cannot open "a\nb"'), 'htrace: Cannot open "a\\u000ab"\n');
});
