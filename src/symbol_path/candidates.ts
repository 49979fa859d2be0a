/**
 * The files that might be what a store key names, in the order in which a symbol path says to try them.
 *
 * Each candidate lies on disk when it is handed out; a file from a server or out of a compressed copy lies under a
 * temporary name until the caller has looked at it and settles it: kept under its name in the store, or removed.
 *
 * @module
 */
import { download, type DownloadOptions } from "./download.ts";
import { fileReason } from "../file_reason.ts";
import { deeper, folderOf, isLocalPath, readStart, sizeOf } from "./files.ts";
import type { StoreLocation, SymbolPathElement } from "./parse.ts";
import {
  compressedName,
  keyFolder,
  parseFilePointer,
  POINTER_FILE,
  type StoreKey,
  TWO_TIER_MARK,
} from "./store.ts";

/** A file to look at. */
export interface Candidate {
  /** Where it lies now. */
  readonly path: string;
  /** Where it comes from, for messages. */
  readonly origin: string;
  /** Called once after the look: keeps or removes what was put there for it; answers where it lies now. */
  settle(accepted: boolean): string;
}

/** Expands a compressed file and hands it on in pieces, or throws with a sentence. */
export type Expand = (compressed: Uint8Array, write: (piece: Uint8Array) => void) => void;

/** What the search may do, and whom it tells. */
export interface CandidateOptions {
  /** The symbol path. */
  readonly path: readonly SymbolPathElement[];
  /** Expands a compressed file. */
  readonly expand: Expand;
  /** Never ask a server. */
  readonly offline: boolean;
  /** How downloads behave. */
  readonly download: DownloadOptions;
  /** URLs that had no answer in this run, with the reason: a server is not asked the same twice. */
  readonly refused: Map<string, string>;
  /** Told why a place gave nothing, or the wrong thing. */
  readonly note: (sentence: string) => void;
  /** Told about a server that has no such file. */
  readonly missing: (url: string) => void;
}

/** A compressed file is expanded from memory, so a larger one is not taken. */
const MAX_COMPRESSED = 1024 ** 3;
/** A `file.ptr` is one line. */
const MAX_POINTER = 4096;

/** Candidates along the whole symbol path. */
export async function* candidates(
  key: StoreKey,
  options: CandidateOptions,
): AsyncGenerator<Candidate> {
  /** The nearest cache so far, in which files from later elements are kept. */
  let cache: string | undefined;
  for (const element of options.path) {
    switch (element.kind) {
      case "folder":
        yield inPlace(deeper(element.path, key.fileName));
        yield* inFolder(element.path, key, undefined, options);
        break;
      case "cache":
        cache ??= element.path;
        yield* inFolder(element.path, key, undefined, options);
        break;
      case "stores":
        yield* inChain(element.stores, cache, key, options);
        break;
    }
  }
}

async function* inChain(
  stores: readonly StoreLocation[],
  cache: string | undefined,
  key: StoreKey,
  options: CandidateOptions,
): AsyncGenerator<Candidate> {
  let nearest = cache;
  for (const store of stores) {
    if (store.kind === "folder") {
      yield* inFolder(store.path, key, nearest, options);
      nearest ??= store.path;
    } else if (options.offline) {
      options.note(`${store.url}: not asked, offline`);
    } else if (nearest === undefined) {
      options.note(
        `${store.url}: not asked, there is no folder to keep files in; write srv*FOLDER*`,
      );
    } else {
      yield* onServer(store.url, nearest, key, options);
    }
  }
}

/** Candidates in a store on disk; what is accepted is also kept in `nearer`, when there is such a store. */
function* inFolder(
  root: string,
  key: StoreKey,
  nearer: string | undefined,
  options: CandidateOptions,
): Generator<Candidate> {
  const folder = storeFolder(root, key);
  const file = deeper(folder, key.fileName);
  yield nearer === undefined ? inPlace(file) : copied(file, storeFile(nearer, key), options);
  const packed = deeper(folder, compressedName(key.fileName));
  yield* expanded(packed, packed, storeFile(nearer ?? root, key), options);
  const pointer = deeper(folder, POINTER_FILE);
  yield* pointedTo(pointer, pointer, () => true, options);
}

/** Candidates from a server, received into the store `cache`. */
async function* onServer(
  url: string,
  cache: string,
  key: StoreKey,
  options: CandidateOptions,
): AsyncGenerator<Candidate> {
  const file = storeFile(cache, key);
  const base = [url, ...[key.fileName, key.index].map(encodeURIComponent)].join("/");
  for (const name of [key.fileName, compressedName(key.fileName), POINTER_FILE]) {
    const source = `${base}/${encodeURIComponent(name)}`;
    const received = `${file}.${crypto.randomUUID()}.received`;
    const refusal = await receive(source, received, options);
    if (refusal === MISSING) continue;
    if (refusal !== undefined) {
      options.note(`${source}: ${refusal}`);
      return; // a server that does not answer is not asked for its other forms
    }
    if (name === key.fileName) {
      yield temporary(received, source, file, options);
      return;
    }
    try {
      if (name === POINTER_FILE) yield* pointedTo(received, source, isLocalPath, options);
      else yield* expanded(received, source, file, options);
    } finally {
      Deno.removeSync(received);
    }
    return;
  }
  options.missing(`${base}/${encodeURIComponent(key.fileName)}`);
}

