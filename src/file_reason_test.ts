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
  const loop = Object.assign(new Error("Too many levels of symbolic links (os error 40)"), {
    code: "ELOOP",
  });
  assertEquals(fileReason(loop), "its links lead in a circle");
});

Deno.test("fileReason() keeps Deno's message for permissions that the program cannot grant itself", () => {
  const guarded = new Error(
    'Requires all access to "/dev/full", run again with the --allow-all flag',
  );
  assertEquals(fileReason(guarded), "it is a device or belongs to the system");
  assertEquals(fileReason(new Error("Empty path is not allowed")), "its name is empty");
  const permission = 'Requires read access to "x", run again with the --allow-read flag';
  assertEquals(fileReason(new Error(permission)), permission);
});
