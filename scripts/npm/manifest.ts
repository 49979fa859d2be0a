/**
 * The package's `package.json`.
 *
 * @module
 */
import config from "../../deno.json" with { type: "json" };

/** The package's name on npm. */
export const NAME = "htrace";

/** The manifest. The program runs on exactly the Deno that built the package, which is also the one that tested it. */
export function manifest(): Record<string, unknown> {
  return {
    name: NAME,
    version: config.version,
    description: "Find who leaks and who misuses Windows handles: !htrace without a debugger",
    keywords: ["windows", "handle", "leak", "htrace", "debugging", "minidump", "windbg"],
    license: config.license,
    type: "module",
    bin: { [NAME]: "bin/htrace.js" },
    main: "./src/mod.js",
    types: "./types/mod.d.ts",
    exports: {
      ".": { types: "./types/mod.d.ts", default: "./src/mod.js" },
      "./package.json": "./package.json",
    },
    engines: { node: ">=20" },
    dependencies: { deno: Deno.version.deno },
  };
}
