/**
 * Widths at which consoles break lines.
 *
 * @module
 */

/** The widths that consoles have where nobody chose one, and those that people choose. */
export const CONSOLE_WIDTHS: readonly number[] = [80, 100, 120, 132, 160];
