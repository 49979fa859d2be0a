/**
 * Builds the guest's images; `scripts/build_guest.sh` runs it.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { buildImage } from "./build_image.ts";
import { BADHANDLE, type Image, IMAGES, released, VARIANTS } from "./images.ts";
import { LayoutError } from "./layout.ts";
import { stem, ToolError, WORK_FOLDER } from "./toolchain.ts";
import { buildWindows, WINDOWS_FILES } from "./windows.ts";

const USAGE = `Usage: scripts/build_guest.sh [--check]
       scripts/build_guest.sh --source FILE --out FOLDER [--define NAME] [--release SYMBOL]

Builds the guest's images and their variants into testdata/guest, and badhandle for Windows into testdata/windows.
  --check           build, then say whether the bytes are those that are checked in
  --source FILE     build badhandle.exe alone, from another badhandle.c within the project
  --out FOLDER      where to
  --define NAME     with a macro defined; may be repeated
  --release SYMBOL  without a fixed place for a function that no longer fits it, such as _main; may be repeated`;

interface Options {
  readonly check: boolean;
  readonly help: boolean;
  readonly source?: string;
  readonly out?: string;
  readonly define: readonly string[];
  readonly release: readonly string[];
}

/** A built file and where it goes, relative to the project. */
type Product = readonly [built: string, destination: string];

function products(image: Image, folder: string, output: string): Product[] {
  return [image.file, `${stem(image.file)}.pdb`]
    .map((file): Product => [`${folder}/${file}`, `${output}/${file}`]);
}

/** Builds everything that is checked in. */
async function buildAll(): Promise<Product[]> {
  const made: Product[] = [];
  for (const image of IMAGES) {
    const folder = `${WORK_FOLDER}/${stem(image.file)}`;
    await buildImage(image, folder);
    made.push(...products(image, folder, "testdata/guest"));
  }
  for (const [name, image] of Object.entries(VARIANTS)) {
    const folder = `${WORK_FOLDER}/variants/${name}`;
    await buildImage(image, folder);
    made.push(...products(image, folder, `testdata/guest/variants/${name}`));
  }
  const windows = `${WORK_FOLDER}/windows`;
  await buildWindows(windows);
  for (const file of WINDOWS_FILES) made.push([`${windows}/${file}`, `testdata/windows/${file}`]);
  return made;
}

/** Builds badhandle.exe from another source, after the images whose import libraries it is linked with. */
async function buildOther(source: string, output: string, options: Options): Promise<Product[]> {
  const folder = `${WORK_FOLDER}/other`;
  const other: Image = {
    ...released(BADHANDLE, options.release),
    sources: BADHANDLE.sources.map((file) => file === "badhandle.c" ? `../${source}` : file),
    options: [...BADHANDLE.options, ...options.define.map((name) => `-D${name}`)],
  };
  for (const image of IMAGES) {
    if (image !== BADHANDLE) await buildImage(image, `${WORK_FOLDER}/${stem(image.file)}`);
  }
  await buildImage(other, folder);
  return products(other, folder, output);
}

async function store(made: readonly Product[]): Promise<void> {
  for (const [built, destination] of made) {
    await Deno.mkdir(destination.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.copyFile(built, destination);
  }
}

/** The destinations whose bytes differ from those built, or that are missing. */
async function compare(made: readonly Product[]): Promise<string[]> {
  const different: string[] = [];
  for (const [built, destination] of made) {
    const bytes = await Deno.readFile(built);
    const old = await Deno.readFile(destination).catch(() => new Uint8Array());
    const same = old.length === bytes.length && old.every((byte, index) => byte === bytes[index]);
    if (!same) different.push(destination);
  }
  return different;
}

async function main(options: Options): Promise<number> {
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  if (options.source !== undefined) {
    if (options.out === undefined) {
      console.error("build_guest: --source needs --out: name a folder");
      return 2;
    }
    await store(await buildOther(options.source, options.out, options));
    return 0;
  }
  const made = await buildAll();
  if (!options.check) {
    await store(made);
    return 0;
  }
  const different = await compare(made);
  if (different.length > 0) {
    console.error(`build_guest: not as checked in: ${different.join(", ")}: build without --check`);
    return 1;
  }
  console.log(`build_guest: all ${made.length} files are as checked in`);
  return 0;
}

if (import.meta.main) {
  const options: Options = parseArgs(Deno.args, {
    boolean: ["check", "help"],
    string: ["source", "out", "define", "release"],
    collect: ["define", "release"],
  });
  try {
    Deno.exitCode = await main(options);
  } catch (error) {
    if (!(error instanceof LayoutError || error instanceof ToolError)) throw error;
    console.error(`build_guest: ${error.message}`);
    Deno.exitCode = 1;
  }
}
