//! The engine of htrace: what is too slow or too binary for TypeScript.
//!
//! Two halves meet here and nowhere else: trace logs (diffs, stacks, groups) and symbols (PDB, PE and COFF
//! readers). Neither knows files, paths, processes or the network: bytes come in, numbers and names go out.
//! [`abi`] is what JavaScript sees.

pub mod abi;
pub mod answer;
pub mod bytes;
pub mod cabinet;
pub mod coff;
pub mod diff;
pub mod error;
pub mod file;
pub mod groups;
#[cfg(test)]
mod image_fixture;
pub mod image_symbols;
pub mod log;
pub mod modules;
pub mod pairings;
pub mod pdb;
pub mod pe;
pub mod rva_table;
pub mod search;
pub mod stack;
pub mod stacks;
pub mod symbolizer;
pub mod undecorate;
