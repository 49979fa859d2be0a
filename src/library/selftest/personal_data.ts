/**
 * Removes from a text what names a person.
 *
 * Names are learned only from paths, so that the program needs no permission to read who the user is.
 *
 * @module
 */

/**
 * A user's folder, wherever a path begins: `C:\Users\name`, `/home/name`, `/Users/name`, `/root`. A name may contain
 * blanks if the path continues after it.
 */
const HOME =
  /(?:\b[a-z]:)?[\\/]+(?:(?:Users|Documents and Settings|home)[\\/]+([^\\/"':\r\n]+(?=[\\/])|[^\\/\s"':]+)|root\b)/gi;

/** A folder on another machine: `\\server\share`, `\\?\UNC\server\share`. */
const SHARE =
  /(?<![\\/\w:])[\\/]{2}(?:\?[\\/]UNC[\\/])?([^\\/\s"':.?]+)[\\/]+(?:[^\\/"':\r\n]+(?=[\\/])|[^\\/\s"':]+)/gi;

/** The folders of any other path on this machine; in quotation marks they may contain blanks. */
const FOLDERS = /(?<=")[a-z]:[\\/][^"\r\n]*[\\/]|\b[a-z]:[\\/][^\s"'\r\n]*[\\/]/gi;

/** Folders with these names are the same everywhere. */
const SYSTEM_FOLDERS = /^[a-z]:[\\/]+(?:Windows|Program Files(?: \(x86\))?)[\\/]/i;

/** Shorter names are parts of other words, and reveal little. */
const SHORTEST = 3;

/** Folders with these names belong to nobody. */
const EVERYBODY = ["public", "default", "all"];

/**
 * The text without users' folders, other machines, and their names. Names are taken from the paths in the text itself
 * and from `hints`, such as the path of a temporary folder.
 */
export function withoutPersonalData(text: string, hints: readonly string[] = []): string {
  const names = new Set<string>();
  for (const path of [text, ...hints]) {
    for (const [, name] of [...path.matchAll(HOME), ...path.matchAll(SHARE)]) {
      if (
        name !== undefined && name.length >= SHORTEST && !EVERYBODY.includes(name.toLowerCase())
      ) {
        names.add(name);
      }
    }
  }
  let left = text.replaceAll(SHARE, "<share>").replaceAll(HOME, "<home>")
    .replaceAll(FOLDERS, (folders) => SYSTEM_FOLDERS.test(folders) ? folders : "<folder>\\");
  for (const name of names) left = left.replaceAll(wholeWord(name), "<user>");
  return left;
}

/** A name that is not part of a longer word, ignoring case. */
function wholeWord(name: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(name)}(?![\\p{L}\\p{N}])`, "giu");
}
