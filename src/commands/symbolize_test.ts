import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type CliResult, runCli } from "../cli_fixture.ts";
import { withFolder } from "../folder_fixture.ts";

const GUEST = fileURLToPath(new URL("../../testdata/guest/", import.meta.url));
const IMAGE = join(GUEST, "kernel32.dll");
const PDB = join(GUEST, "kernel32.pdb");
/** RVA of the return address in `CreateSemaphoreA` that Microsoft's example of `!htrace` shows. */
const RETURN_RVA = "0x123b2";

function symbolize(...args: string[]): Promise<CliResult> {
  return runCli("symbolize", "--offline", ...args);
}

for (const file of [PDB, IMAGE]) {
  Deno.test(`symbolize names the documented return address by ${file.slice(-12)}`, async () => {
    const { code, stdout, stderr } = await symbolize(file, RETURN_RVA);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /^kernel32!CreateSemaphoreA\+0x66 \S+create_a\.c:\d+\n$/);
  });
}

Deno.test("symbolize --json prints one object per line, without what the PDB lacks", async () => {
  const { stdout } = await symbolize("--json", PDB, String(Number(RETURN_RVA)), "0");
  const [named = "", unnamed] = stdout.split("\n");
  assertMatch(
    named,
    /^\{"rva":74674,"module":"kernel32","function":"CreateSemaphoreA","displacement":102,"file":".*","line":\d+\}$/,
  );
  assertEquals(unnamed, '{"rva":0,"module":"kernel32"}');
});

Deno.test("symbolize rejects the PDB of another build beside an image, and --force accepts it", async () => {
  await withFolder(async (folder) => {
    const image = join(folder, "badhandle.exe");
    await Deno.copyFile(join(GUEST, "badhandle.exe"), image);
    await Deno.copyFile(PDB, join(folder, "badhandle.pdb"));
    const refused = await symbolize("--symbols", folder, image, RETURN_RVA);
    assertEquals([refused.code, refused.stdout], [3, ""]);
    assertStringIncludes(refused.stderr, "it is of another build");
    const forced = await symbolize("--symbols", folder, "--force", image, RETURN_RVA);
    assertStringIncludes(forced.stdout, "badhandle!CreateSemaphoreA+0x66");
  });
});

Deno.test("symbolize names an image without its PDB by its exports, and says so", async () => {
  await withFolder(async (folder) => {
    const image = join(folder, "kernel32.dll");
    await Deno.copyFile(IMAGE, image);
    const { code, stdout, stderr } = await symbolize("--symbols", folder, image, RETURN_RVA);
    assertEquals([code, stdout], [0, "kernel32!CreateSemaphoreA+0x66\n"]);
    assertMatch(
      stderr,
      /^htrace: [^\n]*names are its exports: [^\n]*kernel32\.pdb: not there[^\n]*\n$/,
    );
  });
});

Deno.test("symbolize says what is wrong with its input in one line, with exit code 3", async () => {
  await withFolder(async (folder) => {
    const text = join(folder, "text.pdb");
    await Deno.writeTextFile(text, "this is no PDB");
    const cut = join(folder, "cut.pdb");
    await Deno.writeFile(cut, Deno.readFileSync(PDB).subarray(0, 5000));
    for (const path of [text, cut, folder, join(folder, "gone.pdb")]) {
      const { code, stdout, stderr } = await symbolize(path, "1");
      assertEquals([code, stdout], [3, ""]);
      assertMatch(stderr, /^htrace: Cannot read [^\n]+: [^\n]+\n$/);
    }
  });
});

for (const rva of ["12ab", "-1", "0x", "4294967296", "1.5"]) {
  Deno.test(`symbolize rejects the RVA "${rva}" as bad usage`, async () => {
    assertEquals((await symbolize(PDB, rva)).code, 2);
  });
}

Deno.test("symbolize reads RVAs from standard input if none is given", async () => {
  const cli = fileURLToPath(new URL("../cli.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", cli, "symbolize", "--offline", PDB],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(`${RETURN_RVA}\n\n74674\nlast`));
  await input.close();
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  assertEquals(code, 2);
  assertMatch(decoder.decode(stdout), /^(kernel32!CreateSemaphoreA\+0x66 \S+\n){2}$/);
  assertStringIncludes(
    decoder.decode(stderr),
    'htrace: Cannot read RVA "last": it is not a number',
  );
});

Deno.test('symbolize accepts RVAs after "--", too', async () => {
  const { code, stdout } = await symbolize("--json", PDB, "--", "0");
  assertEquals([code, stdout], [0, '{"rva":0,"module":"kernel32"}\n']);
});

Deno.test({
  name: "symbolize says in one line that its standard input cannot be read [no Windows]",
  ignore: Deno.build.os === "windows", // a shell opens no folder there
  fn: async () => {
    const script = `"$1" run -A "$2" symbolize "$3" < /`;
    const cli = fileURLToPath(new URL("../cli.ts", import.meta.url));
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", script, "sh", Deno.execPath(), cli, PDB],
    }).output();
    assertEquals([code, new TextDecoder().decode(stderr)], [
      3,
      "htrace: Cannot read RVAs from the standard input: it is a folder; pipe lines\n",
    ]);
  },
});
