//! Public symbols by address.
//!
//! Layout: LLVM's "The PDB Global Symbol Stream" and `gsi.h` of microsoft-pdb. The publics stream ends with the
//! offsets of all public records in address order. Only the records that a binary search touches are read: a large PDB
//! has a million. After them comes a table of the linker's jumps for incremental linking: the RVA of the target of
//! each.

use crate::error::Result;
use crate::symbols::search::try_partition_point_near;

use super::msf::{words, Msf, Stream};
use super::records::{self, Place};

/// Byte offsets in the header of the publics stream.
mod header {
    pub const HASH_SIZE: u32 = 0;
    pub const ADDRESS_MAP_SIZE: u32 = 4;
    pub const JUMP_COUNT: u32 = 8;
    pub const JUMP_SIZE: u32 = 12;
    pub const JUMPS_SECTION: u32 = 16;
    pub const JUMPS_OFFSET: u32 = 20;
    pub const SIZE: u32 = 28;
}

/// The address map, with the places found so far.
pub struct Publics {
    stream: u16,
    symbol_records: u16,
    map: Option<AddressMap>,
    jumps: Option<Jumps>,
}

/// The linker's jumps for incremental linking: they follow each other, all of one size.
#[derive(Default)]
struct Jumps {
    section: u16,
    /// Offset of the first in the section.
    offset: u32,
    size: u32,
    targets: Vec<u32>,
}

/// A jump for incremental linking.
pub struct Jump {
    /// Distance from the first jump.
    pub distance: u32,
    /// RVA of its target.
    pub target: u32,
}

struct AddressMap {
    /// Offset of each public record in the stream of symbol records, in the order of their places.
    records: Vec<u32>,
    /// Place of each, if its record was read.
    places: Vec<Option<Place>>,
    /// Where the last search ended.
    near: usize,
}

impl Publics {
    /// Takes the numbers of the publics stream and of the stream of symbol records; nothing is read yet.
    pub fn new(stream: u16, symbol_records: u16) -> Self {
        Self {
            stream,
            symbol_records,
            map: None,
            jumps: None,
        }
    }

    /// The public at the greatest place that is not above `place` in its section, and that place. Of several at one
    /// place, dbghelp takes the first in the address map.
    pub fn at_or_below(&mut self, msf: &Msf, place: Place) -> Result<Option<(u32, Place)>> {
        let Some(records) = msf.stream(self.symbol_records.into(), "the symbol records") else {
            return Ok(None);
        };
        let map = match &mut self.map {
            Some(map) => map,
            none => none.insert(AddressMap::open(msf, self.stream)?),
        };
        let end = map.first_not(records, |other| other <= place)?;
        let Some(last) = end.checked_sub(1) else {
            return Ok(None);
        };
        let found = map.place(records, last)?;
        let first = match last.checked_sub(1) {
            // An unsorted map may lead anywhere.
            Some(before) if map.place(records, before)? == found => {
                map.first_not(records, |other| other < found)?.min(last)
            }
            _ => last,
        };
        Ok((found.section == place.section).then_some((first as u32, found)))
    }

    /// Where the public with an index is.
    pub fn place_of(&mut self, msf: &Msf, index: u32) -> Result<Option<Place>> {
        let records = msf.stream(self.symbol_records.into(), "the symbol records");
        let (Some(records), Some(map)) = (records, &mut self.map) else {
            return Ok(None);
        };
        if index as usize >= map.records.len() {
            return Ok(None);
        }
        map.place(records, index as usize).map(Some)
    }

    /// The publics at exactly this place, in the order of the address map.
    pub fn all_at(&mut self, msf: &Msf, place: Place) -> Result<std::ops::Range<u32>> {
        let Some((first, found)) = self.at_or_below(msf, place)? else {
            return Ok(0..0);
        };
        let records = msf.stream(self.symbol_records.into(), "the symbol records");
        let (Some(records), Some(map), true) = (records, &mut self.map, found == place) else {
            return Ok(0..0);
        };
        let end = map.first_not(records, |other| other <= place)? as u32;
        Ok(first..end.max(first))
    }

