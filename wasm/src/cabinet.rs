//! Cabinets, in which symbol stores keep compressed files: one file in each, MSZIP or LZX.

use std::io::{Cursor, Error, ErrorKind, Read, Result};

/// Bytes handed on at a time.
const PIECE: usize = 1 << 20;

/// Expands the first file of a cabinet, piece by piece, so that memory does not grow with the file. A
/// cabinet cannot hold more than 2 GiB, whatever it claims: 65,535 blocks of 32 KiB.
pub fn expand(cabinet: &[u8], mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut cabinet = cab::Cabinet::new(Cursor::new(cabinet))?;
    let first = cabinet.folder_entries().flat_map(|folder| folder.file_entries()).next();
    let first = first.ok_or_else(|| Error::new(ErrorKind::InvalidData, "the cabinet is empty"))?;
    let (name, size) = (first.name().to_string(), u64::from(first.uncompressed_size()));
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
        let mut builder = cab::CabinetBuilder::new();
        builder.add_folder(compression).add_file("demo.pdb");
        let mut writer = builder.build(std::io::Cursor::new(Vec::new())).expect("in memory");
        while let Some(mut file) = writer.next_file().expect("in memory") {
            file.write_all(&contents()).expect("in memory");
        }
        writer.finish().expect("in memory").into_inner()
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
            assert_eq!(expanded(&cabinet(compression)).expect("a good cabinet"), contents());
        }
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
