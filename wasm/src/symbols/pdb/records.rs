//! Symbol records: what is at which place under which name.
//!
//! Layout: `cvinfo.h` of microsoft-pdb. A record is a u16 length of what follows it, a u16 kind, and fields
//! by kind; offsets below count from the length field.

use crate::bytes::Bytes;
use crate::error::Result;

use super::msf::Stream;

/// Byte offset of a record's kind.
pub const KIND: usize = 2;

/// Kinds of records to which code addresses lead. `_ST` kinds are those of Visual C++ 6 and before, with a length byte
/// before the name instead of a zero after it.
pub(super) mod kind {
    pub const THUNK32_ST: u16 = 0x0206;
    pub const LPROC32_ST: u16 = 0x100a;
    pub const GPROC32_ST: u16 = 0x100b;
    pub const PUB32_ST: u16 = 0x1009;
    pub const THUNK32: u16 = 0x1102;
    pub const BLOCK32: u16 = 0x1103;
    pub const LDATA32: u16 = 0x110c;
    pub const GDATA32: u16 = 0x110d;
    pub const PUB32: u16 = 0x110e;
    pub const LPROC32: u16 = 0x110f;
    pub const GPROC32: u16 = 0x1110;
    pub const GMANPROC: u16 = 0x112a;
    pub const LMANPROC: u16 = 0x112b;
    pub const TRAMPOLINE: u16 = 0x112c;
    pub const SEPCODE: u16 = 0x1132;
    pub const LPROC32_ID: u16 = 0x1146;
    pub const GPROC32_ID: u16 = 0x1147;
    pub const INLINESITE: u16 = 0x114d;
    pub const INLINESITE_END: u16 = 0x114e;
    pub const LPROC32_DPC: u16 = 0x1155;
    pub const LPROC32_DPC_ID: u16 = 0x1156;
    pub const INLINESITE2: u16 = 0x115d;
}

/// Byte offsets in procedure records.
mod procedure {
    pub const END: usize = 8;
    pub const LENGTH: usize = 16;
    pub const OFFSET: usize = 32;
    pub const SECTION: usize = 36;
    pub const NAME: usize = 39;
    /// Records of managed code have a wider field before it.
    pub const MANAGED_NAME: usize = 41;
}

/// Byte offsets in thunk records.
mod thunk {
    pub const OFFSET: usize = 16;
    pub const SECTION: usize = 20;
    pub const LENGTH: usize = 22;
    pub const NAME: usize = 25;
}

/// Byte offsets in records of blocks, which are scopes inside procedures.
mod block {
    pub const LENGTH: usize = 12;
    pub const OFFSET: usize = 16;
    pub const SECTION: usize = 20;
}

/// Byte offsets in records of code that was moved away from its function.
mod separated {
    pub const LENGTH: usize = 12;
    pub const OFFSET: usize = 20;
    pub const PARENT_OFFSET: usize = 24;
    pub const SECTION: usize = 28;
    pub const PARENT_SECTION: usize = 30;
}

/// Byte offsets in records of jumps that the linker made for incremental linking.
mod trampoline {
    pub const LENGTH: usize = 6;
    pub const OFFSET: usize = 8;
    pub const SECTION: usize = 16;
}

/// Byte offsets in data and public records.
mod data {
    pub const OFFSET: usize = 8;
    pub const SECTION: usize = 12;
    pub const NAME: usize = 14;
}

/// dbghelp's name for the padding after the linker's last jump: it makes up `thunk@` and an address, in UTF-16, and
/// returns the first byte of that as the whole name.
pub const TRAMPOLINE_NAME: &[u8] = b"t";

/// Size of a public record before its name, in bytes.
pub const PUBLIC_HEAD: usize = data::NAME;

/// A place in the image: section number from 1, offset in the section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Section number, from 1.
    pub section: u16,
    /// Offset in the section.
    pub offset: u32,
}

/// The role of a place, according to its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A function with private symbols.
    Procedure,
    /// A jump to somewhere else, made by the compiler or the linker.
    Thunk,
    /// A variable; assembly code and tables have them among code.
    Data,
    /// Code that was moved from the function at this place.
    Separated(Place),
    /// A jump made by the linker for incremental linking; it does not have its own name.
    Trampoline,
}

impl Role {
    /// Whether records of this role have their own name.
    pub fn is_named(self) -> bool {
        matches!(self, Self::Procedure | Self::Thunk | Self::Data)
    }
}

/// A record that names a place.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// Where it begins.
    pub place: Place,
    /// Size in bytes; 0 if the record does not say.
    pub length: u32,
    /// What it is.
    pub role: Role,
}

impl Place {
    /// How far after this one a place is in the same section.
    pub fn distance_to(self, place: Place) -> Option<u32> {
        (self.section == place.section).then(|| place.offset.checked_sub(self.offset))?
    }
}

impl Code {
    /// Whether a place is in it.
    pub fn covers(&self, place: Place) -> bool {
        let distance = self.place.distance_to(place);
        distance.is_some_and(|distance| distance < self.length)
    }
}

/// Wraps the bytes of a record.
pub fn of(record: &[u8]) -> Bytes<'_> {
    Bytes::new("a symbol record", record)
}

