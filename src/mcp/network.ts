/**
 * Recognizes what would leave this machine: paths that name another one.
 *
 * An assistant can be talked into things by what it reads. A path to another machine sends the user's credentials there
 * on Windows, and a file name can carry a message.
 *
 * @module
 */
import { UsageError } from "../error.ts";

/** `\\host\share`, `\\?\UNC\host`, `//host/share`. */
const WINDOWS_REMOTE = /^[\\/]{2}/;
/** Where automounters mount other machines, see `local_path.ts`. */
const UNIX_REMOTE = /^\/+(?:net|Network)\//;

/** Whether opening a path may contact another machine. */
export function isRemotePath(path: string, os: string): boolean {
  return (os === "windows" ? WINDOWS_REMOTE : UNIX_REMOTE).test(path);
}

/** Throws if a path, or an element of a symbol path, names another machine. */
export function checkIsLocal(path: string, os: string): void {
  if (!path.split(/[;*]/).some((part) => isRemotePath(part, os))) return;
  throw new UsageError(
    `Cannot open "${path}": it is on another machine, and the network is off; copy it here, or ` +
      'start the server as "htrace mcp --online"',
  );
}
