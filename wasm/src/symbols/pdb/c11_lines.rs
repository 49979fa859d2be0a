//! Source lines of one object file as compilers before Visual C++ 2005 wrote them ("C11").
//!
//! Layout: "Visual C++ 5.0 Symbolic Debug Information Specification", `sstSrcModule`, but with names that end at a
//! zero. Counts of files and sections (u16 each), u32 offsets of the files; a file has counts of its sections and of
//! nothing (u16 each), u32 offsets of their lines, then first and last offset in the section (u32 each) of each, then
//! its name; lines are a section and a count (u16 each), u32 offsets in the section, then as many u16 lines. Offsets
//! count from the start of all this unless stated otherwise.

use crate::bytes::Bytes;
use crate::error::Result;

use super::records::Place;

/// Size of a pair of counts in bytes.
const COUNTS: usize = 4;
/// Size of the first and last offsets of a section in bytes.
const RANGE: usize = 8;
/// Size of an offset with its line in bytes.
const LINE: usize = 6;

/// Code of one section that came from one file.
pub struct Piece {
    /// Where it begins.
    pub place: Place,
    /// Size in bytes.
    pub size: u32,
    /// Offset of the file's name.
    pub file: u32,
    /// Offset in the piece, and line.
    pub lines: Vec<(u32, u32)>,
}

/// The pieces of an object file.
pub fn pieces(data: &[u8]) -> Result<Vec<Piece>> {
    let bytes = Bytes::new("the lines", data);
    let mut pieces = Vec::new();
    // Valid lines use their bytes once; parts that point to the same bytes would be more lines than fit.
    let mut room = data.len();
    for index in 0..usize::from(bytes.u16(0)?) {
        let file = bytes.u32(COUNTS + 4 * index)? as usize;
        let sections = usize::from(bytes.u16(file)?);
        let offsets = file.saturating_add(COUNTS);
        let ranges = offsets.saturating_add(4 * sections);
        let name = ranges.saturating_add(RANGE * sections);
        for section in 0..sections {
            let at = bytes.u32(offsets + 4 * section)? as usize;
            let first = bytes.u32(ranges + RANGE * section)?;
            let last = bytes.u32(ranges + RANGE * section + 4)?;
            let count = usize::from(bytes.u16(at.saturating_add(2))?);
            let taken = room.checked_sub(RANGE + LINE * count);
            room = taken.ok_or_else(|| bytes.damaged(at))?;
            let starts = at + COUNTS;
            let mut lines = Vec::with_capacity(count);
            for line in 0..count {
                let start = bytes.u32(starts + 4 * line)?.wrapping_sub(first);
                let number = bytes.u16(starts + 4 * count + 2 * line)?;
                lines.push((start, number.into()));
            }
            pieces.push(Piece {
                place: Place {
                    section: bytes.u16(at)?,
                    offset: first,
                },
                size: last.wrapping_sub(first).saturating_add(1),
                file: name as u32,
                lines,
            });
        }
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // A test may fail by panicking.

    use super::*;

    /// One file, `a.c`, with the code at 2:0x40..=0x4f: line 7, and line 9 from 0x48 on.
    fn one_file() -> Vec<u8> {
        let mut data = Vec::new();
        data.extend([1u16, 1].map(u16::to_le_bytes).concat());
        data.extend([8u32].map(u32::to_le_bytes).concat());
        data.extend([1u16, 0].map(u16::to_le_bytes).concat());
        data.extend([28u32, 0x40, 0x4f].map(u32::to_le_bytes).concat());
        data.extend(b"a.c\0");
        data.extend([2u16, 2].map(u16::to_le_bytes).concat());
        data.extend([0x40u32, 0x48].map(u32::to_le_bytes).concat());
        data.extend([7u16, 9].map(u16::to_le_bytes).concat());
        data
    }

    #[test]
    fn a_piece_is_the_code_of_a_file_in_a_section() {
        let pieces = pieces(&one_file()).unwrap();
        let [piece] = &pieces[..] else {
            panic!("{} pieces", pieces.len());
        };
        let Place { section, offset } = piece.place;
        assert_eq!((section, offset, piece.size), (2, 0x40, 0x10));
        assert_eq!(piece.lines, [(0, 7), (8, 9)]);
        assert!(one_file()[piece.file as usize..].starts_with(b"a.c\0"));
    }

    #[test]
    fn files_that_lead_to_the_same_lines_over_and_over_are_damage() {
        let mut data = one_file();
        data[..2].copy_from_slice(&200u16.to_le_bytes());
        data.splice(
            4..8,
            std::iter::repeat_n(804u32.to_le_bytes(), 200).flatten(),
        );
        let lines = data.len() as u32 - 16;
        data[808..812].copy_from_slice(&lines.to_le_bytes());
        assert!(pieces(&data).is_err());
    }
}
