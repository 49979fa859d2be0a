/**
 * Links to a stack: `#stack=KEY`. A key identifies the stack in every page that contains it; of several stacks with one
 * key, which differ in system frames or in lines, the second is `KEY.2`.
 *
 * @module
 */
import type { Model, Row } from "./model.ts";

/** The row that the page's URL names. */
export function linkedRow(model: Model): Row | undefined {
  const link = /^#stack=([0-9a-f.]+)$/.exec(location.hash)?.[1];
  return link === undefined ? undefined : model.rowOf(link);
}

/** Whether the page's URL names no stack, or one that the page has. */
export function isLinkGood(model: Model): boolean {
  return !location.hash.startsWith("#stack=") || linkedRow(model) !== undefined;
}

/** Puts a row into the page's URL. */
export function setLink({ link }: Row): void {
  if (link !== "") history.replaceState(null, "", `#stack=${link}`);
}
