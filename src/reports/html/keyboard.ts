/**
 * The page's keys: single letters that jump to its parts.
 *
 * @module
 */
import { useLayoutEffect } from "preact/hooks";

/** Keys that work everywhere except in the filter, and what they do, for the line at the bottom. */
export const KEYS: readonly (readonly [key: string, what: string])[] = [
  ["/", "filter"],
  ["t", "table"],
  ["f", "flame graph"],
  ["↑ ↓ ← →", "move"],
  ["Enter", "zoom"],
  ["Backspace", "zoom out"],
  ["Esc", "reset"],
  ["c", "copy the stack"],
];

/** Elements to which keys jump, by id. */
export const IDS = { filter: "filter", table: "table", flame: "flame" } as const;

const TARGETS: Readonly<Record<string, string>> = {
  "/": IDS.filter,
  t: IDS.table,
  f: IDS.flame,
};

/** Listens for the keys; `actions` are those that do something other than jump to a part. */
export function useKeys(actions: Readonly<Record<string, () => void>>): void {
  // At once, not after the next frame: until then a key would act on the previous state.
  useLayoutEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof HTMLInputElement && event.target.type === "search") return;
      const id = TARGETS[event.key];
      const element = id === undefined ? null : document.getElementById(id);
      if (element !== null) {
        element.focus();
        element.scrollIntoView({ block: "nearest" });
        event.preventDefault();
      } else if (Object.hasOwn(actions, event.key)) actions[event.key]!();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  });
}
