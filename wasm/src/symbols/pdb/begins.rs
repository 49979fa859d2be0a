//! Where symbols begin, downward from an RVA: what a listing of all of them is made of.

use crate::error::Result;
use crate::symbols::pdb::records::{Place, Role};
use crate::symbols::pdb::{Nearest, Pdb};

/// Where something begins that reaches up to an RVA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Begin {
    /// Its first RVA.
    pub rva: u32,
    /// It is a symbol, and not a part of one that lies elsewhere.
    pub is_symbol: bool,
}

impl Pdb {
    /// The nearest begin at or below an RVA: between the two no symbol begins. None where none begins below, either.
    pub fn begin_at_or_below(&mut self, rva: u32) -> Result<Option<Begin>> {
        if self.omap.is_some() {
            // The parts of a function lie anywhere in an image that was rewritten after linking: nothing is known of
            // the RVAs below.
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

    /// Down to where there are no more symbols than at a place that has none.
    fn unnamed_from(&mut self, place: Place) -> Place {
        let part = self.objects.part_before(&self.msf, &self.dbi, place);
        part.unwrap_or(Place { offset: 0, ..place })
    }
}
