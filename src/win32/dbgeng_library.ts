/**
 * Finds and loads dbgeng.dll.
 *
 * @module
 */
import { TargetError } from "../error.ts";
import { DBGENG } from "./dbgeng_interfaces.ts";
import { searchLibrariesIn, systemLibrary } from "./system_library.ts";

/** A call to the engine failed, or the engine is missing. */
export class DebugEngineError extends TargetError {}

/**
 * Where the engine may be, best first: the Debugging Tools have the extensions with `!htrace`, which the old copy in
 * the system folder lacks.
 */
export function engineCandidates(): string[] {
  const architecture = Deno.build.arch === "aarch64" ? "arm64" : "x64";
  const roots = ["ProgramFiles(x86)", "ProgramFiles"].flatMap((name) => Deno.env.get(name) ?? []);
  const tools = roots.map((root) =>
    `${root}\\Windows Kits\\10\\Debuggers\\${architecture}\\dbgeng.dll`
  );
  return [...tools, systemLibrary("dbgeng.dll")];
}

/** A loaded engine. */
export interface EngineLibrary {
  /** Its export. */
  readonly library: Deno.DynamicLibrary<typeof DBGENG>;
  /** Where it was found: a full path. */
  readonly path: string;
}

/** Loads the first candidate that exists and is made for this processor. */
export function loadEngine(candidates: readonly string[]): EngineLibrary {
  for (const path of candidates) {
    searchLibrariesIn(path.slice(0, path.lastIndexOf("\\")));
    const library = openLibrary(path, DBGENG, siblingOf(path, "dbghelp.dll"));
    if (library !== undefined) return { library, path };
  }
  throw new DebugEngineError(
    `Cannot load the debugger engine: there is no ${candidates.join(" or ")}; install the ` +
      `Debugging Tools for Windows`,
  );
}

/**
 * Opens a library after another one beside it: Windows would load the other one from the system folder, where it is
 * older than the engine expects.
 */
function openLibrary<Exports extends Deno.ForeignLibraryInterface>(
  path: string,
  exports: Exports,
  first?: string,
): Deno.DynamicLibrary<Exports> | undefined {
  const helper = first === undefined ? undefined : openLibrary(first, {});
  try {
    return Deno.dlopen(path, exports);
  } catch {
    return undefined; // missing, or for another processor
  } finally {
    helper?.close(); // the engine holds it now
  }
}

function siblingOf(path: string, name: string): string | undefined {
  const folder = path.slice(0, path.lastIndexOf("\\") + 1);
  return folder === "" ? undefined : `${folder}${name}`;
}
