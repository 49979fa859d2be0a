//! The DBI stream (3): which object file of the program contributed which part of which section.
//!
//! Layout: LLVM's "The PDB DBI Stream" and `dbi.h` of microsoft-pdb.

use crate::bytes::Bytes;
use crate::error::{Error, Result};

use super::msf::{words, Msf, Stream};
use super::records::Place;

/// Number of the stream.
const STREAM: u32 = 3;
/// A stream number that means none.
pub const NO_STREAM: u16 = 0xffff;

/// Byte offsets in the header.
mod header {
    pub const AGE: usize = 8;
    pub const GLOBALS: usize = 12;
    pub const PUBLICS: usize = 16;
    pub const SYMBOL_RECORDS: usize = 20;
    /// Sizes of the substreams that follow the header, in this order except for the last two: the debug header comes
    /// last in the stream.
    pub const OBJECTS_SIZE: usize = 24;
    pub const CONTRIBUTIONS_SIZE: usize = 28;
    pub const SECTION_MAP_SIZE: usize = 32;
    pub const SOURCE_INFO_SIZE: usize = 36;
    pub const TYPE_SERVER_MAP_SIZE: usize = 40;
    pub const DEBUG_HEADER_SIZE: usize = 48;
    pub const EDIT_AND_CONTINUE_SIZE: usize = 52;
    pub const SIZE: u32 = 64;
}

/// Byte offsets in an object file's description; two zero-terminated names follow, padded to 4 bytes.
mod object {
    pub const STREAM: usize = 34;
    pub const SYMBOLS_SIZE: usize = 36;
    pub const C11_LINES_SIZE: usize = 40;
    pub const C13_LINES_SIZE: usize = 44;
    pub const NAMES: usize = 64;
}

/// Byte offsets in a section contribution.
mod contribution {
    pub const VERSION_1: u32 = 0xeffe_0000 + 19_970_605;
    pub const VERSION_2: u32 = 0xeffe_0000 + 20_140_516;
    pub const SIZE_1: usize = 28;
    pub const SIZE_2: usize = 32;
    pub const SECTION: usize = 0;
    pub const OFFSET: usize = 4;
    pub const SIZE: usize = 8;
    pub const OBJECT: usize = 16;
}

/// Byte offsets in a section header of an image (PE/COFF specification, "Section Table").
mod section_header {
    pub const RVA: usize = 12;
    pub const CHARACTERISTICS: usize = 36;
    pub const SIZE: usize = 40;
    /// Bit of the characteristics: `IMAGE_SCN_MEM_EXECUTE`.
    pub const IS_CODE: u32 = 0x2000_0000;
}

/// Indices of stream numbers in the debug header, u16 each.
mod debug_header {
    pub const OMAP_TO_SOURCE: usize = 3;
    pub const OMAP_FROM_SOURCE: usize = 4;
    pub const SECTIONS: usize = 5;
    pub const ORIGINAL_SECTIONS: usize = 10;
}

/// The contents of the stream, without the contributions.
pub struct Dbi {
    /// Age that images record; the information stream's own age also counts other rewrites.
    pub age: u32,
    /// Number of the stream of global symbols.
    pub globals: u16,
    /// Number of the stream of public symbols.
    pub publics: u16,
    /// Number of the stream of symbol records, including those of public symbols.
    pub symbol_records: u16,
    /// Object files, by index.
    pub objects: Vec<ObjectFile>,
    /// Stream of the map from addresses of the image to those before it was rewritten.
    pub omap_to_source: u16,
    /// Stream of the map the other way.
    pub omap_from_source: u16,
    /// Sections of the image as linked: symbols are relative to these.
    pub sections: Vec<Section>,
    /// Size of the list of object files in the stream, in bytes.
    pub objects_size: u32,
    contributions: (u32, u32),
}

/// The index of an object file in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectIndex(pub u16);

