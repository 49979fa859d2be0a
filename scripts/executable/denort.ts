/**
 * Extracts a `denort`, the runtime to which `deno compile` adds a program, from a program that was built that way.
 *
 * Only Deno's own site has it by name. If that is out of reach, the package bids-validator-deno on PyPI (MIT) has
 * programs that Deno 2.6.8 compiled; without what that Deno appended, each is its denort again. npm has Deno 2.6.8
 * itself, which must do the compiling: another version looks for its program under another name.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { MachO } from "./macho.ts";

/** The Deno version that compiled the packaged programs, and that compiles with what is extracted from them. */
export const PACKAGED_DENO = "2.6.8";

/** The package's platform tag for each target. */
const PLATFORMS: Readonly<Record<string, string>> = {
  "x86_64-unknown-linux-gnu": "manylinux_2_28_x86_64",
  "aarch64-unknown-linux-gnu": "manylinux_2_28_aarch64",
  "x86_64-pc-windows-msvc": "win_amd64",
  "x86_64-apple-darwin": "macosx_10_12_x86_64",
  "aarch64-apple-darwin": "macosx_11_0_arm64",
};

/** Targets for which the package has a program. */
export const PACKAGED_TARGETS: readonly string[] = Object.keys(PLATFORMS);

/** The command that runs that version of Deno. */
export const PACKAGED_DENO_COMMAND: readonly string[] = ["npx", "-y", `deno@${PACKAGED_DENO}`];

/** What `deno compile` puts before a program that is appended to an ELF image or stored in a section. */
const PROGRAM_MAGIC = "d3n0l4nd";
/** What it puts before a program in a Mach-O image for Intel. */
const INTEL_MARK = "<~sui-data~>";

/** Path of the denort for a target, extracted if it is missing. Throws an Error if that fails. */
export async function packagedDenort(target: string): Promise<string> {
  const path = `${toolchainFolder()}/opt/denort/${PACKAGED_DENO}/${target}`;
  if (await isFile(path)) return path;
  const platform = PLATFORMS[target];
  if (platform === undefined) {
    throw new Error(`Cannot get denort for ${target}: no package has a program for it`);
  }
  const folder = await unpackedWheel("bids-validator-deno", platform);
  const denort = withoutProgram(await Deno.readFile(await programIn(folder)));
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(`${path}.new`, denort, { mode: 0o755 });
  await Deno.rename(`${path}.new`, path);
  await Deno.remove(folder, { recursive: true }); // three times as large, and no longer needed
  return path;
}

/** A compiled program's image without the program. */
export function withoutProgram(image: Uint8Array): Uint8Array {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  switch (view.getUint32(0, true)) {
    case ELF.magic: {
      // The program is appended: the image ends with its section headers.
      const headers = Number(view.getBigUint64(ELF.e_shoff, true));
      const size = view.getUint16(ELF.e_shentsize, true) * view.getUint16(ELF.e_shnum, true);
      return image.subarray(0, headers + size);
    }
    case MACH_O: {
      const read = new MachO(image);
      const embedded = read.section("__SUI", PROGRAM_MAGIC);
      return embedded ? read.withoutSegment("__SUI") : read.cutAt(lastIndexOf(image, INTEL_MARK));
    }
    default:
      return image; // a PE image: the program is a resource, which compiling replaces
  }
}

/** `Elf64_Ehdr` (elf.h), the fields that are read. */
const ELF = { magic: 0x464c_457f, e_shoff: 0x28, e_shentsize: 0x3a, e_shnum: 0x3c } as const;
const MACH_O = 0xfeed_facf;

function lastIndexOf(bytes: Uint8Array, text: string): number {
  const wanted = new TextEncoder().encode(text);
  for (let at = bytes.length; (at = bytes.lastIndexOf(wanted[0]!, at - 1)) >= 0;) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
    if (at === 0) break;
  }
  throw new Error(`Cannot take the program out of the image: there is no "${text}" in it`);
}

/** The toolchain's folder, the same as in scripts/toolchain.sh. */
export function toolchainFolder(): string {
  return Deno.env.get("HTRACE_TOOLCHAIN") ?? `${Deno.env.get("HOME")}/.cache/htrace/trixie`;
}

async function unpackedWheel(name: string, platform: string): Promise<string> {
  const { success, stdout } = await new Deno.Command(
    fileURLToPath(new URL("../wheels.sh", import.meta.url)),
    { args: [name, platform], stderr: "inherit" },
  ).output();
  if (!success) throw new Error(`Cannot get the package ${name} for ${platform}`);
  return new TextDecoder().decode(stdout).trim();
}

/** A wheel has its programs in the folder `<name>-<version>.data/scripts` (PEP 427). */
async function programIn(wheel: string): Promise<string> {
  for await (const { name } of Deno.readDir(wheel)) {
    if (!name.endsWith(".data")) continue;
    for await (const program of Deno.readDir(`${wheel}/${name}/scripts`)) {
      return `${wheel}/${name}/scripts/${program.name}`;
    }
  }
  throw new Error(`Cannot find a program in ${wheel}`);
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then(({ isFile }) => isFile, () => false);
}
