/**
 * `file.ptr`: a file in a store that says where another file is kept.
 *
 * @module
 */
import { isLocalPath, isPlainFileName } from "../../local_path.ts";
import type { SymbolPathElement } from "./parse.ts";

/** What a `file.ptr` says. */
export type FilePointer =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "message"; readonly text: string };

/** A host, a share and a path, in the one plain spelling. */
const SHARE_PATH = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)[\\/](.+)$/;

/** Shares that are not folders: a host serves its pipes and mailboxes there. */
const NO_FOLDERS = /^(?:pipe|mailslot|ipc\$)$/i;

/** Parses a `file.ptr`: `PATH:` and where the file is, or `MSG:` and why it is not there. */
export function parseFilePointer(text: string): FilePointer | undefined {
  const match = /^\s*(PATH|MSG):([^\r\n]*)/i.exec(text);
  const rest = match?.[2]?.trim() ?? "";
  if (match === null || rest === "") return undefined;
  return match[1]?.toUpperCase() === "PATH"
    ? { kind: "path", path: rest }
    : { kind: "message", text: rest };
}

/**
 * Whether a `file.ptr` may lead to a path. Several people may write to a store, so it may lead only to this machine or
 * to a host that the user's own symbol path names: opening a file on any other host sends it the user's credentials.
 *
 * @param os The operating system, as `Deno.build.os` has it.
 */
export function mayPointTo(
  path: string,
  symbolPath: readonly SymbolPathElement[],
  os: string,
): boolean {
  if (isLocalPath(path, os)) return true;
  const host = os === "windows" ? hostOf(path) : undefined;
  return host !== undefined && foldersOf(symbolPath).some((folder) => hostOf(folder) === host);
}

/** The host of a plain `\\host\share\path`, lower case. */
function hostOf(path: string): string | undefined {
  const [, host = "", share = "", rest = ""] = SHARE_PATH.exec(path) ?? [];
  const isPlain = [host, share, ...rest.split(/[\\/]/)]
    .every((name) => name === "" || isPlainFileName(name));
  return host !== "" && isPlain && !NO_FOLDERS.test(share) ? host.toLowerCase() : undefined;
}

/** A bare share has no path after it; its host counts all the same. */
function foldersOf(symbolPath: readonly SymbolPathElement[]): string[] {
  return symbolPath.flatMap((element) =>
    element.kind === "stores"
      ? element.stores.flatMap((store) => store.kind === "folder" ? [store.path] : [])
      : [element.path]
  ).map((folder) => `${folder}\\-`);
}
