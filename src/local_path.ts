/**
 * Decides which paths and file names from an untrusted file may be used.
 *
 * A dump, a recording, an image or a `file.ptr` names files. Opening one of them may have effects: on Windows a path to
 * another machine sends the user's credentials there, a device may hang or do something, and one name has many
 * spellings. So nothing is normalized here: a path that is not plain is not opened.
 *
 * Rules for file names from Microsoft's "Naming Files, Paths, and Namespaces".
 *
 * @module
 */

import { posix } from "node:path";

/** A drive, a separator, and no prefix: the only form that always stays on this machine. */
const DRIVE_PATH = /^[A-Z]:[\\/]/i;

/**
 * Where automounters mount other machines on Unix: accessing `/net/host/x` contacts `host` (autofs and macOS have that
 * map by default). `/proc/self/root/net/host/x` is another way there.
 */
const AUTOMOUNTED = /^\/+(?:net|Network|proc)\//;

/** What Windows' file systems do not allow in a name; `:` also separates a file from its streams. */
// deno-lint-ignore no-control-regex -- they are what is rejected
const FORBIDDEN = /[\x00-\x1f<>:"/\\|?*]/;

/** Names that mean a device in every folder, with any extension; superscript digits count as digits. */
const DEVICE = /^(?:CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³]) *(?:\.|$)/i;

/** Longest name that every file system accepts, in bytes of UTF-8. */
const MAX_NAME = 255;

/**
 * Whether a path from an untrusted file may be opened: an absolute path on this machine, in plain form. On Windows that
 * excludes `\\host\share`, `\\?\`, `\\.\` and `\??\` in every mix of separators, paths relative to a drive or a folder,
 * streams, and devices.
 *
 * @param os The operating system, in the form of `Deno.build.os`.
 */
export function isLocalPath(path: string, os: string): boolean {
  if (os === "windows") {
    return DRIVE_PATH.test(path) && path.slice(3).split(/[\\/]/).every(isFolderStep);
  }
  return /^\/(?!\/)/.test(path) && !path.includes("\0") && !AUTOMOUNTED.test(posix.normalize(path));
}

/** Whether every file system takes a name literally: nothing in it changes which file is meant. */
export function isPlainFileName(name: string): boolean {
  return name !== "" && !FORBIDDEN.test(name) && !DEVICE.test(name) && !/[. ]$/.test(name) &&
    name.isWellFormed() && new TextEncoder().encode(name).length <= MAX_NAME;
}

/** Compilers leave `..` and doubled separators in paths; neither can leave the drive. */
function isFolderStep(step: string): boolean {
  return step === "" || step === "." || step === ".." || isPlainFileName(step);
}
