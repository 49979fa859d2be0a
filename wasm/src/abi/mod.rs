//! Every export of the WASM module, one file per area; `src/engine/wasm.ts` mirrors them.
//!
//! What crosses: numbers, bytes and typed arrays, and ids of objects that live on this side. No JSON, and no object per
//! trace or frame.

pub mod cabinet;
pub mod engine;
pub mod symbols;
