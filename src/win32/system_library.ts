/**
 * Windows' own libraries, by full path.
 *
 * Windows searches for a library named without a folder beside the executable first, and a download folder may contain
 * anything. The same holds for the libraries that it needs in turn.
 *
 * @module
 */
import { LOAD_LIBRARY_SEARCH_SYSTEM32, LOAD_LIBRARY_SEARCH_USER_DIRS } from "./constants.ts";
import { KERNEL32 } from "./kernel32_functions.ts";

/** Where Windows is by default. */
const USUAL_ROOT = "C:\\Windows";

/** The full path of a library in Windows' system folder, such as `C:\Windows\System32\ntdll.dll`. */
export function systemLibrary(name: string, root = Deno.env.get("SystemRoot")): string {
  return `${root ?? USUAL_ROOT}\\System32\\${name}`;
}

/** What this file calls. */
const FUNCTIONS = {
  SetDefaultDllDirectories: KERNEL32.SetDefaultDllDirectories,
  AddDllDirectory: KERNEL32.AddDllDirectory,
} as const satisfies Deno.ForeignLibraryInterface;

/**
 * From now on, libraries that a library needs are searched for in `folder` and in the system folder, and not beside the
 * executable, in the current folder or along the PATH.
 */
export function searchLibrariesIn(folder: string): void {
  const kernel32 = Deno.dlopen(systemLibrary("kernel32.dll"), FUNCTIONS);
  try {
    const { SetDefaultDllDirectories, AddDllDirectory } = kernel32.symbols;
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_USER_DIRS | LOAD_LIBRARY_SEARCH_SYSTEM32);
    AddDllDirectory(utf16(folder));
  } finally {
    kernel32.close();
  }
}

/** A text in Windows' form: UTF-16 with a zero at its end. */
export function utf16(text: string): Uint16Array<ArrayBuffer> {
  return Uint16Array.from({ length: text.length + 1 }, (_, index) => text.charCodeAt(index) || 0);
}
