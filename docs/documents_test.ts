/**
 * Runs every command that the documents show, in a folder that contains only the files of `testdata` that the document
 * names, and compares the output with the document's. Commands that need Windows must get as far as saying so.
 *
 * `deno test -A docs -- --update` rewrites the outputs; read the diff before you commit it.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { temporaryFolder } from "../src/folder_fixture.ts";
import { commandsOf, type DocumentedCommand } from "./_code_blocks.ts";
import { NEEDS_WINDOWS, NOT_RUN } from "./_not_run.ts";
import { copyFiles, FILES, OURS, ROOT, runOurs, wordsOf } from "./_running.ts";

const DOCUMENTS = [
  "README.md",
  ...Array.from(Deno.readDirSync(new URL("docs/", ROOT)), ({ name }) => `docs/${name}`)
    .filter((name) => name.endsWith(".md") && name !== "docs/README.md").toSorted(),
];
const IS_WINDOWS = Deno.build.os === "windows";
/** How a Deno command begins; it runs in the project's folder. */
const DENO = /^(?:npx -y deno@2\.9\.5|deno) /;

for (const document of DOCUMENTS) {
  Deno.test(`${document}: every command does what it says`, () => checkDocument(document));
}

async function checkDocument(document: string): Promise<void> {
  const file = new URL(document, ROOT);
  const text = Deno.readTextFileSync(file);
  const commands = commandsOf(text)
    .filter(({ line }) => !NOT_RUN.some(({ command }) => command.test(line)));
  using folder = temporaryFolder();
  for (const name of new Set(text.match(/\btestdata\/\w+/g) ?? [])) {
    copyFiles(new URL(`${name}/`, ROOT), `${folder.path}/${name}`);
  }
  const isOurs = ({ line }: DocumentedCommand): boolean => OURS.test(line);
  // On Windows, commands without output would look for a program that is not there, or list every process.
  const ours = commands.filter(isOurs)
    .filter(({ printed }) => !IS_WINDOWS || printed !== undefined);
  const files = document === "docs/windows.md" ? FILES : [];
  const ended = await runOurs([...files, ...ours.map(({ line }) => line)], folder.path);
  for (const { code, printed } of ended.splice(0, files.length)) assertEquals(code, 0, printed);

  let actual = text;
  for (const [index, command] of ours.entries()) {
    const { line, block } = command;
    const { code, printed } = ended[index]!;
    if (command.printed !== undefined) {
      if (printed === command.printed) continue;
      actual = actual.replace(block, () => `\`\`\`console\n$ ${line}\n${printed}\`\`\``);
    } else if (NEEDS_WINDOWS.test(printed)) {
      assertEquals(code, 3, `${line}\n${printed}`);
    } else {
      const isGate = line.includes("--fail-on-");
      assert(code === 0 || (isGate && code === 1), `${line}\n${printed}`);
    }
  }
  for (const { line } of commands.filter((command) => !isOurs(command))) await runDeno(line);
  if (Deno.args.includes("--update")) Deno.writeTextFileSync(file, actual);
  else assertEquals(actual, text, `${document}: rewrite it with deno test -A docs -- --update`);
}

/** Runs a Deno command in the project's folder; it must succeed. */
async function runDeno(line: string): Promise<void> {
  assert(DENO.test(line), `"${line}" is run by nothing here: say how, or in _not_run.ts why not`);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: wordsOf(line.replace(DENO, "")),
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  assert(success, `${line}\n${new TextDecoder().decode(stderr)}`);
}

Deno.test("every command that is not run has a reason, and is in a document", () => {
  const lines = DOCUMENTS.flatMap((document) =>
    commandsOf(Deno.readTextFileSync(new URL(document, ROOT))).map(({ line }) => line)
  );
  assert(lines.length > 30);
  const stale = NOT_RUN.filter(({ command }) => !lines.some((line) => command.test(line)));
  assertEquals(stale, []);
});

Deno.test("commandsOf() finds commands in every kind of block, and only there", () => {
  const text = "Run `htrace x`:\n\n    htrace a --b  # why\n\n    no command\n    deno task c\n\n" +
    "```console\n$ htrace d\nprinted\n```\n\n```sh\n# why\nhtrace e\n```\n\n" +
    "```text\nhtrace f\n```\n\n```yaml\n- run: htrace g\n- uses: h\n  script: |\n    htrace i\n```\n";
  assertEquals(
    commandsOf(text).map(({ line, printed }) => [line, printed]),
    [
      ["htrace a --b", undefined],
      ["deno task c", undefined],
      ["htrace d", "printed\n"],
      ["htrace e", undefined],
      ["htrace g", undefined],
      ["htrace i", undefined],
    ],
  );
  assertThrows(() => commandsOf("```\nhtrace x\n```"), Error, "does not say by its language");
});
