import { assertEquals } from "@std/assert";
import { compressedName, imageKey, isStorable, keyFolder, pdbKey } from "./store.ts";

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

Deno.test("isStorable() accepts names that mean the same file in every store", () => {
  const index = "0123456789ABCDEF0123456789ABCDEF1";
  for (const fileName of ["ntdll.pdb", "a b.exe", "Zoë.pdb", "x", "index.txt", "aux1.pdb"]) {
    assertEquals(isStorable({ fileName, index }), true, fileName);
  }
});

Deno.test("isStorable() rejects marks of a store, devices, other spellings and ways out", () => {
  const index = "0123456789ABCDEF0123456789ABCDEF1";
  const marks = [
    "index2.txt",
    "INDEX2.TXT",
    "pingme.txt",
    "000admin",
    "000Admin",
    "file.ptr",
    "refs.ptr",
  ];
  const devices = ["CON", "con.pdb", "aux.pdb", "NUL", "com1.dll", "LPT9"];
  const spellings = [
    "x.pdb.",
    "x.pdb ",
    " x.pdb",
    "x.pdb:stream",
    "a/b",
    "a\\b",
    "x\0.pdb",
    "x\n.pdb",
    "*",
  ];
  const waysOut = ["", ".", "..", "...", "..x.pdb", ". x", "x".repeat(100_000)];
  for (const fileName of [...marks, ...devices, ...spellings, ...waysOut]) {
    assertEquals(isStorable({ fileName, index }), false, fileName.slice(0, 20));
  }
  for (const wrong of ["", "xyz", "..", "1/2", "0".repeat(41)]) {
    assertEquals(isStorable({ fileName: "x.pdb", index: wrong }), false, wrong);
  }
});
