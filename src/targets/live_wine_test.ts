/** The live target on Windows or Wine, with real processes; tracing through the stand-in for ntdll. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { readLog } from "../target_fixture.ts";
import { HtraceError, TargetError } from "../error.ts";
import { readExact } from "../memory.ts";
import { Session } from "../session.ts";
import type { Target } from "../target.ts";
import { traceAt } from "../trace_log.ts";
import { BEHAVIOUR, Standin, STANDIN_PATH, standinTest } from "../win32/standin_fixture.ts";
import {
  binaryPath,
  HandleHolder,
  tracingWindowsTest,
  windowsTest,
  wineTest,
} from "../win32/windows_fixture.ts";
import { openLive } from "./live.ts";

const STANDIN = { library: STANDIN_PATH };

/** Opens a process through the stand-in; the stand-in must be open. */
function openTraced(holder: HandleHolder, warnings: string[] = []): Target {
  return openLive(String(holder.processId), {
    ...STANDIN,
    warn: (sentence) => warnings.push(sentence),
  });
}

windowsTest("a live process is opened by its id, in both notations", async () => {
  await using holder = await HandleHolder.start();
  for (const id of [`${holder.processId}`, `0x${holder.processId.toString(16)}`]) {
    using target = openLive(id);
    assertEquals(target.name, `process ${holder.processId} (handle_holder64.exe)`);
  }
});

windowsTest("a live process is opened by its image name if only one has it", async () => {
  await using _one = await HandleHolder.start();
  {
    using target = openLive("Handle_Holder64.exe");
    assertMatch(target.name, /\(handle_holder64\.exe\)$/);
  }
  await using _another = await HandleHolder.start();
  assertThrows(
    () => openLive("handle_holder64.exe"),
    TargetError,
    'Cannot open process "handle_holder64.exe": 2 processes have that name (',
  );
});

windowsTest("badhandle runs through its scenarios", async () => {
  for (const args of [[], ["leak", "3"], ["threads", "4"], ["churn", "100"], ["duplicate"]]) {
    const { code } = await new Deno.Command(binaryPath("badhandle64.exe"), { args }).output();
    assertEquals(code, 0, args.join(" "));
  }
});

windowsTest("a live target says that there is no such process", () => {
  assertThrows(
    () => openLive("2147483644"),
    TargetError,
    'Cannot open process 2147483644: there is no process of that id; "htrace processes" lists them',
  );
  assertThrows(() => openLive("no-such-program.exe"), TargetError, "no process of that name");
});

windowsTest(
  "a process that ends stays the one that was opened, and each read says so",
  async () => {
    const holder = await HandleHolder.start();
    const { processId } = holder;
    using target = openLive(String(processId));
    await holder[Symbol.asyncDispose]();
    const ended = "the process has ended (0xC000010A)";
    for (const read of [() => target.modules(), () => target.handles!()]) {
      await assertRejects(() => Promise.try<unknown, []>(read), HtraceError, ended);
    }
    // Wine supports neither call for any process.
    for (const call of [() => readLog(target), () => target.control!.enable()]) {
      assertMatch(assertThrows(call, TargetError).message, /^Cannot [^\n]+$/);
    }
    // Held by the target: gone from the list, and its id is not reused.
    for (let started = 0; started < 20; started++) {
      await using another = await HandleHolder.start();
      assertNotEquals(another.processId, processId);
    }
  },
);

windowsTest("a process that has ended before it is opened is not found", async () => {
  const holder = await HandleHolder.start();
  const { processId } = holder;
  await holder[Symbol.asyncDispose]();
  assertThrows(
    () => openLive(String(processId)),
    TargetError,
    `Cannot open process ${processId}: there is no process of that id`,
  );
});

windowsTest("a live target has the process's modules and memory", async () => {
  await using holder = await HandleHolder.start();
  using target = openLive(String(holder.processId));
  const modules = await target.modules();
  const names = modules.map(({ name }) => name.toLowerCase());
  assertEquals(names[0], "handle_holder64");
  assert(names.includes("ntdll") && names.includes("kernel32"), names.join());
  const memory = target.memory!();
  for (const { base, size, name } of modules) {
    assert(size >= 0x1000, name);
    assertEquals(new TextDecoder().decode(readExact(memory, base, 2, name)), "MZ");
  }
  assertEquals(memory.read(0x10n, 8).length, 0);
});

