/**
 * What every user-mode target does alike, whatever stands behind its `Ntdll`: the emulated machine, the stand-in for
 * ntdll, or Windows itself.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readExact } from "../memory.ts";
import { type Target, TraceQueryError } from "../target.ts";
import type { HandleTrace } from "../trace.ts";
import { traceAt, traceCount, type TraceLog } from "../trace_log.ts";

/** A target with a process that does something when asked. */
export interface Subject {
  /** The target; its tracing is off. */
  readonly target: Target;
  /** Name of the module of the program that runs in it. */
  readonly program: string;
  /** Has the process open a handle and leave it open, and open and close another one. */
  act(): void | Promise<void>;
}

/** A part of the suite. */
export interface SuiteTest {
  /** What the target does. */
  readonly name: string;
  /** Checks it on a subject of its own. */
  run(subject: Subject): void | Promise<void>;
}

/** The suite. */
export const USER_MODE_SUITE: readonly SuiteTest[] = [
  {
    name: "has no traces before tracing is enabled",
    run: ({ target }) => {
      assertThrows(() => target.readTraces({}), TraceQueryError, "tracing is not enabled");
    },
  },
  {
    name: "records what the process opens and closes, newest first",
    run: async (subject) => {
      const traces = await tracesOf(subject);
      const close = traces.findIndex(({ type }) => type === "close");
      const open = traces.findIndex(({ type, handle }, index) =>
        index > close && type === "open" && handle === traces[close]?.handle
      );
      assert(close >= 0 && open > close, Deno.inspect(traces));
      assert(outstanding(traces).length > 0, Deno.inspect(traces));
      for (const { type, stack } of traces) assert(type !== "open" || stack.length > 0);
    },
  },
  {
    name: "filters by handle and stops at the maximum, and counts all as parsed",
    run: async (subject) => {
      const traces = await tracesOf(subject);
      const { handle } = traces[0]!;
      const filtered = subject.target.readTraces({ handle });
      assert(traceCount(filtered) >= 1 && traceCount(filtered) < traces.length);
      for (const trace of listOf(filtered)) assertEquals(trace.handle & ~3, handle & ~3);
      assertEquals(filtered.parsed, traces.length);
      const newest = subject.target.readTraces({ maxTraces: 1 });
      assertEquals(listOf(newest), traces.slice(0, 1));
    },
  },
  {
    name: "starts with an empty ring when enabled again",
    run: async (subject) => {
      await tracesOf(subject);
      subject.target.control!.enable();
      assertEquals(traceCount(subject.target.readTraces({})), 0);
    },
  },
  {
    name: "has no traces once tracing is disabled",
    run: async (subject) => {
      await tracesOf(subject);
      subject.target.control!.disable();
      assertThrows(() => subject.target.readTraces({}), TraceQueryError, "tracing is not enabled");
    },
  },
  {
    name: "has the process's modules and memory",
    run: ({ target, program }) => {
      const modules = target.modules();
      assertEquals(modules[0]?.name, program);
      for (const { base, name } of modules) {
        assertEquals(new TextDecoder().decode(readExact(target.memory!(), base, 2, name)), "MZ");
      }
    },
  },
];

/** Enables tracing, lets the process act, and reads. */
async function tracesOf({ target, act }: Subject): Promise<HandleTrace[]> {
  target.control!.enable();
  assertEquals(traceCount(target.readTraces({})), 0);
  await act();
  const log = target.readTraces({});
  assertEquals(log.parsed, traceCount(log));
  return listOf(log);
}

function listOf(log: TraceLog): HandleTrace[] {
  return Array.from({ length: traceCount(log) }, (_, index) => traceAt(log, index));
}

/** Opens without a later close of their handle; the traces are newest first. */
function outstanding(traces: readonly HandleTrace[]): HandleTrace[] {
  return traces.filter(({ type, handle }, index) =>
    type === "open" &&
    !traces.slice(0, index).some((later) => later.type === "close" && later.handle === handle)
  );
}
