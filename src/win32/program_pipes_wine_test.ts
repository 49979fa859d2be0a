/** Pipes to a program of this system, on Windows or Wine. */
import { assertEquals } from "@std/assert";
import { binaryPath, ownHandleCount, windowsTest } from "./windows_fixture.ts";
import { WindowsProgram } from "./program.ts";
import { ProgramPipes } from "./program_pipes.ts";

windowsTest(
  "ProgramPipes has a conversation with a program, which ends with its input",
  async () => {
    using pipes = new ProgramPipes();
    using program = new WindowsProgram([binaryPath("handle_holder64.exe")], pipes);
    pipes.started();
    const ended = program.runToExit();
    assertEquals(await pipes.read(), "ready\n");
    pipes.write("act\n");
    assertEquals(await pipes.read(), "done\n");
    pipes.endInput();
    assertEquals(await ended, 0);
  },
);

windowsTest("ProgramPipes leaves no handle behind", () => {
  new ProgramPipes()[Symbol.dispose]();
  const before = ownHandleCount();
  for (let round = 0; round < 100; round++) new ProgramPipes()[Symbol.dispose]();
  assertEquals(ownHandleCount() - before < 10, true);
});
