/** Building, testing and releasing run nothing that somebody else can change without a change here. */
import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("..", import.meta.url);
const WORKFLOWS = filesIn(".github/workflows/").filter((path) => path.endsWith(".yml"));

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

function filesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(new URL(folder, ROOT)))
    .flatMap(({ name, isDirectory }) =>
      isDirectory ? filesIn(`${folder}${name}/`) : [`${folder}${name}`]
    );
}

/** The texts of a workflow's jobs: two blanks before a job's name, more before its contents. */
function jobsOf(workflow: string): string[] {
  return workflow.slice(workflow.indexOf("\njobs:\n")).split(/\n(?= {2}\w)/).slice(1);
}

Deno.test("workflows name every action by its commit", () => {
  assert(WORKFLOWS.length >= 2);
  for (const path of WORKFLOWS) {
    for (const [, action] of read(path).matchAll(/uses: *(.*)/g)) {
      assertEquals(
        /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action ?? ""),
        true,
        action,
      );
    }
  }
});

Deno.test("workflows leave no credentials in the checkout", () => {
  for (const path of WORKFLOWS) {
    const steps = read(path).split(/\n {6}- /).filter((step) => step.includes("actions/checkout@"));
    assert(steps.length > 0);
    for (const step of steps) {
      assertEquals(/with:\n +persist-credentials: false\b/.test(step), true, `${path}: ${step}`);
    }
  }
});

Deno.test("no privileged container runs a pull request's code", () => {
  for (const path of WORKFLOWS) {
    for (const job of jobsOf(read(path)).filter((job) => job.includes("--privileged"))) {
      assertEquals(/\n {4}if: github\.event_name == 'push'\n/.test(job), true, job);
    }
    assertEquals(/pull_request_target/.test(read(path)), false, path);
  }
});

Deno.test("a release attests which commit it was built from", () => {
  const release = read(".github/workflows/release.yml");
  assertEquals(/actions\/attest-build-provenance@/.test(release), true);
  assertEquals(/id-token: write/.test(release), true);
});

Deno.test("scripts name no package host", () => {
  const scripts = [...filesIn("scripts/"), ...filesIn(".ci/"), ...WORKFLOWS];
  for (const path of scripts.filter((path) => !path.endsWith("_test.ts"))) {
    assertEquals(read(path).match(/(?:https?|ftp):\/\/(?!127\.0\.0\.1)[\w.-]+/g) ?? [], [], path);
  }
});

Deno.test("installed packages are those in the lock files", () => {
  assertEquals(JSON.parse(read("deno.json")).lock, { frozen: true });
  for (const path of [...filesIn("scripts/"), ...filesIn(".ci/")]) {
    if (!/\.sh$|\/run$/.test(path)) continue;
    for (const line of read(path).split("\n")) {
      if (!/\bcargo (?:run|test|clippy|install|fetch)\b/.test(line)) continue;
      assertEquals(line.includes("--locked"), true, `${path}: ${line}`);
    }
  }
});

Deno.test("the bundled protocol SDK has the lock file's versions, with their licences", () => {
  const [, header = ""] = read("src/mcp/sdk/sdk.js").split("\n", 2);
  const packages = header.match(/(?:@[\w-]+\/)?[\w-]+@[\d.]+\d/g) ?? [];
  assert(packages.length >= 8, header);
  const locked = Object.keys(JSON.parse(read("deno.lock")).npm)
    .map((key) => key.split("_")[0]); // what follows names its peers
  assertEquals(packages.filter((name) => !locked.includes(name)), [], "run scripts/build_sdk.sh");
  const licences = read("src/mcp/sdk/LICENSES.txt");
  for (const name of packages) {
    assert(licences.includes(`\n=== ${name.slice(0, name.lastIndexOf("@"))}\n`), name);
  }
});
