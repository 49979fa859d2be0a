/**
 * Writes a report as one or several files.
 *
 * @module
 */
import type { Rendered } from "../analysis.ts";
import { replaceFile, type ReplaceOptions } from "./replace_file.ts";

/** Writes a report's output; several parts become files whose names differ before the extension. */
export async function writeRendered(
  path: string,
  rendered: Rendered,
  options: ReplaceOptions = {},
): Promise<void> {
  if (typeof rendered === "string" || rendered instanceof Uint8Array) {
    await replaceFile(path, bytesOf(rendered), options);
  } else if ("next" in rendered) {
    await replaceFile(path, rendered.map(bytesOf), options);
  } else {
    for (const { suffix, content } of rendered) {
      await replaceFile(partName(path, suffix), bytesOf(content), options);
    }
  }
}

/** The files that {@linkcode writeRendered} writes. */
export function writtenPaths(path: string, rendered: Rendered): string[] {
  if (typeof rendered === "string" || rendered instanceof Uint8Array || "next" in rendered) {
    return [path];
  }
  return rendered.map(({ suffix }) => partName(path, suffix));
}

/** `leak.folded` with the suffix `opened` is `leak.opened.folded`. */
export function partName(path: string, suffix: string): string {
  if (suffix === "") return path;
  const [, folder, name, extension] = /^(.*[\\/])?([^\\/.]*)(.*)$/.exec(path) ?? [];
  return `${folder ?? ""}${name}.${suffix}${extension}`;
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}
