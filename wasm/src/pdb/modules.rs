//! What was read of the modules (object files) that addresses led to.

use rustc_hash::FxHashMap;
use std::rc::Rc;

use crate::error::{Error, Result};
use crate::search::partition_point_near;

use super::dbi::{Contribution, Dbi};
use super::inlines::{inline_sites, InlineSite};
use super::lines::ModuleLines;
use super::module_symbols::{self, Entry, ModuleSymbols};
use super::msf::Msf;
use super::records::{self, Place};

/// Entries of all kinds kept over all modules; beyond it all that was read is forgotten. An entry takes
/// about 32 bytes.
const MAX_ENTRIES: usize = 1 << 19;
/// Contributions that are walked over in search of one with symbols.
const MAX_WALK: usize = 4096;
/// Bytes of modules that are read in all, as a multiple of the file: a sound file is not read over and over.
const MAX_ROUNDS: u64 = 16;
const MIN_BUDGET: u64 = 64 << 20;

/// Symbols, lines and inline sites of modules, each read when it is first asked for.
///
/// What cannot be read counts as empty from then on, so that one damaged module does not take the names of
/// others; the first problem is kept.
pub struct Modules {
    with_blocks: bool,
    contributions: Option<Rc<[Contribution]>>,
    /// Where the last search among them ended.
    near: usize,
    symbols: ByModule<ModuleSymbols>,
    lines: ByModule<ModuleLines>,
    /// By module and offset of the procedure's record.
    sites: FxHashMap<(u16, u32), Rc<[InlineSite]>>,
    entries: usize,
    file_size: u64,
    budget: u64,
    problem: Option<Error>,
}

/// What was read of some modules, by their indices: looked up for every address, so that a hash would show.
struct ByModule<T>(Vec<Option<Rc<T>>>);

impl<T> Default for ByModule<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ByModule<T> {
    fn get(&self, module: u16) -> Option<&Rc<T>> {
        self.0.get(usize::from(module))?.as_ref()
    }

    fn insert(&mut self, module: u16, value: Rc<T>) {
        let index = usize::from(module);
        if index >= self.0.len() {
            self.0.resize(index + 1, None);
        }
        self.0[index] = Some(value);
    }
}

impl Modules {
    /// Nothing is read yet; blocks will be if they are asked for.
    pub fn new(msf: &Msf, with_blocks: bool) -> Self {
        Self {
            with_blocks,
            contributions: None,
            near: 0,
            symbols: ByModule::default(),
            lines: ByModule::default(),
            sites: FxHashMap::default(),
            entries: 0,
            file_size: msf.file_size(),
            budget: msf.file_size().saturating_mul(MAX_ROUNDS).max(MIN_BUDGET),
            problem: None,
        }
    }

    /// What was wrong first with what was read since this was last asked.
    pub fn take_problem(&mut self) -> Option<Error> {
        self.problem.take()
    }

    /// Index of the module that contributed a place.
    pub fn module_at(&mut self, msf: &Msf, dbi: &Dbi, place: Place) -> Option<u16> {
        let parts = self.contributions(msf, dbi);
        let end = self.end_of(&parts, place);
        let part = parts[..end].last().filter(|part| {
            part.place.section == place.section && place.offset - part.place.offset < part.size
        });
        part.map(|part| part.module)
    }

    /// The nearest named place of the modules around `place`, with the module's index; not looked for below
    /// `floor`.
    ///
    /// Modules without symbols (assembler, import libraries) lie among those with, so the search walks back
    /// over contributions until none of them can have anything nearer.
    pub fn at_or_below(
        &mut self,
        msf: &Msf,
        dbi: &Dbi,
        place: Place,
        floor: Option<Place>,
    ) -> Option<(u16, Entry)> {
        let contributions = self.contributions(msf, dbi);
        let end = self.end_of(&contributions, place);
        let mut best: Option<(u16, Entry)> = None;
        for part in contributions[..end].iter().rev().take(MAX_WALK) {
            if part.place.section != place.section {
                break;
            }
            if let Some(entry) = self.symbols(msf, dbi, part.module).at_or_below(place) {
                if best.is_none_or(|(_, best)| best.code.place < entry.code.place) {
                    best = Some((part.module, entry));
                }
            }
            let nearest = best.map(|(_, entry)| entry.code.place).max(floor);
            if nearest.is_some_and(|nearest| part.place <= nearest) {
                break;
            }
        }
        best
    }

    /// Number of contributions that begin at or below a place.
    fn end_of(&mut self, contributions: &[Contribution], place: Place) -> usize {
        let is_before = |index: usize| contributions[index].place <= place;
        self.near = partition_point_near(contributions.len(), self.near, is_before);
        self.near
    }

    /// Symbols of a module.
    pub fn symbols(&mut self, msf: &Msf, dbi: &Dbi, module: u16) -> Rc<ModuleSymbols> {
        if let Some(symbols) = self.symbols.get(module) {
            return symbols.clone();
        }
        let read = dbi.module(module).and_then(|info| {
            self.spend(info.symbols_size)?;
            ModuleSymbols::open(msf, info, self.with_blocks)
        });
        let symbols = Rc::new(self.or_empty(read));
        self.make_room(1 + symbols.entry_count());
        self.symbols.insert(module, symbols.clone());
        symbols
    }

    /// Lines of a module.
    pub fn lines(&mut self, msf: &Msf, dbi: &Dbi, module: u16) -> Rc<ModuleLines> {
        if let Some(lines) = self.lines.get(module) {
            return lines.clone();
        }
        let read = dbi.module(module).and_then(|info| {
            self.spend(info.c11_lines_size)?;
            self.spend(info.lines_size)?;
            ModuleLines::open(msf, info)
        });
        let lines = Rc::new(self.or_empty(read));
        self.make_room(1 + lines.entry_count());
        self.lines.insert(module, lines.clone());
        lines
    }

    /// Inline sites of a procedure of a module.
    pub fn inline_sites(
        &mut self,
        msf: &Msf,
        dbi: &Dbi,
        module: u16,
        procedure: Entry,
        lines: &ModuleLines,
    ) -> Rc<[InlineSite]> {
        let key = (module, procedure.record);
        if let Some(sites) = self.sites.get(&key) {
            return sites.clone();
        }
        let read = dbi.module(module).and_then(|info| {
            let Some(stream) = module_symbols::stream(msf, info) else {
                return Ok(Vec::new());
            };
            let record = records::read(stream, procedure.record)?;
            let end = records::procedure_end(records::of(&record))?;
            let length = end.saturating_sub(procedure.record);
            self.spend(length)?;
            inline_sites(&stream.bytes(procedure.record, length)?, lines)
        });
        let sites: Rc<[InlineSite]> = self.or_empty(read).into();
        self.make_room(1 + sites.iter().map(InlineSite::entry_count).sum::<usize>());
        self.sites.insert(key, sites.clone());
        sites
    }

    /// Takes bytes that are about to be read from what may be read in all. More than the file has are not
    /// taken: reading them fails.
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
        let contributions: Rc<[_]> = self.or_empty(dbi.contributions(msf)).into();
        self.contributions = Some(contributions.clone());
        contributions
    }

    fn or_empty<T: Default>(&mut self, read: Result<T>) -> T {
        read.unwrap_or_else(|problem| {
            self.problem.get_or_insert(problem);
            T::default()
        })
    }

    fn make_room(&mut self, entries: usize) {
        self.entries += entries;
        if self.entries > MAX_ENTRIES {
            self.symbols = ByModule::default();
            self.lines = ByModule::default();
            self.sites.clear();
            self.entries = entries;
        }
    }
}
