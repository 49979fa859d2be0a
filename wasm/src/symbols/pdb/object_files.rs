//! The data read from the object files of the addresses looked up.

use rustc_hash::FxHashMap;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::symbols::search::partition_point_near;

use super::dbi::{Contribution, Dbi, ObjectIndex};
use super::inlines::{inline_sites, InlineSite};
use super::lines::ObjectLines;
use super::msf::Msf;
use super::object_symbols::{self, Entry, ObjectSymbols};
use super::records::{self, Place};

/// Most entries of all kinds to keep over all object files; beyond it everything is dropped. An entry takes about 32
/// bytes.
const MAX_ENTRIES: usize = 1 << 19;
/// Most contributions to skip in search of one with symbols.
const MAX_WALK: usize = 4096;
/// Most bytes of object files to read in all, as a multiple of the file: a valid file is not read over and over.
const MAX_ROUNDS: u64 = 16;
const MIN_BUDGET: u64 = 64 << 20;

/// Symbols, lines and inline sites of object files, each read on first use.
///
/// Data that cannot be read counts as empty from then on, so that one damaged object file does not cost the names of
/// others; the first problem is kept.
pub struct ObjectFiles {
    with_blocks: bool,
    contributions: Option<Rc<[Contribution]>>,
    /// Where the last search among them ended.
    near: usize,
    symbols: ByObject<ObjectSymbols>,
    lines: ByObject<ObjectLines>,
    /// By object file and offset of the procedure's record.
    sites: FxHashMap<(ObjectIndex, u32), Rc<[InlineSite]>>,
    entries: usize,
    file_size: u64,
    budget: u64,
    problems: Problems,
}

/// The first problem with the data for names, and with that for lines and inlined frames.
#[derive(Default)]
pub struct Problems {
    /// With the data for names.
    pub names: Option<Error>,
    /// With the data for lines and inlined frames.
    pub lines: Option<Error>,
}

/// Data of some object files, by index: it is looked up for every address, so a hash table would be noticeably slower.
struct ByObject<T>(Vec<Option<Rc<T>>>);

impl<T> Default for ByObject<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ByObject<T> {
    fn get(&self, object: ObjectIndex) -> Option<&Rc<T>> {
        self.0.get(usize::from(object.0))?.as_ref()
    }

    fn insert(&mut self, object: ObjectIndex, value: Rc<T>) {
        let index = usize::from(object.0);
        if index >= self.0.len() {
            self.0.resize(index + 1, None);
        }
        self.0[index] = Some(value);
    }
}

impl ObjectFiles {
    /// Nothing is read yet; blocks will be, if requested.
    pub fn new(msf: &Msf, with_blocks: bool) -> Self {
        Self {
            with_blocks,
            contributions: None,
            near: 0,
            symbols: ByObject::default(),
            lines: ByObject::default(),
            sites: FxHashMap::default(),
            entries: 0,
            file_size: msf.file_size(),
            budget: msf.file_size().saturating_mul(MAX_ROUNDS).max(MIN_BUDGET),
            problems: Problems::default(),
        }
    }

    /// The first problems with what was read since the last call.
    pub fn take_problems(&mut self) -> Problems {
        std::mem::take(&mut self.problems)
    }

    /// Index of the object file that contributed a place.
    pub fn object_at(&mut self, msf: &Msf, dbi: &Dbi, place: Place) -> Option<ObjectIndex> {
        let parts = self.contributions(msf, dbi);
        let end = self.end_of(&parts, place);
        let part = parts[..end].last().filter(|part| {
            part.place.section == place.section && place.offset - part.place.offset < part.size
        });
        part.map(|part| part.object)
    }

    /// The nearest named place in the object files around `place`, with the object file's index; the search ends at
    /// `floor`.
    ///
    /// Object files without symbols (assembler, import libraries) are among those with symbols, so the search walks
    /// back over contributions until none of them can have anything nearer.
    pub fn at_or_below(
        &mut self,
        msf: &Msf,
        dbi: &Dbi,
        place: Place,
        floor: Option<Place>,
    ) -> Option<(ObjectIndex, Entry)> {
        let contributions = self.contributions(msf, dbi);
        let end = self.end_of(&contributions, place);
        let mut best: Option<(ObjectIndex, Entry)> = None;
        for part in contributions[..end].iter().rev().take(MAX_WALK) {
            if part.place.section != place.section {
                break;
            }
            if let Some(entry) = self.symbols(msf, dbi, part.object).at_or_below(place) {
                if best.is_none_or(|(_, best)| best.code.place < entry.code.place) {
                    best = Some((part.object, entry));
                }
            }
            let nearest = best.map(|(_, entry)| entry.code.place).max(floor);
            if nearest.is_some_and(|nearest| part.place <= nearest) {
                break;
            }
        }
        best
    }

