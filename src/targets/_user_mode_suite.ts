/**
 * What all user-mode targets have in common, regardless of what is behind their `Ntdll`: the emulated machine, the
 * stand-in for ntdll, or Windows itself.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { listOf, readLog } from "../target_fixture.ts";
import { TargetError } from "../error.ts";
import { readExact } from "../memory.ts";
import type { Target } from "../target.ts";
import type { HandleTrace } from "../trace.ts";

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
  /** Checks it on its own subject. */
  run(subject: Subject): void | Promise<void>;
}

/** The suite. */
export const USER_MODE_SUITE: readonly SuiteTest[] = [
  {
    name: "has no traces before tracing is enabled",
    run: ({ target }) => {
      assertThrows(() => readLog(target), TargetError, "tracing is not enabled");
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
    name: "starts with an empty ring when enabled again",
    run: async (subject) => {
      await tracesOf(subject);
      subject.target.control!.enable();
      assertEquals(readLog(subject.target).count, 0);
    },
  },
  {
    name: "has no traces once tracing is disabled",
    run: async (subject) => {
      await tracesOf(subject);
      subject.target.control!.disable();
      assertThrows(() => readLog(subject.target), TargetError, "tracing is not enabled");
    },
  },
  {
    name: "has the process's modules and memory",
    run: async ({ target, program }) => {
      const modules = await target.modules();
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
  assertEquals(readLog(target).count, 0);
  await act();
  const log = readLog(target);
  assertEquals(log.parsed, log.count);
  return listOf(log);
}

/** Opens whose handle was not closed later; the traces are newest first. */
function outstanding(traces: readonly HandleTrace[]): HandleTrace[] {
  return traces.filter(({ type, handle }, index) =>
    type === "open" &&
    !traces.slice(0, index).some((later) => later.type === "close" && later.handle === handle)
  );
}
