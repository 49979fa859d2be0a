//! Variables by address, from the stream of global symbols.
//!
//! Layout: LLVM's "The PDB Global Symbol Stream" and `gsi.h` of microsoft-pdb. The stream is a hash table of records in
//! the stream of symbol records, not ordered by address; all records must be read to find the nearest variable. Some
//! variables have their compiler's name nowhere else: their object files have no symbols, and their publics have the
//! linker's name.

use crate::error::Result;

use super::msf::{words, Msf};
use super::records::{self, Place, Role};

/// Byte offsets in the header of the stream, and of its entries: the offset of a record plus 1, and a count.
mod layout {
    pub const ENTRIES_SIZE: u32 = 8;
    pub const ENTRIES: u32 = 16;
    pub const ENTRY_WORDS: usize = 2;
}

/// Most bytes of symbol records to read for variables: in a PDB with more, variables are named by their publics.
const MAX_RECORDS: u32 = 64 << 20;

/// Variables of the program.
pub struct Globals {
    stream: u16,
    symbol_records: u16,
    variables: Option<Vec<Variable>>,
}

/// Where a variable is, and the offset of its record in the stream of symbol records.
type Variable = (Place, u32);

impl Globals {
    /// Takes the numbers of the globals stream and of the stream of symbol records; nothing is read yet.
    pub fn new(stream: u16, symbol_records: u16) -> Self {
        Self {
            stream,
            symbol_records,
            variables: None,
        }
    }

    /// The variable at the greatest place that is not above `place` in its section: the offset of its record, and where
    /// it is. Of several at one place, the first record counts.
    pub fn at_or_below(&mut self, msf: &Msf, place: Place) -> Option<(u32, Place)> {
        let variables = match &mut self.variables {
            Some(variables) => variables,
            // A damaged table costs only its own names.
            none => none
                .insert(read_variables(msf, self.stream, self.symbol_records).unwrap_or_default()),
        };
        let end = variables.partition_point(|&(start, _)| start <= place);
        let (start, _) = *variables[..end].last()?;
        let first = variables.partition_point(|&(other, _)| other < start);
        (start.section == place.section).then_some((variables[first].1, start))
    }

    /// Where a variable that was found is.
    pub fn place_of(&self, msf: &Msf, record: u32) -> Result<Place> {
        let mut head = [0; records::PUBLIC_HEAD];
        if let Some(stream) = msf.stream(self.symbol_records.into(), "the symbol records") {
            stream.read(record, &mut head)?;
        }
        records::public_place(records::of(&head))
    }

    /// Name of a variable that was found.
    pub fn name(&self, msf: &Msf, record: u32) -> Result<Vec<u8>> {
        let stream = msf.stream(self.symbol_records.into(), "the symbol records");
        let Some(stream) = stream else {
            return Ok(Vec::new());
        };
        let record = records::read(stream, record)?;
        Ok(records::name(records::of(&record))?.to_vec())
    }
}

/// Variables, by place.
fn read_variables(msf: &Msf, globals: u16, symbol_records: u16) -> Result<Vec<Variable>> {
    let globals = msf.stream(globals.into(), "the global symbols");
    let symbol_records = msf.stream(symbol_records.into(), "the symbol records");
    let (Some(globals), Some(symbol_records)) = (globals, symbol_records) else {
        return Ok(Vec::new());
    };
    if globals.size() < layout::ENTRIES || symbol_records.size() > MAX_RECORDS {
        return Ok(Vec::new());
    }
    let entries = words(&globals.bytes(layout::ENTRIES, globals.u32(layout::ENTRIES_SIZE)?)?);
    let mut offsets: Vec<u32> = entries
        .chunks_exact(layout::ENTRY_WORDS)
        .filter_map(|entry| entry[0].checked_sub(1))
        .collect();
    // Records are read in the order of the file.
    offsets.sort_unstable();
    offsets.dedup();
    let mut variables = Vec::new();
    let mut head = [0; records::PUBLIC_HEAD];
    for offset in offsets {
        if symbol_records.read(offset, &mut head).is_err() {
            continue;
        }
        let head = records::of(&head);
        let code = records::code(head.u16(records::KIND)?, head).ok().flatten();
        let Some(code) = code.filter(|code| code.role == Role::Data) else {
            continue;
        };
        let record = records::read(symbol_records, offset)?;
        if records::has_own_name(Role::Data, records::of(&record))? {
            variables.push((code.place, offset));
        }
    }
    variables.sort_unstable();
    Ok(variables)
}
