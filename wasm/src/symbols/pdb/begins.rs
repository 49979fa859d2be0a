//! Where symbols begin, downward from an RVA, to make a listing of all of them.

use crate::error::Result;
use crate::symbols::pdb::records::{Place, Role};
use crate::symbols::pdb::{Nearest, Pdb};

/// The begin of something that extends up to an RVA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Begin {
    /// Its first RVA.
    pub rva: u32,
    /// Whether it is a symbol, not a part of one that is elsewhere.
    pub is_symbol: bool,
}

impl Pdb {
    /// The nearest begin at or below an RVA: no symbol begins between the two. None if none begins below, either.
    pub fn begin_at_or_below(&mut self, rva: u32) -> Result<Option<Begin>> {
        if self.omap.is_some() {
            // The parts of a function may be anywhere in an image that was rewritten after linking: nothing is known
            // about the RVAs below.
            let found = self.lookup(rva)?;
            let is_symbol = found.is_some_and(|found| found.displacement == 0);
            return Ok(Some(Begin { rva, is_symbol }));
        }
        let Some(place) = self.place_of(rva) else {
            return Ok(None); // before the first section
        };
        let (start, is_symbol) = match self.nearest(place)? {
            Some(Nearest { start, role, .. }) => (start, !matches!(role, Some(Role::Separated(_)))),
            None => (self.unnamed_from(place), false),
        };
        let begin = self.dbi.rva_of(start).filter(|&begin| begin <= rva);
        Ok(begin.map(|rva| Begin { rva, is_symbol }))
    }

    /// How far down there are no symbols, from a place without one.
    fn unnamed_from(&mut self, place: Place) -> Place {
        let part = self.objects.part_before(&self.msf, &self.dbi, place);
        part.unwrap_or(Place { offset: 0, ..place })
    }
}
