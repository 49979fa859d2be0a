/** The live target over a fake system: the parts that do not need Windows. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readLog } from "../target_fixture.ts";
import { TargetError } from "../error.ts";
import type { NtStatus } from "../ntdll.ts";
import { FakeNtdll } from "../nt/ntdll_fixture.ts";
import { NtStatusError } from "../nt/status.ts";
import type { Target } from "../target.ts";
import { Session } from "../session.ts";
import type { WindowsVersion } from "../win32/ntdll.ts";
import type { ObjectName } from "../win32/object_names.ts";
import { LIVE, type LiveSystem, openLive, openOn } from "./live.ts";

const STATUS_PROCESS_IS_TERMINATING = 0xc000010a;

const PROCESSES: readonly (readonly [processId: number, imageName: string])[] = [
  [4, "System"],
  [812, "svchost.exe"],
  [1044, "svchost.exe"],
  [1234, "notepad.exe"],
];

/** When each of them was created, as a FILETIME. */
const CREATED = 133_500_000_000_000_000n;

/** KERNEL_USER_TIMES: when a process was created and, if it has ended, when. */
function processTimes(created: bigint, ended = 0n): Uint8Array {
  const times = new BigUint64Array([created, ended, 0n, 0n]);
  return new Uint8Array(times.buffer);
}

/** SYSTEM_PROCESS_INFORMATION without threads; the name follows the 0x100 bytes of each. */
function processList(): Uint8Array {
  const size = 0x120;
  const bytes = new Uint8Array(size * PROCESSES.length);
  const view = new DataView(bytes.buffer);
  PROCESSES.forEach(([processId, name], index) => {
    const start = index * size;
    if (index + 1 < PROCESSES.length) view.setUint32(start, size, true);
    view.setUint16(start + 0x38, name.length * 2, true);
    view.setBigUint64(start + 0x20, CREATED, true);
    view.setBigUint64(start + 0x50, BigInt(processId), true);
    for (let i = 0; i < name.length; i++) {
      view.setUint16(start + 0x100 + i * 2, name.charCodeAt(i), true);
    }
  });
  return bytes;
}

/** PROCESS_HANDLE_SNAPSHOT_INFORMATION with the one handle 0x44. */
function handleList(): Uint8Array {
  const bytes = new Uint8Array(0x38);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, 1n, true);
  view.setBigUint64(0x10, 0x44n, true);
  return bytes;
}

class LiveNtdll extends FakeNtdll {
  version(): WindowsVersion {
    return { major: 10, minor: 0, build: 22631 };
  }
  enablePrivilege(): NtStatus {
    return 0;
  }
}

/** A 64-bit system with the processes above, which never returns a name. */
class FakeSystem implements LiveSystem {
  readonly ntdll = new LiveNtdll(8);
  readonly names = {
    abandoned: 0,
    read: (): ObjectName => {
      this.names.abandoned++;
      return { kind: "abandoned" };
    },
  };
  disposed = 0;

  constructor() {
    this.ntdll.systemReplies.set(5, processList());
    this.ntdll.processReplies.set(0, new Uint8Array(0x30)); // ProcessBasicInformation
    this.ntdll.processReplies.set(4, processTimes(CREATED));
    this.ntdll.processReplies.set(26, new Uint8Array(8)); // ProcessWow64Information: no 32-bit PEB
    this.ntdll.processReplies.set(51, handleList());
  }

  get traced(): boolean {
    return this.ntdll.traces !== undefined;
  }

  [Symbol.dispose](): void {
    this.disposed++;
  }
}

Deno.test("LIVE accepts process ids and image names, but not a file of that name", () => {
  assert(LIVE.accepts({ text: "1234" }));
  assert(LIVE.accepts({ text: "0x4D2" }));
  assert(LIVE.accepts({ text: "notepad.exe" }));
  assert(!LIVE.accepts({ text: "1234", head: new Uint8Array(4) }));
  const isWindows = Deno.build.os === "windows";
  assertEquals(LIVE.accepts({ text: "notepad.exe", head: new Uint8Array(4) }), isWindows);
  assert(!LIVE.accepts({ text: "emulated" }));
  assert(!LIVE.accepts({ text: "C:\\tools\\notepad.exe" }));
});

Deno.test({
  name: "openLive() says that this is not Windows [elsewhere]",
  ignore: Deno.build.os === "windows",
  fn: () => {
    assertThrows(
      () => openLive("1234"),
      TargetError,
      'Cannot open process "1234": this is not Windows; open a recording or "emulated"',
    );
  },
});

Deno.test("openOn() finds a process by id or by name, in any case", () => {
  for (const text of ["1234", "0x4d2", "NOTEPAD.exe"]) {
    using target = openOn(new FakeSystem(), text);
    assertEquals(target.name, "process 1234 (notepad.exe)");
  }
});

Deno.test("openOn() lists several processes of one name, and releases the system", () => {
  const system = new FakeSystem();
  assertThrows(
    () => openOn(system, "svchost.exe"),
    TargetError,
    'Cannot open process "svchost.exe": 2 processes have that name (812, 1044); give one of ' +
      "their ids",
  );
  assertEquals(system.disposed, 1);
});

Deno.test("openOn() says that there is no such process", () => {
  assertThrows(
    () => openOn(new FakeSystem(), "0x500"),
    TargetError,
    'Cannot open process 1280: there is no process of that id; "htrace processes" lists them',
  );
  assertThrows(
    () => openOn(new FakeSystem(), "calc.exe"),
    TargetError,
    'Cannot open process "calc.exe": there is no process of that name',
  );
});