    /// Where the last contribution at or below a place begins, in the place's section: from there up to the place, the
    /// object files have the same symbols at or below.
    pub fn part_before(&mut self, msf: &Msf, dbi: &Dbi, place: Place) -> Option<Place> {
        let parts = self.contributions(msf, dbi);
        let end = self.end_of(&parts, place);
        let part = parts[..end].last()?;
        (part.place.section == place.section).then_some(part.place)
    }

    /// Number of contributions that begin at or below a place.
    fn end_of(&mut self, contributions: &[Contribution], place: Place) -> usize {
        let is_before = |index: usize| contributions[index].place <= place;
        self.near = partition_point_near(contributions.len(), self.near, is_before);
        self.near
    }

    /// Symbols of an object file.
    pub fn symbols(&mut self, msf: &Msf, dbi: &Dbi, object: ObjectIndex) -> Rc<ObjectSymbols> {
        if let Some(symbols) = self.symbols.get(object) {
            return symbols.clone();
        }
        let read = dbi.object(object).and_then(|info| {
            self.spend(info.symbols_size)?;
            ObjectSymbols::open(msf, info, self.with_blocks)
        });
        let symbols = Rc::new(or_empty(read, &mut self.problems.names));
        self.make_room(1 + symbols.entry_count());
        self.symbols.insert(object, symbols.clone());
        symbols
    }

    /// Lines of an object file.
    pub fn lines(&mut self, msf: &Msf, dbi: &Dbi, object: ObjectIndex) -> Rc<ObjectLines> {
        if let Some(lines) = self.lines.get(object) {
            return lines.clone();
        }
        let read = dbi.object(object).and_then(|info| {
            self.spend(info.c11_lines_size)?;
            self.spend(info.lines_size)?;
            ObjectLines::open(msf, info)
        });
        let lines = Rc::new(or_empty(read, &mut self.problems.lines));
        self.make_room(1 + lines.entry_count());
        self.lines.insert(object, lines.clone());
        lines
    }

    /// Inline sites of a procedure of an object file.
    pub fn inline_sites(
        &mut self,
        msf: &Msf,
        dbi: &Dbi,
        object: ObjectIndex,
        procedure: Entry,
        lines: &ObjectLines,
    ) -> Rc<[InlineSite]> {
        let key = (object, procedure.record);
        if let Some(sites) = self.sites.get(&key) {
            return sites.clone();
        }
        let read = dbi.object(object).and_then(|info| {
            let Some(stream) = object_symbols::stream(msf, info) else {
                return Ok(Vec::new());
            };
            let record = records::read(stream, procedure.record)?;
            let end = records::procedure_end(records::of(&record))?;
            let length = end.saturating_sub(procedure.record);
            self.spend(length)?;
            inline_sites(&stream.bytes(procedure.record, length)?, lines)
        });
        let sites: Rc<[InlineSite]> = or_empty(read, &mut self.problems.lines).into();
        self.make_room(1 + sites.iter().map(InlineSite::entry_count).sum::<usize>());
        self.sites.insert(key, sites.clone());
        sites
    }

    /// Deducts bytes that are about to be read from the total that may be read. More than the file has are not
    /// deducted: reading them fails.
    pub fn spend(&mut self, bytes: u32) -> Result<()> {
        let bytes = u64::from(bytes);
        if bytes > self.file_size {
            return Ok(());
        }
        let what = "parts that lead to the same bytes over and over";
        let rest = self.budget.checked_sub(bytes);
        self.budget = rest.ok_or(Error::Unsupported { what })?;
        Ok(())
    }

    fn contributions(&mut self, msf: &Msf, dbi: &Dbi) -> Rc<[Contribution]> {
        if let Some(contributions) = &self.contributions {
            return contributions.clone();
        }
        let read = dbi.contributions(msf);
        let contributions: Rc<[_]> = or_empty(read, &mut self.problems.names).into();
        self.contributions = Some(contributions.clone());
        contributions
    }

    fn make_room(&mut self, entries: usize) {
        self.entries += entries;
        if self.entries > MAX_ENTRIES {
            self.symbols = ByObject::default();
            self.lines = ByObject::default();
            self.sites.clear();
            self.entries = entries;
        }
    }
}

fn or_empty<T: Default>(read: Result<T>, problem: &mut Option<Error>) -> T {
    read.unwrap_or_else(|error| {
        problem.get_or_insert(error);
        T::default()
    })
}
