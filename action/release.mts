/**
 * Downloads a release's executable and compares it with the release's checksums.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Executables of a release, by Node.js' names for systems and processors. */
const EXECUTABLES: Readonly<Record<string, string>> = {
  "win32-x64": "htrace-windows-x86_64.exe",
  "win32-arm64": "htrace-windows-aarch64.exe",
  "linux-x64": "htrace-linux-x86_64",
  "linux-arm64": "htrace-linux-aarch64",
  "darwin-x64": "htrace-macos-x86_64",
  "darwin-arm64": "htrace-macos-aarch64",
};

/** The file of a release that has a line `<SHA-256>  <name>` for each executable. */
const CHECKSUMS = "SHA256SUMS";

/** Where a release is, and where its executable goes. */
export interface ReleaseOptions {
  /** URL of the release's files, with a trailing slash. */
  readonly base: string;
  /** Folder for the executable. */
  readonly folder: string;
  /** System and processor, as `win32-x64`. */
  readonly system: string;
}

/** Downloads the executable for a system; returns its path. Throws an Error with a message for the user. */
export async function downloadExecutable(
  { base, folder, system }: ReleaseOptions,
): Promise<string> {
  const name = EXECUTABLES[system];
  if (name === undefined) {
    const known = Object.keys(EXECUTABLES).join(", ");
    throw new Error(`Cannot get htrace for ${system}: there is none; there is one for ${known}`);
  }
  const checksums = new TextDecoder().decode(await download(base + CHECKSUMS));
  const bytes = await download(base + name);
  const expected = checksumOf(checksums, name);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== expected) {
    throw new Error(
      `Cannot use ${base}${name}: its SHA-256 is ${found}, and ${CHECKSUMS} has ` +
        `${expected ?? "none for it"}; run the job again, and report it if it stays so`,
    );
  }
  await mkdir(folder, { recursive: true });
  const path = join(folder, system.startsWith("win32") ? "htrace.exe" : "htrace");
  await writeFile(path, bytes, { mode: 0o755 });
  return path;
}

function checksumOf(checksums: string, name: string): string | undefined {
  const line = checksums.split("\n").find((line) => line.trim().split(/\s+\*?/)[1] === name);
  return line?.split(/\s/)[0]?.toLowerCase();
}

async function download(url: string): Promise<Uint8Array> {
  const response = await fetch(url).catch((cause) => {
    throw new Error(`Cannot download ${url}: ${reasonOf(cause)}; run the job again`, { cause });
  });
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new Error(
    `Cannot download ${url}: the server says ${response.status}; ` +
      "use the action by the tag of a release, or give it an executable",
  );
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
