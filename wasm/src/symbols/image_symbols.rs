//! Names from an image itself, if there is no PDB.

use crate::bytes::text;
use crate::error::Result;
use crate::file::File;
use crate::symbols::coff;
use crate::symbols::pe::{Image, MACHINE_I386};
use crate::symbols::rva_table::{read_name, NameAt, RvaTable};
use crate::symbols::undecorate;

/// The table of an image that names come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageTable {
    /// The COFF symbol table.
    Coff,
    /// The export directory.
    Exports,
    /// The image has neither.
    None,
}

/// An image and the better of its tables.
pub struct ImageSymbols {
    image: Image,
    symbols: RvaTable,
    /// Which table it is.
    pub table: ImageTable,
}

impl ImageSymbols {
    /// Opens an image: its COFF symbols if it was not stripped, else its exports.
    pub fn open(file: File) -> Result<Self> {
        let image = Image::open(file)?;
        let mut symbols = coff::symbols(&image)?;
        let mut table = ImageTable::Coff;
        if symbols.is_empty() {
            symbols = image.exports()?;
            table = if symbols.is_empty() {
                ImageTable::None
            } else {
                ImageTable::Exports
            };
        }
        Ok(Self {
            image,
            symbols,
            table,
        })
    }

    /// The symbol that an RVA belongs to, and the distance from it.
    pub fn lookup(&self, rva: u32) -> Option<(NameAt, u32)> {
        let (start, name) = self.symbols.at_or_below(rva)?;
        Some((name, rva - start))
    }

    /// The full form of a symbol's name, if it says more.
    pub fn full_name(&self, name: NameAt) -> Result<Option<String>> {
        let name = read_name(&self.image.file, name)?;
        Ok(undecorate::full_name(&text(&name)))
    }

    /// Name of a symbol. Compilers for 32-bit x86 put an underscore before C names; exports have lost it.
    pub fn name(&self, name: NameAt) -> Result<String> {
        let name = read_name(&self.image.file, name)?;
        let name = text(&name);
        Ok(match self.table {
            ImageTable::Coff if self.image.machine == MACHINE_I386 => {
                undecorate::linker_name(&name)
            }
            _ => undecorate::compiler_name(&name),
        })
    }
}
