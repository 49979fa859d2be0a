/** Runs every scenario on the executable, or on the sources with its permissions. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { VERBS } from "../../src/commands/mod.ts";
import { REPORTS } from "../../src/reports/mod.ts";
import { TARGET_KINDS } from "../../src/targets/mod.ts";
import { HandleHolder, isWine } from "../../src/win32/windows_fixture.ts";
import { Desk, type Ended, IS_EMULATED, ROOT, wordsOf } from "./_program.ts";
import { GUEST, HOLDER, LOGS, PROGRAMS, type Scenario, SCENARIOS } from "./_scenarios.ts";

const IS_WINDOWS = Deno.build.os === "windows";
/** The values of a scenario's `on` that apply to this system. */
const HERE: readonly Scenario["on"][] = [
  undefined,
  ...IS_WINDOWS
    ? ["Windows", isWine() ? "Wine" : "Windows with tracing"] as const
    : ["elsewhere"] as const,
  ...IS_WINDOWS && Deno.build.arch === "x86_64" ? ["Windows on x64"] as const : [],
];

for (const scenario of SCENARIOS) {
  const { run, input, on, isEssential = false } = scenario;
  const lines = run.map((line) => `htrace ${line}`).join("; ");
  Deno.test({
    name: `${lines}${input ? ` < ${JSON.stringify(input)}` : ""}${on ? ` [${on}]` : ""}`,
    ignore: !HERE.includes(on) || (IS_EMULATED && !isEssential),
    fn: () => runScenario(scenario),
  });
}

const WORDS = SCENARIOS.flatMap(({ run }) => run.map(wordsOf));

Deno.test("every verb has a scenario", () => {
  const verbs = WORDS.map(([verb]) => verb);
  assertEquals(Object.keys(VERBS).filter((verb) => !verbs.includes(verb)), []);
});

Deno.test("every kind of target has a scenario", () => {
  const kinds = SCENARIOS.map(({ source }) => source);
  assertEquals(TARGET_KINDS.map(({ name }) => name).filter((name) => !kinds.includes(name)), []);
});

Deno.test("every format has a scenario", () => {
  const formats = WORDS.map((words) => words[words.indexOf("--format") + 1]);
  assertEquals(Object.keys(REPORTS).filter((name) => !formats.includes(name)), []);
});

async function runScenario(scenario: Scenario): Promise<void> {
  using desk = new Desk();
  await using holder = scenario.on === "Windows" ? await HandleHolder.start() : undefined;
  const commands = scenario.run.map((line) =>
    wordsOf(line).map((word) =>
      word.replace(GUEST, `${ROOT}testdata/guest`).replace(PROGRAMS, `${ROOT}testdata/windows`)
        .replace(LOGS, `${ROOT}testdata/logs`).replace(HOLDER, String(holder?.processId))
    )
  );
  const files = Object.entries(scenario.files ?? {});
  for (const [name, text] of files) Deno.writeTextFileSync(`${desk.path}/${name}`, text);
  for (const command of commands.slice(0, -1)) {
    const { code, stderr } = await desk.run(command);
    assertEquals(code, 0, stderr);
  }
  const ended = await desk.run(commands.at(-1)!, scenario.input);
  for (const [name] of files) Deno.removeSync(`${desk.path}/${name}`);
  checkEnd(ended, scenario);
  checkFiles(desk, scenario.writes ?? {});
}

function checkEnd({ code, stdout, stderr }: Ended, scenario: Scenario): void {
  const { prints, says } = scenario;
  if (says) assertMatch(stderr, says);
  else assertEquals(stderr, "");
  assertEquals(code, scenario.code ?? 0, stdout + stderr);
  if (typeof prints === "string") assertEquals(stdout, prints);
  else if (prints) assertMatch(stdout, prints);
}

/** The program leaves only the requested files in the folder and in the user's home. */
function checkFiles(desk: Desk, writes: Readonly<Record<string, RegExp>>): void {
  assertEquals(desk.files(), Object.keys(writes).toSorted());
  for (const [name, begins] of Object.entries(writes)) {
    const head = Deno.readFileSync(`${desk.path}/${name}`).subarray(0, 0x100);
    const text = String.fromCharCode(...head);
    assert(begins.test(text), `${name} begins with ${JSON.stringify(text)}`);
  }
}
