import { assertEquals } from "@std/assert";
import { engineCandidates } from "./dbgeng_library.ts";
import { systemLibrary } from "./system_library.ts";

Deno.test("systemLibrary() names a library by its full path", () => {
  assertEquals(systemLibrary("ntdll.dll", "D:\\Win"), "D:\\Win\\System32\\ntdll.dll");
  assertEquals(systemLibrary("ntdll.dll", undefined), "C:\\Windows\\System32\\ntdll.dll");
});

Deno.test("engineCandidates() are full paths, so that nothing beside the executable is loaded", () => {
  for (const path of engineCandidates()) {
    assertEquals(/^[A-Z]:\\.*\\dbgeng\.dll$/i.test(path), true, path);
  }
});

Deno.test("no source file opens a library by its bare name", () => {
  const folder = new URL("../", import.meta.url);
  for (const file of sourcesIn(folder)) {
    const text = Deno.readTextFileSync(file);
    assertEquals(/dlopen\(\s*["'`](?!\/)/.test(text), false, file.pathname);
  }
});

function* sourcesIn(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* sourcesIn(new URL(`${name}/`, folder));
    else if (name.endsWith(".ts") && !/_(test|fixture)\.ts$/.test(name)) {
      yield new URL(name, folder);
    }
  }
}
