import { assertEquals, assertMatch } from "@std/assert";
import { runCli } from "./cli_fixture.ts";
import { withFolder } from "./folder_fixture.ts";

/** Everything that takes an input file, with `FILE` in its place. */
const READERS = [
  ["show", "FILE"],
  ["symbols", "FILE"],
  ["debug", "FILE", "-c", "q"],
  ["report", "FILE"],
  ["convert", "FILE", "-o", "unwritten"],
  ["processes", "FILE"],
  ["snapshot", "FILE", "-o", "unwritten"],
  ["diff", "emulated", "FILE"],
  ["record", "emulated", "FILE", "-o", "unwritten"],
  ["symbolize", "FILE", "0"],
  ["run", "--target", "emulated", "--baseline", "FILE", "--", "leak"],
];

async function assertRefused(path: string, reason: string): Promise<void> {
  for (const words of READERS) {
    const { code, stdout, stderr } = await runCli(
      ...words.map((word) => word === "FILE" ? path : word),
    );
    assertEquals([code, stdout], [words[0] === "run" ? 2 : 3, ""], words.join(" "));
    assertMatch(stderr, new RegExp(`^htrace: Cannot [^\\n]+: ${reason}[^\\n]*\\n$`));
  }
}

Deno.test("every verb says in one line that there is no such file", () =>
  withFolder((folder) => assertRefused(`${folder}/missing`, "there is no such file")));

Deno.test({
  name: "every verb says in one line why the system denies a file [no Windows]",
  ignore: Deno.build.os === "windows", // making a link needs a right there
  fn: () =>
    withFolder(async (folder) => {
      await Deno.symlink("loop", `${folder}/loop`);
      await assertRefused(`${folder}/loop`, "its links lead in a circle; ");
    }),
});

Deno.test("every verb says in one line that a folder is not a file", () =>
  withFolder((folder) => assertRefused(folder, "(it is a folder|it is not a file)")));

Deno.test("an error stays one line that moves no cursor, regardless of what it quotes", async () => {
  const { stderr } = await runCli("show", "a\nb\x1b[2Jc\r");
  assertMatch(stderr, /^htrace: Cannot open "a\\u000ab\\u001b\[2Jc\\u000d": [^\n]+\n$/);
});

/** Names by which a file's kind is assumed before it is examined. */
const NAMES = ["pipe", "pipe.htrace", "pipe.hrec", "pipe.dmp", "pipe.txt", "pipe.pdb", "1234"];

Deno.test({
  name: "every verb says in one line that a pipe is not a file, and does not wait for it [Linux]",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withFolder(async (folder) => {
      for (const name of NAMES) {
        await new Deno.Command("mkfifo", { args: [`${folder}/${name}`] }).output();
        await assertRefused(`${folder}/${name}`, "it is (not a file|a pipe or a device)");
      }
    }),
});

Deno.test({
  name: "every verb says in one line that a device is not a file, and reads nothing of it [Linux]",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    withFolder(async (folder) => {
      for (const name of NAMES) await Deno.symlink("/dev/zero", `${folder}/${name}`);
      for (const name of NAMES) {
        await assertRefused(`${folder}/${name}`, "it is (not a file|a pipe or a device)");
      }
    }),
});

const CLI = decodeURIComponent(new URL("cli.ts", import.meta.url).pathname);

/** Runs a shell command line in which `htrace` is the program. */
async function shell(line: string): Promise<{ code: number; stderr: string }> {
  const script = `htrace() { "${Deno.execPath()}" run -A "${CLI}" "$@"; }; ${line}`;
  const { code, stderr } = await new Deno.Command("sh", { args: ["-c", script] }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

for (const words of ["--help", "completions bash", 'debug emulated -c "lm; q"']) {
  Deno.test({
    name: `htrace ${words} says that its output is full in one line [Linux]`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      assertEquals(await shell(`htrace ${words} > /dev/full`), {
        code: 3,
        stderr: "htrace: Cannot write the output: the disk is full; send it elsewhere\n",
      });
    },
  });
}

Deno.test({
  name: "an error that cannot be written still has its exit code [Linux]",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    assertEquals((await shell("htrace show missing 2> /dev/full")).code, 3);
  },
});
