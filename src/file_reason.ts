/**
 * Why the system refused a file, in the words of our errors.
 *
 * @module
 */

/** By the system's code, which Deno gives its errors on every system. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is no folder",
  EACCES: "access denied",
  EPERM: "access denied",
  EISDIR: "it is a folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
};

/** Says why an operation on a file failed; without path and number, which the user has or has no use for. */
export function fileReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  return REASONS[code] ?? error.message.replace(/\.? \(os error \d+\).*$/s, "");
}
