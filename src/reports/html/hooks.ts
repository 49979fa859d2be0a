/**
 * Hooks for what components watch: the width of an element, the width of the window, the theme.
 *
 * @module
 */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** The width of an element in pixels; 0 before it is shown. */
export function useWidth<E extends Element>(): [RefObject<E | null>, number] {
  const element = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}

/** Whether a media query matches. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const listen = (): void => setMatches(list.matches);
    list.addEventListener("change", listen);
    return () => list.removeEventListener("change", listen);
  }, [query]);
  return matches;
}

/** The current theme. */
export type Theme = "light" | "dark";

/** Width of a sheet of paper in pixels, for drawings. */
export const PAPER_WIDTH = 680;

/** Whether the page is being printed. */
export function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false);
  useEffect(() => {
    const before = (): void => setPrinting(true);
    const after = (): void => setPrinting(false);
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => {
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    };
  }, []);
  return isPrinting;
}

/** The theme: the system's until the user switches. Paper is light. */
export function useTheme(isPrinting: boolean): [Theme, () => void] {
  const systemIsDark = useMedia("(prefers-color-scheme: dark)");
  const [chosen, setChosen] = useState<Theme>();
  const theme = chosen ?? (systemIsDark ? "dark" : "light");
  const shown = isPrinting ? "light" : theme;
  // Now and not in an effect: the canvas reads its colours in an effect of a child, which comes before.
  document.documentElement.dataset.theme = shown;
  return [shown, () => setChosen(theme === "dark" ? "light" : "dark")];
}
