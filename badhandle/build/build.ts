/**
 * Builds the guest's images with clang and lld; `scripts/build_guest.sh` runs it.
 *
 * An image takes three steps: clang turns C into assembly; the layout puts functions and calls in their places; clang
 * assembles and lld links. Everything is built in `dist/guest/` whatever the output folder, because tools write the
 * paths that they are given into what they make.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Image, IMAGES, released, VARIANTS } from "./images.ts";
import { fillers, LayoutError, partName, placeFunctions } from "./layout.ts";
import { readSections } from "./sections.ts";

const USAGE = `Usage: scripts/build_guest.sh [--check] [--out FOLDER]
       scripts/build_guest.sh --source FILE [--define NAME] [--release SYMBOL] --out FOLDER

Builds the guest's images and their variants into testdata/guest.
  --check           build, then say whether the bytes are those that are checked in
  --out FOLDER      write there instead
  --source FILE     build badhandle.exe alone, from another badhandle.c below the project's folder
  --define NAME     with a macro defined
  --release SYMBOL  without a fixed place for this function, such as _main; may be repeated`;

const WORK = "dist/guest";
const OUTPUT = "testdata/guest";

const COMPILER = [
  "--target=i686-pc-windows-msvc",
  "-march=i386",
  "-mno-sse",
  "-mno-mmx",
  "-Os",
  "-ffreestanding",
  "-fno-builtin",
  "-fno-stack-protector",
  "-fno-optimize-sibling-calls",
  "-mno-stack-arg-probe",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-g",
  "-gcodeview",
  "-gno-codeview-command-line",
  "-fdebug-compilation-dir=C:/htrace",
  "-Ibadhandle/include",
];

const LINKER = [
  "/nologo",
  "/nodefaultlib",
  "/fixed",
  "/safeseh:no",
  "/dynamicbase:no",
  "/debug",
  "/Brepro",
  "/pdbaltpath:%_PDB%",
  "/pdbsourcepath:C:/htrace",
  "/opt:ref,noicf",
];

function stem(file: string): string {
  return file.replace(/\.[^.]*$/, "");
}

/** Runs command lines in the toolchain, in the project's folder, and stops at the first that fails. */
async function run(commands: string[][]): Promise<void> {
  const script = commands.map((words) => words.map((word) => `'${word}'`).join(" ")).join("\n");
  const status = await new Deno.Command("scripts/toolchain.sh", {
    args: ["run", "bash", "-ec", script],
  }).spawn().status;
  if (!status.success) throw new Error("Cannot build the guest: a tool failed, see its message above");
}

/** A source's own files in the image's work folder. */
function workFile(folder: string, source: string, extension: string): string {
  return `${folder}/${source.replaceAll("/", "-")}${extension}`;
}

function compileCommand(image: Image, folder: string, source: string): string[] {
  const options = image.options.map((option) => option.replace(/^-I/, "-Ibadhandle/"));
  const frame = image.frameless.includes(source)
    ? "-fomit-frame-pointer"
    : "-fno-omit-frame-pointer";
  // A hand-written file is only preprocessed: its assembly is what is placed.
  const step = source.endsWith(".S") ? ["-E", "-P"] : ["-S", frame];
  const path = source.includes("/../") ? source : `badhandle/${source}`;
  const output = workFile(folder, source, ".s");
  return ["clang", ...COMPILER, ...options, ...step, path, "-o", output];
}

/** Compiles and assembles; answers the bytes of each placed function by symbol. */
async function assemble(image: Image, folder: string): Promise<Map<string, number>> {
  await run(image.sources.map((source) => compileCommand(image, folder, source)));
  const missing = new Set(image.sections.flatMap((s) => s.functions.map((f) => f.symbol)));
  for (const source of image.sources) {
    const path = workFile(folder, source, ".s");
    const { text, placed } = placeFunctions(
      await Deno.readTextFile(path),
      image.sections,
      image.ordinarySection ?? ".text",
    );
    placed.forEach((symbol) => missing.delete(symbol));
    await Deno.writeTextFile(path, text);
  }
  if (missing.size > 0) {
    throw new LayoutError(
      `Cannot lay out ${image.file}: no source has ${[...missing].join(", ")}; correct the table`,
    );
  }
  await run(image.sources.map((source) => [
    "clang",
    "--target=i686-pc-windows-msvc",
    "-c",
    workFile(folder, source, ".s"),
    "-o",
    workFile(folder, source, ".obj"),
  ]));
  const parts = new Map<string, number>();
  for (const source of image.sources) {
    const bytes = await Deno.readFile(workFile(folder, source, ".obj"));
    for (const section of readSections(bytes)) parts.set(section.name, section.size);
  }
  return new Map(image.sections.flatMap((section) =>
    section.functions.map((placed): [string, number] => [
      placed.symbol,
      parts.get(partName(section.name, placed.address)) ?? 0,
    ])
  ));
}

