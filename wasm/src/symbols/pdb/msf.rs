//! The container of a PDB: numbered streams, stored in blocks of one file.
//!
//! Layout: LLVM's "The MSF File Format" and `msf.cpp` of microsoft-pdb.

use std::ops::Range;

use crate::bytes::Bytes;
use crate::error::{Error, Result};
use crate::file::File;

const MAGIC: &[u8; 32] = b"Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0";

/// How other files called PDBs begin, and what to say about them.
const OTHER_FORMATS: [(&[u8], &str); 3] = [
    (
        b"Microsoft C/C++ program database 2.00",
        "a PDB 7.0 file, but a PDB 2.0 of Visual C++ 6 or before",
    ),
    (
        b"BSJB",
        "a PDB 7.0 file, but a portable PDB of .NET, which names no native code",
    ),
    (b"MSCF", "a PDB 7.0 file, but a compressed one"),
];

/// Byte offsets in the superblock, at the start of the file; all fields are u32.
mod superblock {
    pub const BLOCK_SIZE: usize = 32;
    pub const BLOCK_COUNT: usize = 40;
    pub const DIRECTORY_BYTES: usize = 44;
    /// Number of the block that lists the blocks of the directory.
    pub const DIRECTORY_MAP: usize = 52;
    pub const SIZE: usize = 56;
}

/// Size in the directory of a deleted stream.
const DELETED: u32 = u32::MAX;

/// The streams of a PDB file.
pub struct Msf {
    file: File,
    /// Size of a block in bytes, as a power of two.
    block_bits: u32,
    streams: Vec<Extent>,
    blocks: Vec<u32>,
}

/// Size of a stream in bytes, and where its block numbers are in `Msf::blocks`.
struct Extent {
    size: u32,
    blocks: Range<usize>,
}

/// One stream.
#[derive(Clone, Copy)]
pub struct Stream<'a> {
    msf: &'a Msf,
    what: &'static str,
    size: u32,
    blocks: &'a [u32],
}

impl Msf {
    /// Reads the directory of streams.
    pub fn open(file: File) -> Result<Self> {
        let head = file.bytes(0, superblock::SIZE.min(file.size() as usize))?;
        if head.len() < superblock::SIZE || !head.starts_with(MAGIC) {
            let other = OTHER_FORMATS
                .iter()
                .find(|(magic, _)| head.starts_with(magic));
            let expected = other.map_or("a PDB 7.0 file", |(_, expected)| expected);
            return Err(Error::Format { expected });
        }
        let head = Bytes::new("the MSF superblock", &head);
        let block_size = head.u32(superblock::BLOCK_SIZE)?;
        if !block_size.is_power_of_two() || !(512..=65536).contains(&block_size) {
            return Err(head.damaged(superblock::BLOCK_SIZE));
        }
        let block_count = head.u32(superblock::BLOCK_COUNT)?;
        if u64::from(block_count) > file.size().div_ceil(u64::from(block_size)) {
            return Err(head.damaged(superblock::BLOCK_COUNT));
        }
        let directory_bytes = head.u32(superblock::DIRECTORY_BYTES)?;
        if u64::from(directory_bytes) > file.size() {
            return Err(head.damaged(superblock::DIRECTORY_BYTES));
        }
        let map = u64::from(head.u32(superblock::DIRECTORY_MAP)?) * u64::from(block_size);
        let map_length = directory_bytes.div_ceil(block_size) as usize * 4;
        let blocks = words(&file.bytes(map, map_length)?);
        let mut msf = Self {
            file,
            block_bits: block_size.trailing_zeros(),
            streams: Vec::new(),
            blocks,
        };
        let directory = Stream {
            msf: &msf,
            what: "the MSF directory",
            size: directory_bytes,
            blocks: &msf.blocks,
        }
        .all()?;
        (msf.streams, msf.blocks) = parse_directory(&directory, block_size)?;
        Ok(msf)
    }

    /// Size of the file in bytes.
    pub fn file_size(&self) -> u64 {
        self.file.size()
    }

