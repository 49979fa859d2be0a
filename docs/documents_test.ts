/**
 * Runs every command that the documents show and compares what it prints with what they say.
 *
 * `deno test -A docs -- --update` rewrites the outputs; read the difference before it is committed.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { main } from "../src/cli.ts";

/** Documents with outputs, from the project's root. */
const DOCUMENTS = ["README.md", "docs/tutorial.md"];
/** A fenced block whose first line is a command; the rest is what it prints. */
const BLOCK = /^```console\n\$ (.+)\n([^]*?)^```$/gm;

for (const document of DOCUMENTS) {
  Deno.test(`${document} shows what its commands print`, async () => {
    const file = new URL(`../${document}`, import.meta.url);
    const text = Deno.readTextFileSync(file);
    const blocks = [...text.matchAll(BLOCK)];
    assert(blocks.length > 0);
    let actual = text;
    for (const [block, command = "", shown] of blocks) {
      const printed = await run(command);
      if (printed !== shown) {
        actual = actual.replace(block, () => `\`\`\`console\n$ ${command}\n${printed}\`\`\``);
      }
    }
    if (Deno.args.includes("--update")) {
      Deno.writeTextFileSync(file, actual);
    } else {
      assertEquals(actual, text, `${document}: rewrite it with deno test -A docs -- --update`);
    }
  });
}

async function run(command: string): Promise<string> {
  const [program, ...args] = wordsOf(command);
  assertEquals(program, "htrace");
  let printed = "";
  const write = (text: string): void => void (printed += text);
  await main(args, { stdout: { write }, stderr: { write } });
  return printed;
}

/** Splits a command line as a shell does, as far as the tutorial needs it: blanks and double quotes. */
function wordsOf(command: string): string[] {
  return Array.from(
    command.matchAll(/"([^"]*)"|(\S+)/g),
    ([, quoted, plain]) => quoted ?? plain ?? "",
  );
}
