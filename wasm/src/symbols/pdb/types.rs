//! Names of inlined functions, from the ID stream (IPI, 4) and the type stream (TPI, 2).
//!
//! Layout: LLVM's "The PDB TPI and IPI Streams", and `cvinfo.h` of microsoft-pdb for the records: a u16
//! length of what follows it, a u16 kind, and fields by kind; offsets below count from the length field.

use crate::bytes::Bytes;
use crate::error::{Error, Result};

use super::msf::{words, Msf};

/// Number of the type stream.
const TYPES: u32 = 2;
/// Number of the ID stream.
const IDS: u32 = 4;

/// Byte offsets in the header of either stream.
mod header {
    pub const SIZE_FIELD: u32 = 4;
    pub const FIRST_INDEX: u32 = 8;
    pub const END_INDEX: u32 = 12;
    pub const RECORD_BYTES: u32 = 16;
    pub const HASH_STREAM: usize = 20;
    /// Offset in the hash stream, and length, of pairs (index, offset of its record), one per 8 KiB.
    pub const OFFSETS: usize = 40;
    pub const OFFSETS_SIZE: usize = 44;
    pub const SIZE: u32 = 56;
}

/// Kinds of records that contain names, and byte offsets in them.
mod leaf {
    pub const KIND: usize = 2;
    pub const CLASS: u16 = 0x1504;
    pub const STRUCTURE: u16 = 0x1505;
    pub const UNION: u16 = 0x1506;
    pub const ENUM: u16 = 0x1507;
    pub const INTERFACE: u16 = 0x1519;
    /// The same since Visual C++ 2019 16.8, with wider properties, and a number of members that also has a width;
    /// `cvinfo.h` does not have them (its issue 50 does).
    pub const CLASS_2: u16 = 0x1608;
    pub const STRUCTURE_2: u16 = 0x1609;
    pub const UNION_2: u16 = 0x160a;
    pub const INTERFACE_2: u16 = 0x160b;
    pub const FUNCTION_ID: u16 = 0x1601;
    pub const MEMBER_FUNCTION_ID: u16 = 0x1602;
    pub const STRING_ID: u16 = 0x1605;
    /// In a class, structure or interface: a number with its size, then its name.
    pub const CLASS_SIZE: usize = 20;
    /// The same in a union.
    pub const UNION_SIZE: usize = 12;
    /// In those since Visual C++ 2019: the number of members, then the size, then the name.
    pub const CLASS_2_COUNT: usize = 20;
    pub const UNION_2_COUNT: usize = 12;
    pub const ENUM_NAME: usize = 16;
    /// In a function: the ID of its namespace; in a member function: the type of its class; 0 for none.
    pub const SCOPE: usize = 4;
    pub const FUNCTION_NAME: usize = 12;
    pub const STRING: usize = 8;
    /// Numbers below this are literal; others give the width of the number that follows.
    pub const FIRST_WIDE_NUMBER: u16 = 0x8000;
}

/// Most bytes of records to skip to find one: the distance between known offsets plus the longest
/// record.
const MAX_SCAN: u32 = 8 * 1024 + 64 * 1024;

/// Names of functions by ID.
#[derive(Default)]
pub struct FunctionIds {
    /// The ID stream and the type stream.
    streams: Option<(Records, Records)>,
}

impl FunctionIds {
    /// Name of the function with an ID: its class or namespace, `::`, and its own; empty for none.
    pub fn name(&mut self, msf: &Msf, id: u32) -> Result<Vec<u8>> {
        let (ids, types) = match &mut self.streams {
            Some(streams) => streams,
            none => none.insert((Records::open(msf, IDS)?, Records::open(msf, TYPES)?)),
        };
        let record = ids.record(msf, id)?;
        let record = Bytes::new("an ID record", &record);
        let kind = record.u16(leaf::KIND)?;
        if kind != leaf::FUNCTION_ID && kind != leaf::MEMBER_FUNCTION_ID {
            return Ok(Vec::new());
        }
        let name = record.until_zero(leaf::FUNCTION_NAME)?;
        let mut scope = match record.u32(leaf::SCOPE)? {
            0 => Vec::new(),
            class if kind == leaf::MEMBER_FUNCTION_ID => type_name(msf, types, class)?,
            namespace => string(msf, ids, namespace)?,
        };
        if !scope.is_empty() {
            scope.extend_from_slice(b"::");
        }
        scope.extend_from_slice(name);
        Ok(scope)
    }
}

