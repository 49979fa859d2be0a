/**
 * A program that only names one address: prints the milliseconds from loading the symbolizer, including its WASM, to
 * the name. Its argument is a PDB.
 *
 * @module
 */
import type { Module } from "../src/module.ts";

const [path = ""] = Deno.args;
const start = performance.now();
const { Symbolizer } = await import("../src/symbols/symbolizer.ts");
const { FileSource } = await import("../src/file_source.ts");
const module: Module = { name: "app", path, base: 0n, size: 0xffff_ffff };
using pdb = FileSource.open(path);
using symbolizer = new Symbolizer();
symbolizer.addModule(module, { pdb });
const [frame] = symbolizer.symbolizeRvas(module, Uint32Array.of(0x1010));
const elapsed = performance.now() - start;
if (frame?.symbol === undefined) throw new Error(`Cannot measure: ${path} has no name for 0x1010`);
console.log(elapsed);
