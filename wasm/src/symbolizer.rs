//! Addresses to names, a file of symbols at a time, a batch at a time.

use std::collections::HashMap;

use crate::error::Result;
use crate::pdb::Pdb;
use crate::undecorate::undecorate;

/// In place of a string's number: there is none.
pub const NO_STRING: u32 = u32::MAX;

/// How a batch is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The addresses are return addresses: lines and inlined frames are those of the call, one byte
    /// before. Displacements stay those of the address itself, as debuggers print them.
    pub return_addresses: bool,
    /// Undecorate with parameters, and Rust names too.
    pub full_names: bool,
    /// Look up lines and inlined frames.
    pub lines: bool,
}

/// Names of a batch of addresses. Strings are numbers into `strings`.
#[derive(Debug, Default)]
pub struct Answer {
    /// One row an address, in the order asked.
    pub frames: Vec<FrameRow>,
    /// Inlined frames of all rows, innermost first in each.
    pub inlined: Vec<InlinedRow>,
    /// Each name and file once.
    pub strings: Strings,
}

/// What is known of one address.
#[derive(Clone, Copy, Debug)]
pub struct FrameRow {
    /// Undecorated name of the function, or [`NO_STRING`].
    pub symbol: u32,
    /// Bytes from the symbol to the address.
    pub displacement: u32,
    /// Source file, or [`NO_STRING`].
    pub file: u32,
    /// Line in the file, from 1; 0 for none.
    pub line: u32,
    /// End of the row's part of `Answer::inlined`; it begins where the part of the row before ends.
    pub inlined_end: u32,
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

/// Strings, each held once.
#[derive(Debug, Default)]
pub struct Strings {
    /// All strings in a row, UTF-8.
    pub bytes: Vec<u8>,
    /// End of each string in `bytes`.
    pub ends: Vec<u32>,
    numbers: HashMap<String, u32>,
}

impl Strings {
    /// Number of a string.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.ends.len() as u32;
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len() as u32);
        self.numbers.insert(text.to_string(), number);
        number
    }
}

/// A file of symbols.
pub enum Symbols {
    /// A PDB.
    Pdb(Box<Pdb>),
}

impl Symbols {
    /// Names for RVAs.
    pub fn symbolize(&mut self, rvas: &[u32], options: Options) -> Result<Answer> {
        let mut answer = Answer::default();
        for &rva in rvas {
            let row = self.frame(rva, options, &mut answer)?;
            answer.frames.push(row);
        }
        Ok(answer)
    }

    fn frame(&mut self, rva: u32, _options: Options, answer: &mut Answer) -> Result<FrameRow> {
        let Self::Pdb(pdb) = self;
        let mut row = FrameRow {
            symbol: NO_STRING,
            displacement: 0,
            file: NO_STRING,
            line: 0,
            inlined_end: answer.inlined.len() as u32,
        };
        if let Some(found) = pdb.lookup(rva)? {
            let name = String::from_utf8_lossy(&found.name);
            let name = if found.decorated {
                undecorate(&name)
            } else {
                name.into_owned()
            };
            row.symbol = answer.strings.number(&name);
            row.displacement = found.displacement;
        }
        Ok(row)
    }
}
