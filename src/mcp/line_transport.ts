/**
 * The protocol over two streams: one message per line, as it specifies for standard input and output.
 *
 * The SDK's own transport notices neither the end of its input nor a reader that has gone; both end the server here.
 *
 * @module
 */
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import { LIMITS } from "./limits.ts";
import { deserializeMessage, serializeMessage } from "./sdk/sdk.js";

/** Where messages go. */
export interface MessageOutput {
  /** Writes all of a text. */
  readonly write: (text: string) => void;
  /** Nobody reads it any more. */
  readonly isClosed?: boolean;
}

/** A transport over texts as they arrive and an output. */
export class LineTransport implements Transport {
  /** Set by the server. */
  onmessage?: (message: JSONRPCMessage) => void;
  /** Set by the server. */
  onclose?: () => void;
  /** Called with what is wrong with a message, which is skipped. */
  onerror?: (error: Error) => void;
  readonly #input: AsyncIterable<string>;
  readonly #output: MessageOutput;
  /** Requests without a response so far. */
  readonly #pending = new Set<RequestId>();
  #isInputAtEnd = false;
  #isClosed = false;

  /** Reads messages from an input and writes to an output; neither is closed by it. */
  constructor(input: AsyncIterable<string>, output: MessageOutput) {
    this.#input = input;
    this.#output = output;
  }

  /** Starts reading; returns at once. */
  start(): Promise<void> {
    this.#read().catch((error) => this.onerror?.(error)).finally(() => {
      this.#isInputAtEnd = true;
      this.#closeIfDone();
    });
    return Promise.resolve();
  }

  /** Writes a message. */
  async send(message: JSONRPCMessage): Promise<void> {
    if (!this.#isClosed) this.#output.write(serializeMessage(message));
    if (this.#output.isClosed) return await this.close();
    if ("method" in message || message.id === undefined) return;
    this.#pending.delete(message.id);
    this.#closeIfDone();
  }

  /** Ends the connection; later input is not read. */
  close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.onclose?.();
    }
    return Promise.resolve();
  }

  /** A script that pipes its requests in gets every response before the end. */
  #closeIfDone(): void {
    if (this.#isInputAtEnd && this.#pending.size === 0) this.close();
  }

  async #read(): Promise<void> {
    let rest = "";
    let isSkipping = false; // the rest of a line that was too long
    for await (const text of this.#input) {
      if (this.#isClosed) return;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (!isSkipping) this.#receive(line);
        isSkipping = false;
      }
      if (rest.length > LIMITS.message) {
        if (!isSkipping) this.onerror?.(new RangeError(`a message has more than 1 MiB`));
        isSkipping = true;
        rest = "";
      }
    }
  }

  #receive(line: string): void {
    if (line.trim() === "") return;
    let message: JSONRPCMessage;
    try {
      message = deserializeMessage(line);
    } catch {
      this.onerror?.(new SyntaxError("a line is not a message of the protocol"));
      return;
    }
    if ("method" in message) this.#expect(message);
    this.onmessage?.(message);
  }

  /** Notes that a request expects a response; a cancelled one gets none. */
  #expect(message: JSONRPCMessage & { readonly method: string }): void {
    if ("id" in message && message.id !== undefined) this.#pending.add(message.id);
    const cancelled = message.method === "notifications/cancelled" && message.params?.requestId;
    if (typeof cancelled === "string" || typeof cancelled === "number") {
      this.#pending.delete(cancelled);
    }
  }
}
