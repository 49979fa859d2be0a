/**
 * The JavaScript of the npm package: bundles of our modules with everything they import, including WebAssembly.
 *
 * @module
 */
import ts from "typescript";

const ROOT = new URL("../../", import.meta.url);

/** What a bundle's comments call a package: its place in this machine's cache must not show. */
const CACHED_PACKAGE = /^( *\/\/ )\S*\/npm\/[^/\s]+\//gm;

/**
 * Bundles a module, given relative to the project's root, for Deno. It contains WebAssembly as text and instantiates it
 * synchronously on first use, which every runtime can do.
 */
export async function bundle(module: string, ...options: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "deno", ...options, module],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot bundle ${module}: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout).replaceAll(CACHED_PACKAGE, "$1npm:");
}

/**
 * The library for Node.js and Bun: older syntax, and `Deno` from our own module. An import binds the name only in this
 * file; as a global it would make other libraries mistake the program for Deno.
 */
export async function nodeLibrary(module: string): Promise<string> {
  const imports = 'import "./older_node.js";\nimport { Deno } from "./deno.js";\n';
  return imports + withOlderSyntax(await bundle(module));
}

/** A single module as JavaScript; imports of the library's sources become imports of the bundle beside it. */
export function transpiled(module: string): string {
  const text = withOlderSyntax(Deno.readTextFileSync(new URL(module, ROOT)));
  return text.replaceAll(/"[./]+\/mod\.ts"/g, '"./mod.js"');
}

/** JavaScript that Node.js 20 parses: it has no `using`. */
function withOlderSyntax(text: string): string {
  return ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  }).outputText;
}
