//! Source lines of one object file, as compilers since Visual C++ 2005 write them ("C13"); [`c11_lines`] reads those of
//! earlier ones.
//!
//! Layout: LLVM's "CodeView Line Information", `cvinfo.h` of microsoft-pdb (`CV_DebugSSubsectionHeader_t`).

use rustc_hash::FxHashMap;
use std::cell::Cell;
use std::ops::Range;

use crate::bytes::Bytes;
use crate::error::Result;
use crate::symbols::search::partition_point_near;

use super::c11_lines;
use super::dbi::{ObjectFile, ObjectIndex};
use super::msf::Msf;
use super::object_symbols::stream;
use super::records::Place;
use super::subsections::{kind as subsection, subsections};
use super::FileName;

/// Byte offsets in a subsection of lines: a header, then blocks, one per file.
mod layout {
    pub const OFFSET: usize = 0;
    pub const SECTION: usize = 4;
    pub const CODE_SIZE: usize = 8;
    pub const BLOCKS: usize = 12;
    /// In a block: its file, the number of its lines, its own size, then its lines.
    pub const FILE: usize = 0;
    pub const COUNT: usize = 4;
    pub const BLOCK_SIZE: usize = 8;
    pub const ENTRIES: usize = 12;
    /// In a line: offset of its code from the header's, then the line in the low 24 bits of flags.
    pub const ENTRY_SIZE: usize = 8;
    pub const LINE_MASK: u32 = 0x00ff_ffff;
}

/// Byte offsets in an entry of the file checksums; padded to 4 bytes.
mod file_checksum {
    /// Offset of the file's name in the PDB's string table.
    pub const NAME: usize = 0;
    pub const LENGTH: usize = 4;
    pub const HEAD: usize = 6;
}

/// Byte offsets in the list of inlined functions: a u32 that says whether entries list more files, then the
/// entries.
mod inlinee {
    pub const WITH_MORE_FILES: u32 = 1;
    pub const ENTRIES: usize = 4;
    pub const ID: usize = 0;
    pub const FILE: usize = 4;
    pub const LINE: usize = 8;
    pub const SIZE: usize = 12;
}

/// Lines of an object file.
#[derive(Default)]
pub struct ObjectLines {
    /// Pieces of code that have lines, by place.
    pieces: Vec<Piece>,
    /// Where the last search among them ended.
    near: Cell<usize>,
    /// Offset in its piece, and source, of every line, piece after piece.
    rows: Vec<(u32, SourceLine)>,
    /// Where functions inlined in this object file begin in the source, by ID.
    inlinees: FxHashMap<u32, SourceLine>,
    /// Offset of each file's checksum, ascending, and of its name in the PDB's string table.
    files: Vec<(u32, u32)>,
    /// Offset of the earlier kind of lines in the object file's stream, if it has them: names of files are at offsets
    /// from there.
    c11_offset: Option<u32>,
}

/// Code with lines: a function, or all code of an assembler file.
struct Piece {
    place: Place,
    size: u32,
    /// Its rows, by offset.
    rows: Range<usize>,
}

/// A line of a file. Compilers write 0xf00f00 and 0xfeefee for code that debuggers step over; dbghelp returns those
/// like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLine {
    /// Offset of the file's checksum in the object file's list, or of its name; see [`ObjectLines::file_name`].
    pub file: u32,
    /// Line, from 1; 0 for code that belongs to no line.
    pub line: u32,
}

impl ObjectLines {
    /// Reads an object file's lines; empty if it has none.
    pub fn open(msf: &Msf, object: ObjectFile) -> Result<Self> {
        let mut this = Self::default();
        let Some(stream) = stream(msf, object) else {
            return Ok(this);
        };
        if object.lines_size == 0 && object.c11_lines_size != 0 {
            let data = stream.bytes(object.symbols_size, object.c11_lines_size)?;
            this.add_c11_lines(object.symbols_size, &data)?;
        }
        let data = stream.bytes(object.lines_offset, object.lines_size)?;
        for subsection in subsections(&data) {
            let (kind, content) = subsection?;
            match kind {
                subsection::LINES => this.add_lines(content)?,
                subsection::FILE_CHECKSUMS => this.add_files(content)?,
                subsection::INLINEE_LINES => this.add_inlinees(content)?,
                _ => {}
            }
        }
        // Stable, because the first of the functions folded into one counts.
        this.pieces.sort_by_key(|piece| piece.place);
        Ok(this)
    }

    /// The line of the code at a place. If several begin at one place, all but the last have no code: dbghelp names the
    /// first of them for that very place and the last one for the code after it.
    pub fn at(&self, place: Place) -> Option<SourceLine> {
        let is_before = |index: usize| self.pieces[index].place <= place;
        let end = partition_point_near(self.pieces.len(), self.near.get(), is_before);
        self.near.set(end);
        let (last, before) = self.pieces[..end].split_last()?;
        let nearest = last.place;
        let piece = match before.last() {
            Some(other) if other.place == nearest => {
                &before[before.partition_point(|piece| piece.place < nearest)]
            }
            _ => last,
        };
        let offset = place.offset.wrapping_sub(nearest.offset);
        if nearest.section != place.section || offset >= piece.size {
            return None;
        }
        let rows = &self.rows[piece.rows.clone()];
        let end = rows.partition_point(|&(start, _)| start <= offset);
        let (found, last) = *rows[..end].last()?;
        if found < offset {
            return Some(last);
        }
        let start = rows[..end].partition_point(|&(start, _)| start < found);
        Some(rows[start].1)
    }