/// An object file of the program; the PDB calls it a module.
#[derive(Clone, Copy)]
pub struct ObjectFile {
    /// Number of its stream, or [`NO_STREAM`].
    pub stream: u16,
    /// Size of the symbols at the start of the stream, in bytes.
    pub symbols_size: u32,
    /// Size of the lines of compilers before Visual C++ 2005, directly after the symbols, in bytes.
    pub c11_lines_size: u32,
    /// Offset of the lines in the stream.
    pub lines_offset: u32,
    /// Size of the lines in bytes.
    pub lines_size: u32,
}

/// A section of the image.
#[derive(Clone, Copy)]
pub struct Section {
    /// RVA of its first byte.
    pub rva: u32,
    /// Whether it has code.
    pub is_code: bool,
}

/// A part of a section that one object file contributed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contribution {
    /// Where it begins.
    pub place: Place,
    /// Size in bytes.
    pub size: u32,
    /// Index of the object file.
    pub object: ObjectIndex,
}

impl Dbi {
    /// Reads the header, the object files and the section headers.
    pub fn open(msf: &Msf) -> Result<Self> {
        let stream = dbi_stream(msf)?;
        let head = stream.bytes(0, header::SIZE)?;
        let head = Bytes::new("the DBI header", &head);
        let size = |offset: usize| head.u32(offset);
        let objects_size = size(header::OBJECTS_SIZE)?;
        let contributions_size = size(header::CONTRIBUTIONS_SIZE)?;
        let contributions = header::SIZE.saturating_add(objects_size);
        let mut debug = contributions.saturating_add(contributions_size);
        for field in [
            header::SECTION_MAP_SIZE,
            header::SOURCE_INFO_SIZE,
            header::TYPE_SERVER_MAP_SIZE,
            header::EDIT_AND_CONTINUE_SIZE,
        ] {
            debug = debug.saturating_add(size(field)?);
        }
        let debug = stream.bytes(debug, size(header::DEBUG_HEADER_SIZE)?)?;
        let debug = Bytes::new("the debug header", &debug);
        let debug_stream = |place: usize| debug.u16(place * 2).unwrap_or(NO_STREAM);
        let sections = match debug_stream(debug_header::ORIGINAL_SECTIONS) {
            NO_STREAM => debug_stream(debug_header::SECTIONS),
            original => original,
        };
        Ok(Self {
            age: head.u32(header::AGE)?,
            globals: head.u16(header::GLOBALS)?,
            publics: head.u16(header::PUBLICS)?,
            symbol_records: head.u16(header::SYMBOL_RECORDS)?,
            objects: parse_objects(&stream.bytes(header::SIZE, objects_size)?)
                .map(|parsed| parsed.map(|(object, _)| object))
                .collect::<Result<_>>()?,
            objects_size,
            omap_to_source: debug_stream(debug_header::OMAP_TO_SOURCE),
            omap_from_source: debug_stream(debug_header::OMAP_FROM_SOURCE),
            sections: read_sections(msf, sections)?,
            contributions: (contributions, contributions_size),
        })
    }

    /// Reads the contributions, sorted by place.
    pub fn contributions(&self, msf: &Msf) -> Result<Vec<Contribution>> {
        let (offset, size) = self.contributions;
        if size < 4 {
            return Ok(Vec::new());
        }
        let data = dbi_stream(msf)?.bytes(offset, size)?;
        let bytes = Bytes::new("the section contributions", &data);
        let entry_size = match bytes.u32(0)? {
            contribution::VERSION_1 => contribution::SIZE_1,
            contribution::VERSION_2 => contribution::SIZE_2,
            _ => return Err(bytes.damaged(0)),
        };
        let mut contributions = Vec::with_capacity(data.len() / entry_size);
        for entry in data[4..].chunks_exact(entry_size) {
            let entry = Bytes::new("a section contribution", entry);
            contributions.push(Contribution {
                place: Place {
                    section: entry.u16(contribution::SECTION)?,
                    offset: entry.u32(contribution::OFFSET)?,
                },
                size: entry.u32(contribution::SIZE)?,
                object: ObjectIndex(entry.u16(contribution::OBJECT)?),
            });
        }
        if !contributions.is_sorted() {
            contributions.sort_unstable();
        }
        Ok(contributions)
    }

