/**
 * The types of the npm package: a declaration file for each module whose types the library's interface uses.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { temporaryFolder } from "../../src/folder_fixture.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Modules that a declaration file imports. */
const IMPORTED = /(?<=(?:from |import\())"(\.[^"]+)\.ts"/g;

/** TypeScript libraries that a program's own configuration may lack. */
const LIBRARIES = '/// <reference lib="esnext.disposable" />\n';

/**
 * The declaration files by path, relative to the project's root, starting with that of `module`. The examples in their
 * comments import the package by its npm name.
 */
export async function declarations(module: string, name: string): Promise<Map<string, string>> {
  const all = await declarationsOf(module);
  const found = new Map<string, string>();
  const wanted = [module];
  for (let path; (path = wanted.pop()) !== undefined;) {
    if (found.has(path)) continue;
    const text = all.get(path);
    if (text === undefined) {
      throw new Error(`Cannot make the types of ${path}: TypeScript has none`);
    }
    found.set(path, text);
    for (const [, imported] of text.matchAll(IMPORTED)) {
      wanted.push(new URL(`${imported}.ts`, `file:///${path}`).pathname.slice(1));
    }
  }
  return new Map(Array.from(found, ([path, text]) => [
    path.replace(/\.ts$/, ".d.ts"),
    (path === module ? LIBRARIES : "") +
    text.replaceAll(IMPORTED, '"$1.js"').replaceAll('"@htrace/htrace"', `"${name}"`),
  ]));
}

/** The declarations of a module and everything it imports, as TypeScript writes them. */
async function declarationsOf(module: string): Promise<Map<string, string>> {
  using folder = temporaryFolder();
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["types"] }).output();
  await Deno.writeFile(`${folder.path}/deno.d.ts`, stdout);
  const program = ts.createProgram([`${ROOT}${module}`, `${folder.path}/deno.d.ts`], {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts"],
    types: [],
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    declaration: true,
    emitDeclarationOnly: true,
    noCheck: true, // `deno task check` does
    strict: true,
    exactOptionalPropertyTypes: true,
    rootDir: ROOT,
    outDir: ROOT,
  });
  const texts = new Map<string, string>();
  program.emit(undefined, (path, text) => {
    texts.set(path.slice(ROOT.length).replace(/\.d\.ts$/, ".ts"), text);
  });
  return texts;
}
