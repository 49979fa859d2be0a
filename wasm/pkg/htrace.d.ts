/* tslint:disable */
/* eslint-disable */
/**
 * Index of the module that contains each address; `u32::MAX` outside all of them.
 *
 * `bases` are sorted ascending; `sizes` are in bytes, one a base.
 */
export function locateModules(bases: BigUint64Array, sizes: Uint32Array, addresses: BigUint64Array): Uint32Array;
