/**
 * Builds one image: clang turns C into assembly, the layout puts functions and calls in their places, clang assembles
 * and lld links.
 *
 * @module
 */
import type { Image } from "./images.ts";
import { fillers, LayoutError, PAGE, partName, placeFunctions } from "./layout.ts";
import { readSections } from "./sections.ts";
import { runTools, SOURCE_ROOT, stem, WORK_FOLDER } from "./toolchain.ts";

const TARGET = "--target=i686-pc-windows-msvc";

const COMPILER = [
  "clang",
  TARGET,
  "-march=i386", // the emulated CPU's instructions
  "-mno-sse",
  "-mno-mmx",
  "-Os",
  "-ffreestanding",
  "-fno-builtin",
  "-fno-stack-protector",
  "-fno-optimize-sibling-calls", // a call that became a jump would be missing in the stacks
  "-mno-stack-arg-probe",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-g",
  "-gcodeview",
  "-gno-codeview-command-line",
  `-fdebug-compilation-dir=${SOURCE_ROOT}`,
  "-Ibadhandle/include",
];

const LINKER = [
  "lld-link",
  "/nologo",
  "/nodefaultlib",
  "/fixed",
  "/safeseh:no",
  "/dynamicbase:no",
  "/debug",
  "/Brepro",
  "/pdbaltpath:%_PDB%",
  `/pdbsourcepath:${SOURCE_ROOT}`,
  "/opt:ref,noicf",
];

/** The file in the image's folder that is made from a source. */
function madeOf(source: string, folder: string, extension: string): string {
  return `${folder}/${source.replaceAll("/", "-").replaceAll("..", "")}${extension}`;
}

function compileCommand(image: Image, folder: string, source: string): string[] {
  const options = image.options.map((option) => option.replace(/^-I/, "-Ibadhandle/"));
  const isFrameless = image.frameless.includes(source);
  // A hand-written file is only preprocessed: its assembly is what is placed.
  const step = source.endsWith(".S")
    ? ["-E", "-P"]
    : ["-S", isFrameless ? "-fomit-frame-pointer" : "-fno-omit-frame-pointer"];
  return [
    ...COMPILER,
    ...options,
    ...step,
    `badhandle/${source}`,
    "-o",
    madeOf(source, folder, ".s"),
  ];
}

/** Rewrites clang's assembly; throws a `LayoutError` if a function to be placed is in no source. */
async function layOut(image: Image, folder: string): Promise<void> {
  const missing = new Set(image.sections.flatMap((s) => s.functions.map((f) => f.symbol)));
  for (const source of image.sources) {
    const path = madeOf(source, folder, ".s");
    const assembly = await Deno.readTextFile(path);
    const ordinary = image.ordinarySection ?? ".text";
    const { text, placed } = placeFunctions(assembly, image.sections, ordinary);
    placed.forEach((symbol) => missing.delete(symbol));
    await Deno.writeTextFile(path, text);
  }
  if (missing.size > 0) {
    throw new LayoutError(
      `Cannot lay out ${image.file}: no source has ${[...missing].join(", ")}; correct the table`,
    );
  }
}

/** Size of each placed function in bytes, by symbol: that of its section part in one of the objects. */
async function placedSizes(image: Image, folder: string): Promise<Map<string, number>> {
  const parts = new Map<string, number>();
  for (const source of image.sources) {
    const object = await Deno.readFile(madeOf(source, folder, ".obj"));
    for (const section of readSections(object)) parts.set(section.name, section.size);
  }
  return new Map(
    image.sections.flatMap((section) =>
      section.functions.map((placed): [string, number] => [
        placed.symbol,
        parts.get(partName(section.name, placed.address)) ?? 0,
      ])
    ),
  );
}

async function link(
  image: Image,
  folder: string,
  sizes: ReadonlyMap<string, number>,
  firstGap: number,
): Promise<void> {
  await Deno.writeTextFile(`${folder}/fillers.s`, fillers(image.sections, sizes, firstGap));
  const name = stem(image.file);
  await runTools(image.file, [
    ["clang", TARGET, "-c", `${folder}/fillers.s`, "-o", `${folder}/fillers.obj`],
    [
      ...LINKER,
      ...image.link,
      `/base:0x${image.base.toString(16)}`,
      `/out:${folder}/${image.file}`,
      `/pdb:${folder}/${name}.pdb`,
      `/implib:${folder}/${name}.lib`,
      `${folder}/fillers.obj`,
      ...image.sources.map((source) => madeOf(source, folder, ".obj")),
      ...image.imports.map((library) => `${WORK_FOLDER}/${library}/${library}.lib`),
    ],
  ]);
}

/** Builds an image with its PDB and import library into `folder`, below {@linkcode WORK_FOLDER}. */
export async function buildImage(image: Image, folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await runTools(image.file, image.sources.map((source) => compileCommand(image, folder, source)));
  await layOut(image, folder);
  await runTools(
    image.file,
    image.sources.map((source) => {
      const [assembly, object] = [madeOf(source, folder, ".s"), madeOf(source, folder, ".obj")];
      return ["clang", TARGET, "-c", assembly, "-o", object];
    }),
  );
  const sizes = await placedSizes(image, folder);
  const first = image.sections[0];
  if (first === undefined || first.name === ".text") return await link(image, folder, sizes, 0);
  // The length of the ordinary sections is known only after linking: link with a gap of one page, correct, link again.
  await link(image, folder, sizes, PAGE);
  const linked = readSections(await Deno.readFile(`${folder}/${image.file}`));
  const found = linked.find((section) => section.name === first.name);
  const wanted = first.address - image.base;
  if (found === undefined || found.rva > wanted) {
    throw new LayoutError(
      `Cannot lay out ${image.file}: what is before section ${first.name} reaches over its place; lower the base`,
    );
  }
  await link(image, folder, sizes, PAGE + wanted - found.rva);
}
