/**
 * Replacing a file by another one without losing what Windows knows of it.
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

/** What SetFileAttributesW can set; a read-only file is not replaced. */
const SETTABLE = FILE_ATTRIBUTE.FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE.FILE_ATTRIBUTE_SYSTEM |
  FILE_ATTRIBUTE.FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE.FILE_ATTRIBUTE_NOT_CONTENT_INDEXED;

/**
 * Gives the file `from` the name `to` in place of the file of that name. On Windows it gets that one's attributes, and
 * its access rights and streams where the file system allows it; elsewhere, and without the permission to call
 * Windows, this is a rename.
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
    // What ReplaceFileW keeps beside access rights and streams depends on the system, so attributes are set again.
    const isReplaced = ReplaceFileW(utf16(to), utf16(from), null, 0, null, null) !== 0;
    if (!isReplaced) Deno.renameSync(from, to);
    if (attributes !== INVALID_FILE_ATTRIBUTES) {
      SetFileAttributesW(utf16(to), attributes & SETTABLE);
    }
  } finally {
    library.close();
  }
}
