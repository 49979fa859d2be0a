//! The engine of htrace: the work that is too slow or too binary for TypeScript.
//!
//! Two halves meet here and nowhere else: [`traces`] (trace logs: stacks, diffs, groups) and [`symbols`]
//! (PDB, PE and COFF readers). Neither deals with files, paths, processes or the network: bytes come in, numbers and
//! names go out. [`abi`] is what JavaScript sees.

pub mod abi;
pub mod bytes;
pub mod error;
pub mod file;
pub mod symbols;
pub mod traces;
