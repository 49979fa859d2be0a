//! Cabinets, in which symbol stores keep compressed files: one file in each, MSZIP or LZX.

use std::io::{Cursor, Error, ErrorKind, Read, Result};

/// Bytes handed on at a time.
const PIECE: usize = 1 << 16;

/// Expands the first file of a cabinet, piece by piece, so that memory does not grow with the file. A
/// cabinet cannot hold more than 2 GiB, whatever it claims: 65,535 blocks of 32 KiB.
pub fn expand(cabinet: &[u8], mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut cabinet = cab::Cabinet::new(Cursor::new(cabinet))?;
    let first = cabinet
        .folder_entries()
        .flat_map(|folder| folder.file_entries())
        .next();
    let first = first.ok_or_else(|| Error::new(ErrorKind::InvalidData, "the cabinet is empty"))?;
    let (name, size) = (
        first.name().to_string(),
        u64::from(first.uncompressed_size()),
    );
    let mut file = cabinet.read_file(&name)?;
    let mut piece = vec![0; PIECE];
    let mut expanded = 0;
    loop {
        let length = file.read(&mut piece)?;
        if length == 0 {
            break;
        }
        expanded += length as u64;
        take(&piece[..length])?;
    }
    if expanded != size {
        let message = format!("the cabinet holds {expanded} of {size} bytes");
        return Err(Error::new(ErrorKind::UnexpectedEof, message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::expand;

    /// Longer than a block of 32 KiB, and not the same all over.
    fn contents() -> Vec<u8> {
        (0..100_000_u32).map(|i| (i / 7 % 251) as u8).collect()
    }

    fn cabinet(compression: cab::CompressionType) -> Vec<u8> {
        cabinet_of(compression, &contents())
    }

    fn cabinet_of(compression: cab::CompressionType, contents: &[u8]) -> Vec<u8> {
        let mut builder = cab::CabinetBuilder::new();
        builder.add_folder(compression).add_file("demo.pdb");
        let mut writer = builder
            .build(std::io::Cursor::new(Vec::new()))
            .expect("in memory");
        while let Some(mut file) = writer.next_file().expect("in memory") {
            file.write_all(contents).expect("in memory");
        }
        writer.finish().expect("in memory").into_inner()
    }

    /// A cabinet whose contents are one LZX block of the kind that is not compressed.
    fn lzx_cabinet(contents: &[u8]) -> Vec<u8> {
        let stored = cabinet_of(cab::CompressionType::None, contents);
        let data = u32::from_le_bytes([stored[36], stored[37], stored[38], stored[39]]) as usize;
        // One bit: no translation of calls; three: the kind of block; 24: its size; four to align.
        let head = (3_u32 << 28) | ((contents.len() as u32) << 4);
        let mut block = Vec::new();
        for word in [head >> 16, head & 0xffff] {
            block.extend_from_slice(&(word as u16).to_le_bytes());
        }
        for distance in [1_u32; 3] {
            block.extend_from_slice(&distance.to_le_bytes());
        }
        block.extend_from_slice(contents);
        let mut cabinet = stored[..data].to_vec();
        cabinet[42..44].copy_from_slice(&0x0f03_u16.to_le_bytes()); // LZX, a window of 32 KiB
        cabinet.extend_from_slice(&[0; 4]); // no checksum
        cabinet.extend_from_slice(&(block.len() as u16).to_le_bytes());
        cabinet.extend_from_slice(&(contents.len() as u16).to_le_bytes());
        cabinet.extend_from_slice(&block);
        cabinet
    }

    fn expanded(cabinet: &[u8]) -> std::io::Result<Vec<u8>> {
        let mut all = Vec::new();
        expand(cabinet, |piece| {
            all.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn expands_mszip_and_stored_files() {
        for compression in [cab::CompressionType::MsZip, cab::CompressionType::None] {
            assert_eq!(
                expanded(&cabinet(compression)).expect("a good cabinet"),
                contents()
            );
        }
    }

    #[test]
    fn expands_lzx() {
        let contents = b"what a symbol store compresses, but not further";
        let even = &contents[..46];
        assert_eq!(expanded(&lzx_cabinet(even)).expect("a good cabinet"), even);
    }

    #[test]
    fn refuses_a_cut_cabinet_at_every_length() {
        let whole = cabinet(cab::CompressionType::MsZip);
        for length in 0..whole.len() {
            assert!(expanded(&whole[..length]).is_err(), "cut to {length} bytes");
        }
    }

    #[test]
    fn refuses_changed_data() {
        let mut changed = cabinet(cab::CompressionType::MsZip);
        *changed.last_mut().expect("not empty") ^= 1;
        assert!(expanded(&changed).is_err());
    }
}
