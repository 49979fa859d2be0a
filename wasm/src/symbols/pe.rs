//! PE images: sections, exports, and the identity of their PDB.
//!
//! Layout: Microsoft's "PE Format" specification.

use crate::bytes::Bytes;
use crate::error::{Error, Result};
use crate::file::File;
use crate::symbols::rva_table::{NameAt, RvaTable};

/// Byte offsets in the DOS header.
mod dos_header {
    pub const PE_OFFSET: u64 = 0x3c;
    pub const SIZE: usize = 0x40;
}

/// Byte offsets from the PE signature: the signature, then the COFF header, then the optional header.
mod header {
    pub const SIGNATURE: &[u8] = b"PE\0\0";
    pub const MACHINE: usize = 4;
    pub const SECTION_COUNT: usize = 6;
    pub const TIMESTAMP: usize = 8;
    pub const SYMBOL_TABLE: usize = 12;
    pub const SYMBOL_COUNT: usize = 16;
    pub const OPTIONAL_SIZE: usize = 20;
    pub const OPTIONAL: usize = 24;
}

/// Byte offsets in the optional header; 32-bit images (`PE32`) and 64-bit ones (`PE32+`) have their data directories at
/// different offsets.
mod optional_header {
    pub const MAGIC_PE32: u16 = 0x10b;
    pub const MAGIC_PE32_PLUS: u16 = 0x20b;
    pub const IMAGE_SIZE: usize = 56;
    pub const DIRECTORIES_PE32: usize = 96;
    pub const DIRECTORIES_PE32_PLUS: usize = 112;
    pub const DIRECTORY_SIZE: usize = 8;
    pub const EXPORTS: usize = 0;
    pub const DEBUG: usize = 6;
}

/// Byte offsets in a section header.
mod section_header {
    pub const VIRTUAL_SIZE: usize = 8;
    pub const RVA: usize = 12;
    pub const FILE_SIZE: usize = 16;
    pub const FILE_OFFSET: usize = 20;
    pub const CHARACTERISTICS: usize = 36;
    pub const SIZE: usize = 40;
    /// `IMAGE_SCN_MEM_EXECUTE`.
    pub const EXECUTABLE: u32 = 0x2000_0000;
}

/// Byte offsets in the export directory.
mod export_directory {
    pub const ORDINAL_BASE: usize = 16;
    pub const FUNCTION_COUNT: usize = 20;
    pub const NAME_COUNT: usize = 24;
    pub const FUNCTIONS: usize = 28;
    pub const NAMES: usize = 32;
    pub const NAME_ORDINALS: usize = 36;
    pub const SIZE: usize = 40;
}

/// Byte offsets in an entry of the debug directory, and in the CodeView record that it points to.
mod debug_directory {
    pub const TYPE: usize = 12;
    pub const DATA_SIZE: usize = 16;
    pub const DATA_FILE_OFFSET: usize = 24;
    pub const SIZE: usize = 28;
    pub const TYPE_CODEVIEW: u32 = 2;
    pub const RSDS: &[u8] = b"RSDS";
    pub const RSDS_GUID: usize = 4;
    pub const RSDS_AGE: usize = 20;
    pub const RSDS_PATH: usize = 24;
    /// Longest record that is read: a path in it is at most `MAX_PATH` characters of up to 3 bytes.
    pub const MAX_RSDS: u32 = 24 + 3 * 260;
}

/// Machine type of 32-bit x86.
pub const MACHINE_I386: u16 = 0x14c;

/// The headers of an image.
pub struct Image {
    /// The file.
    pub file: File,
    /// Machine type.
    pub machine: u16,
    /// Time stamp; with `size`, it identifies the build in symbol stores.
    pub timestamp: u32,
    /// Size of the image in memory, in bytes.
    pub size: u32,
    /// Sections, by number minus one.
    pub sections: Vec<Section>,
    /// File offset of the COFF symbol table and number of its entries; 0 if it was stripped.
    pub coff_symbols: (u32, u32),
    exports: (u32, u32),
    debug: (u32, u32),
}

/// A section of the image.
#[derive(Clone, Copy)]
pub struct Section {
    /// RVA of its first byte.
    pub rva: u32,
    /// Whether its bytes are code.
    pub executable: bool,
    size: u32,
    file_offset: u32,
}

/// Identity of the PDB that belongs to an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PdbId {
    /// GUID as 32 upper-case hex digits.
    pub guid: String,
    /// Age.
    pub age: u32,
    /// Path, as the linker wrote it.
    pub path: String,
}

