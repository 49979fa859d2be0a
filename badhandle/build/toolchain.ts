/**
 * Runs the compiler and the linker, which are in the toolchain folder (`scripts/toolchain.sh`).
 *
 * @module
 */

/** Where everything is built, regardless of the output folder: tools write the paths that they are given into files. */
export const WORK_FOLDER = "dist/guest";

/**
 * The project's folder in debug information: the guest's sources are those of a Windows program, and no folder of the
 * build machine belongs in a checked-in file.
 */
export const SOURCE_ROOT = "C:/htrace";

/** A tool failed; its message is above. */
export class ToolError extends Error {
  /** Creates the error for what was being built, such as an image. */
  constructor(what: string) {
    super(`Cannot build ${what}: a tool failed; see its message above`);
    this.name = "ToolError";
  }
}

/** Runs command lines in the project's folder, one after the other; throws a `ToolError` at the first that fails. */
export async function runTools(what: string, commands: readonly string[][]): Promise<void> {
  const script = commands.map((words) => words.map((word) => `'${word}'`).join(" ")).join("\n");
  const command = new Deno.Command("scripts/toolchain.sh", {
    args: ["run", "bash", "-ec", script],
  });
  const { success } = await command.spawn().status;
  if (!success) throw new ToolError(what);
}

/** A file name without its extension. */
export function stem(file: string): string {
  return file.replace(/\.[^.]*$/, "");
}
