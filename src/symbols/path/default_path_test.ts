import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { defaultCacheFolder, effectiveSymbolPath, type SymbolEnvironment } from "./default_path.ts";
import { SymbolPathError } from "./parse.ts";

function environment(os: string, variables: Record<string, string>): SymbolEnvironment {
  return { os, get: (name) => variables[name] };
}

const LINUX = environment("linux", { HOME: "/home/ada" });

Deno.test("defaultCacheFolder() is the debugger's own on Windows", () => {
  const windows = environment("windows", { ProgramData: "D:\\Data" });
  assertEquals(defaultCacheFolder(windows), join("D:\\Data", "dbg", "sym"));
});

Deno.test("defaultCacheFolder() follows XDG_CACHE_HOME elsewhere", () => {
  assertEquals(defaultCacheFolder(LINUX), join("/home/ada", ".cache", "htrace", "symbols"));
  const moved = environment("linux", { HOME: "/home/ada", XDG_CACHE_HOME: "/var/ada" });
  assertEquals(defaultCacheFolder(moved), join("/var/ada", "htrace", "symbols"));
});

Deno.test("effectiveSymbolPath() prefers the path given to _NT_SYMBOL_PATH", () => {
  const set = environment("linux", { HOME: "/home/ada", _NT_SYMBOL_PATH: "/from/variable" });
  assertEquals(effectiveSymbolPath("/given", set), [{ kind: "folder", path: "/given" }]);
  assertEquals(effectiveSymbolPath(undefined, set), [{ kind: "folder", path: "/from/variable" }]);
  assertThrows(() => effectiveSymbolPath("ftp*x", set), SymbolPathError);
});

Deno.test("effectiveSymbolPath() names no server unless the user does", () => {
  assertEquals(effectiveSymbolPath(undefined, LINUX), [
    { kind: "cache", path: defaultCacheFolder(LINUX) },
  ]);
});
