import { assertEquals } from "@std/assert";
import { parseSymbolPath } from "./parse.ts";
import { mayPointTo, parseFilePointer } from "./pointer.ts";

const PATH = parseSymbolPath(
  "\\\\Store\\symbols;srv*C:\\cache*\\\\second\\share\\deep*https://x.example",
  {
    cacheFolder: "C:\\sym",
  },
);

Deno.test("parseFilePointer() reads a path or a message, and nothing else", () => {
  assertEquals(parseFilePointer("PATH:\\\\server\\share\\x.pdb\r\n"), {
    kind: "path",
    path: "\\\\server\\share\\x.pdb",
  });
  assertEquals(parseFilePointer("MSG: Not released"), { kind: "message", text: "Not released" });
  assertEquals(parseFilePointer("<html>"), undefined);
  assertEquals(parseFilePointer("PATH:"), undefined);
});

Deno.test("mayPointTo() allows this machine, and hosts that the symbol path names", () => {
  for (
    const path of [
      "D:\\build\\x.pdb",
      "\\\\store\\other\\x.pdb",
      "//STORE/other/x.pdb",
      "\\\\second\\share\\x.pdb",
    ]
  ) {
    assertEquals(mayPointTo(path, PATH, "windows"), true, path);
  }
});

Deno.test("mayPointTo() allows nothing else", () => {
  for (
    const path of [
      "\\\\evil\\share\\x.pdb",
      "\\\\store.evil\\share\\x.pdb",
      "\\\\store@8080\\share\\x.pdb",
      "\\\\?\\UNC\\store\\share\\x.pdb",
      "\\??\\UNC\\store\\share\\x.pdb",
      "\\\\.\\pipe\\x",
      "\\\\store\\pipe\\x",
      "\\\\store\\IPC$\\x",
      "\\\\store\\share\\x.pdb:stream",
      "\\\\store\\share\\CON",
      "\\\\store\\share",
      "x.pdb",
      "..\\x.pdb",
    ]
  ) {
    assertEquals(mayPointTo(path, PATH, "windows"), false, path);
  }
  assertEquals(mayPointTo("//store/other/x.pdb", PATH, "linux"), false);
  assertEquals(mayPointTo("relative/x.pdb", PATH, "linux"), false);
  assertEquals(mayPointTo("/build/x.pdb", PATH, "linux"), true);
});
