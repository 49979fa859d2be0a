//! Small PE images built in code, for tests of the readers.

/// RVA of the code section; its bytes are not in the file.
pub const CODE: u32 = 0x1000;
/// RVA of the section with the export directory, and of the directory.
pub const DATA: u32 = 0x2000;

const DATA_FILE_OFFSET: u32 = 0x200;
const DATA_SIZE: u32 = 0x400;
const SYMBOLS_FILE_OFFSET: u32 = DATA_FILE_OFFSET + DATA_SIZE;

/// A COFF symbol: name, value, section, type, storage class.
pub type CoffSymbol = (&'static str, u32, i16, u16, u8);

/// A 64-bit image with exports (name or none, RVA), by ordinal from 5, and COFF symbols.
pub fn image(exports: &[(Option<&str>, u32)], symbols: &[CoffSymbol]) -> Vec<u8> {
    let mut file = vec![0u8; DATA_FILE_OFFSET as usize];
    put(&mut file, 0, b"MZ");
    put(&mut file, 0x3c, &0x40u32.to_le_bytes());
    put(&mut file, 0x40, b"PE\0\0");
    put(&mut file, 0x44, &0x8664u16.to_le_bytes());
    put(&mut file, 0x46, &2u16.to_le_bytes());
    if !symbols.is_empty() {
        put(&mut file, 0x4c, &SYMBOLS_FILE_OFFSET.to_le_bytes());
        put(&mut file, 0x50, &(symbols.len() as u32).to_le_bytes());
    }
    let optional_size = 112 + 16 * 8u16;
    put(&mut file, 0x54, &optional_size.to_le_bytes());
    put(&mut file, 0x58, &0x20bu16.to_le_bytes());
    if !exports.is_empty() {
        put(&mut file, 0x58 + 112, &DATA.to_le_bytes());
        put(&mut file, 0x58 + 116, &DATA_SIZE.to_le_bytes());
    }
    let sections = 0x58 + usize::from(optional_size);
    section(&mut file, sections, CODE, 0, 0, 0x6000_0020);
    section(
        &mut file,
        sections + 40,
        DATA,
        DATA_SIZE,
        DATA_FILE_OFFSET,
        0x4000_0040,
    );
    file.extend(export_section(exports));
    file.extend(symbol_table(symbols));
    file
}

fn put(file: &mut [u8], offset: usize, bytes: &[u8]) {
    file[offset..offset + bytes.len()].copy_from_slice(bytes);
}

fn section(file: &mut [u8], at: usize, rva: u32, size: u32, offset: u32, characteristics: u32) {
    put(file, at + 8, &0x1000u32.to_le_bytes());
    put(file, at + 12, &rva.to_le_bytes());
    put(file, at + 16, &size.to_le_bytes());
    put(file, at + 20, &offset.to_le_bytes());
    put(file, at + 36, &characteristics.to_le_bytes());
}

fn export_section(exports: &[(Option<&str>, u32)]) -> Vec<u8> {
    let (functions, names, ordinals, mut text) = (0x40u32, 0x80u32, 0xc0u32, 0x100usize);
    let mut data = vec![0u8; DATA_SIZE as usize];
    let mut named = 0u32;
    for (index, (name, rva)) in exports.iter().enumerate() {
        put(
            &mut data,
            functions as usize + index * 4,
            &rva.to_le_bytes(),
        );
        if let Some(name) = name {
            let at = named as usize;
            put(
                &mut data,
                names as usize + at * 4,
                &(DATA + text as u32).to_le_bytes(),
            );
            put(
                &mut data,
                ordinals as usize + at * 2,
                &(index as u16).to_le_bytes(),
            );
            put(&mut data, text, name.as_bytes());
            text += name.len() + 1;
            named += 1;
        }
    }
    let fields = [
        5,
        exports.len() as u32,
        named,
        DATA + functions,
        DATA + names,
        DATA + ordinals,
    ];
    for (index, field) in fields.iter().enumerate() {
        put(&mut data, 16 + index * 4, &field.to_le_bytes());
    }
    data
}

fn symbol_table(symbols: &[CoffSymbol]) -> Vec<u8> {
    let mut table = Vec::new();
    let mut strings = vec![0u8; 4];
    for (name, value, section, kind, class) in symbols {
        let mut record = [0u8; 18];
        if name.len() <= 8 {
            put(&mut record, 0, name.as_bytes());
        } else {
            put(&mut record, 4, &(strings.len() as u32).to_le_bytes());
            strings.extend(name.bytes().chain([0]));
        }
        put(&mut record, 8, &value.to_le_bytes());
        put(&mut record, 12, &section.to_le_bytes());
        put(&mut record, 14, &kind.to_le_bytes());
        record[16] = *class;
        table.extend(record);
    }
    table.extend(strings);
    table
}
