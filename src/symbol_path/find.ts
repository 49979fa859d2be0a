/**
 * Finds the symbol files of a module: beside its image, where its PDB was built, and along the symbol path.
 *
 * A file counts only when it is the very build: `identify` (the symbol reader's business, not ours) says what a file
 * is, and anything else is left where it lies and named in the search's notes.
 *
 * @module
 */
import type { ByteSource, SymbolFiles } from "../byte_source.ts";
import type { Module } from "../module.ts";
import { type Candidate, type CandidateOptions, candidates, inPlace } from "./candidates.ts";
import type { DownloadOptions } from "./download.ts";
import { beside, isLocalPath, messageOf } from "./files.ts";
import { FileSource } from "./file_source.ts";
import type { SymbolPathElement } from "./parse.ts";
import { fileNameOf, imageKey, pdbKey, type StoreKey } from "./store.ts";

/** The kinds of symbol files. */
export type FileKind = "pdb" | "image";

/** Why a file is not the one that a module needs; undefined when it is. */
export type Identify = (source: ByteSource, module: Module, kind: FileKind) => string | undefined;

/** How symbols are sought. */
export interface FinderOptions {
  /** The symbol path. */
  readonly path: readonly SymbolPathElement[];
  /** Tells whether a file is the module's own build. */
  readonly identify: Identify;
  /** Expands a compressed file (`.pd_`), or throws with a sentence. */
  readonly expand: (compressed: Uint8Array) => Uint8Array;
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
  /** One sentence a place that had nothing, or the wrong thing. */
  readonly notes: readonly string[];
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

  /** Seeks a module's PDB, and its image when there is no PDB. Never throws for a place's faults. */
  async find(module: Module): Promise<SymbolSearch> {
    const notes: string[] = [];
    for (const kind of ["pdb", "image"] as const) {
      const found = await this.#seek(module, kind, notes);
      if (found !== undefined) return { [kind]: found.source, origin: found.origin, notes };
    }
    return { notes };
  }

  /** Closes every file that was found. */
  [Symbol.dispose](): void {
    for (const file of this.#open.splice(0)) file[Symbol.dispose]();
  }

  async #seek(
    module: Module,
    kind: FileKind,
    notes: string[],
  ): Promise<{ source: FileSource; origin: string } | undefined> {
    for await (const candidate of this.#candidates(module, kind, notes)) {
      const reason = this.#refusal(candidate, module, kind);
      const path = candidate.settle(reason === undefined);
      if (reason === undefined) {
        const source = FileSource.open(path);
        this.#open.push(source);
        return { source, origin: candidate.origin };
      }
      if (reason !== NOT_THERE) notes.push(`${candidate.origin}: ${reason}`);
    }
    return undefined;
  }

  async *#candidates(module: Module, kind: FileKind, notes: string[]): AsyncGenerator<Candidate> {
    const key = storeKey(module, kind);
    if (kind === "pdb" && key === undefined) notes.push("its image names no PDB");
    for (const path of localPlaces(module, kind)) {
      if (isLocalPath(path)) yield inPlace(path);
    }
    const options: CandidateOptions = {
      path: this.#options.path,
      expand: this.#options.expand,
      offline: this.#options.offline ?? false,
      download: this.#options.download ?? {},
      refused: this.#refused,
      note: (sentence) => notes.push(sentence),
    };
    if (key !== undefined) yield* candidates(key, options);
  }

  /** Why a candidate does not count; the file is closed again, so that it can be renamed on Windows. */
  #refusal(candidate: Candidate, module: Module, kind: FileKind): string | undefined {
    try {
      using source = FileSource.open(candidate.path);
      return this.#options.force ? undefined : this.#options.identify(source, module, kind);
    } catch (error) {
      const { NotFound, NotADirectory } = Deno.errors;
      const isAbsent = error instanceof NotFound || error instanceof NotADirectory;
      return isAbsent ? NOT_THERE : messageOf(error);
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
