/**
 * The package managers' manifests, checked against what their formats require.
 *
 * Members, patterns and lengths are those of winget's JSON schemas, version 1.10.0, and of scoop's schema; the programs
 * themselves run only on Windows.
 */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { parse } from "@std/yaml/parse";
import { manifestsOf, parseChecksums, type Release } from "./make_manifests.ts";
import { TARGETS } from "./compile.ts";
import { temporaryFolder } from "../src/folder_fixture.ts";
import { VERSION } from "../src/version.ts";

const SUMS = Object.values(TARGETS)
  .map((name, index) => `${String(index).repeat(64)}  ${name}\n`).join("");
const RELEASE: Release = {
  version: "1.2.3",
  project: "https://example.com/some-body/htrace",
  owner: "some-body",
  checksums: parseChecksums(SUMS),
};
const X64 = "htrace-windows-x86_64.exe";
const ARM64 = "htrace-windows-aarch64.exe";
const DOWNLOADS = `${RELEASE.project}/releases/download/v1.2.3`;

/** What winget requires of texts, by member. */
const WINGET: Readonly<Record<string, { readonly pattern?: RegExp; readonly max: number }>> = {
  PackageIdentifier: {
    // deno-lint-ignore no-control-regex -- the schema's own
    pattern: /^[^.\s\\/:*?"<>|\x01-\x1f]{1,32}(\.[^.\s\\/:*?"<>|\x01-\x1f]{1,32}){1,7}$/,
    max: 128,
  },
  // deno-lint-ignore no-control-regex -- the schema's own
  PackageVersion: { pattern: /^[^\\/:*?"<>|\x01-\x1f]+$/, max: 128 },
  DefaultLocale: { pattern: /^[a-z]{2,3}(-[a-zA-Z]{1,8})*$/, max: 20 },
  PackageLocale: { pattern: /^[a-z]{2,3}(-[a-zA-Z]{1,8})*$/, max: 20 },
  ManifestVersion: { pattern: /^\d+\.\d+\.\d+$/, max: 20 },
  ManifestType: { pattern: /^(?:version|installer|defaultLocale)$/, max: 20 },
  InstallerType: { pattern: /^portable$/, max: 20 },
  Architecture: { pattern: /^(?:x64|arm64)$/, max: 10 },
  InstallerUrl: { pattern: /^https?:\/\/.+$/, max: 2048 },
  InstallerSha256: { pattern: /^[A-Fa-f0-9]{64}$/, max: 64 },
  Publisher: { max: 256 },
  PackageName: { max: 256 },
  PackageUrl: { pattern: /^https?:\/\/.+$/, max: 2048 },
  License: { max: 512 },
  LicenseUrl: { pattern: /^https?:\/\/.+$/, max: 2048 },
  ShortDescription: { max: 256 },
  Moniker: { max: 40 },
};

/** Members that each manifest must have besides those of its head. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  version: ["DefaultLocale"],
  installer: ["Installers"],
  defaultLocale: ["PackageLocale", "Publisher", "PackageName", "License", "ShortDescription"],
};

function checkMembers(manifest: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(manifest)) {
    if (name === "Installers") {
      for (const installer of value as Record<string, unknown>[]) checkMembers(installer);
    } else if (Array.isArray(value)) {
      assert(value.length <= 16 && new Set(value).size === value.length);
      for (const text of value) assert(typeof text === "string" && text.length <= 40, name);
    } else {
      const rule = WINGET[name];
      if (rule === undefined) throw new Error(`${name} is not a member that winget knows`);
      if (typeof value !== "string") throw new Error(`${name} is not a text`);
      assert(value.length >= 2 && value.length <= rule.max, name);
      if (rule.pattern) assertMatch(value, rule.pattern, name);
    }
  }
}

Deno.test("winget's three manifests have what its schemas require, and agree", () => {
  const manifests = [...manifestsOf(RELEASE)].filter(([name]) => name.endsWith(".yaml"));
  assertEquals(manifests.map(([name]) => name), [
    "some-body.htrace.yaml",
    "some-body.htrace.installer.yaml",
    "some-body.htrace.locale.en-US.yaml",
  ]);
  const types = manifests.map(([, text]) => {
    const manifest = parse(text) as Record<string, unknown>;
    assertEquals(
      [manifest.PackageIdentifier, manifest.PackageVersion, manifest.ManifestVersion],
      ["some-body.htrace", "1.2.3", "1.10.0"],
    );
    checkMembers(manifest);
    const type = String(manifest.ManifestType);
    for (const name of REQUIRED[type] ?? []) assert(name in manifest, `${type}: ${name}`);
    return type;
  });
  assertEquals(types, Object.keys(REQUIRED));
});

Deno.test("winget installs the executable of each processor as the command htrace", () => {
  const manifest = parse(manifestsOf(RELEASE).get("some-body.htrace.installer.yaml")!);
  const { Commands, Installers } = manifest as { Commands: string[]; Installers: unknown };
  assertEquals(Commands, ["htrace"]);
  assertEquals(
    Installers,
    [X64, ARM64].map((file) => ({
      Architecture: file === X64 ? "x64" : "arm64",
      InstallerUrl: `${DOWNLOADS}/${file}`,
      InstallerSha256: RELEASE.checksums.get(file),
    })),
  );
});

Deno.test("scoop's manifest has its members, and names that lead to the same files", () => {
  const manifest = JSON.parse(manifestsOf(RELEASE).get("htrace.json")!);
  assertEquals(Object.keys(manifest), [
    "version",
    "description",
    "homepage",
    "license",
    "architecture",
    "bin",
    "checkver",
    "autoupdate",
  ]);
  assertEquals(manifest.architecture, {
    "64bit": { url: `${DOWNLOADS}/${X64}#/htrace.exe`, hash: RELEASE.checksums.get(X64) },
    arm64: { url: `${DOWNLOADS}/${ARM64}#/htrace.exe`, hash: RELEASE.checksums.get(ARM64) },
  });
  assertMatch(manifest.architecture["64bit"].hash, /^[a-fA-F0-9]{64}$/);
  assert(URL.canParse(manifest.homepage));
  // The next version is found in the same way.
  for (const [name, { url }] of Object.entries<{ url: string }>(manifest.architecture)) {
    const next = manifest.autoupdate.architecture[name].url;
    assertEquals(next.replaceAll("$version", "1.2.3"), url);
  }
  assertMatch(manifest.autoupdate.hash.url, /^\$baseurl\/SHA256SUMS$/);
});

Deno.test("manifestsOf() says which checksum is missing", () => {
  const checksums = parseChecksums(`${"0".repeat(64)}  ${X64}\nnot a line\n`);
  assertThrows(
    () => manifestsOf({ ...RELEASE, checksums }),
    Error,
    `SHA256SUMS has no line for ${ARM64}`,
  );
});

Deno.test("the script writes the manifests of this version beside the checksums", async () => {
  using folder = temporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/SHA256SUMS`, SUMS);
  const script = new URL("make_manifests.ts", import.meta.url).href;
  const run = async (...args: string[]): Promise<number> => {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", script, ...args, "--folder", folder.path],
      stdout: "null",
      stderr: "null",
    });
    return (await command.output()).code;
  };
  assertEquals(await run("--repository", "nobody"), 2);
  assertEquals(await run("--server", "https://example.com", "--repository", "a/htrace"), 0);
  const { version } = JSON.parse(Deno.readTextFileSync(`${folder.path}/htrace.json`));
  assertEquals(version, VERSION);
  assertEquals([...Deno.readDirSync(folder.path)].length, 5);
});

Deno.test("the release workflow makes the manifests after the checksums, and attaches them", () => {
  const workflow = Deno.readTextFileSync(
    new URL("../.github/workflows/release.yml", import.meta.url),
  );
  const steps = ["sha256sum htrace-*", "scripts/make_manifests.ts", "upload-artifact@", "dist/*"]
    .map((text) => workflow.indexOf(text));
  assert(steps.every((at) => at > 0));
  assertEquals(steps, steps.toSorted((a, b) => a - b));
});
