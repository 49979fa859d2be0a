//! The map from an image that was rewritten after linking (by Vulcan, BBT or Syzygy) to the original.
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
    /// Reads a map from its stream; None if there is no such stream.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_moves_with_the_range_it_is_in() {
        let omap = Omap {
            entries: vec![(0x1000, 0x5000), (0x1100, 0), (0x1200, 0x1000)],
        };
        let moved = [0xfff, 0x1000, 0x10ff, 0x1100, 0x1234].map(|rva| omap.map(rva));
        assert_eq!(
            moved,
            [None, Some(0x5000), Some(0x50ff), None, Some(0x1034)]
        );
    }
}
