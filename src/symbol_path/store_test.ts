import { assertEquals } from "@std/assert";
import { compressedName, imageKey, keyFolder, parseFilePointer, pdbKey } from "./store.ts";

Deno.test("pdbKey() joins GUID and age and drops the folders of either separator", () => {
  const guid = "DF5016E17D4C30144C4C44205044422E";
  assertEquals(pdbKey({ guid, age: 10, path: "C:/src\\out/WriteArgument.pdb" }), {
    fileName: "WriteArgument.pdb",
    index: "DF5016E17D4C30144C4C44205044422EA",
  });
});

Deno.test("imageKey() joins time stamp and image size", () => {
  const module = { name: "ntdll", path: "C:\\W\\ntdll.dll", base: 0n, size: 0x1a9000 };
  assertEquals(imageKey({ ...module, timestamp: 0x4a5bdb3b }), {
    fileName: "ntdll.dll",
    index: "4A5BDB3B1a9000",
  });
  assertEquals(imageKey(module), undefined);
});

Deno.test("keyFolder() puts two letters before the name in a two-tier store", () => {
  const key = { fileName: "Ntdll.pdb", index: "ABC1" };
  assertEquals(keyFolder(key, false), ["Ntdll.pdb", "ABC1"]);
  assertEquals(keyFolder(key, true), ["nt", "Ntdll.pdb", "ABC1"]);
});

Deno.test("compressedName() replaces the last letter", () => {
  assertEquals(compressedName("ntdll.pdb"), "ntdll.pd_");
});

Deno.test("parseFilePointer() reads a path, a message, and nothing else", () => {
  assertEquals(parseFilePointer("PATH:\\\\server\\share\\x.pdb\r\n"), {
    kind: "path",
    path: "\\\\server\\share\\x.pdb",
  });
  assertEquals(parseFilePointer("MSG: Not released"), { kind: "message", text: "Not released" });
  assertEquals(parseFilePointer("<html>"), undefined);
  assertEquals(parseFilePointer("PATH:"), undefined);
});
