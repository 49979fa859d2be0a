/**
 * Claims for Windows: its own handle tracing, lists of processes and handles, programs that are run.
 *
 * @module
 */
import { STATUS } from "../../nt/status.ts";
import { openTarget } from "../../targets/mod.ts";
import { diffHandles } from "../handles.ts";
import { listProcesses } from "../processes.ts";
import { recordHandles, writeRecording } from "../record.ts";
import { refusalOf, requireWindows } from "./bench.ts";
import { type Claim, expect, expectEqual } from "./claim.ts";

/** The kernel's process, which Windows protects from everybody. */
const SYSTEM = "4";

/** How long a list of handles may take, including one name query that never returns. */
const LIST_PATIENCE = 10_000;

/** The kernel's handle tracing, switched on for a running process. */
export const SWITCHING_CLAIMS: readonly Claim[] = [
  {
    text: "tracing of a running process is enabled, and its handles then have stacks",
    check: async (bench) => {
      await bench.requireTracing();
      await using holder = await bench.hold();
      using session = await bench.open(String(holder.processId));
      await session.enable();
      expect(session.target.control?.isEnabled() === true, "it is not on after it was enabled");
      await holder.act();
      const { log, listed } = await session.show();
      expect(
        listed.length >= 3,
        `${listed.length} traces of an open, and of an open and its close`,
      );
      const depths = Array.from(listed, (index) => log.stacks.addresses(log.stack[index]!).length);
      expect(Math.min(...depths) > 0, "a trace has no stack");
    },
  },
  {
    text: "a diff lists the one handle that was opened since the snapshot and is still open",
    check: async (bench) => {
      await bench.requireTracing();
      await using holder = await bench.hold();
      using session = await bench.open(String(holder.processId));
      await session.enable();
      await holder.act(); // before the snapshot: not in the diff
      await session.snapshot();
      await holder.act();
      const { listed, objectOf } = await session.diff();
      expectEqual("handles listed", listed.length, 1);
      expectEqual("type of the object", objectOf(listed[0]!)?.type, "Event");
    },
  },
  {
    text: "tracing is disabled, and its traces are gone",
    check: async (bench) => {
      await bench.requireTracing();
      await using holder = await bench.hold();
      using session = await bench.open(String(holder.processId));
      await session.enable();
      await session.disable();
      expect(session.target.control?.isEnabled() === false, "it is on after it was disabled");
    },
  },
  {
    text: "a protected process refuses, and the message names the right that is missing",
    check: async (bench) => {
      await bench.requireTracing();
      using session = await bench.open(SYSTEM);
      const error = await session.enable().then(() => undefined, (error: unknown) => error);
      expect(error instanceof Error, "tracing of it was enabled");
      expectEqual("status", refusalOf(error)?.status, STATUS.ACCESS_DENIED);
      expect(error.message.includes("PROCESS_SET_INFORMATION"), error.message);
    },
  },
];

/** What the kernel traces of a program from its first instruction on. */
export const TRACING_CLAIMS: readonly Claim[] = [
  {
    text: "the ring has as many slots as were asked for, and 4096 otherwise",
    check: async (bench) => {
      for (const slots of [512, undefined]) {
        const { analysis } = await bench.run("badhandle64", ["churn", "3000"], slots);
        expectEqual("traces in a ring that was filled", analysis.log.count, slots ?? 4096);
      }
    },
  },
  {
    text: "a ring that was overrun is said to have lost history",
    check: async (bench) => {
      const small = await bench.run("badhandle64", ["churn", "3000"], 128);
      expect(small.historyLost, "nothing is said of 6000 traces in a ring of 128");
      const large = await bench.run("badhandle64", ["churn", "100"], 4096);
      expect(!large.historyLost, "history is said to be lost of 200 traces in a ring of 4096");
    },
  },
  {
    text: "using a closed handle is a bad reference, with the close and the open before it",
    check: async (bench) => {
      const { analysis: { misuses } } = await bench.run("badhandle64", ["double-close"]);
      const whole = misuses.filter(({ close, open }) => close !== undefined && open !== undefined);
      expect(whole.length > 0, `${misuses.length} bad references, none with its story`);
    },
  },
  {
    text: "each trace says which thread it is of",
    check: async (bench) => {
      const { analysis: { log } } = await bench.run("badhandle64", ["threads", "4"]);
      const threads = new Set(log.threadId);
      expect(threads.size >= 5, `the traces of five threads name ${threads.size}`);
    },
  },
  {
    text: "a 32-bit program is traced, too: 40 leaked handles are of one stack",
    check: async (bench) => {
      // The 64-bit layer takes up part of its frames, so that its own code may be missing from a stack.
      const { analysis: { groups } } = await bench.run("badhandle32", ["leak", "40"]);
      const leaking = groups.filter(({ outstanding }) => outstanding >= 40);
      expectEqual("stacks with 40 handles that are still open", leaking.length, 1);
    },
  },
];

