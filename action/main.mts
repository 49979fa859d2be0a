/**
 * The GitHub Action: runs a program under `htrace run`, writes reports of what it left open, and passes its exit code
 * on.
 *
 * Inputs, outputs and the summary are GitHub's environment variables and files ("Metadata syntax for GitHub Actions",
 * "Workflow commands for GitHub Actions").
 *
 * @module
 */
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { downloadExecutable } from "./release.mts";

/** The exit code if the action itself fails: htrace's own for an unreadable target. */
const FAILED = 3;

/** An input's text, without blanks around it. */
function input(name: string): string {
  return (process.env[`INPUT_${name.toUpperCase()}`] ?? "").trim();
}

/** The lines of an input, each a word. */
function words(name: string): string[] {
  return input(name).split("\n").map((line) => line.trim()).filter((line) => line !== "");
}

/** A variable that GitHub sets for every step. */
function variable(name: string): string {
  const value = process.env[name];
  if (value !== undefined && value !== "") return value;
  throw new Error(`Cannot run: ${name} is not set; this is a step of a GitHub workflow`);
}

/** Path of the executable: the one that is given, otherwise the one from this file's own release. */
async function htracePath(): Promise<string> {
  const given = input("executable");
  if (given !== "") return given;
  const { version } = JSON.parse(
    readFileSync(new URL("../deno.json", import.meta.url), "utf8"),
  ) as { readonly version: string };
  // A workflow of this project itself has no action repository.
  const repository = process.env.GITHUB_ACTION_REPOSITORY || variable("GITHUB_REPOSITORY");
  return await downloadExecutable({
    base: `${variable("GITHUB_SERVER_URL")}/${repository}/releases/download/v${version}/`,
    folder: join(variable("RUNNER_TEMP"), `htrace-${version}`),
    system: `${process.platform}-${process.arch}`,
  });
}

/** Runs the program under tracing, with our streams; returns its exit code. */
async function runProgram(htrace: string, recording: string): Promise<number> {
  const program = input("program");
  if (program === "") {
    throw new Error('Cannot run: there is no program; give one as the input "program"');
  }
  const args = [
    "run",
    ...(input("fail-on-leak") === "false" ? [] : ["--fail-on-leak"]),
    ...baseline(),
    "-o",
    recording,
    ...words("options"),
    "--",
    program,
    ...words("arguments"),
  ];
  return await new Promise((resolve, reject) => {
    const child = spawn(htrace, args, { stdio: "inherit" });
    child.on("error", (cause) => reject(new Error(`Cannot start ${htrace}: ${cause.message}`)));
    child.on("exit", (code) => resolve(code ?? FAILED));
  });
}

function baseline(): string[] {
  const file = input("baseline");
  return file === "" ? [] : ["--baseline", file];
}

/** Makes a report of the recording; returns its output. */
function report(htrace: string, recording: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    htrace,
    ["report", recording, ...baseline(), ...args],
    { encoding: "utf8", maxBuffer: 1 << 26 },
  );
  if (status !== 0) throw new Error(stderr.trim().split("\n").at(-1));
  return stdout;
}

function setOutput(name: string, value: string): void {
  appendFileSync(variable("GITHUB_OUTPUT"), `${name}=${value}\n`);
}

/** Shows a text on the job's page: indented, so that nothing in it is Markdown. */
function showSummary(text: string): void {
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (!file) return;
  appendFileSync(file, `### Handles\n\n${text.replaceAll(/^/gm, "    ")}\n`);
}

/** Runs, reports, and returns the exit code. */
async function main(): Promise<number> {
  const folder = input("reports") || "htrace-reports";
  mkdirSync(folder, { recursive: true });
  const htrace = await htracePath();
  const recording = join(folder, "handles.htrace");
  const code = await runProgram(htrace, recording);
  setOutput("exit-code", String(code));
  if (!existsSync(recording)) return code; // the program could not be traced; htrace has said why
  setOutput("recording", recording);
  const sarif = join(folder, "handles.sarif");
  const root = input("source-root");
  report(htrace, recording, [...(root === "" ? [] : ["--source-root", root]), "-o", sarif]);
  setOutput("sarif", sarif);
  const junit = join(folder, "handles.xml");
  report(htrace, recording, ["-o", junit]);
  setOutput("junit", junit);
  showSummary(report(htrace, recording, ["--format", "summary"]));
  return code;
}

try {
  process.exitCode = await main();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  // A workflow command, whose text is one line ("Setting an error message").
  console.log(
    `::error::${message.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A")}`,
  );
  process.exitCode = FAILED;
}
