/**
 * Finds the symbol files of a module: beside its image, where its PDB was built, and along the symbol path.
 *
 * A file counts only when it is the very build: a {@linkcode SymbolReader} (the symbol reader's business, not ours)
 * says what a file is, and anything else is left where it lies and named in the search's notes.
 *
 * @module
 */
import type { ByteSource, SymbolFiles } from "../byte_source.ts";
import type { Module, PdbId } from "../module.ts";
import {
  type Candidate,
  type CandidateOptions,
  candidates,
  type Expand,
  inPlace,
} from "./candidates.ts";
import type { DownloadOptions } from "./download.ts";
import { fileReason } from "../file_reason.ts";
import { beside, isLocalPath } from "./files.ts";
import { FileSource } from "./file_source.ts";
import type { SymbolPathElement } from "./parse.ts";
import { fileNameOf, imageKey, isStorable, pdbKey, type StoreKey } from "./store.ts";

/** The kinds of symbol files. */
export type FileKind = "pdb" | "image";

/** What the search asks of those who read symbol files. */
export interface SymbolReader {
  /** Why a file is not the one that a module needs; undefined when it is. */
  readonly whyNot: (file: ByteSource, module: Module, kind: FileKind) => string | undefined;
  /** Which PDB an image asks for; undefined where it asks for none. */
  readonly pdbIdOf: (image: ByteSource) => PdbId | undefined;
  /** Expands a compressed file (`.pd_`), or throws with a sentence. */
  readonly expand: Expand;
}

/** How symbols are sought. */
export interface FinderOptions {
  /** The symbol path. */
  readonly path: readonly SymbolPathElement[];
  /** Knows symbol files. */
  readonly reader: SymbolReader;
  /** Never ask a server. */
  readonly offline?: boolean;
  /** Take files of another build too. */
  readonly force?: boolean;
  /** How downloads behave. */
  readonly download?: DownloadOptions;
}

/** What was found for a module, and every place that was looked at in vain. */
export interface SymbolSearch extends SymbolFiles {
  /** Where the file that counts came from; absent when none was found. */
  readonly origin?: string;
  /** A sentence for each place that had the wrong thing or could not be asked. */
  readonly notes: readonly string[];
  /** The places that have no such file. */
  readonly missing: readonly string[];
}

interface Found {
  readonly source: FileSource;
  readonly origin: string;
}

interface Log {
  readonly notes: string[];
  readonly missing: string[];
}

/** Finds and keeps open the symbol files of modules; disposing it closes them. */
export class SymbolFinder implements Disposable {
  readonly #options: FinderOptions;
  readonly #open: FileSource[] = [];
  readonly #refused = new Map<string, string>();

  /** Creates a finder; nothing is read yet. */
  constructor(options: FinderOptions) {
    this.#options = options;
  }

  /**
   * Seeks a module's PDB, and its image when there is no PDB. Never throws for a place's faults.
   *
   * Where the target does not know which PDB belongs to the module, its image is sought first and asked.
   */
  async find(module: Module): Promise<SymbolSearch> {
    const log: Log = { notes: [], missing: [] };
    const image = module.pdb ? undefined : await this.#seek(module, "image", log);
    const pdbId = module.pdb ?? (image && this.#pdbIdOf(image, log));
    if (pdbId !== undefined) {
      const pdb = await this.#seek({ ...module, pdb: pdbId }, "pdb", log);
      if (pdb !== undefined) {
        const anyBuild = this.#options.force ?? false;
        return { pdb: pdb.source, anyBuild, origin: pdb.origin, ...log };
      }
    }
    const fallback = module.pdb ? await this.#seek(module, "image", log) : image;
    if (pdbId === undefined && image === undefined) {
      log.notes.push("which PDB belongs to it is not known, because its image was not found");
    }
    return fallback === undefined
      ? log
      : { image: fallback.source, origin: fallback.origin, ...log };
  }

  /** Closes every file that was found. */
  [Symbol.dispose](): void {
    for (const file of this.#open.splice(0)) file[Symbol.dispose]();
  }

  #pdbIdOf(image: Found, log: Log): PdbId | undefined {
    try {
      const id = this.#options.reader.pdbIdOf(image.source);
      if (id === undefined) log.notes.push("its image names no PDB");
      return id;
    } catch (error) {
      log.notes.push(`${image.origin}: ${fileReason(error)}`);
      return undefined;
    }
  }

  async #seek(module: Module, kind: FileKind, log: Log): Promise<Found | undefined> {
    for await (const candidate of this.#candidates(module, kind, log)) {
      const refusal = this.#refusal(candidate, module, kind);
      const path = candidate.settle(refusal === undefined);
      if (refusal === undefined) {
        const source = FileSource.open(path);
        this.#open.push(source);
        return { source, origin: candidate.origin };
      }
      if (refusal === NOT_THERE) log.missing.push(candidate.origin);
      else log.notes.push(`${candidate.origin}: ${refusal}`);
    }
    return undefined;
  }

  async *#candidates(module: Module, kind: FileKind, log: Log): AsyncGenerator<Candidate> {
    for (const path of localPlaces(module, kind)) {
      if (isLocalPath(path)) yield inPlace(path);
    }
    const key = storeKey(module, kind);
    if (key === undefined) return;
    if (!isStorable(key)) {
      log.notes.push(`"${key.fileName}" is no name that a symbol store can have`);
      return;
    }
    const options: CandidateOptions = {
      path: this.#options.path,
      expand: this.#options.reader.expand,
      offline: this.#options.offline ?? false,
      download: this.#options.download ?? {},
      refused: this.#refused,
      note: (sentence) => log.notes.push(sentence),
      missing: (url) => log.missing.push(url),
    };
    yield* candidates(key, options);
  }

  /** Why a candidate does not count; the file is closed again, so that it can be renamed on Windows. */
  #refusal(candidate: Candidate, module: Module, kind: FileKind): string | undefined {
    const { force, reader } = this.#options;
    try {
      using source = FileSource.open(candidate.path);
      return force ? undefined : reader.whyNot(source, module, kind);
    } catch (error) {
      const { NotFound, NotADirectory } = Deno.errors;
      const isAbsent = error instanceof NotFound || error instanceof NotADirectory;
      return isAbsent ? NOT_THERE : fileReason(error);
    }
  }
}

const NOT_THERE = "not there";

function storeKey(module: Module, kind: FileKind): StoreKey | undefined {
  if (kind === "image") return imageKey(module);
  return module.pdb === undefined ? undefined : pdbKey(module.pdb);
}

/** Places that the module itself names, nearest first. */
function localPlaces(module: Module, kind: FileKind): string[] {
  if (kind === "image") return [module.path];
  if (module.pdb === undefined) return [];
  return [beside(module.path, fileNameOf(module.pdb.path)), module.pdb.path];
}