/// Reads the record at `offset` of a stream.
pub fn read(stream: Stream<'_>, offset: u32) -> Result<Vec<u8>> {
    let mut length = [0; 2];
    stream.read(offset, &mut length)?;
    stream.bytes(offset, u32::from(u16::from_le_bytes(length)) + 2)
}

/// The records of a symbol stream from `offset` on, each with its offset; ends at the first one that makes
/// no sense.
pub fn records(data: &[u8], offset: usize) -> impl Iterator<Item = (usize, u16, Bytes<'_>)> {
    let mut at = offset;
    std::iter::from_fn(move || {
        let bytes = Bytes::new("the symbol records", data);
        let length = usize::from(bytes.u16(at).ok()?);
        let kind = bytes.u16(at + KIND).ok()?;
        let record = of(bytes.slice(at, length + 2).ok()?);
        let start = at;
        at += length + 2;
        Some((start, kind, record))
    })
}

/// The place that a record names, if it is in code or data.
pub fn code(kind: u16, record: Bytes<'_>) -> Result<Option<Code>> {
    let place = |section: usize, offset: usize| -> Result<Place> {
        Ok(Place {
            section: record.u16(section)?,
            offset: record.u32(offset)?,
        })
    };
    Ok(Some(match kind {
        kind::GPROC32
        | kind::LPROC32
        | kind::GPROC32_ID
        | kind::LPROC32_ID
        | kind::LPROC32_DPC
        | kind::LPROC32_DPC_ID
        | kind::GMANPROC
        | kind::LMANPROC
        | kind::GPROC32_ST
        | kind::LPROC32_ST => Code {
            place: place(procedure::SECTION, procedure::OFFSET)?,
            length: record.u32(procedure::LENGTH)?,
            role: Role::Procedure,
        },
        kind::THUNK32 | kind::THUNK32_ST => Code {
            place: place(thunk::SECTION, thunk::OFFSET)?,
            length: record.u16(thunk::LENGTH)?.into(),
            role: Role::Thunk,
        },
        kind::LDATA32 | kind::GDATA32 => Code {
            place: place(data::SECTION, data::OFFSET)?,
            length: 0,
            role: Role::Data,
        },
        kind::SEPCODE => Code {
            place: place(separated::SECTION, separated::OFFSET)?,
            length: record.u32(separated::LENGTH)?,
            role: Role::Separated(place(separated::PARENT_SECTION, separated::PARENT_OFFSET)?),
        },
        kind::TRAMPOLINE => Code {
            place: place(trampoline::SECTION, trampoline::OFFSET)?,
            length: record.u16(trampoline::LENGTH)?.into(),
            role: Role::Trampoline,
        },
        _ => return Ok(None),
    }))
}

/// Whether records of a kind are inline sites.
pub fn is_inline_site(kind: u16) -> bool {
    matches!(kind, kind::INLINESITE | kind::INLINESITE2)
}

/// Where a block begins, and its size in bytes; None for other records.
pub fn block(kind: u16, record: Bytes<'_>) -> Result<Option<(Place, u32)>> {
    if kind != kind::BLOCK32 {
        return Ok(None);
    }
    let place = Place {
        section: record.u16(block::SECTION)?,
        offset: record.u32(block::OFFSET)?,
    };
    Ok(Some((place, record.u32(block::LENGTH)?)))
}

/// Name of a procedure, thunk, data or public record.
pub fn name(record: Bytes<'_>) -> Result<&[u8]> {
    let kind = record.u16(KIND)?;
    let at = match kind {
        kind::THUNK32 | kind::THUNK32_ST => thunk::NAME,
        kind::LDATA32 | kind::GDATA32 | kind::PUB32 | kind::PUB32_ST => data::NAME,
        kind::GMANPROC | kind::LMANPROC => procedure::MANAGED_NAME,
        _ => procedure::NAME,
    };
    match kind {
        kind::THUNK32_ST | kind::LPROC32_ST | kind::GPROC32_ST | kind::PUB32_ST => {
            record.slice(at + 1, record.u8(at)?.into())
        }
        _ => record.until_zero(at),
    }
}

/// Whether dbghelp takes a symbol's name from here: the compiler's own tables have none, and symbols that an assembler
/// decorated or numbered get the name of their public, or of the one before.
pub fn has_own_name(role: Role, record: Bytes<'_>) -> Result<bool> {
    let own = match role {
        Role::Trampoline | Role::Separated(_) => return Ok(true),
        Role::Procedure | Role::Thunk | Role::Data => name(record)?,
    };
    let is_empty_table = role == Role::Data && own.is_empty();
    Ok(!is_empty_table && !own.contains(&b'@') && !own.starts_with(b"$$$"))
}

/// Offset of the record that ends a procedure's records, in the object file's stream.
pub fn procedure_end(record: Bytes<'_>) -> Result<u32> {
    record.u32(procedure::END)
}

/// Place of a public record.
pub fn public_place(record: Bytes<'_>) -> Result<Place> {
    Ok(Place {
        section: record.u16(data::SECTION)?,
        offset: record.u32(data::OFFSET)?,
    })
}
