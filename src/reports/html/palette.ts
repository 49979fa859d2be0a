/**
 * The colours of the canvas, read from the style sheet, so that both themes are defined in one place.
 *
 * @module
 */

/** Names of the style sheet's colours that the canvas uses. */
const NAMES = [
  "ink",
  "panel",
  "frame-ink",
  "frame-system",
  "frame-flat",
  "frame-1",
  "frame-2",
  "frame-3",
  "frame-4",
  "frame-5",
  "grow",
  "shrink",
  "mark",
  "focus",
] as const;

/** Colours by name, as a canvas takes them. */
export type Palette = Readonly<Record<(typeof NAMES)[number], string>>;

/** Reads the current theme's colours from an element: a computed colour is plain, a variable's value is not. */
export function readPalette(): Palette {
  const probe = document.createElement("span");
  document.body.append(probe);
  const style = getComputedStyle(probe);
  const colours = NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, style.color] as const;
  });
  probe.remove();
  return Object.fromEntries(colours) as Palette;
}

/** A module's colour: the same in every graph. */
export function moduleColour(name: string, palette: Palette): string {
  const module = name.split("!", 1)[0]!;
  let hash = 0;
  for (const character of module) hash = (hash * 31 + character.codePointAt(0)!) >>> 0;
  return palette[`frame-${1 + hash % 5 as 0 | 1 | 2 | 3 | 4}` as "frame-1"];
}
