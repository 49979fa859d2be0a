/**
 * Writes a file completely or not at all.
 *
 * @module
 */
import { dirname, isAbsolute } from "node:path";
import { HtraceError } from "../error.ts";
import { fileReason } from "../file_reason.ts";
import { type Guard, sweepTemporaries, TemporaryFile } from "../temporary_file.ts";
import { replaceKeepingAttributes } from "../win32/replace_file.ts";

/** A file cannot be written; an existing one is unchanged. */
export class FileWriteError extends HtraceError {
  /** The file's path, as it was given. */
  readonly path: string;

  /** Creates the error: why the file cannot be written, and what to do. */
  constructor(
    path: string,
    found: string,
    advice = "what was there before is as it was",
    options?: ErrorOptions,
  ) {
    super(`Cannot write "${path}": ${found}; ${advice}`, options);
    this.path = path;
  }
}

/** How a file is replaced. */
export interface ReplaceOptions {
  /** Removes what has been written if the program ends early. */
  readonly guard?: Guard | undefined;
  /** Creates the new file; tests pass a full disk. */
  readonly temporaries?: Pick<typeof TemporaryFile, "create">;
}

/** Most links that are followed, the same as in Linux. */
const MAX_LINKS = 40;

/** Any of these allows somebody to write. */
const WRITE_BITS = 0o222;
/** Permissions, and the bits for set-user-id, set-group-id and sticky. */
const MODE_BITS = 0o7777;

/**
 * Writes a new file beside the target and then renames it, so that a full disk, a lost drive or the end of the program
 * never leaves half a file under that name. The content comes at once or in pieces, as they are produced. The new file
 * gets the old one's owner and mode, on Windows its attributes and access rights. A symbolic link stays one, even a
 * dangling one; what it leads to is replaced.
 *
 * @throws {FileWriteError} also if the name is that of a folder or a device, which would be lost for good, or of a
 * read-only file, which somebody has protected.
 */
export async function replaceFile(
  path: string,
  content: Uint8Array | Iterable<Uint8Array>,
  { guard, temporaries = TemporaryFile }: ReplaceOptions = {},
): Promise<void> {
  try {
    const place = await placeOf(path);
    const old = await infoOf(place);
    if (old !== undefined) await checkReplaceable(path, place, old);
    const folder = dirname(place);
    await Deno.stat(folder); // it is not created: its name is more likely mistyped
    sweepTemporaries(folder);
    using temporary = temporaries.create(folder, guard);
    for (const piece of content instanceof Uint8Array ? [content] : content) temporary.write(piece);
    if (old !== undefined) await copyMode(old, temporary.path);
    await temporary.keepAs(place, old === undefined ? Deno.renameSync : replaceKeepingAttributes);
  } catch (cause) {
    if (cause instanceof FileWriteError) throw cause;
    const isMissing = cause instanceof Deno.errors.NotFound;
    const found = isMissing ? "its folder does not exist" : fileReason(cause);
    throw new FileWriteError(path, found, undefined, { cause });
  }
}

/** Where the file is, or will be: what links lead to, even if nothing is there. */
async function placeOf(path: string): Promise<string> {
  let place = path;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const info = await Deno.lstat(place).catch(undefinedIfMissing);
    if (info?.isSymlink !== true) return place;
    const to = await Deno.readLink(place);
    // Not joined: a folder on the way may be a link itself, and ".." then leads out of what that leads to.
    place = isAbsolute(to) ? to : `${dirname(place)}/${to}`;
  }
  throw new FileWriteError(path, "its links lead in a circle");
}

async function infoOf(path: string): Promise<Deno.FileInfo | undefined> {
  return await Deno.stat(path).catch(undefinedIfMissing);
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw error;
}

async function checkReplaceable(path: string, place: string, old: Deno.FileInfo): Promise<void> {
  if (!old.isFile) throw new FileWriteError(path, "it is a folder or a device");
  const isProtected = old.mode !== null && (old.mode & WRITE_BITS) === 0;
  try {
    if (!isProtected) (await Deno.open(place, { write: true })).close();
  } catch (cause) {
    throw new FileWriteError(path, fileReason(cause), "name a file that you may write", { cause });
  }
  // The administrator could write it, but did not mean to.
  if (isProtected) throw new FileWriteError(path, "it is read-only", "name another file");
}

/** Gives the new file the old one's owner and mode as far as possible; Windows has neither. */
async function copyMode({ uid, gid, mode }: Deno.FileInfo, path: string): Promise<void> {
  if (Deno.build.os === "windows" || mode === null) return;
  await Deno.chown(path, uid, gid).catch(() => {}); // another user's file, and we are not the administrator
  await Deno.chmod(path, mode & MODE_BITS);
}
