//! Listing the symbols of a file, a page at a time, from the end of the image downward.
//!
//! Rules over several tables decide which symbol an address belongs to (`pdb.rs`). A listing looks up the nearest begin
//! again and again instead of reading the tables, so that it has exactly the names that addresses get.

use crate::symbols::pdb::begins::Begin;
use crate::symbols::symbolizer::Symbols;

/// A page of a listing.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Begins {
    /// RVAs where symbols begin, descending.
    pub rvas: Vec<u32>,
    /// Everything from here on was searched; 0 at the end of the listing.
    pub end: u32,
    /// RVAs that were looked up.
    pub lookups: u32,
}

impl Symbols {
    /// Where symbols begin below `end`, as far as a page and `max_lookups` reach. Damaged parts have no symbols.
    pub fn begins_below(&mut self, end: u32, max_lookups: u32) -> Begins {
        let mut page = Begins {
            end,
            ..Begins::default()
        };
        while page.end > 0 && page.lookups < max_lookups {
            page.lookups += 1;
            let begin = self.begin_at_or_below(page.end - 1).unwrap_or_default();
            page.end = begin.rva;
            if begin.is_symbol {
                page.rvas.push(begin.rva);
            }
        }
        page
    }

    fn begin_at_or_below(&mut self, rva: u32) -> Option<Begin> {
        match self {
            // If one place cannot be read, a lower one may be.
            Self::Pdb(pdb) => pdb.begin_at_or_below(rva).unwrap_or(Some(Begin {
                rva,
                is_symbol: false,
            })),
            Self::Image(image) => image.lookup(rva).map(|(_, distance)| Begin {
                rva: rva - distance,
                is_symbol: true,
            }),
        }
    }
}
