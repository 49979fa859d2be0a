/** `htrace` as npm starts it: what the launcher adds to the program, which `tests/executable` tests in full. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { temporaryFolder } from "../../src/folder_fixture.ts";
import { APP, PACKAGE, packageTest, ROOT, run } from "./_package.ts";

const EXAMPLE = Deno.readTextFileSync(`${ROOT}testdata/golden/documented-example.txt`);
const LAUNCHER = `${PACKAGE}/bin/htrace.js`;
const README = Deno.readTextFileSync(`${ROOT}scripts/npm/PACKAGE.md`);

/** The command that starts npm's own programs: Windows can start their scripts only through its shell. */
const SHELL = Deno.build.os === "windows" ? ["cmd", "/c"] : [];

/** The blocks of a language in the package's README. */
function blocks(language: string): string[] {
  return [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language).map(([, , text = ""]) => text);
}

packageTest("the commands in the package's README work as written", async () => {
  const commands = blocks("sh").flatMap((text) => text.trimEnd().split("\n"));
  assert(commands.length > 2);
  for (const command of commands) {
    // npx uses the program that is installed here, without consulting the registry.
    const { code, stdout, stderr } = await run([...SHELL, ...command.split(" ")], { cwd: APP });
    assertEquals([code, stderr], [0, ""], command);
    if (command.endsWith("htrace example")) assertEquals(stdout, EXAMPLE);
  }
});

packageTest("the program in the package's README works as written", async () => {
  const [program = ""] = blocks("js");
  await Deno.writeTextFile(`${APP}/readme.mjs`, program);
  const dump = ["convert", "emulated", "-o", "service.dmp", "--", "leak", "3"];
  assertEquals((await run(["node", LAUNCHER, ...dump], { cwd: APP })).code, 0);
  const { stdout, stderr } = await run(["node", "readme.mjs"], { cwd: APP });
  assertEquals(stderr, "");
  assertMatch(stdout, /^badhandle\S* leaks: 3 Event handles/);
});

packageTest(
  "the program runs in the user's folder, and that folder's files have no influence",
  async () => {
    using folder = temporaryFolder();
    for (
      const name of ["deno.json", "package.json", "deno.lock", "tsconfig.json", ".npmrc", ".env"]
    ) {
      await Deno.writeTextFile(`${folder.path}/${name}`, "{{{");
    }
    const { code, stderr } = await run(
      ["node", LAUNCHER, "snapshot", "emulated", "-o", "here.htrace"],
      { cwd: folder.path },
    );
    assertEquals([code, stderr], [0, ""]);
    assertEquals(Deno.statSync(`${folder.path}/here.htrace`).isFile, true);
  },
);

packageTest("arguments and the exit code are passed on unchanged", async () => {
  const odd = 'no "such"  file $HOME *.dmp';
  const { code, stderr } = await run(["node", LAUNCHER, "show", odd], { cwd: APP });
  assertEquals(code, 3);
  assertMatch(stderr, /^htrace: Cannot open "no "such" {2}file \$HOME \*\.dmp": [^\n]*\n$/);
  const unknown = await run(["node", LAUNCHER, "exampel"], { cwd: APP });
  assertEquals(unknown.code, 2);
});

packageTest("a signal reaches the program, and htrace ends the same way", async () => {
  if (Deno.build.os === "windows") return; // a signal from another process ends a program at once there
  const child = new Deno.Command("node", {
    args: [LAUNCHER, "debug", "emulated:kernel"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read(); // the prompt: it is running
  child.kill("SIGTERM");
  const { code } = await child.status;
  assertEquals(code, 128 + 15);
  await reader.cancel();
  await child.stdin.close().catch(() => {});
});

packageTest("without its Deno, it says in one line what is missing", async () => {
  using folder = temporaryFolder();
  await Deno.mkdir(`${folder.path}/bin`);
  await Deno.writeTextFile(`${folder.path}/package.json`, '{ "type": "module" }');
  for (const name of ["htrace.js", "permissions.json"]) {
    await Deno.copyFile(`${PACKAGE}/bin/${name}`, `${folder.path}/bin/${name}`);
  }
  const { code, stderr } = await run(["node", `${folder.path}/bin/htrace.js`, "example"], {
    cwd: folder.path,
  });
  assertEquals(code, 126);
  assertMatch(
    stderr,
    /^htrace: Cannot start Deno: Cannot find module 'deno[^\n]*; install [^\n]*\n$/,
  );
});
