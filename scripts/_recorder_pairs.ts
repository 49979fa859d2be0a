/**
 * Runs the recorder's benchmark program (`recorder/programs/bench.c`) from deno.exe, alternately without and with the
 * recorder, each writing to our standard output; then only its records. For bench_recorder.ts.
 *
 * @module
 */
import { launchRecorded } from "../src/targets/recorder.ts";
import { SuspendedProgram } from "../src/win32/suspended_program.ts";
import { binaryPath } from "../src/win32/windows_fixture.ts";

const BENCH = binaryPath("recorder\\bench64.exe");
const TURNS = 7;

for (let turn = 0; turn < TURNS; turn++) {
  for (const kind of ["alone", "recorded"]) {
    console.log(kind);
    using program = kind === "alone"
      ? new SuspendedProgram([BENCH, "pairs"])
      : launchRecorded([BENCH, "pairs"]);
    await program.runToExit();
  }
}
using program = new SuspendedProgram([BENCH, "records"]);
await program.runToExit();
