/**
 * Replaces a file by another one without losing its attributes on Windows.
 *
 * @module
 */
import { FILE_ATTRIBUTE, INVALID_FILE_ATTRIBUTES } from "./constants.ts";
import { KERNEL32 } from "./kernel32_functions.ts";
import { systemLibrary, utf16 } from "./system_library.ts";

/** What this file calls. */
const FUNCTIONS = {
  ReplaceFileW: KERNEL32.ReplaceFileW,
  GetFileAttributesW: KERNEL32.GetFileAttributesW,
  SetFileAttributesW: KERNEL32.SetFileAttributesW,
} as const satisfies Deno.ForeignLibraryInterface;

/** Attributes that SetFileAttributesW can set; a read-only file is not replaced. */
const SETTABLE = FILE_ATTRIBUTE.FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE.FILE_ATTRIBUTE_SYSTEM |
  FILE_ATTRIBUTE.FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE.FILE_ATTRIBUTE_NOT_CONTENT_INDEXED;

/**
 * Renames the file `from` to `to`, replacing the file of that name. On Windows it gets the old file's attributes and,
 * if the file system allows it, its access rights and streams; elsewhere, and without permission to call Windows, this
 * is a plain rename.
 */
export function replaceKeepingAttributes(from: string, to: string): void {
  if (Deno.build.os !== "windows") return Deno.renameSync(from, to);
  let library: Deno.DynamicLibrary<typeof FUNCTIONS>;
  try {
    library = Deno.dlopen(systemLibrary("kernel32.dll"), FUNCTIONS);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return Deno.renameSync(from, to);
    throw error;
  }
  try {
    const { GetFileAttributesW, ReplaceFileW, SetFileAttributesW } = library.symbols;
    const attributes = GetFileAttributesW(utf16(to));
    // What ReplaceFileW keeps besides access rights and streams depends on the system, so attributes are set again.
    const isReplaced = ReplaceFileW(utf16(to), utf16(from), null, 0, null, null) !== 0;
    if (!isReplaced) Deno.renameSync(from, to);
    if (attributes !== INVALID_FILE_ATTRIBUTES) {
      SetFileAttributesW(utf16(to), attributes & SETTABLE);
    }
  } finally {
    library.close();
  }
}
