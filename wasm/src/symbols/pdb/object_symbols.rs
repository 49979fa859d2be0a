//! The named places of one object file, from its own stream of symbols.

use std::cell::Cell;
use std::cmp::Ordering;

use crate::error::Result;
use crate::symbols::search::partition_point_near;

use super::dbi::{ObjectFile, NO_STREAM};
use super::msf::{Msf, Stream};
use super::records::{self, Code, Place, Role};

/// First u32 of an object file's stream: the version of its symbols. `CV_SIGNATURE_C13`; earlier versions have
/// different lines but the same symbols.
const SIGNATURE_SIZE: usize = 4;

/// Named places of an object file, by place.
#[derive(Default)]
pub struct ObjectSymbols {
    /// Sorted by place; several at one place are in the order of the stream.
    entries: Vec<Entry>,
    /// Code in blocks: where each run of it begins, ascending, and its size in bytes.
    blocks: Vec<(Place, u32)>,
    /// Where the last search ended.
    near: Cell<usize>,
}

/// A named place and its record.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What is there.
    pub code: Code,
    /// Offset of the record in the object file's stream.
    pub record: u32,
    /// Whether records of inline sites follow, before those of the next procedure.
    pub has_inline_sites: bool,
}

impl ObjectSymbols {
    /// Reads an object file's symbols; empty if it has no stream. Blocks are left out unless requested.
    pub fn open(msf: &Msf, object: ObjectFile, with_blocks: bool) -> Result<Self> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut blocks = Vec::new();
        let mut procedure = 0;
        if let Some(stream) = stream(msf, object) {
            let data = stream.bytes(0, object.symbols_size)?;
            for (offset, kind, record) in records::records(&data, SIGNATURE_SIZE) {
                if with_blocks {
                    blocks.extend(records::block(kind, record)?);
                }
                let Some(code) = records::code(kind, record)? else {
                    if records::is_inline_site(kind) {
                        if let Some(procedure) = entries.get_mut(procedure) {
                            procedure.has_inline_sites = true;
                        }
                    }
                    continue;
                };
                if records::has_own_name(code.role, record)? {
                    if code.role == Role::Procedure {
                        procedure = entries.len();
                    }
                    entries.push(Entry {
                        code,
                        record: offset as u32,
                        has_inline_sites: false,
                    });
                }
            }
        }
        entries.sort_by_key(|entry| entry.code.place);
        Ok(Self {
            entries,
            blocks: merged(blocks),
            near: Cell::new(0),
        })
    }

    /// The entry at the greatest place that is not above `place` in its section.
    pub fn at_or_below(&self, place: Place) -> Option<Entry> {
        let end = self.end_of(place);
        let last = end.checked_sub(1)?;
        let is_near = self.entries[last].code.place.section == place.section;
        is_near.then(|| self.among_equals(last))?
    }

    /// The entry that counts at the place of the one with an index. Most are alone there, which needs no
    /// search.
    fn among_equals(&self, index: usize) -> Option<Entry> {
        let place = |index: usize| self.entries.get(index).map(|entry| entry.code.place);
        let own = place(index)?;
        let is_alone = place(index.wrapping_sub(1)) != Some(own) && place(index + 1) != Some(own);
        if is_alone {
            Some(self.entries[index])
        } else {
            self.at(own)
        }
    }

    /// The entry at exactly this place.
    ///
    /// Identical functions that the linker folded into one have several. dbghelp seems to name the one that a binary
    /// search meets first; any other choice agrees with it less often.
    pub fn at(&self, place: Place) -> Option<Entry> {
        let (mut low, mut high) = (0, self.entries.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.entries[middle].code.place.cmp(&place) {
                Ordering::Equal => return Some(self.entries[middle]),
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// All entries at exactly this place.
    pub fn all_at(&self, place: Place) -> impl Iterator<Item = &Entry> {
        let start = self
            .entries
            .partition_point(|entry| entry.code.place < place);
        self.entries[start..]
            .iter()
            .take_while(move |entry| entry.code.place == place)
    }

    /// The procedure whose code contains a place.
    pub fn procedure_at(&self, place: Place) -> Option<Entry> {
        let end = self.end_of(place);
        let index = self.entries[..end]
            .iter()
            .rposition(|entry| entry.code.role == Role::Procedure)?;
        let covers = self.entries[index].code.covers(place);
        covers.then(|| self.among_equals(index))?
    }

    /// Number of entries at or below a place.
    fn end_of(&self, place: Place) -> usize {
        let is_before = |index: usize| self.entries[index].code.place <= place;
        let end = partition_point_near(self.entries.len(), self.near.get(), is_before);
        self.near.set(end);
        end
    }

    /// Whether a place is in a block, a scope inside a procedure.
    pub fn is_in_block(&self, place: Place) -> bool {
        let end = self.blocks.partition_point(|&(start, _)| start <= place);
        let Some(&(start, length)) = self.blocks[..end].last() else {
            return false;
        };
        let distance = start.distance_to(place);
        distance.is_some_and(|distance| distance < length)
    }

    /// Number of entries.
    pub fn entry_count(&self) -> usize {
        self.entries.len() + self.blocks.len()
    }
}

/// Runs of code, ascending and disjoint, from blocks that may be nested.
fn merged(mut blocks: Vec<(Place, u32)>) -> Vec<(Place, u32)> {
    blocks.sort_unstable();
    blocks.dedup_by(
        |&mut (start, length), (run, run_length)| match run.distance_to(start) {
            Some(distance) if distance <= *run_length => {
                *run_length = (*run_length).max(distance.saturating_add(length));
                true
            }
            _ => false,
        },
    );
    blocks
}

/// The stream of an object file.
pub fn stream(msf: &Msf, object: ObjectFile) -> Option<Stream<'_>> {
    (object.stream != NO_STREAM)
        .then(|| msf.stream(object.stream.into(), "an object file's symbols"))?
}

/// The record at `offset` of an object file's stream.
pub fn record(msf: &Msf, object: ObjectFile, offset: u32) -> Result<Vec<u8>> {
    match stream(msf, object) {
        Some(stream) => records::read(stream, offset),
        None => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_in_one_another_and_side_by_side_are_one_run() {
        let place = |section, offset| Place { section, offset };
        let blocks = [
            (place(1, 0x40), 8),
            (place(1, 0x10), 0x20),
            (place(1, 0x18), 4),
            (place(1, 0x30), 4),
            (place(2, 0x34), 4),
        ];
        let runs = [
            (place(1, 0x10), 0x24),
            (place(1, 0x40), 8),
            (place(2, 0x34), 4),
        ];
        assert_eq!(merged(blocks.to_vec()), runs);
        let symbols = ObjectSymbols {
            blocks: runs.to_vec(),
            ..ObjectSymbols::default()
        };
        let is_in = |section, offset| symbols.is_in_block(place(section, offset));
        assert!(!is_in(1, 0xf) && is_in(1, 0x10) && is_in(1, 0x33) && !is_in(1, 0x34));
        assert!(is_in(2, 0x37) && !is_in(2, 0x38) && !is_in(2, 0x10) && !is_in(3, 0x34));
    }
}
