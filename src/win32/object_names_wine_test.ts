import { assert, assertEquals } from "@std/assert";
import { WindowsNtdll } from "./ntdll.ts";
import { ObjectNames } from "./object_names.ts";
import { BEHAVIOUR, Standin, STANDIN_PATH, standinTest } from "./standin_fixture.ts";
import { HandleHolder, windowsTest } from "./windows_fixture.ts";

const PROCESS_DUP_HANDLE = 0x40;
const STATUS_INVALID_HANDLE = 0xc0000008;
const EVENT_NAME = /\\BaseNamedObjects\\htrace-holder-event$/;

/** Queries the first handles of a process and returns the names that there are. */
function namesOf(process: number, names: ObjectNames): string[] {
  const found: string[] = [];
  for (let handle = 4; handle < 0x100; handle += 4) {
    const answer = names.read(process, handle);
    if (answer.kind === "named" && answer.name !== "") found.push(answer.name);
  }
  return found;
}

/** A handle to the holder, closed when disposed. */
function openHolder(holder: HandleHolder): { handle: number } & Disposable {
  using untilOpen = new DisposableStack();
  const ntdll = untilOpen.use(new WindowsNtdll());
  const { status, handle } = ntdll.openProcess(holder.processId, PROCESS_DUP_HANDLE);
  assertEquals(status, 0);
  untilOpen.defer(() => ntdll.close(handle));
  const resources = untilOpen.move();
  return { handle, [Symbol.dispose]: () => resources.dispose() };
}

windowsTest("ObjectNames reads the names of another process's objects", async () => {
  await using holder = await HandleHolder.start();
  using process = openHolder(holder);
  using names = new ObjectNames();
  const found = namesOf(process.handle, names);
  assert(found.some((name) => EVENT_NAME.test(name)), found.join("\n"));
  assert(found.includes("\\Device\\NamedPipe\\htrace-holder"), found.join("\n"));
});

windowsTest("ObjectNames says why there is no name", async () => {
  await using holder = await HandleHolder.start();
  using process = openHolder(holder);
  using names = new ObjectNames();
  const answer = names.read(process.handle, 0x7ffc);
  assertEquals(answer, { kind: "failed", status: STATUS_INVALID_HANDLE });
});

standinTest(
  "ObjectNames gives up a pipe whose name never comes, for good, and goes on",
  async () => {
    await using holder = await HandleHolder.start();
    using process = openHolder(holder);
    using _standin = new Standin(BEHAVIOUR.pipeNamesHang);
    using names = new ObjectNames({ library: STANDIN_PATH, patience: 100 });
    const found = namesOf(process.handle, names);
    const { abandoned } = names;
    assert(abandoned > 0);
    assert(found.some((name) => EVENT_NAME.test(name)), found.join("\n"));
    assert(!found.includes("\\Device\\NamedPipe\\htrace-holder"), found.join("\n"));
    assertEquals(namesOf(process.handle, names), found);
    assertEquals(names.abandoned, abandoned, "they are not asked for again");
  },
);

standinTest("ObjectNames stops querying after sixteen names that never arrived", async () => {
  await using holder = await HandleHolder.start();
  using _standin = new Standin(BEHAVIOUR.pipeNamesHang);
  using names = new ObjectNames({ library: STANDIN_PATH, patience: 20 });
  using processes = new DisposableStack(); // each has its own handles to pipes
  for (let round = 0; round < 17; round++) {
    namesOf(processes.use(openHolder(holder)).handle, names);
  }
  assertEquals(names.abandoned, 16);
  assertEquals(names.read(-1, 4), { kind: "abandoned" });
});
