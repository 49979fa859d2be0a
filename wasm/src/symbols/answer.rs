//! The result for a batch of addresses: rows of numbers, and every string once.

use std::collections::hash_map::Entry;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::error::{Error, Result};
use crate::symbols::pdb::{FileName, FunctionId, SymbolId};
use crate::symbols::rva_table::NameAt;

/// In place of a string's number, if there is none.
pub const NO_STRING: u32 = u32::MAX;

/// Names of a batch of addresses. Strings are numbers into `strings`.
#[derive(Debug, Default)]
pub struct Answer {
    /// One row per distinct address, in the order of the addresses.
    pub rows: Vec<FrameRow>,
    /// Number of the row of each address, in the order of the request. Writing the rows themselves in that order would
    /// scatter the writes, which is slower than scattered reads.
    pub row_of: Vec<u32>,
    /// Inlined frames of all rows, innermost first in each; rows of one address share theirs.
    pub inlined: Vec<InlinedRow>,
    /// Names and files.
    pub strings: Strings,
    /// Pairs of the number of a symbol's name and the number of another name at its place; those of one symbol follow
    /// each other.
    pub also_named: Vec<(u32, u32)>,
    /// The first problem with the data for names, if there was any.
    pub problem: Option<Error>,
    /// The same for lines and inlined frames.
    pub line_problem: Option<Error>,
    last_symbol: Option<(SymbolKey, u32)>,
    functions: Numbers<FunctionId>,
    files: Numbers<FileName>,
}

/// What is known about one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameRow {
    /// Undecorated name of the function, or [`NO_STRING`].
    pub symbol: u32,
    /// Distance from the symbol to the address, in bytes.
    pub displacement: u32,
    /// Source file, or [`NO_STRING`].
    pub file: u32,
    /// Line in the file, from 1; 0 for none, and for code that belongs to no line of the file.
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
    /// Line in the file, from 1; 0 for none, and for code that belongs to no line of the file.
    pub line: u32,
}

/// Many strings in one text.
#[derive(Debug, Default)]
pub struct Strings {
    /// All strings.
    pub text: String,
    /// End of each string in `text`, counted in UTF-16 code units: JavaScript decodes the text in one go and splits
    /// it.
    pub ends: Vec<u32>,
}

/// Numbers of strings by their sources; each string is made once, no matter how often it is needed.
#[derive(Debug)]
struct Numbers<K> {
    known: FxHashMap<K, u32>,
    /// The last request: neighbours in the code have the same file.
    last: Option<(K, u32)>,
}

/// The source of an address's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKey {
    /// A symbol of a PDB.
    Pdb(SymbolId),
    /// A symbol of an image.
    Image(NameAt),
}

impl Answer {
    /// The row of each address, in the order of the request.
    pub fn frames(&self) -> impl Iterator<Item = &FrameRow> {
        self.row_of.iter().map(|&row| &self.rows[row as usize])
    }

    /// Number of the name of a symbol, made by `make` unless the last address had it. Addresses come in order, so those
    /// of one symbol are neighbours; the name of a symbol with other code in its middle is made again.
    pub fn symbol(&mut self, key: SymbolKey, make: impl FnOnce() -> Result<String>) -> Result<u32> {
        if let Some((_, number)) = self.last_symbol.filter(|&(last, _)| last == key) {
            return Ok(number);
        }
        let number = self.strings.add(&make()?);
        self.last_symbol = Some((key, number));
        Ok(number)
    }

    /// Adds other names at the place of the symbol with this name.
    pub fn also_named(&mut self, name: u32, others: &[String]) {
        for other in others {
            let other = self.strings.add(other);
            self.also_named.push((name, other));
        }
    }

    /// Number of the name of an inlined function, made by `make` when it is first needed.
    pub fn function(
        &mut self,
        function: FunctionId,
        make: impl FnOnce() -> Result<String>,
    ) -> Result<u32> {
        self.functions
            .get(function, || Ok(self.strings.add(&make()?)))
    }

    /// Number of the path of a source file, made by `make` when it is first needed.
    pub fn file(&mut self, file: FileName, make: impl FnOnce() -> Result<String>) -> Result<u32> {
        self.files.get(file, || Ok(self.strings.add(&make()?)))
    }

    /// The value; or None, and the problem is kept if it is the first.
    pub fn or_none<T>(&mut self, value: Result<T>) -> Option<T> {
        value
            .map_err(|problem| self.problem.get_or_insert(problem).clone())
            .ok()
    }
}

impl<K> Default for Numbers<K> {
    fn default() -> Self {
        Self {
            known: FxHashMap::default(),
            last: None,
        }
    }
}

impl<K: Copy + Eq + Hash> Numbers<K> {
    fn get(&mut self, key: K, make: impl FnOnce() -> Result<u32>) -> Result<u32> {
        if let Some((_, number)) = self.last.filter(|&(last, _)| last == key) {
            return Ok(number);
        }
        let number = match self.known.entry(key) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(unknown) => *unknown.insert(make()?),
        };
        self.last = Some((key, number));
        Ok(number)
    }
}

impl Strings {
    /// The strings in order.
    pub fn iter(&self) -> impl Iterator<Item = String> + '_ {
        let units: Vec<u16> = self.text.encode_utf16().collect();
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let string = String::from_utf16_lossy(&units[start..end as usize]);
            start = end as usize;
            string
        })
    }

    /// Adds a string and returns its number.
    fn add(&mut self, string: &str) -> u32 {
        let number = self.ends.len() as u32;
        let start = self.ends.last().copied().unwrap_or(0);
        self.ends.push(start + utf16_length(string));
        self.text.push_str(string);
        number
    }
}

/// UTF-16 code units of a string; most are ASCII, which needs no decoding.
fn utf16_length(string: &str) -> u32 {
    let length = if string.is_ascii() {
        string.len()
    } else {
        string.encode_utf16().count()
    };
    length as u32
}
