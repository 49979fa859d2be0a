//! Cabinets, in which symbol stores keep compressed files: one file in each.
//!
//! A cabinet is read and expanded block by block, so that neither memory nor the time between two pieces grows with its
//! contents. The container is read here and not by a library, because a wrong size or offset in it must be an error:
//! names from a truncated PDB could look right. Libraries do the two compressions.
//!
//! Layout from Microsoft's "[MS-CAB]: Cabinet File Format", MSZIP from "[MS-MCI]".

mod compression;

use compression::Decoder;

use crate::bytes::Bytes;
use crate::error::{Error, Result};
use crate::file::File;

/// Begins every cabinet.
const SIGNATURE: &[u8] = b"MSCF";

/// CFHEADER: offsets of its fields, and its size without the optional ones.
mod header {
    /// `coffFiles`, u32: where the entries of files begin.
    pub const FILES: usize = 16;
    /// `versionMinor`, then `versionMajor`, u8.
    pub const VERSION: usize = 24;
    /// `cFolders`, u16.
    pub const FOLDER_COUNT: usize = 26;
    /// `cFiles`, u16.
    pub const FILE_COUNT: usize = 28;
    /// `flags`, u16.
    pub const FLAGS: usize = 30;
    pub const SIZE: usize = 36;
    /// `cbCFHeader`, u16; present with [`RESERVE_PRESENT`], as are the next two.
    pub const HEADER_RESERVE: usize = 36;
    /// `cbCFFolder`, u8.
    pub const FOLDER_RESERVE: usize = 38;
    /// `cbCFData`, u8.
    pub const DATA_RESERVE: usize = 39;
    pub const SIZE_WITH_RESERVE: usize = 40;

    /// Bits of `flags`: the cabinet continues another one, or continues in another one.
    pub const IS_PART_OF_SET: u16 = 1 | 2;
    /// Bit of `flags`.
    pub const RESERVE_PRESENT: u16 = 4;
}

/// CFFOLDER: a run of data blocks.
mod folder {
    /// `coffCabStart`, u32: where its data blocks begin.
    pub const DATA: usize = 0;
    /// `cCFData`, u16: the number of blocks.
    pub const BLOCK_COUNT: usize = 4;
    /// `typeCompress`, u16.
    pub const COMPRESSION: usize = 6;
    pub const SIZE: usize = 8;
}

/// CFFILE: a range of a folder's expanded data.
mod entry {
    /// `cbFile`, u32.
    pub const FILE_SIZE: usize = 0;
    /// `uoffFolderStart`, u32.
    pub const START: usize = 4;
    /// `iFolder`, u16.
    pub const FOLDER: usize = 8;
    /// Size without the name.
    pub const SIZE: usize = 16;
}

/// CFDATA: a block.
mod block {
    /// `csum`, u32; 0: there is none.
    pub const CHECKSUM: usize = 0;
    /// `cbData`, u16, and `cbUncomp`, u16, which the checksum covers.
    pub const SIZES: usize = 4;
    pub const COMPRESSED: usize = 4;
    pub const UNCOMPRESSED: usize = 6;
    pub const SIZE: usize = 8;
}

/// Most bytes to which a block expands, according to the format.
const MAX_BLOCK: usize = 1 << 15;
/// Most bytes of a file per byte of its cabinet. PDBs have 3 to 10, and MSZIP reaches 1,000 for nothing but zeros: four
/// megabytes from a server must not fill a disk.
const MAX_RATIO: u64 = 100;
/// A size that is always allowed: a small file may be all zeros.
const ALWAYS_ALLOWED: u64 = 1 << 20;

/// The file in a cabinet, expanded piece by piece.
pub struct CabinetFile {
    cabinet: File,
    /// Where the next block begins.
    next: u64,
    blocks_left: u16,
    /// Size of a block's header in bytes, with the application's reserved part.
    block_header: usize,
    /// Bytes of the folder before the file.
    skip: u64,
    /// Bytes of the file that have not been returned yet.
    left: u64,
    /// Whether it is the only file of the cabinet, and so everything in its folder.
    is_alone: bool,
    decoder: Decoder,
}

