/**
 * PyPI packages that tests use, where `scripts/wheels.sh` has unpacked them.
 *
 * @module
 */

/** The folder of a package that `scripts/wheels.txt` pins; undefined if it was not downloaded. */
export function wheelFolder(name: string): string | undefined {
  const pinned = Deno.readTextFileSync(new URL("../scripts/wheels.txt", import.meta.url));
  const [, version] = new RegExp(`^${name}==(\\S+)`, "m").exec(pinned) ?? [];
  const home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  const toolchain = Deno.env.get("HTRACE_TOOLCHAIN") ?? `${home}/.cache/htrace/trixie`;
  const folder = `${toolchain}/opt/wheels/${name}-${version}`;
  return isFolder(folder) ? folder : undefined;
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}
