/**
 * Where symbol files come from: the symbol path, stores on disk, symbol servers.
 *
 * @module
 */
export type { Expand } from "./candidates.ts";
export type { SymbolEnvironment } from "./default_path.ts";
export { defaultCacheFolder, defaultSymbolPath, effectiveSymbolPath } from "./default_path.ts";
export { download } from "./download.ts";
export type { DownloadOptions, DownloadOutcome, DownloadProgress } from "./download.ts";
export { FileSource } from "../../file_source.ts";
export { SymbolFinder } from "./find.ts";
export type { FileKind, FinderOptions, SymbolReader, SymbolSearch } from "./find.ts";
export { parseSymbolPath, SymbolPathError } from "./parse.ts";
export type { StoreLocation, SymbolPathDefaults, SymbolPathElement } from "./parse.ts";
export { symbolFinder, symbolSource } from "./source.ts";
export type { SymbolSourceOptions } from "./source.ts";
