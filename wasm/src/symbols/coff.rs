//! The COFF symbol table of an image, which mingw leaves in unstripped programs.
//!
//! Layout: Microsoft's "PE Format" specification, "COFF Symbol Table".

use crate::bytes::Bytes;
use crate::error::Result;
use crate::symbols::pe::Image;
use crate::symbols::rva_table::{NameAt, RvaTable};

/// Byte offsets in a symbol. A name of more than 8 bytes is in the string table after the symbols: then the first 4
/// bytes are zero and the next 4 are its offset there.
mod symbol {
    pub const SHORT_NAME_SIZE: u32 = 8;
    pub const NAME_OFFSET: usize = 4;
    pub const VALUE: usize = 8;
    pub const SECTION: usize = 12;
    pub const TYPE: usize = 14;
    pub const STORAGE_CLASS: usize = 16;
    pub const AUXILIARY_COUNT: usize = 17;
    pub const SIZE: usize = 18;
    /// `IMAGE_SYM_DTYPE_FUNCTION`, in the high nibble of the type.
    pub const FUNCTION: u16 = 0x20;
    /// `IMAGE_SYM_CLASS_EXTERNAL` and `IMAGE_SYM_CLASS_STATIC`.
    pub const EXTERNAL: u8 = 2;
    pub const STATIC: u8 = 3;
}

/// Functions of the symbol table; external symbols in code count too, because assemblers give them no type.
pub fn symbols(image: &Image) -> Result<RvaTable> {
    let (start, count) = image.coff_symbols;
    if start == 0 || count == 0 {
        return Ok(RvaTable::new(Vec::new()));
    }
    let start = u64::from(start);
    let size = (count as usize).saturating_mul(symbol::SIZE);
    let data = image.file.bytes(start, size)?;
    let strings = start + size as u64;
    let mut functions = Vec::new();
    let mut labels = Vec::new();
    let mut index = 0;
    while index < count as usize {
        let at = index * symbol::SIZE;
        let record = Bytes::new("a COFF symbol", &data[at..at + symbol::SIZE]);
        index += 1 + usize::from(record.u8(symbol::AUXILIARY_COUNT)?);
        // Section numbers of 0 and below are undefined, absolute and debugging symbols.
        let section = usize::from(record.u16(symbol::SECTION)?).wrapping_sub(1);
        let Some(section) = image
            .sections
            .get(section)
            .filter(|section| section.executable)
        else {
            continue;
        };
        let name = match record.u32(0)? {
            0 => NameAt::File(
                strings + u64::from(record.u32(symbol::NAME_OFFSET)?),
                u32::MAX,
            ),
            _ => NameAt::File(start + at as u64, symbol::SHORT_NAME_SIZE),
        };
        let entry = (section.rva.wrapping_add(record.u32(symbol::VALUE)?), name);
        let class = record.u8(symbol::STORAGE_CLASS)?;
        if record.u16(symbol::TYPE)? == symbol::FUNCTION
            && (class == symbol::EXTERNAL || class == symbol::STATIC)
        {
            functions.push(entry);
        } else if class == symbol::EXTERNAL {
            labels.push(entry);
        }
    }
    functions.append(&mut labels);
    Ok(RvaTable::new(functions))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::File;
    use crate::symbols::image_fixture::{image, CODE};
    use crate::symbols::rva_table::read_name;

    #[test]
    fn functions_and_labels_of_code_have_names_of_any_length() {
        let bytes = image(
            &[],
            &[
                (".text", 0, 1, 0, symbol::STATIC),
                ("main", 0x10, 1, symbol::FUNCTION, symbol::EXTERNAL),
                (
                    "a_name_of_more_than_8_bytes",
                    0x20,
                    1,
                    symbol::FUNCTION,
                    symbol::STATIC,
                ),
                ("___chkstk", 0x30, 1, 0, symbol::EXTERNAL),
                ("data", 0x14, 2, 0, symbol::EXTERNAL),
                ("undefined", 0, 0, symbol::FUNCTION, symbol::EXTERNAL),
            ],
        );
        let image = Image::open(File::new(Box::new(bytes)).unwrap()).unwrap();
        let table = symbols(&image).unwrap();
        let name = |rva: u32| {
            let (start, name) = table.at_or_below(rva)?;
            let name = read_name(&image.file, name).unwrap();
            Some((String::from_utf8(name).unwrap(), rva - start))
        };
        assert_eq!(name(CODE), None);
        assert_eq!(name(CODE + 0x14), Some(("main".to_string(), 4)));
        assert_eq!(
            name(CODE + 0x20),
            Some(("a_name_of_more_than_8_bytes".to_string(), 0))
        );
        assert_eq!(name(CODE + 0x35), Some(("___chkstk".to_string(), 5)));
    }

    #[test]
    fn a_count_beyond_the_file_is_damage() {
        let mut bytes = image(&[], &[("main", 0, 1, symbol::FUNCTION, symbol::EXTERNAL)]);
        bytes[0x50..0x54].fill(0xff);
        let image = Image::open(File::new(Box::new(bytes)).unwrap()).unwrap();
        assert!(symbols(&image).is_err());
    }
}