fn string(msf: &Msf, ids: &Records, id: u32) -> Result<Vec<u8>> {
    let record = ids.record(msf, id)?;
    let record = Bytes::new("an ID record", &record);
    match record.u16(leaf::KIND)? {
        leaf::STRING_ID => Ok(record.until_zero(leaf::STRING)?.to_vec()),
        _ => Ok(Vec::new()),
    }
}

fn type_name(msf: &Msf, types: &Records, index: u32) -> Result<Vec<u8>> {
    let record = types.record(msf, index)?;
    let record = Bytes::new("a type record", &record);
    let name = match record.u16(leaf::KIND)? {
        leaf::CLASS | leaf::STRUCTURE | leaf::INTERFACE => after_number(record, leaf::CLASS_SIZE)?,
        leaf::UNION => after_number(record, leaf::UNION_SIZE)?,
        leaf::CLASS_2 | leaf::STRUCTURE_2 | leaf::INTERFACE_2 => {
            after_number(record, after_number(record, leaf::CLASS_2_COUNT)?)?
        }
        leaf::UNION_2 => after_number(record, after_number(record, leaf::UNION_2_COUNT)?)?,
        leaf::ENUM => leaf::ENUM_NAME,
        _ => return Ok(Vec::new()),
    };
    Ok(record.until_zero(name)?.to_vec())
}

/// Offset after the number at `offset`.
fn after_number(record: Bytes<'_>, offset: usize) -> Result<usize> {
    let width = match record.u16(offset)? {
        small if small < leaf::FIRST_WIDE_NUMBER => 0,
        0x8000 => 1,
        0x8001 | 0x8002 => 2,
        0x8003 | 0x8004 => 4,
        0x8009 | 0x800a => 8,
        _ => return Err(record.damaged(offset)),
    };
    Ok(offset + 2 + width)
}

/// Records of one of the streams, by index.
struct Records {
    stream: u32,
    indices: std::ops::Range<u32>,
    /// Offsets of the records in the stream.
    bytes: std::ops::Range<u32>,
    /// Pairs of an index and the offset of its record after the header, ascending.
    offsets: Vec<u32>,
}

impl Records {
    /// Reads the header and the known offsets of a stream; empty if there is no such stream.
    fn open(msf: &Msf, number: u32) -> Result<Self> {
        let mut records = Self {
            stream: number,
            indices: 0..0,
            bytes: 0..0,
            offsets: Vec::new(),
        };
        let Some(stream) = msf.stream(number, "a type stream") else {
            return Ok(records);
        };
        if stream.size() < header::SIZE {
            return Ok(records);
        }
        let start = stream.u32(header::SIZE_FIELD)?;
        records.indices = stream.u32(header::FIRST_INDEX)?..stream.u32(header::END_INDEX)?;
        records.bytes = start..start.saturating_add(stream.u32(header::RECORD_BYTES)?);
        let head = stream.bytes(0, header::SIZE)?;
        let head = Bytes::new("the header of a type stream", &head);
        if let Some(hash) = msf.stream(head.u16(header::HASH_STREAM)?.into(), "a type hash stream")
        {
            let offset = head.u32(header::OFFSETS)?;
            records.offsets = words(&hash.bytes(offset, head.u32(header::OFFSETS_SIZE)?)?);
        }
        Ok(records)
    }

    /// The record with an index.
    fn record(&self, msf: &Msf, index: u32) -> Result<Vec<u8>> {
        let missing = Error::Damaged {
            what: "a type index",
            offset: index.into(),
        };
        let stream = msf
            .stream(self.stream, "a type stream")
            .ok_or(missing.clone())?;
        if !self.indices.contains(&index) {
            return Err(missing);
        }
        let pairs = || self.offsets.chunks_exact(2);
        let known = pairs().len().min(self.known_before(index));
        let Some(pair) = known.checked_sub(1).and_then(|last| pairs().nth(last)) else {
            return Err(missing);
        };
        let (mut at_index, mut at) = (pair[0], self.bytes.start.saturating_add(pair[1]));
        let limit = self.bytes.end.min(at.saturating_add(MAX_SCAN));
        while at < limit {
            let mut length = [0; 2];
            stream.read(at, &mut length)?;
            let length = u32::from(u16::from_le_bytes(length)) + 2;
            if at_index == index {
                return stream.bytes(at, length);
            }
            at = at.saturating_add(length);
            at_index += 1;
        }
        Err(missing)
    }

    /// Number of pairs whose index is not above `index`.
    fn known_before(&self, index: u32) -> usize {
        let (mut low, mut high) = (0, self.offsets.len() / 2);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.offsets[middle * 2] <= index {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}
