/** The GitHub Action: its description, and its program with a made-up release. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parse } from "@std/yaml/parse";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../src/folder_fixture.ts";
import { VERSION } from "../src/version.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MAIN = fileURLToPath(new URL("main.mts", import.meta.url));

/** The parts of action.yml that are read. */
interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, Described>>;
  readonly outputs: Readonly<Record<string, Described>>;
  readonly runs: { readonly using: string; readonly main: string };
}

interface Described {
  readonly description: string;
  readonly required?: boolean;
  readonly default?: string;
}

function readAction(): Action {
  return parse(Deno.readTextFileSync(`${ROOT}action.yml`)) as Action;
}

Deno.test("action.yml describes what its program reads and writes, and nothing else", () => {
  const { name, description, inputs, outputs, runs } = readAction();
  assert(name !== "" && description.length <= 125, "what the marketplace takes");
  const program = Deno.readTextFileSync(MAIN);
  const named = (call: RegExp): string[] =>
    [...new Set(Array.from(program.matchAll(call), ([, word = ""]) => word))].toSorted();
  assertEquals(Object.keys(inputs).toSorted(), named(/\b(?:input|words)\("([\w-]+)"\)/g));
  assertEquals(Object.keys(outputs).toSorted(), named(/setOutput\("([\w-]+)"/g));
  for (const { description, required, default: usual } of Object.values(inputs)) {
    assert(description.length > 0);
    assertEquals(usual === undefined, required === true, "an input is required or has a default");
  }
  assertEquals(runs.using, "node24");
  assert(Deno.statSync(`${ROOT}${runs.main}`).isFile);
});

Deno.test("every input and output of the action is in docs/windows.md", () => {
  const { inputs, outputs } = readAction();
  const document = Deno.readTextFileSync(`${ROOT}docs/windows.md`);
  const names = [...Object.keys(inputs), ...Object.keys(outputs)];
  assertEquals(names.filter((name) => !document.includes(`\`${name}\``)), []);
});

Deno.test("the workflow in docs/windows.md uses this version of the action, with inputs that it has", () => {
  const document = Deno.readTextFileSync(`${ROOT}docs/windows.md`);
  const pipelines = Array.from(
    document.matchAll(/^```yaml\n([^]*?)^```$/gm),
    ([, text = ""]) => parse(text) as Pipeline,
  );
  assertEquals(pipelines.length, 2, "GitHub's and Azure's");
  const steps = pipelines.flatMap(({ jobs = {}, steps = [] }) => [
    ...Object.values(jobs).flatMap((job) => job.steps),
    ...steps,
  ]);
  const [step] = steps.filter(({ uses = "" }) => uses.startsWith("OWNER/htrace"));
  assertEquals(step?.uses, `OWNER/htrace@v${VERSION}`);
  const { inputs } = readAction();
  const given = Object.keys(step?.with ?? {});
  assertEquals(given.filter((name) => !(name in inputs)), []);
  const required = Object.keys(inputs).filter((name) => inputs[name]?.required);
  assertEquals(required.filter((name) => !given.includes(name)), []);
});

/** The parts of a pipeline that are read. */
interface Pipeline {
  readonly jobs?: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
  readonly steps?: readonly Step[];
}

interface Step {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

/** A release whose only executable starts the sources, and the folder of a job that uses it. */
async function release(
  test: (job: {
    readonly run: (inputs: Record<string, string>) => Promise<{ code: number; stdout: string }>;
    readonly folder: string;
    readonly outputs: () => Record<string, string>;
    readonly asked: string[];
    readonly breakChecksum: () => void;
  }) => Promise<void>,
): Promise<void> {
  using temporary = temporaryFolder();
  const folder = temporary.path;
  const script = `#!/bin/sh\nexec "${Deno.execPath()}" run -A --cached-only ` +
    `--config "${ROOT}deno.json" "${ROOT}src/cli.ts" "$@"\n`;
  const bytes = new TextEncoder().encode(script);
  let checksum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  const names = ["linux-x86_64", "linux-aarch64", "macos-x86_64", "macos-aarch64"]
    .map((name) => `htrace-${name}`);
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    const file = pathname.slice(pathname.lastIndexOf("/") + 1);
    if (file === "SHA256SUMS") {
      return new Response(names.map((name) => `${checksum}  ${name}\n`).join(""));
    }
    return names.includes(file) ? new Response(bytes) : new Response(null, { status: 404 });
  });
  const outputFile = `${folder}/output`;
  await test({
    folder,
    asked,
    breakChecksum: () => checksum = "0".repeat(64),
    outputs: () =>
      Object.fromEntries(
        Deno.readTextFileSync(outputFile).trim().split("\n").map((line) => line.split("=")),
      ),
    run: async (inputs) => {
      const { code, stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", MAIN],
        cwd: folder,
        env: {
          ...Object.fromEntries(
            Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
          ),
          GITHUB_SERVER_URL: `http://127.0.0.1:${server.addr.port}`,
          GITHUB_ACTION_REPOSITORY: "somebody/htrace",
          GITHUB_OUTPUT: outputFile,
          GITHUB_STEP_SUMMARY: `${folder}/summary`,
          RUNNER_TEMP: `${folder}/runner`,
          NO_COLOR: "1",
        },
        stderr: "null",
      }).output();
      return { code, stdout: new TextDecoder().decode(stdout) };
    },
  });
}

