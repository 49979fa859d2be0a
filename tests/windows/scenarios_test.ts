/** badhandle's scenarios on real handle tracing, 64-bit and 32-bit. */
import { assert, assertEquals } from "@std/assert";
import { Session } from "../../src/session.ts";
import { launchProgram } from "../../src/targets/mod.ts";
import { binaryPath, tracingWindowsTest } from "../../src/win32/windows_fixture.ts";
import { runScenario, SCENARIO_SUITE, type ScenarioSystem } from "../_scenario_suite.ts";

const WINDOWS: ScenarioSystem = {
  program: "badhandle64",
  launch: (args) => launchProgram([binaryPath("badhandle64.exe"), ...args]),
};

for (const test of SCENARIO_SUITE) {
  tracingWindowsTest(`badhandle on Windows: ${test.name}`, () => runScenario(WINDOWS, test));
}

// The 64-bit layer takes up so many of a 32-bit program's 16 frames that its own code may not be among them; then its
// opens share a stack with a few of its start-up.
tracingWindowsTest("badhandle on Windows, 32-bit: 40 leaked handles have one stack", async () => {
  const warnings: string[] = [];
  using program = await launchProgram([binaryPath("badhandle32.exe"), "leak", "40"], undefined, {
    warn: (sentence) => warnings.push(sentence),
  });
  using session = new Session(program.target);
  assertEquals(await program.runToExit(), 0);
  const { groups } = await session.show();
  assertEquals(groups.filter(({ outstanding }) => outstanding >= 40).length, 1);
  assert(warnings.some((sentence) => sentence.includes("is 32-bit")), warnings.join("\n"));
});
