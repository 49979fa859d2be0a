/** JSR gets what a user of the library needs, and nothing else. */
import { assert, assertEquals } from "@std/assert";
import { WORKERS } from "../scripts/program.ts";
import { publishedFiles } from "./_published.ts";

const ROOT = new URL("../", import.meta.url);

/** Published files that are not modules: two texts for people, and files that the library reads. */
const PAPERS = ["LICENSE", "README.md"];
const READ_BY_LIBRARY = /^(?:testdata\/guest\/[^/]+\.(?:dll|exe|pdb)|recorder\/bin\/[^/]+\.dll)$/;

/** The modules that the library's entry module and its worker import, directly or indirectly. */
async function importedFiles(): Promise<string[]> {
  const found = new Set<string>();
  for (const module of ["mod.ts", ...WORKERS]) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", module],
      cwd: ROOT,
    }).output();
    const graph: { modules: { specifier: string }[] } = JSON.parse(
      new TextDecoder().decode(stdout),
    );
    for (const { specifier } of graph.modules) {
      if (specifier.startsWith(ROOT.href)) found.add(specifier.slice(ROOT.href.length));
    }
  }
  return [...found].toSorted();
}

Deno.test("every module of the library is published, and no other", async () => {
  const published = await publishedFiles();
  const modules = published.filter((path) => !PAPERS.includes(path) && !READ_BY_LIBRARY.test(path));
  const imported = await importedFiles();
  assert(imported.length > 100);
  assertEquals(modules.filter((path) => !imported.includes(path)), [], "nobody imports these");
  // The configuration is part of every package and is not listed.
  const unlisted = imported.filter((path) => path !== "deno.json");
  assertEquals(unlisted.filter((path) => !modules.includes(path)), [], "these are missing");
});

Deno.test("the guest's images and the recorder's DLLs are published, each with all of its files", async () => {
  const published = await publishedFiles();
  for (const folder of ["testdata/guest/", "recorder/bin/"]) {
    const files = Array.from(Deno.readDirSync(new URL(folder, ROOT)))
      .filter(({ name, isFile }) => isFile && name !== "README.md")
      .map(({ name }) => folder + name).toSorted();
    assert(files.length > 1);
    assertEquals(published.filter((path) => path.startsWith(folder)), files);
  }
});