const ignore = Deno.build.os === "windows"; // a script is not an executable there
/** The emulated machine, whose program is badhandle: "program" is the first of its arguments. */
const LEAK = { program: "leak", arguments: "3\n", options: "--target\nemulated" };

Deno.test({
  name: "the action fails a leak, with a recording, SARIF, JUnit and a summary",
  ignore,
  fn: () =>
    release(async ({ run, outputs, folder, asked }) => {
      const { code, stdout } = await run(LEAK);
      assertEquals(code, 1, stdout);
      assertMatch(stdout, /Outstanding = 0x3/, "what leaked stands in the job's log");
      assertEquals(outputs(), {
        "exit-code": "1",
        recording: "htrace-reports/handles.htrace",
        sarif: "htrace-reports/handles.sarif",
        junit: "htrace-reports/handles.xml",
      });
      const sarif = JSON.parse(Deno.readTextFileSync(`${folder}/htrace-reports/handles.sarif`));
      assertEquals(sarif.runs[0].results.length, 1);
      assertMatch(Deno.readTextFileSync(`${folder}/htrace-reports/handles.xml`), /<failure/);
      assertMatch(
        Deno.readTextFileSync(`${folder}/summary`),
        /^### Handles\n\n {4}badhandle!open_/,
      );
      assertMatch(
        asked[0] ?? "",
        RegExp(`^/somebody/htrace/releases/download/v${VERSION}/SHA256SUMS$`),
      );
    }),
});

Deno.test({
  name: "the action passes if leaks are known, or if leaks are not to fail the step",
  ignore,
  fn: () =>
    release(async ({ run, outputs }) => {
      assertEquals((await run({ ...LEAK, "fail-on-leak": "false" })).code, 0);
      const update = "--target\nemulated\n--update-baseline";
      await run({ ...LEAK, baseline: "known.txt", options: update });
      const { code } = await run({ ...LEAK, baseline: "known.txt", reports: "again" });
      assertEquals([code, outputs()["exit-code"]], [0, "0"]);
      assertEquals(outputs().recording, "again/handles.htrace");
    }),
});

Deno.test({
  name: "the action runs no executable with a different checksum, and says what is wrong",
  ignore,
  fn: () =>
    release(async ({ run, breakChecksum, folder }) => {
      const { code, stdout } = await run({ program: "" });
      assertEquals(code, 3);
      assertMatch(stdout, /^::error::Cannot run: there is no program; [^\n]+\n$/);
      breakChecksum();
      Deno.removeSync(`${folder}/runner`, { recursive: true });
      const broken = await run(LEAK);
      assertEquals(broken.code, 3);
      assertMatch(broken.stdout, /^::error::Cannot use http[^\n]+: its SHA-256 is [^\n]+\n$/);
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).includes("runner"), false);
    }),
});
