import { assert, assertEquals } from "@std/assert";
import { SE_DEBUG_PRIVILEGE } from "./constants.ts";
import { WindowsNtdll } from "./ntdll.ts";
import { HandleHolder, windowsTest, wineTest } from "./windows_fixture.ts";

const CURRENT_PROCESS = -1;
const PROCESS_QUERY_INFORMATION = 0x400;
const PROCESS_VM_READ = 0x10;
const PROCESS_HANDLE_TRACING = 32;

const STATUS_NOT_IMPLEMENTED = 0xc0000002;
const STATUS_INVALID_INFO_CLASS = 0xc0000003;
const STATUS_INFO_LENGTH_MISMATCH = 0xc0000004;
const STATUS_INVALID_HANDLE = 0xc0000008;
const STATUS_INVALID_CID = 0xc000000b;
const STATUS_ACCESS_DENIED = 0xc0000022;

/** Address of the PEB, PROCESS_BASIC_INFORMATION.PebBaseAddress (8). */
function pebOf(ntdll: WindowsNtdll, process: number): bigint {
  const basic = new Uint8Array(0x30);
  assertEquals(ntdll.queryInformationProcess(process, 0, basic), { status: 0, returnLength: 0x30 });
  return new DataView(basic.buffer).getBigUint64(8, true);
}

windowsTest("WindowsNtdll opens a process and reads its memory", async () => {
  await using holder = await HandleHolder.start();
  using ntdll = new WindowsNtdll();
  const access = PROCESS_QUERY_INFORMATION | PROCESS_VM_READ;
  const { status, handle } = ntdll.openProcess(holder.processId, access);
  assertEquals(status, 0);
  const pointer = new Uint8Array(8); // PEB.ImageBaseAddress
  const answer = ntdll.readVirtualMemory(handle, pebOf(ntdll, handle) + 0x10n, pointer);
  assertEquals(answer, { status: 0, returnLength: 8 });
  const header = new Uint8Array(2);
  ntdll.readVirtualMemory(handle, new DataView(pointer.buffer).getBigUint64(0, true), header);
  assertEquals(new TextDecoder().decode(header), "MZ");
  assertEquals(ntdll.close(handle), 0);
});

windowsTest("WindowsNtdll returns the status of a call that fails", () => {
  using ntdll = new WindowsNtdll();
  assertEquals(ntdll.openProcess(0x7fff_fffc, 0x400), { status: STATUS_INVALID_CID, handle: 0 });
  assertEquals(ntdll.close(0x7ffc), STATUS_INVALID_HANDLE);
  const missing = ntdll.readVirtualMemory(CURRENT_PROCESS, 0x10n, new Uint8Array(8));
  assert(missing.status !== 0);
  assertEquals(missing.returnLength, 0);
});

windowsTest("WindowsNtdll cannot do what its handle grants no right to", async () => {
  await using holder = await HandleHolder.start();
  using ntdll = new WindowsNtdll();
  const { handle } = ntdll.openProcess(holder.processId, PROCESS_QUERY_INFORMATION);
  const answer = ntdll.readVirtualMemory(handle, pebOf(ntdll, handle), new Uint8Array(8));
  assertEquals(answer.status, STATUS_ACCESS_DENIED);
  ntdll.close(handle);
});

windowsTest("WindowsNtdll lists handles once the buffer is large enough", () => {
  using ntdll = new WindowsNtdll();
  const short = ntdll.querySystemInformation(64, new Uint8Array(0x10));
  assertEquals(short.status, STATUS_INFO_LENGTH_MISMATCH);
  const list = new Uint8Array(0x200_0000); // room for 800,000
  assertEquals(ntdll.querySystemInformation(64, list).status, 0);
  assert(new DataView(list.buffer).getBigUint64(0, true) > 0n);
});

windowsTest("WindowsNtdll names the type of a duplicate", async () => {
  await using holder = await HandleHolder.start();
  using ntdll = new WindowsNtdll();
  const target = ntdll.openProcess(holder.processId, PROCESS_QUERY_INFORMATION);
  // A handle to a process is a handle like any other: its duplicate has the type "Process".
  const copy = ntdll.duplicateObject(CURRENT_PROCESS, target.handle, CURRENT_PROCESS, 0, 2);
  assertEquals(copy.status, 0);
  const type = new Uint8Array(0x200);
  assertEquals(ntdll.queryObject(copy.handle, 2, type).status, 0);
  const length = new DataView(type.buffer).getUint16(0, true);
  // OBJECT_TYPE_INFORMATION: the text follows the 0x68 bytes of the structure.
  assertEquals(new TextDecoder("utf-16le").decode(type.subarray(0x68, 0x68 + length)), "Process");
  ntdll.close(copy.handle);
  ntdll.close(target.handle);
});

windowsTest("WindowsNtdll returns the version and enables a privilege", () => {
  using ntdll = new WindowsNtdll();
  const version = ntdll.version();
  assert(version.major >= 6 && version.build > 6000, Deno.inspect(version));
  const status = ntdll.enablePrivilege(SE_DEBUG_PRIVILEGE);
  assert(status === 0 || status === 0xc0000061, status.toString(16)); // STATUS_PRIVILEGE_NOT_HELD
});

wineTest("Wine has no handle tracing, and says so with these statuses", () => {
  using ntdll = new WindowsNtdll();
  const set = ntdll.setInformationProcess(CURRENT_PROCESS, PROCESS_HANDLE_TRACING, null);
  const query = ntdll.queryInformationProcess(
    CURRENT_PROCESS,
    PROCESS_HANDLE_TRACING,
    new Uint8Array(0xb0),
  );
  assertEquals(set, STATUS_NOT_IMPLEMENTED);
  assertEquals(query.status, STATUS_INVALID_INFO_CLASS);
});
