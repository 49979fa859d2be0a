/**
 * Runs a program with or without the recorder in it, for a test that examines what the program itself writes:
 * `_run_recorded.ts LOG|- PROGRAM ARGS…`. The exit code is the program's.
 *
 * @module
 */
import { launchProgram } from "../../src/targets/mod.ts";
import { SuspendedProgram } from "../../src/win32/suspended_program.ts";

const [log = "-", ...command] = Deno.args;
using program = log === "-"
  ? new SuspendedProgram(command)
  : await launchProgram(command, undefined, { recorder: { log } });
Deno.exitCode = await program.runToExit();
