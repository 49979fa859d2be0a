/**
 * The commands of windows.md on Windows or Wine, with a real process: each works, or fails because Wine cannot trace.
 */
import { assert, assertEquals } from "@std/assert";
import { temporaryFolder } from "../src/folder_fixture.ts";
import { binaryPath, isWine, windowsTest } from "../src/win32/windows_fixture.ts";
import { commandsOf } from "./_code_blocks.ts";
import { NOT_RUN } from "./_not_run.ts";
import { copyFiles, FILES, OURS, ROOT, runOurs } from "./_running.ts";

/** The error of Wine, which has no handle tracing, for calls that need it. */
const NO_TRACING = /^htrace: [^\n]*: this system does not (?:know|implement) it/m;
/** Compares the process with a recording of the emulated machine, which stands in for one of the process. */
const ANOTHER_PROCESS =
  /^htrace: Cannot compare [^\n]*; take (?:one|two lists) of (?:the same process|one)$/m;

windowsTest("the commands of windows.md run with a real process", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  copyFiles(new URL("testdata/logs/", ROOT), `${path}/testdata/logs`);
  Deno.copyFileSync(binaryPath("handle_holder64.exe"), `${path}/service.exe`);
  Deno.mkdirSync(`${path}/build`);
  for (const name of ["tests.exe", "build/tests.exe"]) {
    Deno.copyFileSync(binaryPath("badhandle64.exe"), `${path}/${name}`);
  }
  const service = new Deno.Command(`${path}\\service.exe`, { stdin: "piped", stdout: "null" })
    .spawn();
  try {
    const document = Deno.readTextFileSync(new URL("docs/windows.md", ROOT));
    const lines = commandsOf(document).map(({ line }) => line)
      .filter((line) => OURS.test(line) && !NOT_RUN.some(({ command }) => command.test(line)));
    const ended = await runOurs([...FILES, ...lines], path);
    for (const { code, printed } of ended.splice(0, FILES.length)) assertEquals(code, 0, printed);
    for (const [index, line] of lines.entries()) {
      const { code, printed } = ended[index]!;
      const isDone = code === 0 || (line.includes("--fail-on-") && code === 1);
      const isWines = isWine() && NO_TRACING.test(printed);
      assert(isDone || isWines || ANOTHER_PROCESS.test(printed), `${line}: ${code}\n${printed}`);
    }
  } finally {
    await service.stdin.close();
    await service.status;
  }
});