async function link(
  image: Image,
  folder: string,
  sizes: ReadonlyMap<string, number>,
  gap: number,
): Promise<void> {
  await Deno.writeTextFile(`${folder}/fillers.s`, fillers(image.sections, sizes, gap));
  const name = stem(image.file);
  const target = "--target=i686-pc-windows-msvc";
  await run([
    ["clang", target, "-c", `${folder}/fillers.s`, "-o", `${folder}/fillers.obj`],
    [
      "lld-link",
      ...LINKER,
      ...image.link,
      `/base:0x${image.base.toString(16)}`,
      `/out:${folder}/${image.file}`,
      `/pdb:${folder}/${name}.pdb`,
      `/implib:${folder}/${name}.lib`,
      `${folder}/fillers.obj`,
      ...image.sources.map((source) => workFile(folder, source, ".obj")),
      ...image.imports.map((library) => `${WORK}/${library}/${library}.lib`),
    ],
  ]);
}

/** Builds one image into a folder of its own below the work folder. */
async function build(image: Image, folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const sizes = await assemble(image, folder);
  const first = image.sections[0];
  if (first === undefined || first.name === ".text") return await link(image, folder, sizes, 0);
  // How long the ordinary sections are shows only when they are linked: link with a page's gap, correct it, link again.
  const page = 0x1000;
  await link(image, folder, sizes, page);
  const linked = readSections(await Deno.readFile(`${folder}/${image.file}`));
  const found = linked.find((section) => section.name === first.name);
  if (found === undefined) throw new LayoutError(`Cannot lay out ${image.file}: no ${first.name}`);
  await link(image, folder, sizes, page + first.address - image.base - found.rva);
}

/** Compares files, or copies them; answers the names of those that differ. */
async function deliver(files: [from: string, to: string][], check: boolean): Promise<string[]> {
  const different: string[] = [];
  for (const [from, to] of files) {
    const bytes = await Deno.readFile(from);
    if (!check) {
      await Deno.mkdir(to.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeFile(to, bytes);
      continue;
    }
    const old = await Deno.readFile(to).catch(() => new Uint8Array());
    const same = old.length === bytes.length && old.every((byte, index) => byte === bytes[index]);
    if (!same) different.push(to);
  }
  return different;
}

function products(image: Image, folder: string, output: string): [string, string][] {
  return [image.file, `${stem(image.file)}.pdb`]
    .map((file): [string, string] => [`${folder}/${file}`, `${output}/${file}`]);
}

async function buildAll(output: string, check: boolean): Promise<number> {
  const files: [string, string][] = [];
  for (const image of IMAGES) {
    const folder = `${WORK}/${stem(image.file)}`;
    await build(image, folder);
    files.push(...products(image, folder, output));
  }
  for (const [name, image] of Object.entries(VARIANTS)) {
    const folder = `${WORK}/variants/${name}`;
    await build(image, folder);
    files.push(...products(image, folder, `${output}/variants/${name}`));
  }
  const different = await deliver(files, check);
  if (different.length > 0) {
    console.error(`build_guest: not as checked in: ${different.join(", ")}`);
    return 1;
  }
  console.log(`${check ? "The same bytes" : "Built"}: ${files.length} files in ${output}`);
  return 0;
}

async function buildOther(
  source: string,
  defines: string[],
  release: string[],
  output: string,
): Promise<void> {
  for (const image of IMAGES) {
    if (image.file !== "badhandle.exe") await build(image, `${WORK}/${stem(image.file)}`);
  }
  const badhandle = IMAGES.find((image) => image.file === "badhandle.exe");
  if (badhandle === undefined) throw new LayoutError("Cannot build badhandle.exe: no such image");
  const other: Image = {
    ...released(badhandle, release),
    sources: badhandle.sources.map((file) => file === "badhandle.c" ? `../${source}` : file),
    options: [...badhandle.options, ...defines.map((name) => `-D${name}`)],
  };
  await build(other, `${WORK}/other`);
  await deliver(products(other, `${WORK}/other`, output), false);
}

interface Options {
  check: boolean;
  help: boolean;
  out?: string;
  source?: string;
  define: string[];
  release: string[];
}

if (import.meta.main) {
  const options: Options = parseArgs(Deno.args, {
    boolean: ["check", "help"],
    string: ["out", "source", "define", "release"],
    collect: ["define", "release"],
  });
  if (options.help) {
    console.log(USAGE);
  } else if (options.source === undefined) {
    Deno.exitCode = await buildAll(options.out ?? OUTPUT, options.check);
  } else if (options.out === undefined) {
    console.error("build_guest: --source needs --out: name a folder");
    Deno.exitCode = 2;
  } else {
    await buildOther(options.source, options.define, options.release, options.out);
  }
}