Deno.test("openOn() pins the process with the least access right before it queries anything", () => {
  const system = new FakeSystem();
  {
    using _target = openOn(system, "1234");
    assertEquals([...system.ntdll.open.values()], [0x1000]); // PROCESS_QUERY_LIMITED_INFORMATION
  }
  assertEquals(system.ntdll.open.size, 0);
});

Deno.test("openOn() does not mistake another process for one that ended while it was being opened", () => {
  const system = new FakeSystem();
  system.ntdll.processReplies.set(4, processTimes(CREATED + 10_000_000n));
  assertThrows(
    () => openOn(system, "1234"),
    TargetError,
    "Cannot open process 1234: the process has ended, and another one has its id now; " +
      '"htrace processes" lists the processes',
  );
  assertEquals([system.ntdll.open.size, system.disposed], [0, 1]);
});

Deno.test("openOn() says which right pinning lacks, and releases the system", () => {
  const system = new FakeSystem();
  system.ntdll.denied = 0x1000;
  assertThrows(
    () => openOn(system, "1234"),
    TargetError,
    "Cannot open process 1234: access denied (0xC0000022) to PROCESS_QUERY_LIMITED_INFORMATION " +
      "(0x1000)",
  );
  assertEquals([system.ntdll.open.size, system.disposed], [0, 1]);
});

Deno.test("a live target opens no further handle once its process id is reused", async () => {
  const system = new FakeSystem();
  using target = openOn(system, "1234");
  system.ntdll.processReplies.set(4, processTimes(CREATED + 10_000_000n));
  const another = "the process has ended, and another one has its id now";
  assertThrows(() => target.control!.enable(), TargetError, another);
  assertThrows(() => readLog(target), TargetError, another);
  await assertRejects(() => Promise.try(() => target.modules()), TargetError, another);
});

Deno.test("a live target distinguishes a process that has ended from one without modules and handles", async () => {
  const system = new FakeSystem();
  system.ntdll.processReplies.set(51, new Uint8Array(0x10)); // no handles
  using target = openOn(system, "1234");
  assertEquals([await target.modules(), await target.handles!()], [[], []]);
  system.ntdll.processReplies.set(4, processTimes(CREATED, CREATED + 1n));
  const ended = "the process has ended (0xC000010A)";
  await assertRejects(() => Promise.try(() => target.modules()), NtStatusError, ended);
  await assertRejects(() => Promise.try(() => target.handles!()), NtStatusError, ended);
});

Deno.test("a live target closes every handle when disposed", async () => {
  const system = new FakeSystem();
  {
    using target = openOn(system, "1234");
    target.control!.enable();
    readLog(target);
    await target.handles!();
    assert(system.traced);
    assert(system.ntdll.open.size > 0);
  }
  assertEquals([system.ntdll.open.size, system.disposed], [0, 1]);
});

Deno.test("a session switches off tracing that it switched on, and leaves it alone if it was on before", async () => {
  const system = new FakeSystem();
  await enableAndDispose(openOn(system, "1234"));
  assert(!system.traced);
  const before = new FakeSystem();
  before.ntdll.traces = [];
  const warnings: string[] = [];
  await enableAndDispose(openOn(before, "1234", { warn: (sentence) => warnings.push(sentence) }));
  assert(before.traced);
  assertEquals(
    warnings[1],
    "tracing was on already for process 1234 (notepad.exe): its earlier traces are gone",
  );
});

Deno.test("a live target of a process that has ended is disposed of without an error", async () => {
  const system = new FakeSystem();
  {
    const target = openOn(system, "1234");
    using session = new Session(target);
    await session.enable();
    system.ntdll.setStatus = STATUS_PROCESS_IS_TERMINATING;
    system.ntdll.processReplies.set(32, STATUS_PROCESS_IS_TERMINATING);
    await assertRejects(() => session.show(), TargetError, "the process has ended");
  }
  assertEquals([system.ntdll.open.size, system.disposed], [0, 1]);
});

Deno.test("a live target names the right that was denied", () => {
  const system = new FakeSystem();
  system.ntdll.denied = 0x600;
  using target = openOn(system, "1234");
  const elevate = "run elevated or as its user; protected processes refuse everybody";
  const set = assertThrows(() => target.control!.enable(), TargetError);
  assert(set.message.includes("PROCESS_SET_INFORMATION (0x200)"), set.message);
  assert(set.message.endsWith(elevate), set.message);
  const query = assertThrows(() => readLog(target), TargetError);
  assert(query.message.includes("PROCESS_QUERY_INFORMATION (0x400)"), query.message);
});

Deno.test("a live target says what tracing a 32-bit process yields", () => {
  const system = new FakeSystem();
  system.ntdll.processReplies.set(26, Uint8Array.of(0, 0xf0, 0x7f, 0, 0, 0, 0, 0));
  const warnings: string[] = [];
  using target = openOn(system, "1234", { warn: (sentence) => warnings.push(sentence) });
  target.control!.enable();
  assertEquals(
    warnings[1],
    "process 1234 (notepad.exe) is 32-bit: part of the 16 frames of each of its traces is the " +
      "64-bit layer below it",
  );
});

Deno.test("a live target says how many names are missing", async () => {
  const warnings: string[] = [];
  const warn = (sentence: string): void => void warnings.push(sentence);
  using target = openOn(new FakeSystem(), "1234", { warn });
  assertEquals((await target.handles!()).map(({ handle }) => handle), [0x44]);
  assertEquals(warnings, [
    "names of objects in process 1234 (notepad.exe) that did not come in time and were left out: 1",
  ]);
});

async function enableAndDispose(target: Target): Promise<void> {
  using session = new Session(target);
  await session.enable();
}
