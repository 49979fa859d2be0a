/**
 * Builds the executable for every system and tests those that this machine can run: `deno task test:executable`, or
 * with names of systems, such as `deno task test:executable windows`.
 *
 * @module
 */
import { TARGETS } from "./compile.ts";
import { toolchainFolder } from "./executable/denort.ts";
import { makeExecutable, ROOT, type Runtime, runtimeFor } from "./executable/make.ts";

/** Where the executables go, relative to the project's root. */
const OUTPUT = "dist/tested";

/** Tests that only look at the executable's file. */
const IMAGE_TESTS = ["tests/executable/image_test.ts"];
const ALL_TESTS = [
  ...IMAGE_TESTS,
  "tests/executable/scenarios_test.ts",
  "tests/executable/mcp_test.ts",
  "tests/executable/surroundings_test.ts",
  "src/cli*_test.ts", // these run the program through `runCli`, which uses the executable if there is one
];
const LIVE_TESTS = ["tests/windows/verbs_test.ts"];
const DENO_TEST = [Deno.execPath(), "test", "-A"];

/** Tests for an executable, and how they are run. */
interface Suite {
  /** What runs it, for the summary. */
  readonly by: string;
  /** The command that runs tests; `deno test` if omitted. */
  readonly command?: readonly string[];
  readonly tests: readonly string[];
  /** The command line before the executable, if another program runs it. */
  readonly runner?: string;
}

/** Tests besides those of its file, for targets other than this machine's. Both need the toolchain folder. */
const FOREIGN_SUITES: Readonly<Record<string, Suite>> = {
  "x86_64-pc-windows-msvc": {
    by: "under Wine",
    command: ["scripts/wine.sh", "test"],
    tests: [
      "tests/executable/scenarios_test.ts",
      "tests/executable/surroundings_test.ts",
      ...LIVE_TESTS,
    ],
  },
  "aarch64-unknown-linux-gnu": {
    by: "under qemu-user",
    tests: ["tests/executable/scenarios_test.ts"],
    runner: "scripts/toolchain.sh run qemu-aarch64 -L /usr/aarch64-linux-gnu",
  },
};

/** Test counts of a suite. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

/** Runs a suite on an executable and prints its output. */
async function run(
  { command = DENO_TEST, tests, runner }: Suite,
  executable: string,
  { denort }: Runtime,
): Promise<Counts> {
  const [program = "", ...words] = command;
  const child = new Deno.Command(program, {
    args: [...words, ...tests],
    cwd: ROOT,
    env: {
      NO_COLOR: "1",
      HTRACE_EXECUTABLE: executable,
      HTRACE_TOOLCHAIN: toolchainFolder(), // the tests give the program a different home
      ...(denort === undefined ? {} : { HTRACE_DENORT: denort }),
      ...(runner === undefined ? {} : { HTRACE_RUNNER: runner }),
    },
    stdout: "piped",
  }).spawn();
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of child.stdout) {
    await Deno.stdout.write(bytes);
    text += decoder.decode(bytes, { stream: true });
  }
  const { success } = await child.status;
  const [, passed, failed, ignored] =
    /^(?:ok|FAILED) \| (\d+) passed[^|]* \| (\d+) failed(?: \| (\d+) ignored)?/m.exec(text) ?? [];
  // A suite that ended without its line of counts has failed as a whole.
  return {
    passed: Number(passed ?? 0),
    failed: success ? Number(failed ?? 1) : Math.max(Number(failed ?? 1), 1),
    ignored: Number(ignored ?? 0),
  };
}

function suitesFor(target: string): Suite[] {
  if (target === Deno.build.target) {
    const live = Deno.build.os === "windows" ? LIVE_TESTS : [];
    return [{ by: "here", tests: [...ALL_TESTS, ...live] }];
  }
  const image = { by: "its file", tests: IMAGE_TESTS };
  const foreign = Deno.build.os === "linux" ? FOREIGN_SUITES[target] : undefined;
  if (foreign === undefined) return [image];
  if (hasToolchain) return [image, foreign];
  console.log(`${TARGETS[target]}: not run ${foreign.by}: needs scripts/toolchain.sh install`);
  return [image];
}

const hasToolchain = await Deno.stat(`${toolchainFolder()}/.complete`)
  .then(() => true, () => false);
const wanted = Deno.args.map((word) => word.toLowerCase());
const summary: { name: string; by: string; counts: Counts }[] = [];
for (const [target, name] of Object.entries(TARGETS)) {
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
  const runtime = await runtimeFor(target);
  if (runtime === undefined) {
    console.log(`${name}: not made: there is no denort for ${target} within reach`);
    continue;
  }
  const executable = await makeExecutable(target, runtime, OUTPUT);
  console.log(`${executable}: ${runtime.name}`);
  for (const suite of suitesFor(target)) {
    console.log(`\n=== ${name}, ${suite.by}`);
    summary.push({ name, by: suite.by, counts: await run(suite, executable, runtime) });
  }
}
console.log("\nexecutable                   by               passed  failed  ignored");
for (const { name, by, counts: { passed, failed, ignored } } of summary) {
  const numbers = [passed, failed, ignored].map((count, i) => String(count).padStart(i ? 8 : 6));
  console.log(`${name.padEnd(29)}${by.padEnd(17)}${numbers.join("")}`);
}
Deno.exit(summary.length > 0 && summary.every(({ counts }) => counts.failed === 0) ? 0 : 1);
