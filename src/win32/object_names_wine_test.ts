import { assert, assertEquals } from "@std/assert";
import { WindowsNtdll } from "./ntdll.ts";
import { ObjectNames } from "./object_names.ts";
import { BEHAVIOUR, Standin, STANDIN_PATH } from "./_standin.ts";
import { HandleHolder, windowsTest } from "./_testing.ts";

const PROCESS_DUP_HANDLE = 0x40;
const STATUS_INVALID_HANDLE = 0xc0000008;
const EVENT_NAME = /\\BaseNamedObjects\\htrace-holder-event$/;

/** Asks for the names of the first handles of a process, as far as there are objects. */
function namesOf(processId: number, names: ObjectNames): string[] {
  using ntdll = new WindowsNtdll();
  const { handle: process } = ntdll.openProcess(processId, PROCESS_DUP_HANDLE);
  const found: string[] = [];
  for (let handle = 4; handle < 0x100; handle += 4) {
    const answer = names.read(process, handle);
    if (answer.kind === "named" && answer.name !== "") found.push(answer.name);
  }
  ntdll.close(process);
  return found;
}

windowsTest("ObjectNames reads the names of another process's objects", async () => {
  await using holder = await HandleHolder.start();
  using names = new ObjectNames();
  const found = namesOf(holder.processId, names);
  assert(found.some((name) => EVENT_NAME.test(name)), found.join("\n"));
  assert(found.includes("\\Device\\NamedPipe\\htrace-holder"), found.join("\n"));
  assertEquals(names.abandoned, 0);
});

windowsTest("ObjectNames says why there is no name", async () => {
  await using holder = await HandleHolder.start();
  using ntdll = new WindowsNtdll();
  using names = new ObjectNames();
  const { handle: process } = ntdll.openProcess(holder.processId, PROCESS_DUP_HANDLE);
  assertEquals(names.read(process, 0x7ffc), { kind: "failed", status: STATUS_INVALID_HANDLE });
  ntdll.close(process);
});

windowsTest("ObjectNames gives up a pipe whose name never comes and goes on", async () => {
  await using holder = await HandleHolder.start();
  using _standin = new Standin(BEHAVIOUR.pipeNamesHang);
  using names = new ObjectNames({ library: STANDIN_PATH, patience: 100 });
  const found = namesOf(holder.processId, names);
  assert(names.abandoned > 0);
  assert(found.some((name) => EVENT_NAME.test(name)), found.join("\n"));
  assert(!found.includes("\\Device\\NamedPipe\\htrace-holder"), found.join("\n"));
});

windowsTest("ObjectNames asks no more after sixteen names that never came", async () => {
  await using holder = await HandleHolder.start();
  using _standin = new Standin(BEHAVIOUR.pipeNamesHang);
  using names = new ObjectNames({ library: STANDIN_PATH, patience: 20 });
  for (let round = 0; round < 20 && names.abandoned < 16; round++) {
    namesOf(holder.processId, names);
  }
  assertEquals(names.abandoned, 16);
  assertEquals(names.read(-1, 4), { kind: "abandoned" });
});
