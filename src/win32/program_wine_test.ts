/** Programs started suspended and held at their end, on Windows or Wine. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { binaryPath, isWine, showDebugger, windows32Test, windowsTest } from "./windows_fixture.ts";
import { ProgramError, WindowsProgram } from "./program.ts";

const BADHANDLE = binaryPath("badhandle64.exe");

windowsTest("WindowsProgram runs a program to its end and returns its exit status", async () => {
  using program = new WindowsProgram([BADHANDLE, "leak", "2"]);
  assert(program.processId > 0);
  assertEquals(await program.runToExit(), 0);
});

windowsTest("WindowsProgram passes on arguments and exit status", async () => {
  using program = new WindowsProgram(["cmd.exe", "/c", "exit", "7"]);
  assertEquals(await program.runToExit(), 7);
});

for (const bits of [64, 32]) {
  const test = bits === 32 ? windows32Test : windowsTest;
  test(`WindowsProgram waits at each mark of a ${bits}-bit program, once for either kind of text`, async () => {
    using running = new WindowsProgram([binaryPath(`recorder/marks${bits}.exe`)]);
    if (isWine()) showDebugger(running.processId);
    const marks: string[] = [];
    const onMark = async (name: string): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve));
      marks.push(name);
    };
    assertEquals(await running.runToExit(onMark), 0);
    assertEquals(marks, ["first", "second"]);
  });
}

windowsTest("WindowsProgram ends a program that it never ran", async () => {
  using program = new WindowsProgram([BADHANDLE]);
  const { processId } = program;
  program[Symbol.dispose]();
  const { stdout } = await new Deno.Command("tasklist").output();
  assert(!new TextDecoder().decode(stdout).includes(String(processId)));
});

windowsTest("WindowsProgram says that there is no such program", () => {
  assertThrows(
    () => new WindowsProgram(["no such program.exe"]),
    ProgramError,
    'Cannot start "no such program.exe": Windows could not run it; check its path and your rights',
  );
});
