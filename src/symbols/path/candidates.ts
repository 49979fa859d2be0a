/**
 * The files that a store key might name, in the order in which a symbol path says to try them.
 *
 * A file from a server or out of a compressed copy has a temporary name until the caller has looked at it: if accepted,
 * it gets its name in the store; otherwise it is removed when the next candidate is requested.
 *
 * @module
 */
import { join } from "node:path";
import type { ByteSource } from "../../byte_source.ts";
import { fileReason } from "../../file_reason.ts";
import { FileSource } from "../../file_source.ts";
import { type Guard, TemporaryFile } from "../../temporary_file.ts";
import { isFile, readStart } from "./files.ts";
import type { StoreLocation, SymbolPathElement } from "./parse.ts";
import { mayPointTo, parseFilePointer } from "./pointer.ts";
import { keyUrl, shownUrl, type SymbolServers } from "./servers.ts";
import { compressedName, keyFolder, POINTER_FILE, type StoreKey, TWO_TIER_MARK } from "./store.ts";

/** A file to look at. */
export interface Candidate {
  /** Where it comes from, for messages. */
  readonly origin: string;
  /** Opens it; throws the system's reason. */
  open(): FileSource;
  /** Called with the open file once it is accepted: keeps it where it belongs, and returns the file to read from. */
  keep?(file: FileSource): Promise<FileSource>;
}

/** Expands a compressed file, in pieces, or throws with a message. */
export type Expand = (compressed: ByteSource) => Iterable<Uint8Array>;

/** What the search may do, and whom it notifies. */
export interface CandidateOptions {
  /** The symbol path. */
  readonly path: readonly SymbolPathElement[];
  /** Expands a compressed file. */
  readonly expand: Expand;
  /** Never contact a server. */
  readonly offline: boolean;
  /** The servers. */
  readonly servers: SymbolServers;
  /** Removes temporary files if the program ends early. */
  readonly guard: Guard | undefined;
  /** Called with the root of a store before anything is written there. */
  readonly sweep: (root: string) => void;
  /** Called with the reason why a location had no file, or the wrong one. */
  readonly note: (message: string) => void;
  /** Called for a server that has no such file. */
  readonly missing: (url: string) => void;
}

/** A `file.ptr` is one line. */
const MAX_POINTER = 4096;
/** Bytes copied at a time. */
const PIECE = 1 << 20;
/** Longest time between two yields to other work, such as handling a Ctrl-C. */
const MAX_BUSY_MILLISECONDS = 50;

