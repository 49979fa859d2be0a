/**
 * Widths at which consoles break lines.
 *
 * @module
 */

/** The default widths of consoles, and those that people commonly choose. */
export const CONSOLE_WIDTHS: readonly number[] = [80, 100, 120, 132, 160];
