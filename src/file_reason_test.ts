import { assertEquals, assertThrows } from "@std/assert";
import { fileReason } from "./file_reason.ts";

Deno.test("fileReason() says what the system found, without path and number", () => {
  const missing = assertThrows(() => Deno.openSync("/no such folder/file"));
  assertEquals(fileReason(missing), "there is no such file");
  const full = Object.assign(new Error("No space left on device (os error 28)"), {
    code: "ENOSPC",
  });
  assertEquals(fileReason(full), "the disk is full");
  const invalid = new Error("Invalid parameter. (os error 87): stat 'NUL'");
  assertEquals(fileReason(invalid), "Invalid parameter");
  const loop = new Error("Too many levels of symbolic links (os error 40): open 'loop'");
  assertEquals(fileReason(loop), "Too many levels of symbolic links");
});