    /// The object file with an index.
    pub fn object(&self, ObjectIndex(index): ObjectIndex) -> Result<ObjectFile> {
        let object = self.objects.get(usize::from(index)).copied();
        object.ok_or(Error::Damaged {
            what: "the index of an object file",
            offset: index.into(),
        })
    }

    /// The object file with a name, ignoring case.
    pub fn object_named(&self, msf: &Msf, name: &[u8]) -> Result<Option<ObjectFile>> {
        for parsed in parse_objects(&dbi_stream(msf)?.bytes(header::SIZE, self.objects_size)?) {
            let (object, known) = parsed?;
            if known.eq_ignore_ascii_case(name) {
                return Ok(Some(object));
            }
        }
        Ok(None)
    }

    /// Place of an RVA in the image as linked.
    pub fn place_of(&self, rva: u32) -> Option<Place> {
        let index = self
            .sections
            .iter()
            .rposition(|section| section.rva <= rva)?;
        Some(Place {
            section: index as u16 + 1,
            offset: rva - self.sections[index].rva,
        })
    }

    /// Whether a place is in a section of code.
    pub fn is_code(&self, place: Place) -> bool {
        let index = usize::from(place.section).checked_sub(1);
        index
            .and_then(|index| self.sections.get(index))
            .is_some_and(|section| section.is_code)
    }

    /// RVA of a place in the image as linked.
    pub fn rva_of(&self, place: Place) -> Option<u32> {
        let index = usize::from(place.section).checked_sub(1)?;
        self.sections.get(index)?.rva.checked_add(place.offset)
    }
}

fn dbi_stream(msf: &Msf) -> Result<Stream<'_>> {
    msf.stream(STREAM, "the DBI stream")
        .filter(|stream| stream.size() >= header::SIZE)
        .ok_or(Error::Format {
            expected: "a PDB of a program (it has no DBI stream)",
        })
}

/// Object files with their names as given to the linker: an object file, or a library's member.
fn parse_objects(data: &[u8]) -> impl Iterator<Item = Result<(ObjectFile, &[u8])>> {
    let bytes = Bytes::new("the list of object files", data);
    let mut at = 0;
    std::iter::from_fn(move || {
        if at + object::NAMES > data.len() {
            return None;
        }
        let mut parse = || {
            let symbols_size = bytes.u32(at + object::SYMBOLS_SIZE)?;
            let c11_size = bytes.u32(at + object::C11_LINES_SIZE)?;
            let object = ObjectFile {
                stream: bytes.u16(at + object::STREAM)?,
                symbols_size,
                c11_lines_size: c11_size,
                lines_offset: symbols_size.saturating_add(c11_size),
                lines_size: bytes.u32(at + object::C13_LINES_SIZE)?,
            };
            let name = bytes.until_zero(at + object::NAMES)?;
            let member = at + object::NAMES + name.len() + 1;
            let end = member + bytes.until_zero(member)?.len() + 1;
            at = end.next_multiple_of(4);
            Ok((object, name))
        };
        let parsed = parse();
        if parsed.is_err() {
            at = data.len();
        }
        Some(parsed)
    })
}

fn read_sections(msf: &Msf, number: u16) -> Result<Vec<Section>> {
    let stream = match number {
        NO_STREAM => None,
        number => msf.stream(number.into(), "the section headers"),
    };
    let Some(stream) = stream else {
        return Ok(Vec::new());
    };
    stream
        .all()?
        .chunks_exact(section_header::SIZE)
        .map(|header| {
            let header = words(header);
            Ok(Section {
                rva: header[section_header::RVA / 4],
                is_code: header[section_header::CHARACTERISTICS / 4] & section_header::IS_CODE != 0,
            })
        })
        .collect()
}
