//! The named places of one module (object file), from its own stream of symbols.

use crate::error::Result;

use super::dbi::{Module, NO_STREAM};
use super::msf::{Msf, Stream};
use super::records::{self, Code, Place};

/// First u32 of a module's stream: the version of its symbols. `CV_SIGNATURE_C13`; earlier versions have
/// other lines but the same symbols.
const SIGNATURE_SIZE: usize = 4;

/// Named places of a module, by place.
pub struct ModuleSymbols {
    /// Sorted by place; of several at one place the first of the stream comes first.
    entries: Vec<Entry>,
}

/// A named place and its record.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What is there.
    pub code: Code,
    /// Offset of the record in the module's stream.
    pub record: u32,
}

impl ModuleSymbols {
    /// Reads a module's symbols; none where it has no stream.
    pub fn open(msf: &Msf, module: Module) -> Result<Self> {
        let mut entries = Vec::new();
        if let Some(stream) = stream(msf, module) {
            let data = stream.bytes(0, module.symbols_size)?;
            for (offset, kind, record) in records::records(&data, SIGNATURE_SIZE) {
                if let Some(code) = records::code(kind, record)? {
                    entries.push(Entry {
                        code,
                        record: offset as u32,
                    });
                }
            }
        }
        entries.sort_by_key(|entry| entry.code.place);
        Ok(Self { entries })
    }

    /// The entry at the greatest place that is not above `place` in its section.
    pub fn at_or_below(&self, place: Place) -> Option<Entry> {
        let end = self
            .entries
            .partition_point(|entry| entry.code.place <= place);
        let found = self.entries[..end].last()?.code.place;
        let start = self.entries[..end].partition_point(|entry| entry.code.place < found);
        (found.section == place.section).then(|| self.entries[start])
    }

    /// The entry at exactly this place.
    pub fn at(&self, place: Place) -> Option<Entry> {
        self.at_or_below(place)
            .filter(|entry| entry.code.place == place)
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

/// The stream of a module.
pub fn stream(msf: &Msf, module: Module) -> Option<Stream<'_>> {
    (module.stream != NO_STREAM).then(|| msf.stream(module.stream.into(), "a module's symbols"))?
}

/// Name that the record at `offset` of a module's stream gives.
pub fn name(msf: &Msf, module: Module, offset: u32) -> Result<Vec<u8>> {
    let Some(stream) = stream(msf, module) else {
        return Ok(Vec::new());
    };
    let mut length = [0; 2];
    stream.read(offset, &mut length)?;
    let record = stream.bytes(offset, u32::from(u16::from_le_bytes(length)) + 2)?;
    Ok(records::name(crate::bytes::Bytes::new("a symbol record", &record))?.to_vec())
}