impl CabinetFile {
    /// Opens the first file of a cabinet; nothing of it is expanded yet.
    pub fn open(cabinet: File) -> Result<Self> {
        let size = header::SIZE_WITH_RESERVE.min(cabinet.size() as usize);
        let bytes = cabinet.bytes(0, size)?;
        let head = Bytes::new("a cabinet's header", &bytes);
        if !head.data.starts_with(SIGNATURE) {
            return Err(Error::Format {
                expected: "a cabinet",
            });
        }
        if head.u8(header::VERSION + 1)? != 1 {
            return Err(unsupported("a version other than 1"));
        }
        let flags = head.u16(header::FLAGS)?;
        if flags & header::IS_PART_OF_SET != 0 {
            return Err(unsupported("a part of a set of cabinets"));
        }
        let has_reserve = flags & header::RESERVE_PRESENT != 0;
        let (mut folders, mut folder_size, mut block_header) =
            (header::SIZE, folder::SIZE, block::SIZE);
        if has_reserve {
            folders = header::SIZE_WITH_RESERVE + usize::from(head.u16(header::HEADER_RESERVE)?);
            folder_size += usize::from(head.u8(header::FOLDER_RESERVE)?);
            block_header += usize::from(head.u8(header::DATA_RESERVE)?);
        }
        let (folder_count, file_count) = (
            head.u16(header::FOLDER_COUNT)?,
            head.u16(header::FILE_COUNT)?,
        );
        if file_count == 0 {
            return Err(unsupported("no file"));
        }

        let bytes = cabinet.bytes(u64::from(head.u32(header::FILES)?), entry::SIZE)?;
        let file = Bytes::new("a cabinet's file entry", &bytes);
        let number = file.u16(entry::FOLDER)?;
        if number >= folder_count {
            return Err(file.damaged(entry::FOLDER));
        }
        let left = u64::from(file.u32(entry::FILE_SIZE)?);
        if left > ALWAYS_ALLOWED.max(cabinet.size().saturating_mul(MAX_RATIO)) {
            return Err(unsupported("a file of more than 100 times its own size"));
        }
        let skip = u64::from(file.u32(entry::START)?);
        let is_alone = file_count == 1;
        if is_alone && skip > 0 {
            return Err(file.damaged(entry::START));
        }
        let at = folders + usize::from(number) * folder_size;
        let bytes = cabinet.bytes(at as u64, folder::SIZE)?;
        let folder = Bytes::new("a cabinet's folder", &bytes);
        Ok(Self {
            next: u64::from(folder.u32(folder::DATA)?),
            blocks_left: folder.u16(folder::BLOCK_COUNT)?,
            block_header,
            skip,
            left,
            is_alone,
            decoder: Decoder::new(folder.u16(folder::COMPRESSION)?)?,
            cabinet,
        })
    }

    /// The next piece of the file, up to 32 KiB; none after its end.
    pub fn next_piece(&mut self) -> Result<Option<&[u8]>> {
        if self.left == 0 {
            return if self.is_alone && self.blocks_left > 0 {
                Err(self.damaged("a cabinet that holds more than its file"))
            } else {
                Ok(None)
            };
        }
        loop {
            let length = self.decode_block()? as u64;
            let skipped = self.skip.min(length);
            self.skip -= skipped;
            let taken = self.left.min(length - skipped);
            if taken == 0 {
                continue;
            }
            self.left -= taken;
            if self.is_alone && taken < length {
                return Err(self.damaged("a cabinet that holds more than its file"));
            }
            let piece = &self.decoder.decoded()[skipped as usize..][..taken as usize];
            return Ok(Some(piece));
        }
    }

    /// Decodes the next block and returns its length, which is not 0.
    fn decode_block(&mut self) -> Result<usize> {
        if self.blocks_left == 0 {
            return Err(self.damaged("a cabinet that holds less than its file"));
        }
        let bytes = self.cabinet.bytes(self.next, self.block_header)?;
        let head = Bytes::new("a cabinet's data block", &bytes);
        let (compressed, expanded) = (
            usize::from(head.u16(block::COMPRESSED)?),
            usize::from(head.u16(block::UNCOMPRESSED)?),
        );
        if expanded == 0 || expanded > MAX_BLOCK {
            return Err(self.damaged("the size of a cabinet's data block"));
        }
        let data = self
            .cabinet
            .bytes(self.next + self.block_header as u64, compressed)?;
        let expected = head.u32(block::CHECKSUM)?;
        if expected != 0 {
            let covered = &head.data[block::SIZES..];
            if checksum(&data, checksum(covered, 0)) != expected {
                return Err(self.damaged("a cabinet's data block, by its checksum"));
            }
        }
        if !self.decoder.decode(&data, expanded) {
            return Err(self.damaged("a cabinet's compressed data"));
        }
        self.next += (self.block_header + compressed) as u64;
        self.blocks_left -= 1;
        Ok(expanded)
    }

    fn damaged(&self, what: &'static str) -> Error {
        Error::Damaged {
            what,
            offset: self.next,
        }
    }
}

fn unsupported(what: &'static str) -> Error {
    Error::Unsupported { what }
}

/// The format's checksum: 32-bit words by exclusive or, the remaining bytes as one word in reverse byte order.
fn checksum(data: &[u8], seed: u32) -> u32 {
    let words = data.chunks_exact(4);
    let rest = words
        .remainder()
        .iter()
        .fold(0, |rest, &byte| (rest << 8) | u32::from(byte));
    words.fold(seed ^ rest, |sum, word| {
        sum ^ u32::from_le_bytes([word[0], word[1], word[2], word[3]])
    })
}

#[cfg(test)]
mod tests;
