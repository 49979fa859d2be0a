/**
 * Text in XML 1.0.
 *
 * @module
 */

/** Escapes markup, and leaves out characters that XML 1.0 cannot represent. */
export function escapeXml(text: string): string {
  // deno-lint-ignore no-control-regex
  const allowed = text.replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]/gu, "");
  return allowed.replaceAll(/[<>&"'\n\t\r]/g, (character) => ENTITIES[character]!);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  '"': "&quot;",
  "'": "&apos;",
  "\n": "&#10;",
  "\t": "&#9;",
  "\r": "&#13;",
};
