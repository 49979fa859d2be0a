//! Named RVAs of an image, whose names stay in the file until they are needed.

use crate::bytes::Bytes;
use crate::error::Result;
use crate::file::File;

/// Longest name that is read, in bytes; compilers also cut theirs at this length.
const MAX_NAME: u64 = 4096;

/// Where a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameAt {
    /// In the file, from this offset to the first zero, at most this many bytes.
    File(u64, u32),
    /// Nowhere: the symbol has only an ordinal.
    Ordinal(u32),
}

/// Names by RVA.
pub struct RvaTable {
    /// Sorted by RVA.
    entries: Vec<(u32, NameAt)>,
}

impl RvaTable {
    /// Takes symbols in any order; of several at one RVA, the first one counts.
    pub fn new(mut entries: Vec<(u32, NameAt)>) -> Self {
        entries.sort_by_key(|&(rva, _)| rva);
        entries.dedup_by_key(|&mut (rva, _)| rva);
        Self { entries }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The symbol at the greatest RVA that is not above `rva`, and that RVA.
    pub fn at_or_below(&self, rva: u32) -> Option<(u32, NameAt)> {
        let end = self.entries.partition_point(|&(start, _)| start <= rva);
        self.entries[..end].last().copied()
    }
}

/// Reads a name.
pub fn read_name(file: &File, name: NameAt) -> Result<Vec<u8>> {
    match name {
        NameAt::Ordinal(ordinal) => Ok(format!("Ordinal{ordinal}").into_bytes()),
        NameAt::File(offset, limit) => {
            let rest = file.size().saturating_sub(offset);
            let length = rest.min(limit.into()).min(MAX_NAME);
            let bytes = file.bytes(offset, length as usize)?;
            Ok(Bytes::new("a symbol's name", &bytes)
                .until_zero(0)?
                .to_vec())
        }
    }
}
