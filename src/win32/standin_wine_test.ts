/**
 * Checks the stand-in's handle tracing against the published rules (handle-tracing reference, A.3 and A.4): if it were
 * wrong, the tests of the live target that use it would prove nothing.
 */
import { assertEquals } from "@std/assert";
import { SE_DEBUG_PRIVILEGE } from "./constants.ts";
import { WindowsNtdll } from "./ntdll.ts";
import { BEHAVIOUR, Standin, STANDIN_PATH, standinTest } from "./standin_fixture.ts";
import { HandleHolder } from "./windows_fixture.ts";

const SELF = -1;
const PROCESS_SET_INFORMATION = 0x200;
const PROCESS_QUERY_INFORMATION = 0x400;
const PROCESS_HANDLE_TRACING = 32;

const STATUS_SUCCESS = 0;
const STATUS_DATATYPE_MISALIGNMENT = 0x80000002;
const STATUS_INFO_LENGTH_MISMATCH = 0xc0000004;
const STATUS_INVALID_HANDLE = 0xc0000008;
const STATUS_INVALID_PARAMETER = 0xc000000d;
const STATUS_ACCESS_DENIED = 0xc0000022;
const STATUS_INSUFFICIENT_RESOURCES = 0xc000009a;
const STATUS_PROCESS_IS_TERMINATING = 0xc000010a;

const HEADER = 0x10; // PROCESS_HANDLE_TRACING_QUERY up to HandleTrace
const ENTRY = 0xa0; // PROCESS_HANDLE_TRACING_ENTRY

