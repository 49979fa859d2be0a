//! Every export of the WASM module, an area a file; `src/engine/wasm.ts` mirrors them.
//!
//! What crosses: numbers, bytes and typed arrays, and ids of objects that live on this side. No JSON, no
//! object a trace or a frame.

pub mod cabinet;
pub mod engine;
pub mod symbols;
