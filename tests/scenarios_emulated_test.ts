import { launchProgram } from "../src/targets/mod.ts";
import { runScenario, SCENARIO_SUITE, type ScenarioSystem } from "./_scenario_suite.ts";

const EMULATED: ScenarioSystem = {
  program: "badhandle",
  launch: (args) => launchProgram(args, "emulated"),
};

for (const test of SCENARIO_SUITE) {
  Deno.test(`badhandle on the emulated machine: ${test.name}`, () => runScenario(EMULATED, test));
}
