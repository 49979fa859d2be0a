//! What a batch of addresses is answered with: rows of numbers, and every string once.

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::pdb::{FunctionId, SymbolId};
use crate::rva_table::NameAt;

/// In place of a string's number: there is none.
pub const NO_STRING: u32 = u32::MAX;

/// Names of a batch of addresses. Strings are numbers into `strings`.
#[derive(Debug, Default)]
pub struct Answer {
    /// One row an address, in the order asked.
    pub frames: Vec<FrameRow>,
    /// Inlined frames of all rows, innermost first in each; rows of one address share theirs.
    pub inlined: Vec<InlinedRow>,
    /// Each name and file once.
    pub strings: Strings,
    /// What was wrong first with the file, if anything was.
    pub problem: Option<Error>,
    known: FxHashMap<Key, u32>,
}

/// What is known of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRow {
    /// Undecorated name of the function, or [`NO_STRING`].
    pub symbol: u32,
    /// Bytes from the symbol to the address.
    pub displacement: u32,
    /// Source file, or [`NO_STRING`].
    pub file: u32,
    /// Line in the file, from 1; 0 for none.
    pub line: u32,
    /// Where the row's part of `Answer::inlined` begins.
    pub inlined_start: u32,
    /// Where it ends.
    pub inlined_end: u32,
}

impl FrameRow {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self {
        symbol: NO_STRING,
        displacement: 0,
        file: NO_STRING,
        line: 0,
        inlined_start: 0,
        inlined_end: 0,
    };
}

/// A function inlined at an address.
#[derive(Clone, Copy, Debug)]
pub struct InlinedRow {
    /// Undecorated name of the inlined function, or [`NO_STRING`].
    pub symbol: u32,
    /// Source file, or [`NO_STRING`].
    pub file: u32,
    /// Line in the file, from 1; 0 for none.
    pub line: u32,
}

/// Strings in a row.
#[derive(Debug, Default)]
pub struct Strings {
    /// All strings.
    pub text: String,
    /// End of each string in `text`, counted in UTF-16 code units: JavaScript decodes the text in one go
    /// and cuts the strings out of it.
    pub ends: Vec<u32>,
}

/// What a string was made from: it is made once, however often it is asked for.
#[derive(Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A symbol of a PDB.
    Symbol(SymbolId),
    /// An inlined function of a PDB.
    Function(FunctionId),
    /// A source file of a PDB.
    File(u32),
    /// A symbol of an image.
    Image(NameAt),
}

impl Answer {
    /// Number of the string of `key`, which `make` makes when it is first needed.
    pub fn string_of(&mut self, key: Key, make: impl FnOnce() -> Result<String>) -> Result<u32> {
        if let Some(&known) = self.known.get(&key) {
            return Ok(known);
        }
        let string = make()?;
        let Strings { text, ends } = &mut self.strings;
        let number = ends.len() as u32;
        let start = ends.last().copied().unwrap_or(0);
        ends.push(start + string.encode_utf16().count() as u32);
        text.push_str(&string);
        self.known.insert(key, number);
        Ok(number)
    }

    /// The value, or None with the problem kept if it is the first.
    pub fn or_none<T>(&mut self, value: Result<T>) -> Option<T> {
        value
            .map_err(|problem| self.problem.get_or_insert(problem).clone())
            .ok()
    }
}