/** Programs that are run. */
export const RUN_CLAIMS: readonly Claim[] = [
  {
    text:
      "a program is traced from its first instruction, and what it leaks is found with its stack",
    check: async (bench) => {
      const { exitStatus, leaks } = await bench.run("badhandle64", ["leak", "3"]);
      expectEqual("exit status", exitStatus, 0);
      expectEqual("stacks that leak", leaks.leaks.length, 1);
      expectEqual("handles of the stack", leaks.leaks[0]?.group.outstanding, 3);
      expect(/!leak\b/.test(leaks.leaks[0]!.key), `the stack is ${leaks.leaks[0]!.key}`);
    },
  },
  {
    text: "a program that leaks nothing is said to leak nothing",
    check: async (bench) => {
      const { leaks } = await bench.run("badhandle64", ["churn", "10"]);
      expectEqual("stacks that leak", leaks.leaks.length, 0);
    },
  },
  {
    text: "the exit status of a program that fails by itself is passed on",
    check: async (bench) => {
      const { exitStatus } = await bench.run("badhandle64", ["no-such-scenario"]);
      expectEqual("exit status", exitStatus, 2);
    },
  },
];

/** Lists of processes, modules and handles: these need no tracing. */
export const LIST_CLAIMS: readonly Claim[] = [
  {
    text: "the processes of this machine are listed with their handle counts",
    check: async (bench) => {
      requireWindows();
      await using holder = await bench.hold();
      const processes = await listProcesses();
      const found = processes.find(({ processId }) => processId === holder.processId);
      expectEqual("image of a process of ours", found?.imageName, "handle_holder64.exe");
      expect((found?.handleCount ?? 0) >= 3, `it has ${found?.handleCount} handles, not 3 or more`);
    },
  },
  {
    text: "a process's modules and handles are listed, and a name that never comes stops nothing",
    check: async (bench) => {
      await using holder = await bench.hold();
      using session = await bench.open(String(holder.processId));
      const modules = (await session.modules()).map(({ name }) => name.toLowerCase());
      expect(modules.includes("handle_holder64"), `its modules are ${modules.join(", ")}`);
      const start = performance.now();
      const handles = await session.handles() ?? [];
      const took = performance.now() - start;
      expect(took < LIST_PATIENCE, `the list of its handles took ${Math.round(took)} ms`);
      const named = handles.filter(({ objectName }) =>
        objectName?.endsWith("\\htrace-holder-event")
      );
      expectEqual("events of the name that it gave one", named.length, 1);
      expectEqual("type of that object", named[0]!.type, "Event");
    },
  },
  {
    text: "two lists of handles are compared where there is no tracing",
    check: async (bench) => {
      await using holder = await bench.hold();
      const path = bench.file(".htrace");
      using target = await openTarget(String(holder.processId));
      await writeRecording(path, await recordHandles(target, new Date()));
      await holder.act();
      using earlier = await openTarget(path);
      const { diff } = await diffHandles(target, earlier);
      // Nothing is claimed about a single handle's value: the handle that the program waits on may move.
      const events = diff?.types.find(({ type }) => type === "Event");
      expectEqual("events more than before", (events?.now ?? 0) - (events?.before ?? 0), 1);
    },
  },
];