// Not under Wine, which runs only 64-bit programs here.
tracingWindowsTest("a live target has the modules of both halves of a 32-bit process", async () => {
  await using holder = await HandleHolder.start(32);
  const warnings: string[] = [];
  using target = openLive(String(holder.processId), {
    warn: (sentence) => warnings.push(sentence),
  });
  const ntdlls = (await target.modules()).filter(({ name }) => name.toLowerCase() === "ntdll");
  assertEquals(ntdlls.length, 2);
  assert(ntdlls.some(({ base }) => base < 0x1_0000_0000n));
  target.control!.enable();
  assert(warnings.some((sentence) => sentence.includes("is 32-bit")), warnings.join("\n"));
});

windowsTest("a live target lists handles with types and names", async () => {
  await using holder = await HandleHolder.start();
  using target = openLive(String(holder.processId));
  const handles = await target.handles!();
  const event = handles.find(({ objectName }) => objectName?.endsWith("\\htrace-holder-event"));
  assertEquals(event?.type, "Event");
  const pipe = handles.find(({ objectName }) => objectName?.endsWith("\\htrace-holder"));
  assertEquals(pipe?.type, "File");
  assert(handles.some(({ type, objectName }) => type === "Semaphore" && objectName === undefined));
});

windowsTest("a live target lists the system's processes with handle counts", async () => {
  await using holder = await HandleHolder.start();
  using target = openLive(String(Deno.pid));
  const entry = (await target.processes!()).find(({ processId }) => processId === holder.processId);
  assertEquals(entry?.imageName, "handle_holder64.exe");
  assertEquals(entry?.parentProcessId, Deno.pid);
  assert((entry?.handleCount ?? 0) >= 3);
});

wineTest("a live target says clearly that Wine has no handle tracing", async () => {
  await using holder = await HandleHolder.start();
  using target = openLive(String(holder.processId));
  const on = `process ${holder.processId}`;
  assertThrows(
    () => target.control!.enable(),
    TargetError,
    `Cannot enable tracing for ${on}: this system does not implement it (0xC0000002); it takes Windows itself, not a layer that imitates it`,
  );
  assertThrows(
    () => readLog(target),
    TargetError,
    `Cannot read the traces of ${on}: this system does not know it (0xC0000003); it takes Windows itself, not a layer that imitates it`,
  );
});

standinTest("a live target enables, reads newest first and disables", async () => {
  await using holder = await HandleHolder.start();
  const { processId } = holder;
  using standin = new Standin();
  using target = openTraced(holder);
  target.control!.enable(0x81);
  assertEquals(standin.slots(processId), 0x100);
  standin.record(processId, "open", 0x44, 12, [0x1000n, 0x2000n]);
  standin.record(processId, "open", 0x48, 12, [0x1000n]);
  standin.record(processId, "close", 0x44, 16, [0x3000n]);
  const log = readLog(target);
  assertEquals([log.parsed, log.count, log.slots], [3, 3, 0x100]);
  const newest = traceAt(log, 0);
  assertEquals([newest.type, newest.handle, newest.threadId], ["close", 0x44, 16]);
  assertEquals(traceAt(log, 2).stack, BigUint64Array.of(0x1000n, 0x2000n));
  target.control!.disable();
  assertThrows(() => readLog(target), TargetError, "tracing is not enabled");
});

standinTest("a live target reads a full table, even one that was overrun", async () => {
  await using holder = await HandleHolder.start();
  const { processId } = holder;
  using standin = new Standin();
  using target = openTraced(holder);
  target.control!.enable(0x1000);
  for (let handle = 4; handle <= 0x1100 * 4; handle += 4) {
    standin.record(processId, "open", handle, 1, [BigInt(handle)]);
  }
  const log = readLog(target);
  assertEquals(log.count, 0x1000);
  assertEquals(traceAt(log, 0).handle, 0x1100 * 4);
  assertEquals(traceAt(log, 0xfff).handle, 0x101 * 4);
});