/** Candidates along the whole symbol path. */
export async function* candidates(
  key: StoreKey,
  options: CandidateOptions,
): AsyncGenerator<Candidate> {
  /** The nearest cache so far; files from later elements are kept in it. */
  let cache: string | undefined;
  for (const element of options.path) {
    switch (element.kind) {
      case "folder":
        yield inPlace(join(element.path, key.fileName));
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

/**
 * The file in the compressed copy that stands in for `path`, as installers and build servers leave it. It is expanded
 * into the nearest store of the symbol path.
 */
export async function* compressedBeside(
  path: string,
  key: StoreKey,
  options: CandidateOptions,
): AsyncGenerator<Candidate> {
  const packed = compressedName(path);
  if (!isFile(packed)) return;
  const store = nearestStore(options.path);
  if (store === undefined) {
    options.note(
      `${packed}: not expanded, there is no folder to keep files in; write cache*FOLDER`,
    );
    return;
  }
  yield* expanded(() => FileSource.openLocal(packed), packed, store, key, options);
}

/** The first folder of a symbol path in which files are kept. */
function nearestStore(path: readonly SymbolPathElement[]): string | undefined {
  for (const element of path) {
    if (element.kind === "cache") return element.path;
    const folder = element.kind === "stores"
      ? element.stores.find((store) => store.kind === "folder")
      : undefined;
    if (folder !== undefined) return folder.path;
  }
  return undefined;
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
      continue;
    }
    const shown = shownUrl(store.url);
    if (options.offline) {
      options.note(`${shown}: not asked, offline`);
    } else if (nearest === undefined) {
      options.note(`${shown}: not asked, there is no folder to keep files in; write srv*FOLDER*`);
    } else if (options.servers.isGivenUp(store.url)) {
      options.note(`${shown}: not asked, it was given up before`);
    } else {
      yield* onServer(store.url, nearest, key, options);
    }
  }
}

/** Candidates in a store on disk; an accepted one is also kept in `nearer`, if given. */
async function* inFolder(
  root: string,
  key: StoreKey,
  nearer: string | undefined,
  options: CandidateOptions,
): AsyncGenerator<Candidate> {
  const folder = storeFolder(root, key);
  const file = inPlace(join(folder, key.fileName));
  yield nearer === undefined ? file : copiedTo(nearer, key, file, options);
  const packed = join(folder, compressedName(key.fileName));
  if (isFile(packed)) {
    yield* expanded(() => FileSource.open(packed), packed, nearer ?? root, key, options);
  }
  const pointer = readStart(join(folder, POINTER_FILE), MAX_POINTER);
  if (pointer !== undefined) yield* pointedTo(pointer, join(folder, POINTER_FILE), options);
}

/** Candidates from a server, received into the store `cache`. */
async function* onServer(
  server: string,
  cache: string,
  key: StoreKey,
  options: CandidateOptions,
): AsyncGenerator<Candidate> {
  options.sweep(cache);
  const base = keyUrl(server, key);
  for (const name of [key.fileName, compressedName(key.fileName), POINTER_FILE]) {
    const url = `${base}/${encodeURIComponent(name)}`;
    const shown = shownUrl(url);
    const received = await options.servers.receive(url, cache);
    if (received.kind === "missing") continue;
    if (received.kind === "failed") {
      options.note(`${shown}: ${received.reason}`);
      return; // a server that does not respond is not asked for the file's other forms
    }
    using file = received.file;
    const open = (): FileSource => FileSource.open(file.path);
    switch (name) {
      case key.fileName:
        yield keptAs(cache, key, file, shown, options);
        break;
      case POINTER_FILE:
        yield* pointedTo(readStart(file.path, MAX_POINTER) ?? new Uint8Array(), shown, options);
        break;
      default:
        yield* expanded(open, shown, cache, key, options);
    }
    options.servers.reject(url); // it was not accepted
    return;
  }
  options.missing(shownUrl(`${base}/${encodeURIComponent(key.fileName)}`));
}

/** A file that is read where it is. */
export function inPlace(path: string): Candidate {
  return { origin: path, open: () => FileSource.open(path) };
}

/** A file that an untrusted file names: it is opened only if its path is a plain one on this machine. */
export function untrustedInPlace(path: string): Candidate {
  return { origin: path, open: () => FileSource.openLocal(path) };
}

/** A file in a farther store; once accepted, it is copied from the open file into the nearer one. */
function copiedTo(
  nearer: string,
  key: StoreKey,
  candidate: Candidate,
  options: CandidateOptions,
): Candidate {
  return {
    ...candidate,
    async keep(file): Promise<FileSource> {
      const place = storeFile(nearer, key);
      try {
        options.sweep(nearer);
        using copy = TemporaryFile.create(nearer, options.guard);
        await writeAll(copy, piecesOf(file));
        await copy.keepAs(place);
        const near = FileSource.open(place);
        file[Symbol.dispose]();
        return near;
      } catch (error) {
        options.note(`${place}: cannot be kept: ${fileReason(error)}`);
        return file;
      }
    },
  };
}

/** A temporary file; once accepted it gets its name in the store. */
function keptAs(
  root: string,
  key: StoreKey,
  temporary: TemporaryFile,
  origin: string,
  options: CandidateOptions,
): Candidate {
  return {
    origin,
    open: () => FileSource.open(temporary.path),
    async keep(file): Promise<FileSource> {
      const place = storeFile(root, key);
      try {
        await temporary.keepAs(place);
        file.movedTo(place);
      } catch (error) {
        // It can be read as long as it is open, even without a name.
        options.note(`${place}: cannot be kept: ${fileReason(error)}`);
      }
      return file;
    },
  };
}

/** The file in a cabinet. */
async function* expanded(
  open: () => FileSource,
  origin: string,
  root: string,
  key: StoreKey,
  options: CandidateOptions,
): AsyncGenerator<Candidate> {
  let temporary: TemporaryFile | undefined;
  try {
    using cabinet = open();
    options.sweep(root);
    temporary = TemporaryFile.create(root, options.guard);
    await writeAll(temporary, options.expand(cabinet));
    await temporary.finish();
    yield keptAs(root, key, temporary, origin, options);
  } catch (error) {
    options.note(`${origin}: ${fileReason(error)}`);
  } finally {
    temporary?.[Symbol.dispose]();
  }
}

/** The file that a `file.ptr` names, if it may be opened. */
function* pointedTo(
  pointer: Uint8Array,
  origin: string,
  options: CandidateOptions,
): Generator<Candidate> {
  const parsed = parseFilePointer(new TextDecoder().decode(pointer));
  if (parsed?.kind !== "path") {
    options.note(`${origin}: ${parsed?.text ?? "names no place"}`);
  } else if (!mayPointTo(parsed.path, options.path, Deno.build.os)) {
    options.note(
      `${origin}: points to ${parsed.path}, which is neither a plain path of this machine nor on a host of the ` +
        `symbol path`,
    );
  } else {
    yield inPlace(parsed.path);
  }
}

function* piecesOf(file: FileSource): Generator<Uint8Array> {
  for (let offset = 0; offset < file.size;) {
    const piece = file.read(offset, PIECE);
    if (piece.length === 0) throw new Error(`it ends after ${offset} of ${file.size} bytes`);
    yield piece;
    offset += piece.length;
  }
}

/** Writes pieces as they are made, and lets signals be handled between two of them. */
async function writeAll(file: TemporaryFile, pieces: Iterable<Uint8Array>): Promise<void> {
  let since = performance.now();
  for (const piece of pieces) {
    file.write(piece);
    if (performance.now() - since < MAX_BUSY_MILLISECONDS) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    since = performance.now();
  }
}

function storeFile(root: string, key: StoreKey): string {
  return join(storeFolder(root, key), key.fileName);
}

function storeFolder(root: string, key: StoreKey): string {
  return join(root, ...keyFolder(key, isFile(join(root, TWO_TIER_MARK))));
}
