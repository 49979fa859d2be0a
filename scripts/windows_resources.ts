/**
 * Version data of the Windows executable, written without any Windows tool. `deno compile` has put the program into the
 * image as a separate resource (RT_RCDATA), which its runtime finds by name and which stays unchanged.
 *
 * @module
 */
import { NtExecutable, NtExecutableResource, Resource } from "resedit";

/** Language and code page of the version strings: US English, UTF-16. */
const LANGUAGE = { lang: 1033, codepage: 1200 };

/** Text that Explorer shows for the executable. */
export interface VersionStrings {
  /** Four-part version, such as `0.1.0.0`. */
  readonly version: string;
  /** What the program is. */
  readonly description: string;
  /** Who holds the copyright. */
  readonly copyright: string;
}

/** Returns the image with a version resource; throws the library's Error if it is not a PE image. */
export function withVersionResource(image: Uint8Array, strings: VersionStrings): Uint8Array {
  const executable = NtExecutable.from(image, { ignoreCert: true });
  const resources = NtExecutableResource.from(executable);
  const info = Resource.VersionInfo.createEmpty();
  info.lang = LANGUAGE.lang;
  info.setFileVersion(strings.version, LANGUAGE.lang);
  info.setProductVersion(strings.version, LANGUAGE.lang);
  info.setStringValues(LANGUAGE, {
    FileDescription: strings.description,
    FileVersion: strings.version,
    InternalName: "htrace",
    LegalCopyright: strings.copyright,
    OriginalFilename: "htrace.exe",
    ProductName: "htrace",
    ProductVersion: strings.version,
  });
  info.outputToResourceEntries(resources.entries);
  resources.outputResource(executable);
  return new Uint8Array(executable.generate());
}

/** Writes the project's version data into an executable, in place. */
export async function stampVersion(path: string, root: URL): Promise<void> {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const stamped = withVersionResource(await Deno.readFile(path), {
    version: `${version}.0`,
    description: "Finds Windows handle leaks",
    copyright: "The htrace authors, MIT licence",
  });
  await Deno.writeFile(path, stamped);
}