impl Image {
    /// Reads the headers.
    pub fn open(file: File) -> Result<Self> {
        let not_pe = Error::Format {
            expected: "a PE image",
        };
        if file.size() < dos_header::SIZE as u64 || file.bytes(0, 2)? != b"MZ" {
            return Err(not_pe);
        }
        let pe = u64::from(u32_at(&file, dos_header::PE_OFFSET)?);
        let head = file.bytes(pe, header::OPTIONAL)?;
        if !head.starts_with(header::SIGNATURE) {
            return Err(not_pe);
        }
        let head = Bytes::new("the COFF header", &head);
        let optional_size = usize::from(head.u16(header::OPTIONAL_SIZE)?);
        let optional = file.bytes(pe + header::OPTIONAL as u64, optional_size)?;
        let optional = Bytes::new("the optional header", &optional);
        let directories = match optional.u16(0)? {
            optional_header::MAGIC_PE32 => optional_header::DIRECTORIES_PE32,
            optional_header::MAGIC_PE32_PLUS => optional_header::DIRECTORIES_PE32_PLUS,
            _ => return Err(optional.damaged(0)),
        };
        let directory = |index: usize| {
            let at = directories + index * optional_header::DIRECTORY_SIZE;
            // Fewer directories than that are allowed: the rest are empty.
            (
                optional.u32(at).unwrap_or(0),
                optional.u32(at + 4).unwrap_or(0),
            )
        };
        let count = usize::from(head.u16(header::SECTION_COUNT)?);
        let sections = pe + (header::OPTIONAL + optional_size) as u64;
        let sections = file.bytes(sections, count * section_header::SIZE)?;
        let sections = sections
            .chunks_exact(section_header::SIZE)
            .map(parse_section);
        Ok(Self {
            machine: head.u16(header::MACHINE)?,
            timestamp: head.u32(header::TIMESTAMP)?,
            size: optional.u32(optional_header::IMAGE_SIZE)?,
            sections: sections.collect::<Result<_>>()?,
            coff_symbols: (
                head.u32(header::SYMBOL_TABLE)?,
                head.u32(header::SYMBOL_COUNT)?,
            ),
            exports: directory(optional_header::EXPORTS),
            debug: directory(optional_header::DEBUG),
            file,
        })
    }

    /// Exported functions. Forwarders to other modules have no place here, and are left out.
    pub fn exports(&self) -> Result<RvaTable> {
        let (start, size) = self.exports;
        if size == 0 {
            return Ok(RvaTable::new(Vec::new()));
        }
        let directory = self.bytes_at(start, export_directory::SIZE)?;
        let directory = Bytes::new("the export directory", &directory);
        let words = |count: usize, table: usize, width: usize| -> Result<Vec<u8>> {
            let length = (directory.u32(count)? as usize).saturating_mul(width);
            if length == 0 {
                return Ok(Vec::new());
            }
            self.bytes_at(directory.u32(table)?, length)
        };
        let functions = words(
            export_directory::FUNCTION_COUNT,
            export_directory::FUNCTIONS,
            4,
        )?;
        let names = words(export_directory::NAME_COUNT, export_directory::NAMES, 4)?;
        let ordinals = words(
            export_directory::NAME_COUNT,
            export_directory::NAME_ORDINALS,
            2,
        )?;
        let functions = Bytes::new("the export address table", &functions);
        let is_code = |rva: u32| rva != 0 && !(start..start.saturating_add(size)).contains(&rva);
        let mut entries = Vec::new();
        for (name, index) in names.chunks_exact(4).zip(ordinals.chunks_exact(2)) {
            let name = u32::from_le_bytes([name[0], name[1], name[2], name[3]]);
            let index = u16::from_le_bytes([index[0], index[1]]);
            let rva = functions.u32(usize::from(index) * 4)?;
            if let (true, Some(offset)) = (is_code(rva), self.file_offset(name)) {
                entries.push((rva, NameAt::File(offset, u32::MAX)));
            }
        }
        // Functions without a name come last, so that a name at the same place takes precedence.
        let base = directory.u32(export_directory::ORDINAL_BASE)?;
        for index in 0..functions.data.len() / 4 {
            let rva = functions.u32(index * 4)?;
            if is_code(rva) {
                entries.push((rva, NameAt::Ordinal(base.wrapping_add(index as u32))));
            }
        }
        Ok(RvaTable::new(entries))
    }

