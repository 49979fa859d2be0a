/**
 * Windows' own libraries, by their full paths.
 *
 * A library that is named without a folder is sought beside the executable first, where a download folder may hold
 * anything; and so are the libraries that it needs itself.
 *
 * @module
 */
import { LOAD_LIBRARY_SEARCH_SYSTEM32, LOAD_LIBRARY_SEARCH_USER_DIRS } from "./constants.ts";
import { KERNEL32 } from "./kernel32_functions.ts";

/** Where Windows is when nobody says otherwise. */
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
 * From now on, what a library needs is sought in `folder` and in the system folder, and neither beside the executable
 * nor in the current folder or the PATH.
 */
export function seekLibrariesIn(folder: string): void {
  const kernel32 = Deno.dlopen(systemLibrary("kernel32.dll"), FUNCTIONS);
  try {
    const { SetDefaultDllDirectories, AddDllDirectory } = kernel32.symbols;
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_USER_DIRS | LOAD_LIBRARY_SEARCH_SYSTEM32);
    AddDllDirectory(utf16(folder));
  } finally {
    kernel32.close();
  }
}

/** A text as Windows takes it: UTF-16 with a zero at its end. */
export function utf16(text: string): Uint16Array<ArrayBuffer> {
  return Uint16Array.from({ length: text.length + 1 }, (_, index) => text.charCodeAt(index) || 0);
}
