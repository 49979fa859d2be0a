/** The program with only the Windows executable's permissions. */
import { assertEquals, assertMatch } from "@std/assert";
import { flagsFor } from "../../scripts/compile.ts";
import { HandleHolder, windowsTest } from "../../src/win32/windows_fixture.ts";

const PROGRAM = new URL("../../src/cli.ts", import.meta.url).href;

windowsTest(
  "the executable may do what live processes need, including names of objects",
  async () => {
    await using holder = await HandleHolder.start();
    const debug = ["debug", `${holder.processId}`, "-c", "lm; !handle; q"];
    const command = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--cached-only",
        ...flagsFor("x86_64-pc-windows-msvc"),
        PROGRAM,
        ...debug,
      ],
    });
    const { code, stdout, stderr } = await command.output();
    assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    const text = new TextDecoder().decode(stdout);
    assertMatch(text, /handle_holder64 .*handle_holder64\.exe/);
    assertMatch(text, /\\htrace-holder-event\n/); // its thread calls ntdll, too
  },
);
