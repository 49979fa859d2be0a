/**
 * Taking out of a text what names a person.
 *
 * Names are learned from paths alone, so that the program needs no right to read who the user is.
 *
 * @module
 */

/**
 * A user's folder, wherever a path begins: `C:\Users\name`, `/home/name`, `/Users/name`, `/root`. A name that a path goes on
 * behind may have blanks.
 */
const HOME =
  /(?:\b[a-z]:)?[\\/]+(?:(?:Users|Documents and Settings|home)[\\/]+([^\\/"':\r\n]+(?=[\\/])|[^\\/\s"':]+)|root\b)/gi;

/** A folder of another machine: `\\server\share`, `\\?\UNC\server\share`. */
const SHARE =
  /(?<![\\/\w:])[\\/]{2}(?:\?[\\/]UNC[\\/])?([^\\/\s"':.?]+)[\\/]+(?:[^\\/"':\r\n]+(?=[\\/])|[^\\/\s"':]+)/gi;

/** The folders of another path of this machine; in quotation marks they may have blanks. */
const FOLDERS = /(?<=")[a-z]:[\\/][^"\r\n]*[\\/]|\b[a-z]:[\\/][^\s"'\r\n]*[\\/]/gi;

/** Folders of these names are the same everywhere. */
const SYSTEM_FOLDERS = /^[a-z]:[\\/]+(?:Windows|Program Files(?: \(x86\))?)[\\/]/i;

/** Shorter names are parts of other words, and say little. */
const SHORTEST = 3;

/** Folders of these names belong to nobody. */
const EVERYBODY = ["public", "default", "all"];

/**
 * The text without the user's folders, others' machines, and their names, which are sought in the paths of the text itself
 * and in `hints`, such as the path of a temporary folder.
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

/** A name that is not part of a longer word, in either case. */
function wholeWord(name: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(name)}(?![\\p{L}\\p{N}])`, "giu");
}