    /// The stream with a number; `what` names it in messages. None if there is none.
    pub fn stream(&self, number: u32, what: &'static str) -> Option<Stream<'_>> {
        let extent = self.streams.get(number as usize)?;
        let blocks = self.blocks.get(extent.blocks.clone())?;
        Some(Stream {
            msf: self,
            what,
            size: extent.size,
            blocks,
        })
    }
}

/// The directory: u32 count of streams, u32 size of each, then the block numbers of each.
fn parse_directory(directory: &[u8], block_size: u32) -> Result<(Vec<Extent>, Vec<u32>)> {
    let bytes = Bytes::new("the MSF directory", directory);
    let count = bytes.u32(0)? as usize;
    let sizes = bytes.slice(4, count.saturating_mul(4))?;
    let mut streams = Vec::with_capacity(count);
    let mut first = 0u32;
    for (index, size) in words(sizes).into_iter().enumerate() {
        let size = if size == DELETED { 0 } else { size };
        let end = first
            .checked_add(size.div_ceil(block_size))
            .ok_or_else(|| bytes.damaged(4 + index * 4))?;
        streams.push(Extent {
            size,
            blocks: first as usize..end as usize,
        });
        first = end;
    }
    let blocks = words(bytes.slice(4 + count * 4, (first as usize).saturating_mul(4))?);
    Ok((streams, blocks))
}

/// Little-endian u32s; a tail of fewer than four bytes is left out.
pub fn words(bytes: &[u8]) -> Vec<u32> {
    bytes
        .chunks_exact(4)
        .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
        .collect()
}

impl Stream<'_> {
    /// Length in bytes.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Fills `bytes` from `offset`; an error if the stream ends before.
    pub fn read(&self, offset: u32, bytes: &mut [u8]) -> Result<()> {
        if u64::from(offset) + bytes.len() as u64 > u64::from(self.size) {
            return Err(Error::Damaged {
                what: self.what,
                offset: offset.into(),
            });
        }
        let block_bits = self.msf.block_bits;
        let block_size = 1 << block_bits;
        let mut at = offset as usize;
        let mut rest = bytes;
        while !rest.is_empty() {
            let start = at & (block_size - 1);
            let length = rest.len().min(block_size - start);
            let (head, tail) = rest.split_at_mut(length);
            let block = u64::from(self.blocks[at >> block_bits]);
            self.msf
                .file
                .read((block << block_bits) + start as u64, head)?;
            at += length;
            rest = tail;
        }
        Ok(())
    }

    /// `length` bytes from `offset`.
    pub fn bytes(&self, offset: u32, length: u32) -> Result<Vec<u8>> {
        let mut bytes = self.msf.file.room_for(length as usize, offset.into())?;
        self.read(offset, &mut bytes)?;
        Ok(bytes)
    }

    /// The whole stream.
    pub fn all(&self) -> Result<Vec<u8>> {
        self.bytes(0, self.size)
    }

    /// The u32 at `offset`.
    pub fn u32(&self, offset: u32) -> Result<u32> {
        let mut bytes = [0; 4];
        self.read(offset, &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: usize = 512;

    /// Blocks of 512 bytes: the superblock, the directory's map, the directory, and the given blocks.
    fn msf(directory: &[u32], blocks: &[&[u8]]) -> Vec<u8> {
        let mut file = vec![0; 3 * BLOCK];
        file[..MAGIC.len()].copy_from_slice(MAGIC);
        let fields = [
            (superblock::BLOCK_SIZE, BLOCK as u32),
            (superblock::BLOCK_COUNT, 3 + blocks.len() as u32),
            (superblock::DIRECTORY_BYTES, directory.len() as u32 * 4),
            (superblock::DIRECTORY_MAP, 1),
            (BLOCK, 2),
        ];
        for (offset, value) in fields {
            file[offset..offset + 4].copy_from_slice(&value.to_le_bytes());
        }
        for (place, word) in file[2 * BLOCK..].chunks_exact_mut(4).zip(directory) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        for block in blocks {
            let start = file.len();
            file.resize(start + BLOCK, 0);
            file[start..start + block.len()].copy_from_slice(block);
        }
        file
    }

    fn open(file: Vec<u8>) -> Result<Msf> {
        Msf::open(File::new(Box::new(file))?)
    }

    #[test]
    fn a_stream_is_its_blocks_in_order() {
        // Two streams: none, and one of 514 bytes in blocks 4 and 3.
        let msf = open(msf(&[2, DELETED, 514, 4, 3], &[b"YZ", &[b'A'; BLOCK]])).unwrap();
        let stream = msf.stream(1, "a stream").unwrap();
        assert_eq!(stream.bytes(510, 4).unwrap(), b"AAYZ");
        assert!(stream.bytes(511, 4).is_err());
        assert_eq!(msf.stream(0, "a stream").unwrap().all().unwrap(), b"");
        assert!(msf.stream(2, "a stream").is_none());
    }

    #[test]
    fn sizes_that_the_file_does_not_have_are_damage() {
        assert!(open(msf(&[u32::MAX], &[])).is_err());
        assert!(open(msf(&[1, 0x7fff_ffff], &[])).is_err());
        let beyond = open(msf(&[1, 4, 99], &[])).unwrap();
        let stream = beyond.stream(0, "a stream").unwrap();
        assert!(matches!(stream.all(), Err(Error::Damaged { .. })));
    }

    #[test]
    fn other_files_are_told_apart() {
        let expected = Some(Error::Format {
            expected: "a PDB 7.0 file",
        });
        assert_eq!(open(vec![0; 4096]).err(), expected);
        assert_eq!(open(Vec::new()).err(), expected);
        for (magic, expected) in OTHER_FORMATS {
            assert_eq!(open(magic.to_vec()).err(), Some(Error::Format { expected }));
        }
    }
}
