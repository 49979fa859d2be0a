/**
 * badhandle for real Windows, 32-bit and 64-bit, with mingw's C runtime: the same source, no layout.
 *
 * @module
 */
import { runTools, SOURCE_ROOT } from "./toolchain.ts";

const ARCHITECTURES = [
  { name: "badhandle32", target: "--target=i686-w64-windows-gnu" },
  { name: "badhandle64", target: "--target=x86_64-w64-windows-gnu" },
] as const;

const COMPILER = [
  "-Os",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-fno-omit-frame-pointer",
  "-fno-inline",
  "-g",
  "-gcodeview",
  "-gno-codeview-command-line",
  `-fdebug-compilation-dir=${SOURCE_ROOT}`,
];

/** The files that {@linkcode buildWindows} makes. */
export const WINDOWS_FILES: readonly string[] = ARCHITECTURES.flatMap(({ name }) => [
  `${name}.exe`,
  `${name}.pdb`,
]);

/** Builds the programs and their PDBs into a folder. */
export async function buildWindows(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await runTools(
    "badhandle for Windows",
    ARCHITECTURES.flatMap(({ name, target }) => {
      const [object, program] = [`${folder}/${name}.o`, `${folder}/${name}.exe`];
      const linker = [
        `--pdb=${folder}/${name}.pdb`,
        "-Xlink=-pdbaltpath:%_PDB%",
        `-Xlink=-pdbsourcepath:${SOURCE_ROOT}`,
        "-Xlink=-Brepro",
      ];
      return [
        ["clang", target, ...COMPILER, "-c", "badhandle/badhandle.c", "-o", object],
        ["clang", target, "-fuse-ld=lld", `-Wl,${linker.join(",")}`, object, "-o", program],
        ["llvm-strip", "--strip-debug", program], // the runtime's DWARF, which symbolizers prefer to the PDB
      ];
    }),
  );
}
