/**
 * Test helper: streams that keep what is written to them.
 *
 * @module
 */
import { type CliProcess, cliProcess, type CliStream } from "./streams.ts";

/** A stream with its output, one element per call. */
export function recordedStream(isTerminal: boolean): { stream: CliStream; written: string[] } {
  const { process, written } = recordedProcess(isTerminal);
  return { stream: process.stderr, written };
}

/** A process whose two streams keep their output in one list. */
export function recordedProcess(isTerminal: boolean): { process: CliProcess; written: string[] } {
  const written: string[] = [];
  const raw = {
    write: (text: string): void => void written.push(text),
    writeBytes: (): void => {},
    isTerminal,
  };
  return { process: cliProcess({ stdout: raw, stderr: raw }), written };
}
