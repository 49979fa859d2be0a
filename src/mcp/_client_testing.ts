/**
 * Test helper: the SDK's own client, connected to a server in this process.
 *
 * @module
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { serve, type ServerOptions } from "./mod.ts";

/** What a tool returned. */
export interface Answered {
  /** The text of its result, or of its error. */
  readonly text: string;
  /** Whether it failed. */
  readonly isError: boolean;
}

/** A connected client. */
export interface TestClient extends AsyncDisposable {
  /** The SDK's client. */
  readonly client: Client;
  /** Calls a tool. */
  call(name: string, input?: Record<string, unknown>): Promise<Answered>;
  /** Calls a tool that must not fail, and parses its JSON. */
  json(name: string, input?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Calls a tool that must fail, and returns its message. */
  error(name: string, input?: Record<string, unknown>): Promise<string>;
}

/** Starts a server and connects a client to it. */
export async function connect(options: ServerOptions = { online: false }): Promise<TestClient> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const serving = serve(far, options);
  const client = new Client({ name: "test", version: "1" });
  await client.connect(near);
  return {
    ...callsOf(client),
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await serving;
    },
  };
}

/** The calls of a client. */
export function callsOf(client: Client): Omit<TestClient, typeof Symbol.asyncDispose> {
  const call = async (name: string, input: Record<string, unknown> = {}): Promise<Answered> => {
    const { content, isError = false } = await client.callTool({ name, arguments: input });
    const [part] = content as { readonly text: string }[]; // every result is one text
    return { text: part?.text ?? "", isError: isError === true };
  };
  return {
    client,
    call,
    json: async (name, input) => {
      const { text, isError } = await call(name, input);
      if (isError) throw new Error(text);
      return JSON.parse(text);
    },
    error: async (name, input) => {
      const { text, isError } = await call(name, input);
      if (!isError) throw new Error(`${name} did not fail: ${text}`);
      return text;
    },
  };
}
