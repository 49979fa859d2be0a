//! Public symbols by address.
//!
//! Layout: LLVM's "The PDB Global Symbol Stream" and `gsi.h` of microsoft-pdb. The publics stream ends with
//! the offsets of all public records in the order of their addresses. Only the records that a binary search
//! touches are read: a big PDB has a million.

use crate::bytes::Bytes;
use crate::error::Result;

use super::msf::{words, Msf, Stream};
use super::records::{self, Place};

/// Byte offsets in the header of the publics stream.
mod header {
    pub const HASH_SIZE: u32 = 0;
    pub const ADDRESS_MAP_SIZE: u32 = 4;
    pub const SIZE: u32 = 28;
}

/// The address map, with the places found so far.
pub struct Publics {
    /// Offset of each public record in the stream of symbol records, in the order of their places.
    records: Vec<u32>,
    places: Vec<Option<Place>>,
    symbol_records: u16,
}

impl Publics {
    /// Reads the address map.
    pub fn open(msf: &Msf, publics: u16, symbol_records: u16) -> Result<Self> {
        let records = match msf.stream(publics.into(), "the public symbols") {
            Some(stream) if stream.size() >= header::SIZE => {
                let start = header::SIZE.saturating_add(stream.u32(header::HASH_SIZE)?);
                words(&stream.bytes(start, stream.u32(header::ADDRESS_MAP_SIZE)?)?)
            }
            _ => Vec::new(),
        };
        Ok(Self {
            places: vec![None; records.len()],
            records,
            symbol_records,
        })
    }

    /// Indices of the publics at the greatest place that is not above `place` in its section, and that
    /// place.
    pub fn at_or_below(
        &mut self,
        msf: &Msf,
        place: Place,
    ) -> Result<Option<(std::ops::Range<usize>, Place)>> {
        let end = self.first_where(msf, |other| other > place)?;
        let Some(last) = end.checked_sub(1) else {
            return Ok(None);
        };
        let found = self.place(msf, last)?;
        if found.section != place.section {
            return Ok(None);
        }
        let mut start = last;
        while start > 0 && self.place(msf, start - 1)? == found {
            start -= 1;
        }
        Ok(Some((start..end, found)))
    }

    /// Name of a public, as the linker knows it.
    pub fn name(&self, msf: &Msf, index: usize) -> Result<Vec<u8>> {
        let stream = self.stream(msf)?;
        let offset = self.records[index];
        let mut length = [0; 2];
        stream.read(offset, &mut length)?;
        let record = stream.bytes(offset, u32::from(u16::from_le_bytes(length)) + 2)?;
        Ok(records::name(Bytes::new("a public symbol", &record))?.to_vec())
    }

    fn first_where(&mut self, msf: &Msf, is: impl Fn(Place) -> bool) -> Result<usize> {
        let (mut low, mut high) = (0, self.records.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if is(self.place(msf, middle)?) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(low)
    }

    fn place(&mut self, msf: &Msf, index: usize) -> Result<Place> {
        if let Some(place) = self.places[index] {
            return Ok(place);
        }
        let mut head = [0; records::PUBLIC_HEAD];
        self.stream(msf)?.read(self.records[index], &mut head)?;
        let place = records::public_place(Bytes::new("a public symbol", &head))?;
        self.places[index] = Some(place);
        Ok(place)
    }

    fn stream<'a>(&self, msf: &'a Msf) -> Result<Stream<'a>> {
        msf.stream(self.symbol_records.into(), "the symbol records")
            .ok_or(crate::error::Error::Damaged {
                what: "the number of the symbol records' stream",
                offset: 0,
            })
    }
}