    /// Whether functions were inlined in the object file.
    pub fn has_inlinees(&self) -> bool {
        !self.inlinees.is_empty()
    }

    /// Where an inlined function begins.
    pub fn inlinee(&self, id: u32) -> Option<SourceLine> {
        self.inlinees.get(&id).copied()
    }

    /// Where a file's name is, given the index of the object file of these lines.
    pub fn file_name(&self, object: ObjectIndex, file: u32) -> Option<FileName> {
        if let Some(start) = self.c11_offset {
            return Some(FileName::ObjectFile(object, start.saturating_add(file)));
        }
        let index = self.files.partition_point(|&(known, _)| known < file);
        let (known, name) = *self.files.get(index)?;
        (known == file).then_some(FileName::Table(name))
    }

    /// Number of entries.
    pub fn entry_count(&self) -> usize {
        self.rows.len() + self.inlinees.len() + self.files.len()
    }

    fn add_c11_lines(&mut self, offset: u32, data: &[u8]) -> Result<()> {
        self.c11_offset = Some(offset);
        for piece in c11_lines::pieces(data)? {
            let start = self.rows.len();
            let file = piece.file;
            let lines = piece.lines.into_iter();
            self.rows
                .extend(lines.map(|(offset, line)| (offset, SourceLine { file, line })));
            self.rows[start..].sort_by_key(|&(offset, _)| offset);
            self.pieces.push(Piece {
                place: piece.place,
                size: piece.size,
                rows: start..self.rows.len(),
            });
        }
        Ok(())
    }

    fn add_lines(&mut self, bytes: Bytes<'_>) -> Result<()> {
        let place = Place {
            section: bytes.u16(layout::SECTION)?,
            offset: bytes.u32(layout::OFFSET)?,
        };
        let mut rows: Vec<(u32, usize, SourceLine)> = Vec::new();
        let mut at = layout::BLOCKS;
        while at.saturating_add(layout::ENTRIES) <= bytes.data.len() {
            let file = bytes.u32(at + layout::FILE)?;
            let count = bytes.u32(at + layout::COUNT)? as usize;
            let size = count.saturating_mul(layout::ENTRY_SIZE);
            for entry in bytes
                .slice(at + layout::ENTRIES, size)?
                .chunks_exact(layout::ENTRY_SIZE)
            {
                let entry = Bytes::new("a line", entry);
                let line = entry.u32(4)? & layout::LINE_MASK;
                rows.push((entry.u32(0)?, at, SourceLine { file, line }));
            }
            let size = bytes.u32(at + layout::BLOCK_SIZE)? as usize;
            // A sum that wraps around, as it could in 32 bits, would start over.
            at = at.saturating_add(size.max(layout::ENTRIES));
        }
        let start = self.rows.len();
        self.add_rows(rows);
        self.pieces.push(Piece {
            place,
            size: bytes.u32(layout::CODE_SIZE)?,
            rows: start..self.rows.len(),
        });
        Ok(())
    }

    /// Adds rows by offset, each with the block that it is from. A function with code from several files has a block
    /// for each; if two have rows at one offset, dbghelp takes only those of the last block.
    fn add_rows(&mut self, mut rows: Vec<(u32, usize, SourceLine)>) {
        rows.sort_by_key(|&(offset, block, _)| (offset, block));
        for same_offset in rows.chunk_by(|(one, _, _), (other, _, _)| one == other) {
            let last = same_offset.last().map(|&(_, block, _)| block);
            let of_last = same_offset
                .iter()
                .filter(|&&(_, block, _)| Some(block) == last);
            self.rows
                .extend(of_last.map(|&(offset, _, source)| (offset, source)));
        }
    }

    fn add_files(&mut self, bytes: Bytes<'_>) -> Result<()> {
        let mut at = 0;
        while at + file_checksum::HEAD <= bytes.data.len() {
            let name = bytes.u32(at + file_checksum::NAME)?;
            self.files.push((at as u32, name));
            let length = usize::from(bytes.u8(at + file_checksum::LENGTH)?);
            at += (file_checksum::HEAD + length).next_multiple_of(4);
        }
        Ok(())
    }

    fn add_inlinees(&mut self, bytes: Bytes<'_>) -> Result<()> {
        let with_more_files = bytes.u32(0)? == inlinee::WITH_MORE_FILES;
        let mut at = inlinee::ENTRIES;
        while at.saturating_add(inlinee::SIZE) <= bytes.data.len() {
            let source = SourceLine {
                file: bytes.u32(at + inlinee::FILE)?,
                line: bytes.u32(at + inlinee::LINE)?,
            };
            // Generic functions of Rust occur several times; the first counts.
            self.inlinees
                .entry(bytes.u32(at + inlinee::ID)?)
                .or_insert(source);
            at += inlinee::SIZE;
            if with_more_files {
                let count = bytes.u32(at)? as usize;
                at = at.saturating_add(4).saturating_add(count.saturating_mul(4));
            }
        }
        Ok(())
    }
}
