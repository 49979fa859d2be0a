import * as wasm from "./itanium_bg.wasm";
export * from "./itanium_bg.js";
import { __wbg_set_wasm } from "./itanium_bg.js";
__wbg_set_wasm(wasm);