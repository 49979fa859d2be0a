/**
 * Finds the symbol files of a module: beside its image, where its PDB was built, and along the symbol path.
 *
 * A file counts only when it is of the very build. A {@linkcode SymbolReader} decides that, not the finder; any other
 * file is left where it is and named in the search's notes.
 *
 * @module
 */
import type { ByteSource, SymbolFiles } from "../../byte_source.ts";
import { fileReason } from "../../file_reason.ts";
import { FileSource } from "../../file_source.ts";
import { isLocalPath } from "../../local_path.ts";
import type { Module, PdbId } from "../../module.ts";
import { sweepTemporaries } from "../../temporary_file.ts";
import {
  type Candidate,
  type CandidateOptions,
  candidates,
  compressedBeside,
  type Expand,
  untrustedInPlace,
} from "./candidates.ts";
import type { DownloadOptions } from "./download.ts";
import { beside, isMissing } from "./files.ts";
import type { SymbolPathElement } from "./parse.ts";
import { SymbolServers } from "./servers.ts";
import { fileNameOf, imageKey, isStorable, pdbKey, type StoreKey } from "./store.ts";

/** The kinds of symbol files. */
export type FileKind = "pdb" | "image";

/** What the search needs from the readers of symbol files. */
export interface SymbolReader {
  /** Why a file is not the one that a module needs; undefined if it is. */
  readonly whyNot: (file: ByteSource, module: Module, kind: FileKind) => string | undefined;
  /** Which PDB an image asks for; undefined if it asks for none. */
  readonly pdbIdOf: (image: ByteSource) => PdbId | undefined;
  /** Expands a compressed file (`.pd_`), or throws with a message. */
  readonly expand: Expand;
}

/** How symbols are searched for. */
export interface FinderOptions {
  /** The symbol path. */
  readonly path: readonly SymbolPathElement[];
  /** Reads symbol files. */
  readonly reader: SymbolReader;
  /** Never contact a server. */
  readonly offline?: boolean;
  /** Take files of another build too. */
  readonly force?: boolean;
  /** How downloads behave. */
  readonly download?: DownloadOptions;
}

/** What was found for a module, and every location that was searched in vain. */
export interface SymbolSearch extends SymbolFiles {
  /** Where the file came from; absent when none was found. */
  readonly origin?: string;
  /** A message for each location that had the wrong file or could not be searched. */
  readonly notes: readonly string[];
  /** The locations that have no such file. */
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
  readonly #servers: SymbolServers;
  readonly #open: FileSource[] = [];
  readonly #swept = new Set<string>();

  /** Creates a finder; nothing is read yet. */
  constructor(options: FinderOptions) {
    this.#options = options;
    this.#servers = new SymbolServers(options.download ?? {});
  }

  /**
   * Searches for a module's PDB, and for its image if there is no PDB. Never throws for a failure at one location.
   *
   * If the target does not know which PDB belongs to the module, its image is searched for first, and the PDB's
   * identity is read from it.
   */
  async find(module: Module): Promise<SymbolSearch> {
    const log: Log = { notes: [], missing: [] };
    const image = module.pdb ? undefined : await this.#findFile(module, "image", log);
    const pdbId = module.pdb ?? (image && this.#pdbIdOf(image, log));
    if (pdbId !== undefined) {
      const pdb = await this.#findFile({ ...module, pdb: pdbId }, "pdb", log);
      if (pdb !== undefined) {
        const anyBuild = this.#options.force ?? false;
        return { pdb: pdb.source, anyBuild, origin: pdb.origin, ...log };
      }
    }
    const fallback = module.pdb ? await this.#findFile(module, "image", log) : image;
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

  async #findFile(module: Module, kind: FileKind, log: Log): Promise<Found | undefined> {
    for await (const candidate of this.#candidates(module, kind, log)) {
      const file = this.#openIfMatching(candidate, module, kind, log);
      if (file === undefined) continue;
      const source = await candidate.keep?.(file) ?? file;
      this.#open.push(source);
      return { source, origin: candidate.origin };
    }
    return undefined;
  }

  async *#candidates(module: Module, kind: FileKind, log: Log): AsyncGenerator<Candidate> {
    for (const path of localPlaces(module, kind)) {
      if (isLocalPath(path, Deno.build.os)) yield untrustedInPlace(path);
    }
    const key = storeKey(module, kind);
    if (key === undefined) return;
    if (!isStorable(key)) {
      log.notes.push(`"${clipped(key.fileName)}" is not a name that a symbol store can have`);
      return;
    }
    const { path, reader, download = {}, offline = false } = this.#options;
    const options: CandidateOptions = {
      path,
      expand: reader.expand,
      offline,
      servers: this.#servers,
      guard: download.guard,
      sweep: (root) => this.#sweep(root),
      note: (note) => log.notes.push(note),
      missing: (url) => log.missing.push(url),
    };
    for (const path of localPlaces(module, kind)) {
      if (isLocalPath(path, Deno.build.os)) yield* compressedBeside(path, key, options);
    }
    yield* candidates(key, options);
  }

  /** Opens a candidate and checks the open file; notes why if it does not count. */
  #openIfMatching(
    candidate: Candidate,
    module: Module,
    kind: FileKind,
    log: Log,
  ): FileSource | undefined {
    const { force, reader } = this.#options;
    using opened = new DisposableStack();
    try {
      const file = opened.use(candidate.open());
      const reason = force ? undefined : reader.whyNot(file, module, kind);
      if (reason === undefined) {
        opened.move();
        return file;
      }
      log.notes.push(`${candidate.origin}: ${reason}`);
    } catch (error) {
      if (isMissing(error)) log.missing.push(candidate.origin);
      else log.notes.push(`${candidate.origin}: ${fileReason(error)}`);
    }
    return undefined;
  }

  /** Once per run and store: a store may have thousands of folders. */
  #sweep(root: string): void {
    if (this.#swept.has(root)) return;
    this.#swept.add(root);
    sweepTemporaries(root);
  }
}

/** Characters of a name that a note repeats: a name from an untrusted file may be of any length. */
const MAX_QUOTE = 80;

function clipped(text: string): string {
  return text.length > MAX_QUOTE ? `${text.slice(0, MAX_QUOTE)}…` : text;
}

function storeKey(module: Module, kind: FileKind): StoreKey | undefined {
  if (kind === "image") return imageKey(module);
  return module.pdb === undefined ? undefined : pdbKey(module.pdb);
}

/** Locations that the module itself names, nearest first. */
function localPlaces(module: Module, kind: FileKind): string[] {
  if (kind === "image") return [module.path];
  if (module.pdb === undefined) return [];
  return [beside(module.path, fileNameOf(module.pdb.path)), module.pdb.path];
}
