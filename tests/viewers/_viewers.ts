/**
 * The programs that `scripts/viewers.sh` installs, and files where they can read them.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { toolchainFolder } from "../../scripts/executable/denort.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The viewers' folder, as this machine sees it. */
export const VIEWERS = `${toolchainFolder()}/opt/viewers`;

/** Whether `scripts/viewers.sh` has installed them. */
export function hasViewers(): boolean {
  try {
    return Deno.statSync(`${VIEWERS}/.complete`).isFile;
  } catch {
    return false;
  }
}

/** What a program printed, and whether it ended well. */
export interface Printed {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export function run(command: readonly string[], env: Record<string, string> = {}): Printed {
  const [program = "", ...args] = command;
  const { success, stdout, stderr } = new Deno.Command(program, {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
  }).outputSync();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The output of a program in the toolchain folder. Throws its message if it fails. */
export function printedBy(...command: readonly string[]): string {
  const { success, stdout, stderr } = run(["scripts/toolchain.sh", "run", ...command]);
  if (!success) throw new Error(`${command.join(" ")}: ${stderr}${stdout}`);
  return stdout;
}

/** A folder for one test, which every viewer can read. */
export interface Folder extends Disposable {
  /** The folder, as this machine sees it. */
  readonly path: string;
  /** The folder, as the programs in the toolchain folder see it. */
  readonly inside: string;
  /** Writes a file, and returns its path as the programs in the toolchain folder see it. */
  write(name: string, content: Uint8Array | string): string;
}

/** Makes a folder, which is removed with its test. */
export function viewerFolder(): Folder {
  const path = Deno.makeTempDirSync({ dir: `${toolchainFolder()}/tmp`, prefix: "htrace-" });
  const inside = path.slice(toolchainFolder().length);
  return {
    path,
    inside,
    write(name, content): string {
      if (typeof content === "string") Deno.writeTextFileSync(`${path}/${name}`, content);
      else Deno.writeFileSync(`${path}/${name}`, content);
      return `${inside}/${name}`;
    },
    [Symbol.dispose](): void {
      Deno.removeSync(path, { recursive: true });
    },
  };
}

/** A test that is visibly ignored if the viewers are not installed. */
export function viewerTest(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, ignore: !hasViewers(), fn });
}
