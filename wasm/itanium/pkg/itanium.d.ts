/* tslint:disable */
/* eslint-disable */
/**
 * Undecorates a name that begins with `_Z`: its name alone, or its parameters and result too. Empty for a name that is
 * not of this ABI, or whose text is too long.
 */
export function undecorate(name: string, with_types: boolean): string;