    /// Identity of the image's PDB, if its debug directory names one.
    pub fn pdb_id(&self) -> Result<Option<PdbId>> {
        let (start, size) = self.debug;
        if size == 0 {
            return Ok(None);
        }
        for entry in self
            .bytes_at(start, size as usize)?
            .chunks_exact(debug_directory::SIZE)
        {
            let entry = Bytes::new("the debug directory", entry);
            if entry.u32(debug_directory::TYPE)? != debug_directory::TYPE_CODEVIEW {
                continue;
            }
            let size = entry
                .u32(debug_directory::DATA_SIZE)?
                .min(debug_directory::MAX_RSDS);
            let offset = entry.u32(debug_directory::DATA_FILE_OFFSET)?;
            let record = self.file.bytes(offset.into(), size as usize)?;
            if !record.starts_with(debug_directory::RSDS) {
                continue;
            }
            let record = Bytes::new("the RSDS record", &record);
            return Ok(Some(PdbId {
                guid: crate::symbols::pdb::info::guid_text(
                    record.slice(debug_directory::RSDS_GUID, 16)?,
                ),
                age: record.u32(debug_directory::RSDS_AGE)?,
                path: record.string(debug_directory::RSDS_PATH)?,
            }));
        }
        Ok(None)
    }

    /// File offset of an RVA.
    fn file_offset(&self, rva: u32) -> Option<u64> {
        let section = self
            .sections
            .iter()
            .find(|section| section.rva <= rva && rva - section.rva < section.size)?;
        Some(u64::from(section.file_offset) + u64::from(rva - section.rva))
    }

    fn bytes_at(&self, rva: u32, length: usize) -> Result<Vec<u8>> {
        let outside = Error::Damaged {
            what: "an RVA outside all sections",
            offset: rva.into(),
        };
        self.file
            .bytes(self.file_offset(rva).ok_or(outside)?, length)
    }
}

fn parse_section(header: &[u8]) -> Result<Section> {
    let header = Bytes::new("a section header", header);
    let file_size = header.u32(section_header::FILE_SIZE)?;
    let characteristics = header.u32(section_header::CHARACTERISTICS)?;
    Ok(Section {
        rva: header.u32(section_header::RVA)?,
        executable: characteristics & section_header::EXECUTABLE != 0,
        // Some linkers leave the virtual size 0.
        size: match header.u32(section_header::VIRTUAL_SIZE)? {
            0 => file_size,
            size => size.min(file_size),
        },
        file_offset: header.u32(section_header::FILE_OFFSET)?,
    })
}

fn u32_at(file: &File, offset: u64) -> Result<u32> {
    let mut bytes = [0; 4];
    file.read(offset, &mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::image_fixture::{image, CODE, DATA};
    use crate::symbols::rva_table::read_name;

    fn open(bytes: Vec<u8>) -> Result<Image> {
        Image::open(File::new(Box::new(bytes))?)
    }

    #[test]
    fn exports_are_named_by_name_else_by_ordinal_and_forwarders_are_left_out() {
        let exports = [
            (Some("Open"), CODE + 0x10),
            (None, CODE + 0x40),
            (Some("Forwarded"), DATA + 0x200),
        ];
        let image = open(image(&exports, &[])).unwrap();
        let table = image.exports().unwrap();
        let name = |rva: u32| {
            let (start, name) = table.at_or_below(rva)?;
            let name = read_name(&image.file, name).unwrap();
            Some((String::from_utf8(name).unwrap(), rva - start))
        };
        assert_eq!(name(CODE + 0xf), None);
        assert_eq!(name(CODE + 0x13), Some(("Open".to_string(), 3)));
        assert_eq!(name(CODE + 0x41), Some(("Ordinal6".to_string(), 1)));
        assert_eq!(name(DATA + 0x200), Some(("Ordinal6".to_string(), 0x11c0)));
    }

    #[test]
    fn a_directory_outside_the_file_is_damage_not_a_panic() {
        let mut bytes = image(&[(Some("Open"), CODE)], &[]);
        // The number of functions.
        bytes[0x200 + 20..0x200 + 24].fill(0xff);
        let image = open(bytes).unwrap();
        assert!(matches!(image.exports(), Err(Error::Damaged { .. })));
    }

    #[test]
    fn other_files_are_told_apart() {
        assert_eq!(
            open(b"MZ".to_vec()).err(),
            Some(Error::Format {
                expected: "a PE image"
            })
        );
        assert!(open(vec![0; 4096]).is_err());
    }
}
