import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { runCli } from "../cli_fixture.ts";
import { withFolder } from "../folder_fixture.ts";
import { FileWriteError } from "../library/replace_file.ts";
import { PromptLog } from "./_prompt_log.ts";

Deno.test(".logopen keeps what is printed until .logclose, replacing what was there", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "my log.txt");
    Deno.writeTextFileSync(path, "old");
    const { stdout } = await runCli(
      "debug",
      "emulated",
      "-c",
      `.echo before; .logopen "${path}"; .echo one; nonsense; .logclose; .echo after`,
    );
    assertEquals(stdout.split("\n").length, 7);
    assertMatch(
      Deno.readTextFileSync(path),
      /^Opened log file '[^\n]*'\none\nCannot run "nonsense": [^\n]*\n$/,
    );
    await runCli("debug", "emulated", "-c", `.logappend ${path}; .echo more`);
    assertMatch(Deno.readTextFileSync(path), /^Opened [^]*\nOpened [^\n]*\nmore\n$/);
  });
});

Deno.test("one log at a time: .logopen closes the previous one", async () => {
  await withFolder(async (folder) => {
    const [one, two] = [join(folder, "1"), join(folder, "2")];
    const { stdout } = await runCli(
      "debug",
      "emulated",
      "-c",
      `.logopen ${one}; .logopen ${two}; .logclose; .logclose`,
    );
    const shown = stdout.replaceAll(folder, "").replaceAll(/[\\/]/g, "");
    assertEquals(
      shown,
      "Opened log file '1'\nClosing open log file 1\nOpened log file '2'\nClosing open log file 2\n" +
        'Cannot close the log: none is open; open one with ".logopen"\n',
    );
  });
});

Deno.test("PromptLog opens nothing but a plain file, and says why", async () => {
  await withFolder((folder) => {
    using log = new PromptLog(() => {});
    assertThrows(() => log.open(folder, { append: false }), FileWriteError, "not a plain file");
    const nowhere = join(folder, "none", "log");
    assertThrows(() => log.open(nowhere, { append: true }), FileWriteError, "no such file");
    log.write("to nobody");
    assertEquals(log.close(), undefined);
    return Promise.resolve();
  });
});

Deno.test("PromptLog writes none of a name's control characters", async () => {
  await withFolder((folder) => {
    const path = join(folder, "log");
    using log = new PromptLog(() => {});
    log.open(path, { append: false });
    log.write("a\x1b[2Jb\n");
    assertEquals(log.close(), path);
    assertEquals(Deno.readTextFileSync(path), "a\\u001b[2Jb\n");
    return Promise.resolve();
  });
});
