/* tslint:disable */
/* eslint-disable */
export const memory: WebAssembly.Memory;
export const locateModules: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => void;
export const __wbindgen_add_to_stack_pointer: (a: number) => number;
export const __wbindgen_export_0: (a: number, b: number) => number;
export const __wbindgen_export_1: (a: number, b: number, c: number) => void;
