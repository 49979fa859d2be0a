/**
 * Where symbol files come from: the symbol path, stores on disk, symbol servers.
 *
 * @module
 */
export { download } from "./download.ts";
export type { DownloadOptions, DownloadOutcome, DownloadProgress } from "./download.ts";
export { FileSource } from "./file_source.ts";
export { SymbolFinder } from "./find.ts";
export type { FileKind, FinderOptions, Identify, SymbolSearch } from "./find.ts";
export { parseSymbolPath, SymbolPathError } from "./parse.ts";
export type { StoreLocation, SymbolPathDefaults, SymbolPathElement } from "./parse.ts";
