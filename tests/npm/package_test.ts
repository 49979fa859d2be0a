/** The package as files: its contents, and that the same sources give the same bytes. */
import { assert, assertEquals } from "@std/assert";
import { temporaryFolder } from "../../src/folder_fixture.ts";
import { flagsFor } from "../../scripts/compile.ts";
import { PROGRAM_WORKERS, runTimeFiles } from "../../scripts/program.ts";
import { makePackage } from "../../scripts/npm/make.ts";
import { PACKAGE, packageTest, ROOT, run } from "./_package.ts";

const FFI = ["dlopen", "UnsafeCallback", "UnsafeFnPointer", "UnsafePointer", "UnsafePointerView"];

/** Every file of a folder by its path in it. */
function filesIn(folder: string, prefix = ""): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    if (!isDirectory) files.set(prefix + name, Deno.readFileSync(path));
    else filesIn(path, `${prefix}${name}/`).forEach((bytes, file) => files.set(file, bytes));
  }
  return files;
}

function textOf(path: string): string {
  return Deno.readTextFileSync(`${PACKAGE}/${path}`);
}

packageTest(
  "building the package twice gives the same bytes, and npm keeps all files",
  async () => {
    using folder = temporaryFolder();
    await makePackage(folder.path);
    const [made, installed] = [filesIn(folder.path), filesIn(PACKAGE)];
    assertEquals([...installed.keys()].toSorted(), [...made.keys()].toSorted());
    for (const [path, bytes] of made) assertEquals(installed.get(path), bytes, path);
  },
);

packageTest("the package has what the program reads at run time, and no sources or tests", () => {
  const paths = [...filesIn(PACKAGE).keys()];
  for (const path of [...runTimeFiles(), ...PROGRAM_WORKERS]) assert(paths.includes(path), path);
  const kinds =
    /^(?:types\/.*\.d\.ts|(?:bin|src)\/.*\.js|recorder\/bin\/.*\.dll|testdata\/.*\.(?:exe|dll|pdb))$/;
  const others = ["LICENSE", "LICENSES.txt", "README.md", "bin/permissions.json", "package.json"];
  assertEquals(paths.filter((path) => !kinds.test(path)).toSorted(), others);
  assertEquals(paths.filter((path) => /_test\.|_fixture|_testing|\.rs$/.test(path)), []);
});

packageTest("the program gets the executable's permissions and exactly this Deno", () => {
  assertEquals(JSON.parse(textOf("bin/permissions.json")), {
    win32: flagsFor("x86_64-pc-windows-msvc"),
    others: flagsFor("x86_64-unknown-linux-gnu"),
  });
  const { version, dependencies } = JSON.parse(textOf("package.json"));
  assertEquals(dependencies, { deno: Deno.version.deno });
  assertEquals(version, JSON.parse(Deno.readTextFileSync(`${ROOT}deno.json`)).version);
  assert(Deno.readTextFileSync(`${ROOT}.ci/run`).includes(` deno@${Deno.version.deno} `));
});

packageTest("everything that the library uses of Deno exists for Node.js", () => {
  const calls = textOf("src/deno.js");
  const asked = [...textOf("src/mod.js").matchAll(/\bDeno\.(\w+)(?:\.(\w+))?/g)];
  assert(asked.length > 50);
  const isThere = (name: string): boolean =>
    new RegExp(`^ +(?:get |\\*)?${name}\\b`, "m").test(calls);
  const missing = asked.filter(([, name = ""]) => !FFI.includes(name) && !isThere(name));
  assertEquals(missing.map(([call]) => call), []);
  const errors = asked.filter(([, name]) => name === "errors").map(([, , name = ""]) => name);
  assertEquals(errors.filter((name) => !isThere(name)), []);
});

packageTest("no bundle reveals where on this machine it was built", () => {
  for (const path of ["src/cli.js", "src/mod.js", "src/deno.js", "src/older_node.js"]) {
    const comments = textOf(path).match(/^ *\/\/ \S*\/.*\.(?:ts|js|json|wasm)$/gm) ?? [];
    assertEquals(comments.filter((comment) => /\/\/ (?:\/|\.\.)|:\\/.test(comment)), [], path);
    assert(!textOf(path).includes(ROOT), path);
  }
});

packageTest(
  "the README names the third-party code in the package, and each licence is included",
  async () => {
    const [readme, licences] = [textOf("README.md"), textOf("LICENSES.txt")];
    const names = new Set<string>();
    const page = "src/reports/html/main.tsx"; // in the HTML report
    for (const module of ["src/cli.ts", "mod.ts", page, "scripts/npm/node/older_node.ts"]) {
      const { stdout } = await run([Deno.execPath(), "info", "--json", module], { cwd: ROOT });
      const graph: { modules: { npmPackage?: string }[] } = JSON.parse(stdout);
      for (const { npmPackage } of graph.modules) {
        if (npmPackage !== undefined) names.add(/^@?[^@]*/.exec(npmPackage)![0]);
      }
    }
    for (const path of ["wasm/Cargo.toml", "wasm/itanium/Cargo.toml"]) {
      const [, dependencies = ""] = Deno.readTextFileSync(ROOT + path).split("[dependencies]\n");
      const listed = dependencies.split("\n\n")[0] ?? "";
      for (const [, name = ""] of listed.matchAll(/^([\w-]+) = /gm)) names.add(name);
    }
    assert(names.size > 5);
    assertEquals([...names].filter((name) => !readme.includes(name)), []);
    const inThePage = ["preact"]; // whose notice is in each page
    const without = [...names].filter((name) => !licences.includes(`\n=== ${name}\n`));
    assertEquals(without, inThePage);
  },
);