const MISSING = "not there";

/** Downloads unless refused before; answers why there is no file, undefined when there is one. */
async function receive(
  url: string,
  path: string,
  options: CandidateOptions,
): Promise<string | undefined> {
  const before = options.refused.get(url);
  if (before !== undefined) return before;
  try {
    Deno.mkdirSync(folderOf(path), { recursive: true });
  } catch (error) {
    return `cannot be kept in ${folderOf(path)}: ${fileReason(error)}`;
  }
  const outcome = await download(url, path, options.download);
  if (outcome.kind === "saved") return undefined;
  const reason = outcome.kind === "missing" ? MISSING : outcome.reason;
  options.refused.set(url, reason);
  return reason;
}

/** A file that is looked at and left where it is. */
export function inPlace(path: string): Candidate {
  return { path, origin: path, settle: (): string => path };
}

/** A file of a farther store; once accepted it is copied into the nearer one. */
function copied(path: string, destination: string, options: CandidateOptions): Candidate {
  return {
    path,
    origin: path,
    settle(accepted): string {
      if (!accepted) return path;
      const copy = `${destination}.${crypto.randomUUID()}.copy`;
      try {
        Deno.mkdirSync(folderOf(destination), { recursive: true });
        Deno.copyFileSync(path, copy);
        Deno.renameSync(copy, destination);
        return destination;
      } catch (error) {
        options.note(`${destination}: cannot be kept: ${fileReason(error)}`);
        return path;
      }
    },
  };
}

/** A file under a temporary name; once accepted it gets its own, else it goes. */
function temporary(
  path: string,
  origin: string,
  destination: string,
  options: CandidateOptions,
): Candidate {
  return {
    path,
    origin,
    settle(accepted): string {
      if (accepted) {
        try {
          Deno.renameSync(path, destination);
          return destination;
        } catch (error) {
          options.note(`${destination}: cannot be kept: ${fileReason(error)}`);
          return path; // good for this time
        }
      }
      Deno.removeSync(path);
      options.refused.set(origin, "it had something else before");
      return path;
    },
  };
}

/** The file in the cabinet `packed`, when there is one. */
function* expanded(
  packed: string,
  origin: string,
  destination: string,
  options: CandidateOptions,
): Generator<Candidate> {
  const size = sizeOf(packed);
  if (size === undefined) return;
  if (size > MAX_COMPRESSED) {
    options.note(`${origin}: is larger than the limit of ${MAX_COMPRESSED} bytes`);
    return;
  }
  const path = `${destination}.${crypto.randomUUID()}.expanded`;
  try {
    Deno.mkdirSync(folderOf(path), { recursive: true });
    expandFile(packed, path, options.expand);
  } catch (error) {
    options.note(`${origin}: ${fileReason(error)}`);
    removeIfThere(path);
    return;
  }
  yield temporary(path, origin, destination, options);
}

function expandFile(packed: string, destination: string, expand: Expand): void {
  using file = Deno.openSync(destination, { write: true, createNew: true });
  expand(Deno.readFileSync(packed), (piece) => {
    for (let written = 0; written < piece.length;) {
      written += file.writeSync(piece.subarray(written));
    }
  });
}

/** The file that the `file.ptr` lying at `pointer` names, where `mayOpen` allows it. */
function* pointedTo(
  pointer: string,
  origin: string,
  mayOpen: (path: string) => boolean,
  options: CandidateOptions,
): Generator<Candidate> {
  const bytes = readStart(pointer, MAX_POINTER);
  if (bytes === undefined) return;
  const parsed = parseFilePointer(new TextDecoder().decode(bytes));
  if (parsed?.kind !== "path") {
    options.note(`${origin}: ${parsed?.text ?? "names no place"}`);
  } else if (!mayOpen(parsed.path)) {
    options.note(`${origin}: points to ${parsed.path}, which is not opened on a server's word`);
  } else {
    yield inPlace(parsed.path);
  }
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function storeFile(root: string, key: StoreKey): string {
  return deeper(storeFolder(root, key), key.fileName);
}

function storeFolder(root: string, key: StoreKey): string {
  const isTwoTier = sizeOf(deeper(root, TWO_TIER_MARK)) !== undefined;
  return deeper(root, ...keyFolder(key, isTwoTier));
}