    /// The jump for incremental linking that contains a place: its index and where it begins.
    pub fn jump_at(&mut self, msf: &Msf, place: Place) -> Option<(u32, Place)> {
        let jumps = self.jumps(msf);
        let distance = place.offset.checked_sub(jumps.offset);
        let index = distance.and_then(|distance| distance.checked_div(jumps.size));
        let known = index.filter(|&index| {
            place.section == jumps.section && (index as usize) < jumps.targets.len()
        });
        known.map(|index| {
            let offset = jumps.offset + index * jumps.size;
            (index, Place { offset, ..place })
        })
    }

    /// Where the jumps for incremental linking begin, if they end before a place in their section: code after the last
    /// one gets the first one's name.
    pub fn jumps_before(&mut self, msf: &Msf, place: Place) -> Option<Place> {
        let jumps = self.jumps(msf);
        let start = Place {
            section: jumps.section,
            offset: jumps.offset,
        };
        let is_behind = start.distance_to(place).is_some() && !jumps.targets.is_empty();
        is_behind.then_some(start)
    }

    /// The jump for incremental linking with an index.
    pub fn jump(&mut self, msf: &Msf, index: u32) -> Jump {
        let jumps = self.jumps(msf);
        let target = jumps.targets.get(index as usize);
        Jump {
            distance: index.wrapping_mul(jumps.size),
            target: target.copied().unwrap_or_default(),
        }
    }

    fn jumps(&mut self, msf: &Msf) -> &Jumps {
        match &mut self.jumps {
            Some(jumps) => jumps,
            // A damaged table costs only its own names.
            none => none.insert(Jumps::open(msf, self.stream).unwrap_or_default()),
        }
    }

    /// The linker's name of a public that was found.
    pub fn name(&self, msf: &Msf, index: u32) -> Result<Vec<u8>> {
        let stream = msf.stream(self.symbol_records.into(), "the symbol records");
        let offset = self
            .map
            .as_ref()
            .and_then(|map| map.records.get(index as usize));
        let (Some(stream), Some(&offset)) = (stream, offset) else {
            return Ok(Vec::new());
        };
        let record = records::read(stream, offset)?;
        Ok(records::name(records::of(&record))?.to_vec())
    }
}

impl Jumps {
    fn open(msf: &Msf, number: u16) -> Result<Self> {
        let stream = msf.stream(number.into(), "the public symbols");
        let Some(stream) = stream.filter(|stream| stream.size() >= header::SIZE) else {
            return Ok(Self::default());
        };
        let start = header::SIZE
            .saturating_add(stream.u32(header::HASH_SIZE)?)
            .saturating_add(stream.u32(header::ADDRESS_MAP_SIZE)?);
        let bytes = stream.u32(header::JUMP_COUNT)?.saturating_mul(4);
        Ok(Self {
            section: stream.u32(header::JUMPS_SECTION)? as u16,
            offset: stream.u32(header::JUMPS_OFFSET)?,
            size: stream.u32(header::JUMP_SIZE)?,
            targets: words(&stream.bytes(start, bytes)?),
        })
    }
}

impl AddressMap {
    fn open(msf: &Msf, stream: u16) -> Result<Self> {
        let records = match msf.stream(stream.into(), "the public symbols") {
            Some(stream) if stream.size() >= header::SIZE => {
                let start = header::SIZE.saturating_add(stream.u32(header::HASH_SIZE)?);
                words(&stream.bytes(start, stream.u32(header::ADDRESS_MAP_SIZE)?)?)
            }
            _ => Vec::new(),
        };
        Ok(Self {
            places: vec![None; records.len()],
            records,
            near: 0,
        })
    }

    /// Index of the first public whose place is not `before`; all before it are.
    fn first_not(&mut self, stream: Stream<'_>, before: impl Fn(Place) -> bool) -> Result<usize> {
        let (length, near) = (self.records.len(), self.near);
        let is_before = |index| Ok(before(self.place(stream, index)?));
        self.near = try_partition_point_near(length, near, is_before)?;
        Ok(self.near)
    }

    #[inline]
    fn place(&mut self, stream: Stream<'_>, index: usize) -> Result<Place> {
        match self.places[index] {
            Some(place) => Ok(place),
            None => self.read_place(stream, index),
        }
    }

    #[cold]
    fn read_place(&mut self, stream: Stream<'_>, index: usize) -> Result<Place> {
        let mut head = [0; records::PUBLIC_HEAD];
        stream.read(self.records[index], &mut head)?;
        let place = records::public_place(records::of(&head))?;
        self.places[index] = Some(place);
        Ok(place)
    }
}
