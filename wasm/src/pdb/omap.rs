//! The map of an image that was rewritten after linking (by Vulcan, BBT or Syzygy) to what it was before.
//!
//! Layout: `OMAP` in `dbghelp.h`: pairs of u32 RVAs (from, to), sorted by the first; 0 as the second means
//! that the range has no counterpart.

use crate::error::Result;

use super::msf::{words, Msf};

/// One direction of the map.
pub struct Omap {
    entries: Vec<(u32, u32)>,
}

impl Omap {
    /// Reads a map from its stream; None where there is no such stream.
    pub fn open(msf: &Msf, number: u16) -> Result<Option<Self>> {
        let Some(stream) = msf.stream(number.into(), "an OMAP stream") else {
            return Ok(None);
        };
        let words = words(&stream.all()?);
        let mut entries: Vec<_> = words
            .chunks_exact(2)
            .map(|pair| (pair[0], pair[1]))
            .collect();
        if !entries.is_sorted() {
            entries.sort_unstable();
        }
        Ok(Some(Self { entries }))
    }

    /// Where an RVA of the map's first side is on its second side.
    pub fn map(&self, rva: u32) -> Option<u32> {
        let index = self
            .entries
            .partition_point(|&(from, _)| from <= rva)
            .checked_sub(1)?;
        let (from, to) = self.entries[index];
        (to != 0).then(|| to.wrapping_add(rva - from))
    }
}
