import { assertEquals } from "@std/assert";
import { isLocalPath, isPlainFileName } from "./local_path.ts";

const PLAIN = [
  "C:\\build\\x.pdb",
  "c:/build/x.pdb",
  "Z:\\a b\\..\\x.y.pdb",
  "C:\\\\doubled\\\\x.pdb",
  "D:\\Üb\\файл.pdb",
];

/** Spellings that lead elsewhere, or to something that is not a file. */
const ELSEWHERE = [
  "\\\\host\\share\\x.pdb",
  "//host/share/x.pdb",
  "\\/host\\share\\x.pdb",
  "/\\host/share/x.pdb",
  "\\??\\UNC\\host\\share\\x.pdb",
  "\\??\\C:\\x.pdb",
  "/??/UNC/host/share/x.pdb",
  "\\\\?\\UNC\\host\\share\\x.pdb",
  "//?/UNC/host/share/x.pdb",
  "\\\\?\\C:\\x.pdb",
  "\\\\.\\pipe\\x",
  "\\\\.\\C:\\x.pdb",
  "\\\\.\\PhysicalDrive0",
  "\\\\host@8080\\DavWWWRoot\\x.pdb",
  "\\Device\\Mup\\host\\share\\x.pdb",
  "\\SystemRoot\\System32\\x.dll",
  "\\x.pdb",
  "C:x.pdb",
  "x.pdb",
  "..\\x.pdb",
  "",
  "C:",
  "CC:\\x.pdb",
  "1:\\x.pdb",
  " C:\\x.pdb",
  "file:///C:/x.pdb",
  "C:\\x.pdb:stream",
  "C:\\x.pdb::$DATA",
  "C:\\folder:$I30:$INDEX_ALLOCATION\\x.pdb",
  "C:\\x\\NUL",
  "C:\\x\\con.pdb",
  "C:\\COM1",
  "C:\\lpt9.pdb",
  "C:\\com¹\\x.pdb",
  "C:\\AUX .pdb",
  "C:\\??\\UNC\\host\\x.pdb",
  "C:\\x.pdb.",
  "C:\\x.pdb ",
  "C:\\folder. \\x.pdb",
  "C:\\x\0.pdb",
  "C:\\x\n.pdb",
  `C:\\${"x".repeat(300)}`,
];

Deno.test("isLocalPath() accepts drive paths on Windows, and no other spelling", () => {
  for (const path of PLAIN) assertEquals(isLocalPath(path, "windows"), true, path);
  for (const path of ELSEWHERE) assertEquals(isLocalPath(path, "windows"), false, path);
});

Deno.test("isLocalPath() accepts no path to elsewhere, regardless of its separators", () => {
  for (const path of ELSEWHERE) {
    for (const other of [path.replaceAll("\\", "/"), path.replaceAll("/", "\\")]) {
      // A path with slashes in place of backslashes is just as plain.
      assertEquals(isLocalPath(other, "windows"), false, other);
    }
  }
});

Deno.test("isLocalPath() accepts absolute paths on systems other than Windows", () => {
  for (const path of ["/build/x.pdb", "/a/../b", "/networks/x.pdb", "/a:b|c"]) {
    assertEquals(isLocalPath(path, "linux"), true, path);
  }
  const elsewhere = [
    "//host/x",
    "x.pdb",
    "",
    "C:\\x.pdb",
    "/net/host/x.pdb",
    "/./net/host/x.pdb",
    "/tmp/../net/host/x.pdb",
    "/..//Network/host/x.pdb",
    "/proc/self/root/net/host/x.pdb",
    "/Network/Servers/host/x",
    "/x\0",
  ];
  for (const path of elsewhere) assertEquals(isLocalPath(path, "darwin"), false, path);
});

Deno.test("isPlainFileName() rejects what some system reads as another name, a device or no name", () => {
  const plain = [
    "x.pdb",
    ".x",
    "con1.pdb",
    "CONSOLE.pdb",
    "com10.dll",
    "a b.pdb",
    "auxiliary",
    "x..pdb",
  ];
  for (const name of plain) assertEquals(isPlainFileName(name), true, name);
  const others = [
    "",
    ".",
    "..",
    "CON",
    "aux.pdb",
    "nul.tar.gz",
    "COM1",
    "lpt³.x",
    "conin$",
    "x.",
    "x ",
    "a/b",
    "a\\b",
  ];
  for (const name of others) assertEquals(isPlainFileName(name), false, name);
  assertEquals(isPlainFileName("a\ud800.pdb"), false, "half of a surrogate pair");
  assertEquals(isPlainFileName("é".repeat(127)), true);
  assertEquals(isPlainFileName("é".repeat(128)), false, "256 bytes");
});
