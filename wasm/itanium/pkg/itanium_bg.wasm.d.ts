/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const undecorate: (a: number, b: number, c: number, d: number) => void;
export const __wbindgen_add_to_stack_pointer: (a: number) => number;
export const __wbindgen_export_0: (a: number, b: number) => number;
export const __wbindgen_export_1: (a: number, b: number, c: number, d: number) => number;
export const __wbindgen_export_2: (a: number, b: number, c: number) => void;