/** The words of PROCESS_HANDLE_TRACING_ENABLE or _EX. */
function words(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

function set(ntdll: WindowsNtdll, buffer: Uint8Array | null, process = SELF): number {
  return ntdll.setInformationProcess(process, PROCESS_HANDLE_TRACING, buffer);
}

interface Answer {
  status: number;
  returnLength: number;
  totalTraces: number;
  handles: number[];
  firstStack: bigint[];
}

/** Queries with room for `room` entries and reads the ones that were written. */
function query(ntdll: WindowsNtdll, room: number, filter = 0, process = SELF): Answer {
  const buffer = new Uint8Array(HEADER + room * ENTRY);
  const view = new DataView(buffer.buffer);
  view.setBigUint64(0, BigInt(filter), true);
  const answer = ntdll.queryInformationProcess(process, PROCESS_HANDLE_TRACING, buffer);
  const handles: number[] = [];
  for (let at = HEADER; at + ENTRY <= answer.returnLength; at += ENTRY) {
    handles.push(Number(view.getBigUint64(at, true)));
  }
  const firstStack: bigint[] = [];
  for (let frame = 0; frame < 16 && handles.length > 0; frame++) {
    firstStack.push(view.getBigUint64(HEADER + 0x20 + frame * 8, true));
  }
  return { ...answer, totalTraces: view.getUint32(8, true), handles, firstStack };
}

standinTest("the stand-in enables according to the length and its slot rules", () => {
  using standin = new Standin();
  using ntdll = new WindowsNtdll(STANDIN_PATH);
  const slotsAfter = (buffer: Uint8Array): number => {
    assertEquals(set(ntdll, buffer), STATUS_SUCCESS);
    return standin.slots(Deno.pid);
  };
  assertEquals(slotsAfter(words(0)), 0x1000);
  assertEquals(slotsAfter(words(0, 0)), 0x1000);
  assertEquals(slotsAfter(words(0, 1)), 0x80);
  assertEquals(slotsAfter(words(0, 0x81)), 0x100);
  assertEquals(slotsAfter(words(0, 0x20001)), 0x20000);
  assertEquals(set(ntdll, null), STATUS_SUCCESS);
  assertEquals(standin.slots(Deno.pid), 0);
  assertEquals(set(ntdll, null), STATUS_SUCCESS, "disabling what is off succeeds");
});

standinTest("the stand-in checks length and flags before the handle", () => {
  using standin = new Standin();
  using ntdll = new WindowsNtdll(STANDIN_PATH);
  const bad = 0x7ffc;
  assertEquals(set(ntdll, new Uint8Array(5), bad), STATUS_INFO_LENGTH_MISMATCH);
  assertEquals(set(ntdll, words(1), bad), STATUS_INVALID_PARAMETER);
  assertEquals(set(ntdll, words(0), bad), STATUS_INVALID_HANDLE);
  standin.behave(BEHAVIOUR.shortFormOnly);
  assertEquals(set(ntdll, words(0, 0x80)), STATUS_INFO_LENGTH_MISMATCH);
  assertEquals(set(ntdll, words(0)), STATUS_SUCCESS);
  standin.behave(BEHAVIOUR.windows11_24H2);
  assertEquals(set(ntdll, words(0xf)), STATUS_SUCCESS);
  assertEquals(set(ntdll, words(0x10)), STATUS_INVALID_PARAMETER);
  standin.behave(BEHAVIOUR.noPool);
  assertEquals(set(ntdll, words(0)), STATUS_INSUFFICIENT_RESOURCES);
  standin.behave(0);
  standin.setExiting(Deno.pid);
  assertEquals(set(ntdll, words(0)), STATUS_PROCESS_IS_TERMINATING);
  assertEquals(query(ntdll, 1).status, STATUS_PROCESS_IS_TERMINATING);
});

standinTest("the stand-in requires 0x200 to set and 0x400 to query", async () => {
  await using holder = await HandleHolder.start();
  using _standin = new Standin();
  using ntdll = new WindowsNtdll(STANDIN_PATH);
  const setter = ntdll.openProcess(holder.processId, PROCESS_SET_INFORMATION).handle;
  const reader = ntdll.openProcess(holder.processId, PROCESS_QUERY_INFORMATION).handle;
  assertEquals(set(ntdll, words(0), reader), STATUS_ACCESS_DENIED);
  assertEquals(set(ntdll, words(0), setter), STATUS_SUCCESS);
  assertEquals(query(ntdll, 1, 0, setter).status, STATUS_ACCESS_DENIED);
  assertEquals(query(ntdll, 1, 0, reader).status, STATUS_SUCCESS);
  ntdll.close(setter);
  ntdll.close(reader);
});

standinTest("the stand-in returns traces newest first, as many as fit", () => {
  using standin = new Standin();
  using ntdll = new WindowsNtdll(STANDIN_PATH);
  set(ntdll, words(0));
  for (const handle of [4, 8, 12]) standin.record(Deno.pid, "open", handle, 77, [0x1000n, 0x2000n]);
  standin.record(Deno.pid, "close", 4, 77, []);

  const all = query(ntdll, 4);
  assertEquals(all.status, STATUS_SUCCESS);
  assertEquals(all.handles, [4, 12, 8, 4]);
  const partial = query(ntdll, 2);
  assertEquals(partial.status, STATUS_INFO_LENGTH_MISMATCH);
  assertEquals(partial.handles, [4, 12]);
  assertEquals(partial.totalTraces, 4);
  assertEquals(partial.returnLength, HEADER + 2 * ENTRY, "what was written, not what is needed");
  const filtered = query(ntdll, 4, 8);
  assertEquals(filtered.handles, [8]);
  assertEquals(filtered.firstStack.slice(0, 3), [0x1000n, 0x2000n, 0n]);
  assertEquals(query(ntdll, 0, 0xabc).status, STATUS_SUCCESS, "nothing matches, so all of it fits");
});

standinTest("the stand-in overwrites the oldest traces, and drops all when enabled again", () => {
  using standin = new Standin();
  using ntdll = new WindowsNtdll(STANDIN_PATH);
  set(ntdll, words(0, 0x80));
  for (let handle = 1; handle <= 0x90; handle++) standin.record(Deno.pid, "open", handle, 1, [1n]);
  const full = query(ntdll, 0x80);
  assertEquals(full.totalTraces, 0x80);
  assertEquals([full.handles.at(0), full.handles.at(-1)], [0x90, 0x11]);
  set(ntdll, words(0, 0x80));
  assertEquals(query(ntdll, 1).totalTraces, 0);
});

standinTest("the stand-in rejects queries as the kernel does", () => {
  using standin = new Standin();
  using ntdll = new WindowsNtdll(STANDIN_PATH);
  assertEquals(query(ntdll, 1).status, STATUS_INVALID_PARAMETER, "tracing is off");
  const short = new Uint8Array(HEADER - 1);
  assertEquals(ntdll.queryInformationProcess(SELF, PROCESS_HANDLE_TRACING, short), {
    status: STATUS_INFO_LENGTH_MISMATCH,
    returnLength: 0,
  });
  const crooked = new Uint8Array(0x100).subarray(1);
  const answer = ntdll.queryInformationProcess(SELF, PROCESS_HANDLE_TRACING, crooked);
  assertEquals(answer.status, STATUS_DATATYPE_MISALIGNMENT);
  standin.behave(BEHAVIOUR.restrictedCaller);
  assertEquals(query(ntdll, 1).status, STATUS_ACCESS_DENIED);
});

standinTest("the stand-in as 24H2 hides stacks until SeDebugPrivilege is enabled", () => {
  using standin = new Standin(BEHAVIOUR.windows11_24H2);
  using ntdll = new WindowsNtdll(STANDIN_PATH);
  set(ntdll, words(0));
  standin.record(Deno.pid, "open", 4, 1, [0x1234n]);
  assertEquals(query(ntdll, 1).firstStack, new Array(16).fill(0n));
  assertEquals(ntdll.enablePrivilege(SE_DEBUG_PRIVILEGE), STATUS_SUCCESS);
  assertEquals(query(ntdll, 1).firstStack[0], 0x1234n);
});

standinTest("the stand-in reports the version that it was given", () => {
  using standin = new Standin();
  using ntdll = new WindowsNtdll(STANDIN_PATH);
  standin.setVersion(5, 1, 2600);
  assertEquals(ntdll.version(), { major: 5, minor: 1, build: 2600 });
});
