import { assertEquals } from "@std/assert";
import { isFailure, NtStatusError, PROCESS_RIGHTS, statusText } from "./status.ts";

Deno.test("statusText() has the meaning and the number", () => {
  assertEquals(statusText(0xc0000022), "access denied (0xC0000022)");
  assertEquals(statusText(0xc0001234), "the call failed (0xC0001234)");
  assertEquals(statusText(0xc0000022 | 0), "access denied (0xC0000022)"); // as a signed number
});

Deno.test("isFailure() does not count warnings as failures", () => {
  assertEquals([0, 0x40000000, 0x8000000d, 0xc0000001].map(isFailure), [false, false, false, true]);
});

Deno.test("NtStatusError names the right only if it was denied", () => {
  const denied = new NtStatusError("NtOpenProcess", 0xc0000022, "look", PROCESS_RIGHTS.query);
  const gone = new NtStatusError("NtOpenProcess", 0xc000010a, "look", PROCESS_RIGHTS.query);
  assertEquals(denied.message.includes("PROCESS_QUERY_INFORMATION (0x400)"), true);
  assertEquals(gone.message, "Cannot look: the process has ended (0xC000010A)");
  assertEquals([gone.call, gone.status], ["NtOpenProcess", 0xc000010a]);
});
