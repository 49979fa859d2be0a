use std::io::Write;

use super::CabinetFile;
use crate::error::{Error, Result};
use crate::file::File;

/// Longer than three blocks of 32 KiB, and not uniform.
fn contents() -> Vec<u8> {
    (0..100_000_u32).map(|i| (i / 7 % 251) as u8).collect()
}

/// A cabinet by an independent writer, with its checksums added.
fn cabinet_of(compression: cab::CompressionType, files: &[&[u8]]) -> Vec<u8> {
    let mut builder = cab::CabinetBuilder::new();
    let folder = builder.add_folder(compression);
    for number in 0..files.len() {
        folder.add_file(format!("{number}.pdb"));
    }
    let mut writer = builder
        .build(std::io::Cursor::new(Vec::new()))
        .expect("in memory");
    for contents in files {
        let mut file = writer
            .next_file()
            .expect("in memory")
            .expect("as many as were added");
        file.write_all(contents).expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}

fn mszip(files: &[&[u8]]) -> Vec<u8> {
    cabinet_of(cab::CompressionType::MsZip, files)
}

/// A cabinet whose contents are one uncompressed LZX block.
fn lzx_cabinet(contents: &[u8]) -> Vec<u8> {
    let stored = cabinet_of(cab::CompressionType::None, &[contents]);
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

fn expanded(cabinet: &[u8]) -> Result<Vec<u8>> {
    let mut file = CabinetFile::open(File::new(Box::new(cabinet.to_vec()))?)?;
    let mut all = Vec::new();
    while let Some(piece) = file.next_piece()? {
        assert!(!piece.is_empty() && piece.len() <= 1 << 15);
        all.extend_from_slice(piece);
    }
    Ok(all)
}

#[test]
fn expands_mszip_and_stored_files() {
    for compression in [cab::CompressionType::MsZip, cab::CompressionType::None] {
        assert_eq!(
            expanded(&cabinet_of(compression, &[&contents()])).expect("a good cabinet"),
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
fn expands_an_empty_file() {
    assert_eq!(expanded(&mszip(&[b""])).expect("a good cabinet"), b"");
}

#[test]
fn expands_the_first_of_several_files() {
    let (first, second) = (contents(), vec![1; 50_000]);
    assert_eq!(expanded(&mszip(&[&first, &second])).expect("good"), first);
}

#[test]
fn rejects_a_cut_cabinet_at_every_length() {
    let whole = mszip(&[&contents()]);
    for length in 0..whole.len() {
        assert!(expanded(&whole[..length]).is_err(), "cut to {length} bytes");
    }
}

/// No wrong byte is returned: a change is an error, or it is in data that says nothing about the contents.
#[test]
fn never_expands_to_other_contents_whatever_byte_is_changed() {
    for compression in [cab::CompressionType::MsZip, cab::CompressionType::None] {
        let whole = cabinet_of(compression, &[&contents()[..40_000]]);
        for at in 0..whole.len() {
            for mask in [1, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[at] ^= mask;
                if let Ok(found) = expanded(&changed) {
                    assert!(found == contents()[..40_000], "byte {at} by {mask:#x}");
                }
            }
        }
    }
}

#[test]
fn rejects_a_file_that_is_a_part_of_what_the_cabinet_holds() {
    let mut shorter = mszip(&[&contents()]);
    let entry = u32::from_le_bytes([shorter[16], shorter[17], shorter[18], shorter[19]]) as usize;
    shorter[entry..entry + 4].copy_from_slice(&65_536_u32.to_le_bytes());
    assert!(matches!(expanded(&shorter), Err(Error::Damaged { .. })));
    let mut later = mszip(&[&contents()]);
    later[entry..entry + 4].copy_from_slice(&99_000_u32.to_le_bytes());
    later[entry + 4..entry + 8].copy_from_slice(&1000_u32.to_le_bytes());
    assert!(expanded(&later).is_err());
}

#[test]
fn rejects_a_bomb_before_it_expands_a_byte() {
    let zeros = vec![0; 40 << 20];
    let bomb = mszip(&[&zeros]);
    assert!(bomb.len() < 100_000);
    let opened = CabinetFile::open(File::new(Box::new(bomb)).expect("a file"));
    assert!(matches!(opened, Err(Error::Unsupported { .. })));
}

/// A damaged file in the corpus would never reach the decoders.
#[test]
fn expands_what_the_fuzzer_begins_with() {
    let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/cabinet");
    for name in ["checked", "lzx", "mszip", "stored"] {
        let cabinet = std::fs::read(format!("{corpus}/{name}.cab")).expect("checked in");
        let contents = expanded(&cabinet).expect(name);
        assert!(contents.starts_with(b"99 bottles of beer"), "{name}");
        assert!(contents.is_ascii(), "{name}");
    }
}