standinTest(
  "a session switches off tracing that it switched on, unless told to keep it",
  async () => {
    await using holder = await HandleHolder.start();
    using standin = new Standin();
    const enable = async (keepTracing: boolean): Promise<number> => {
      using session = new Session(openTraced(holder), { keepTracing });
      await session.enable();
      return standin.slots(holder.processId);
    };
    assertEquals(await enable(false), 0x1000);
    assertEquals(standin.slots(holder.processId), 0);
    assertEquals(await enable(true), 0x1000);
    assertEquals(standin.slots(holder.processId), 0x1000);
    await enable(false); // tracing was on before: the session must not switch it off
    assertEquals(standin.slots(holder.processId), 0x1000);
  },
);

standinTest("a live target warns once about what enabling does", async () => {
  await using holder = await HandleHolder.start();
  using _standin = new Standin();
  const warnings: string[] = [];
  const name = `process ${holder.processId} (handle_holder64.exe)`;
  using target = openTraced(holder, warnings);
  target.control!.enable();
  target.control!.enable();
  assertEquals(warnings, [
    `while tracing is on, each use of a bad handle raises an exception in ${name}, which ends it ` +
    `if it does not expect one`,
  ]);
  using second = openTraced(holder, warnings);
  second.control!.enable();
  assertEquals(warnings[2], `tracing was on already for ${name}: its earlier traces are gone`);
});

standinTest("a live target needs SeDebugPrivilege for processes of other users", async () => {
  await using holder = await HandleHolder.start();
  {
    using _willing = new Standin(BEHAVIOUR.foreignProcesses);
    using target = openTraced(holder); // the privilege is enabled on the way
    target.control!.enable();
  }
  using _refusing = new Standin(BEHAVIOUR.foreignProcesses | BEHAVIOUR.noDebugPrivilege);
  assertThrows(
    () => openTraced(holder),
    TargetError,
    "PROCESS_QUERY_LIMITED_INFORMATION (0x1000)",
  );
});

standinTest(
  "a live target says that 24H2 hides stacks from callers without privilege",
  async () => {
    await using holder = await HandleHolder.start();
    using standin = new Standin(BEHAVIOUR.windows11_24H2 | BEHAVIOUR.noDebugPrivilege);
    standin.setVersion(10, 0, 26100);
    const warnings: string[] = [];
    using target = openTraced(holder, warnings);
    target.control!.enable();
    standin.record(holder.processId, "open", 4, 8, [0x1000n]);
    assertEquals(traceAt(readLog(target), 0).stack.length, 0);
    assertEquals(
      warnings.at(-1),
      "this Windows hides stacks from callers without SeDebugPrivilege; run elevated",
    );
  },
);

standinTest(
  "a live target says that Windows XP keeps tracing, and has one number of slots",
  async () => {
    await using holder = await HandleHolder.start();
    using standin = new Standin(BEHAVIOUR.shortFormOnly);
    standin.setVersion(5, 1, 2600);
    using target = openTraced(holder);
    assertThrows(() => target.control!.enable(0x80), TargetError, "leave the number out");
    target.control!.enable();
    assertThrows(
      () => target.control!.disable(),
      TargetError,
      "on Windows XP only ending the process disables tracing",
    );
  },
);

standinTest("a live target says when the process has ended between two calls", async () => {
  await using holder = await HandleHolder.start();
  using standin = new Standin();
  using target = openTraced(holder);
  target.control!.enable();
  standin.setExiting(holder.processId);
  const ended = `the process has ended (0xC000010A)`;
  assertThrows(() => readLog(target), TargetError, ended);
  assertThrows(() => target.control!.enable(), TargetError, ended);
});

standinTest("a live target gives up on a table that outgrows every buffer", async () => {
  await using holder = await HandleHolder.start();
  using standin = new Standin();
  using target = openTraced(holder);
  target.control!.enable();
  standin.behave(BEHAVIOUR.neverEnough);
  assertThrows(() => readLog(target), TargetError, "still more than fitted");
});

standinTest(
  "a live target leaves out the name of a pipe that never comes, and says so",
  async () => {
    await using holder = await HandleHolder.start();
    using _standin = new Standin(BEHAVIOUR.pipeNamesHang);
    const warnings: string[] = [];
    using target = openTraced(holder, warnings);
    const handles = await target.handles!();
    assert(handles.some(({ objectName }) => objectName?.endsWith("\\htrace-holder-event")));
    assert(!handles.some(({ objectName }) => objectName?.endsWith("\\htrace-holder")));
    assertMatch(
      warnings.join(),
      /^names of objects in .* that did not come in time and were left out: \d+$/,
    );
  },
);
