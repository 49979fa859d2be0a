/**
 * Writes what Windows package managers need to know about a release: the manifests for winget and scoop.
 *
 *   deno run -A scripts/make_manifests.ts --server <url> --repository <owner/name> [--folder dist]
 *
 * The version is the one in deno.json, the checksums are those in the release's SHA256SUMS, which must be in the
 * folder. It writes `<owner>.htrace*.yaml` (three, as winget's repository requires) and `htrace.json` (for a bucket) to
 * the folder.
 *
 * Formats: "Package manifest" of the Windows Package Manager's documentation, version 1.10.0; "App Manifests" of scoop's.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { TARGETS } from "./compile.ts";

/** A release of the program. */
export interface Release {
  /** Its version, without a `v`. */
  readonly version: string;
  /** URL of the project, without a trailing slash. */
  readonly project: string;
  /** Who publishes it: the owner of the project. */
  readonly owner: string;
  /** SHA-256 by file name, in lower-case hex. */
  readonly checksums: ReadonlyMap<string, string>;
}

const MANIFEST_VERSION = "1.10.0";
const BRIEF = "Finds who leaks and who misuses Windows handles";
const LICENCE = "MIT";

/** Processors by winget's and scoop's names, with the executable for each. */
const ARCHITECTURES = [
  { winget: "x64", scoop: "64bit", file: TARGETS["x86_64-pc-windows-msvc"]! },
  { winget: "arm64", scoop: "arm64", file: TARGETS["aarch64-pc-windows-msvc"]! },
] as const;

/** The manifests of a release by file name. Throws an Error if a checksum is missing. */
export function manifestsOf(release: Release): ReadonlyMap<string, string> {
  const { version, project, owner } = release;
  const identifier = `${owner}.htrace`;
  const head = { PackageIdentifier: identifier, PackageVersion: version };
  const tail = (type: string): object => ({
    ManifestType: type,
    ManifestVersion: MANIFEST_VERSION,
  });
  return new Map([
    [
      `${identifier}.yaml`,
      yamlText({ ...head, DefaultLocale: "en-US", ...tail("version") }),
    ],
    [
      `${identifier}.installer.yaml`,
      yamlText({
        ...head,
        InstallerType: "portable",
        Commands: ["htrace"],
        Installers: ARCHITECTURES.map(({ winget, file }) => ({
          Architecture: winget,
          InstallerUrl: urlOf(release, file),
          InstallerSha256: checksumOf(release, file).toUpperCase(),
        })),
        ...tail("installer"),
      }),
    ],
    [
      `${identifier}.locale.en-US.yaml`,
      yamlText({
        ...head,
        PackageLocale: "en-US",
        Publisher: owner,
        PackageName: "htrace",
        PackageUrl: project,
        License: LICENCE,
        LicenseUrl: `${project}/blob/v${version}/LICENSE`,
        ShortDescription: BRIEF,
        Moniker: "htrace",
        Tags: ["debugger", "handles", "leak", "windbg"],
        ...tail("defaultLocale"),
      }),
    ],
    ["htrace.json", `${JSON.stringify(scoopManifest(release), null, 2)}\n`],
  ]);
}

function scoopManifest(release: Release): object {
  const { version, project } = release;
  const current: Release = { ...release, version: "$version" };
  const perArchitecture = (view: (file: string) => object): object =>
    Object.fromEntries(ARCHITECTURES.map(({ scoop, file }) => [scoop, view(file)]));
  // The part after "#/" is the name that the file gets.
  return {
    version,
    description: BRIEF,
    homepage: project,
    license: LICENCE,
    architecture: perArchitecture((file) => ({
      url: `${urlOf(release, file)}#/htrace.exe`,
      hash: checksumOf(release, file),
    })),
    bin: "htrace.exe",
    checkver: { github: project },
    autoupdate: {
      architecture: perArchitecture((file) => ({ url: `${urlOf(current, file)}#/htrace.exe` })),
      hash: { url: "$baseurl/SHA256SUMS" },
    },
  };
}

function urlOf({ project, version }: Release, file: string): string {
  return `${project}/releases/download/v${version}/${file}`;
}

function checksumOf({ checksums }: Release, file: string): string {
  const checksum = checksums.get(file);
  if (checksum !== undefined) return checksum;
  throw new Error(`Cannot write the manifests: SHA256SUMS has no line for ${file}; compile it`);
}

/** Checksums by name, from lines as sha256sum writes them. */
export function parseChecksums(text: string): ReadonlyMap<string, string> {
  const lines = text.matchAll(/^([\da-f]{64}) [ *](\S+)$/gm);
  return new Map(Array.from(lines, ([, checksum = "", name = ""]) => [name, checksum]));
}

/** A value in YAML's block style; texts are in double quotes, as in JSON, which YAML can read. */
function yamlText(members: object, indent = ""): string {
  return Object.entries(members).map(([name, value]) => {
    if (!Array.isArray(value)) return `${indent}${name}: ${JSON.stringify(value)}\n`;
    const items = value.map((item: unknown) =>
      typeof item === "object" && item !== null
        ? `${indent}- ${yamlText(item, `${indent}  `).trimStart()}`
        : `${indent}- ${JSON.stringify(item)}\n`
    );
    return `${indent}${name}:\n${items.join("")}`;
  }).join("");
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      server: { type: "string" },
      repository: { type: "string" },
      folder: { type: "string", default: "dist" },
    },
  });
  const [, owner] = /^([\w-]+)\/[\w.-]+$/.exec(values.repository ?? "") ?? [];
  if (owner === undefined || values.server === undefined) {
    console.error("make_manifests: give --server <url> and --repository <owner/name>");
    Deno.exit(2);
  }
  const { version }: { version: string } = JSON.parse(
    Deno.readTextFileSync(new URL("../deno.json", import.meta.url)),
  );
  const manifests = manifestsOf({
    version,
    owner,
    project: `${values.server}/${values.repository}`,
    checksums: parseChecksums(Deno.readTextFileSync(`${values.folder}/SHA256SUMS`)),
  });
  for (const [name, text] of manifests) {
    Deno.writeTextFileSync(`${values.folder}/${name}`, text);
    console.log(`${values.folder}/${name}`);
  }
}
