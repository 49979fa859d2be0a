import * as wasm from "./htrace_bg.wasm";
export * from "./htrace_bg.js";
import { __wbg_set_wasm } from "./htrace_bg.js";
__wbg_set_wasm(wasm);