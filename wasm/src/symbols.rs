//! Names for addresses: PDB, PE and COFF readers, and the symbolizer that uses them.

pub mod answer;
pub mod cabinet;
pub mod coff;
#[cfg(test)]
mod image_fixture;
pub mod image_symbols;
pub mod listing;
pub mod modules;
pub mod pdb;
pub mod pe;
pub mod rva_table;
pub mod search;
pub mod symbolizer;
pub mod undecorate;
