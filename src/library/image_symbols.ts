/**
 * The symbols of one image or PDB on disk, opened by its path.
 *
 * @module
 */
import type { ByteSource } from "../byte_source.ts";
import { HtraceError } from "../error.ts";
import { fileReason } from "../file_reason.ts";
import type { Frame } from "../frame.ts";
import { type Module, moduleNameOf } from "../module.ts";
import { FileSource } from "../file_source.ts";
import type { SymbolFinder, SymbolSourceOptions } from "../symbols/path/mod.ts";
import { withReadableNames } from "../symbols/itanium_names.ts";
import { imageFileIdentity } from "../symbols/symbol_identity.ts";
import { type SymbolizeOptions, Symbolizer, type SymbolStatus } from "../symbols/symbolizer.ts";

/** A file contains no names. */
export class NoSymbolsError extends HtraceError {
  /** Creates the error with the message for the user. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
  }
}

/** Names for RVAs in one image. */
export interface ImageSymbols extends Disposable {
  /** Why a PDB that should be used is not used. */
  readonly warning?: string;
  /** Where the names come from; may become a problem when a damaged part is found. */
  readonly status: SymbolStatus;
  /** Names RVAs. */
  frames(rvas: readonly number[], options: SymbolizeOptions): Promise<readonly Frame[]>;
}

/** A module known only from a PDB has no known size: every RVA may be in it. */
const ANY_SIZE = 0xffff_ffff;

/**
 * Opens a PDB, or an image with the PDB that belongs to it.
 *
 * @throws {NoSymbolsError} if there are no names.
 */
export async function openImageSymbols(
  path: string,
  options: SymbolSourceOptions,
): Promise<ImageSymbols> {
  using opening = new DisposableStack();
  const file = opening.use(openFile(path));
  const symbolizer = opening.use(new Symbolizer());
  const opened = isImage(file)
    ? await addImage(symbolizer, file, opening.use(await openFinder(options)))
    : addPdb(symbolizer, file);
  const owned = opening.move();
  return {
    ...opened,
    get status(): SymbolStatus {
      return symbolizer.status(opened.module);
    },
    frames: (rvas, how) =>
      withReadableNames(
        symbolizer.symbolizeRvas(opened.module, Uint32Array.from(rvas), how),
        how,
      ),
    [Symbol.dispose]: () => owned.dispose(),
  };
}

/** Loads the search, only for an image: a PDB does not need it, and loading it takes longer than loading a PDB. */
async function openFinder(options: SymbolSourceOptions): Promise<SymbolFinder> {
  const { symbolFinder } = await import("../symbols/path/mod.ts");
  return symbolFinder(options);
}

interface Opened {
  readonly module: Module;
  readonly warning?: string;
}

function addPdb(symbolizer: Symbolizer, pdb: FileSource): Opened {
  // Some builds name the PDB of app.dll "app.dll.pdb".
  const image = moduleNameOf(pdb.name).replace(/\.(dll|exe|sys)$/i, "");
  const module: Module = { name: image, path: pdb.name, base: 0n, size: ANY_SIZE };
  const { kind, problem } = symbolizer.addModule(module, { pdb });
  if (kind === "none") {
    const found = problem ?? `Cannot read symbols from ${pdb.name}: it has none`;
    throw new NoSymbolsError(`${found}; name a whole PDB or image`);
  }
  return { module };
}

async function addImage(
  symbolizer: Symbolizer,
  image: FileSource,
  finder: SymbolFinder,
): Promise<Opened> {
  const { isAbsolute, join } = await import("node:path");
  // Not resolve(): for "C:app.exe" it reads one of Windows' own variables, which the executable may not.
  const path = isAbsolute(image.name) ? image.name : join(Deno.cwd(), image.name);
  const module: Module = {
    name: moduleNameOf(path),
    path,
    base: 0n,
    ...imageFileIdentity(image),
  };
  const { pdb, anyBuild = false, notes, missing } = await finder.find(module);
  const files = pdb === undefined ? { image } : { pdb, image };
  const { kind, problem } = symbolizer.addModule(module, files, { force: anyBuild });
  if (kind === "pdb" || module.pdb === undefined && kind !== "none") return { module };
  const reasons = problem === undefined || pdb === undefined ? notes : [problem, ...notes];
  const reason = [...reasons, ...missing.map((place) => `${place}: not there`)].join(", ");
  if (kind === "none") {
    throw new NoSymbolsError(
      `Cannot symbolize "${image.name}": it has no symbols of its own, and no PDB was found ` +
        `(${reason}); name a symbol path with --symbols`,
    );
  }
  const names = kind === "exports" ? "exports" : "COFF symbols";
  return {
    module,
    warning: `Cannot use a PDB for "${image.name}", so names are its ${names}: ${reason}`,
  };
}

function openFile(path: string): FileSource {
  try {
    return FileSource.open(path);
  } catch (cause) {
    throw new NoSymbolsError(
      `Cannot read "${path}": ${fileReason(cause)}; name a PDB or an image`,
      { cause },
    );
  }
}

/** Whether a file begins like an image; its reader decides what it really is. */
function isImage(file: ByteSource): boolean {
  const [m, z] = file.read(0, 2);
  return m === 0x4d && z === 0x5a;
}
