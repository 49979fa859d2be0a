/**
 * The system's reasons for failed file operations, worded for our errors.
 *
 * @module
 */

/** By the system's error code, which Deno's errors have on every system. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of its path is not a folder",
  EACCES: "access denied",
  EPERM: "access denied",
  EISDIR: "it is a folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
  EROFS: "its file system is read-only",
  ELOOP: "its links lead in a circle",
  ENAMETOOLONG: "its name is too long",
};

/** Says why a file operation failed, without path and number, which the user already has or cannot use. */
export function fileReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Deno protects devices and system files (/dev/full, /proc/self/mem) by a permission that htrace never has.
  if (/^Requires all access/.test(error.message)) return "it is a device or belongs to the system";
  if (/^Empty path/.test(error.message)) return "its name is empty";
  const code = "code" in error ? String(error.code) : "";
  return REASONS[code] ?? error.message.replace(/\.? \(os error \d+\).*$/s, "");
}
