/** The protocol's lines: messages in pieces, lines that are not messages, the two ways in which a client leaves. */
import { assert, assertEquals } from "@std/assert";
import { LIMITS } from "./limits.ts";
import { LineTransport } from "./line_transport.ts";

/** A message as a line. */
function line(message: object): string {
  return `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
}

const PING = line({ id: 1, method: "ping" });

/** Runs a transport over some texts to the end of its input, responding to every request. */
async function run(
  texts: readonly string[],
  output: { write: (text: string) => void; isClosed?: boolean } = { write: () => {} },
): Promise<{ methods: string[]; errors: string[] }> {
  const methods: string[] = [];
  const errors: string[] = [];
  const transport = new LineTransport(ReadableStream.from(texts), output);
  const closed = new Promise<void>((resolve) => transport.onclose = resolve);
  transport.onerror = ({ message }) => errors.push(message);
  transport.onmessage = async (message) => {
    if (!("method" in message)) return;
    methods.push(message.method);
    if (!("id" in message)) return;
    await new Promise((resolve) => setTimeout(resolve)); // after the input's end
    await transport.send({ jsonrpc: "2.0", id: message.id, result: {} });
  };
  await transport.start();
  await closed;
  return { methods, errors };
}

Deno.test("messages may arrive in pieces, several at once, and with Windows line ends", async () => {
  const { methods, errors } = await run([PING.slice(0, 7), PING.slice(7) + PING, "\r\n", PING]);
  assertEquals([methods, errors], [["ping", "ping", "ping"], []]);
});

Deno.test("a line that is not a message is reported and skipped", async () => {
  const deep = `${"[".repeat(100_000)}\n`;
  const { methods, errors } = await run(["hello\n", line({ id: {}, method: 1 }), deep, PING]);
  assertEquals([methods, errors.length], [["ping"], 3]);
});

Deno.test("a line without an end takes no more memory than the limit", async () => {
  const piece = "x".repeat(1 << 16);
  const texts = Array.from({ length: (LIMITS.message >> 16) * 3 }, () => piece);
  const { methods, errors } = await run([...texts, "\n", PING]);
  assertEquals([methods, errors], [["ping"], ["a message has more than 1 MiB"]]);
});

Deno.test("the end of the input waits for responses, but not for those of cancelled requests", async () => {
  const written: string[] = [];
  await run([PING], { write: (text) => void written.push(text) });
  assertEquals(written, [line({ id: 1, result: {} })]);

  const transport = new LineTransport(
    ReadableStream.from([
      PING,
      line({ method: "notifications/cancelled", params: { requestId: 1 } }),
    ]),
    { write: () => {} },
  );
  const closed = new Promise<void>((resolve) => transport.onclose = resolve);
  await transport.start();
  await closed; // nobody responded
});

Deno.test("a reader that has gone ends the connection at the next message", async () => {
  let isClosed = false;
  // An input that never ends, like that of a client that has closed only one side.
  const transport = new LineTransport(new ReadableStream<string>(), {
    write: () => void (isClosed = true),
    get isClosed(): boolean {
      return isClosed;
    },
  });
  const closed = new Promise<void>((resolve) => transport.onclose = resolve);
  await transport.start();
  await transport.send({ jsonrpc: "2.0", id: 1, result: {} });
  await closed;
  assert(isClosed);
});
