import { assertEquals } from "@std/assert";
import { isSystemModule, judgementOf, suspectOf } from "./judgement.ts";
import { fakeModule } from "./target_fixture.ts";

Deno.test("judgementOf() tells handles that are never, sometimes and usually closed", () => {
  assertEquals(judgementOf({ opened: 3, closed: 0 }), "never closed");
  assertEquals(judgementOf({ opened: 4, closed: 2 }), "outstanding");
  assertEquals(judgementOf({ opened: 4, closed: 3 }), "usually closed");
});

Deno.test("isSystemModule() goes by the folder, or by the name where there is none", () => {
  for (
    const [name, path, expected] of [
      ["foo", "C:\\Windows\\System32\\foo.dll", true],
      ["foo", "\\SystemRoot\\drivers\\foo.sys", true],
      ["msvcr80", "C:\\WINDOWS\\WinSxS\\x86_microsoft.vc80.crt\\msvcr80.dll", true],
      ["KERNEL32", "KERNEL32.dll", true],
      ["badhandle", "C:\\badhandle.exe", false],
      ["mysystem32", "C:\\mysystem32\\mysystem32.exe", false],
    ] as const
  ) {
    assertEquals(isSystemModule({ name, path }), expected, path);
  }
});

Deno.test("suspectOf() passes over system modules and addresses outside all modules", () => {
  const modules = [
    fakeModule("ntdll", 0x7c90_0000n, "C:\\WINDOWS\\system32\\ntdll.dll"),
    fakeModule("app", 0x0100_0000n),
  ];
  const own = { address: 0x0100_1000n, module: "app", displacement: 0x1000 };
  const frames = [
    { address: 0x7c90_1000n, module: "ntdll", displacement: 0x1000 },
    { address: 0x5000n },
    own,
  ];
  assertEquals(suspectOf(frames, modules), own);
  assertEquals(suspectOf(frames.slice(0, 2), modules), undefined);
});
