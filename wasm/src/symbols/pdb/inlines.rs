//! Functions inlined into a procedure, with the code and lines of each.
//!
//! Layout: `cvinfo.h` of microsoft-pdb (`INLINESITESYM`, `CodeViewInfo`/"binary annotations").

use crate::bytes::Bytes;
use crate::error::Result;

use super::lines::{ObjectLines, SourceLine};
use super::records::{self, kind};

/// Byte offsets in an inline site; the newer kind has a count of calls before the annotations.
mod site {
    pub const INLINEE: usize = 12;
    pub const ANNOTATIONS: usize = 16;
    pub const ANNOTATIONS_2: usize = 20;
}

/// Operations of binary annotations.
mod operation {
    pub const CODE_OFFSET: u32 = 1;
    pub const CHANGE_CODE_OFFSET_BASE: u32 = 2;
    pub const CHANGE_CODE_OFFSET: u32 = 3;
    pub const CHANGE_CODE_LENGTH: u32 = 4;
    pub const CHANGE_FILE: u32 = 5;
    pub const CHANGE_LINE_OFFSET: u32 = 6;
    pub const CHANGE_CODE_OFFSET_AND_LINE_OFFSET: u32 = 11;
    pub const CHANGE_CODE_LENGTH_AND_CODE_OFFSET: u32 = 12;
    /// The last known one; all others have one operand each.
    pub const LAST: u32 = 13;
}

/// Lines have 24 bits; lines in annotations go below zero if the optimizer moved code.
const MAX_LINE: u32 = 0xff_ffff;
/// Deepest nesting that is followed; compilers stop far before.
const MAX_DEPTH: usize = 256;

/// A function inlined at one place of a procedure.
pub struct InlineSite {
    /// The number of sites in which it is nested.
    pub depth: usize,
    /// ID of the inlined function.
    pub inlinee: u32,
    ranges: Vec<Range>,
}

/// Code of an inlined function, relative to the procedure's begin.
struct Range {
    start: u32,
    end: u32,
    source: SourceLine,
}

impl InlineSite {
    /// Number of ranges, and the site itself.
    pub fn entry_count(&self) -> usize {
        1 + self.ranges.len()
    }

    /// The line of the inlined function at an offset from the procedure's begin.
    pub fn line_at(&self, offset: u32) -> Option<SourceLine> {
        let inside = |range: &&Range| range.start <= offset && offset < range.end;
        self.ranges.iter().find(inside).map(|range| range.source)
    }
}

/// The inline sites of a procedure from its records, outer ones before inner ones.
///
/// dbghelp cannot read a site whose code comes from several files (Rust has such sites), and takes it for the last of
/// its siblings: sites after it at that level, and those nested in it, are not seen.
pub fn inline_sites(procedure: &[u8], lines: &ObjectLines) -> Result<Vec<InlineSite>> {
    let mut sites = Vec::new();
    let mut depth = 0usize;
    let mut unseen_from = MAX_DEPTH;
    for (_, kind, record) in records::records(procedure, 0) {
        let annotations = match kind {
            kind::INLINESITE => site::ANNOTATIONS,
            kind::INLINESITE2 => site::ANNOTATIONS_2,
            kind::INLINESITE_END => {
                depth = depth.saturating_sub(1);
                if depth < unseen_from {
                    unseen_from = MAX_DEPTH;
                }
                continue;
            }
            _ => continue,
        };
        let inlinee = record.u32(site::INLINEE)?;
        if let (Some(source), true) = (lines.inlinee(inlinee), depth < unseen_from) {
            let annotations = record.data.get(annotations..).unwrap_or_default();
            match ranges(annotations, source) {
                Some(ranges) => sites.push(InlineSite {
                    depth,
                    inlinee,
                    ranges,
                }),
                None => unseen_from = depth,
            }
        }
        depth += 1;
    }
    Ok(sites)
}

/// Runs the annotations: a small machine that moves through code and source together. A range ends where
/// its length says, or else where the next one begins. None if they change the file.
fn ranges(annotations: &[u8], first: SourceLine) -> Option<Vec<Range>> {
    let mut operands = Operands { bytes: annotations };
    let mut ranges: Vec<Range> = Vec::new();
    let mut source = first;
    let (mut base, mut offset) = (0u32, 0u32);
    while let Some(operation) = operands.next() {
        let Some(operand) = operands
            .next()
            .filter(|_| (1..=operation::LAST).contains(&operation))
        else {
            break;
        };
        let mut length = None;
        match operation {
            operation::CODE_OFFSET => offset = operand,
            operation::CHANGE_CODE_OFFSET_BASE => base = operand,
            operation::CHANGE_CODE_OFFSET => offset = offset.wrapping_add(operand),
            operation::CHANGE_CODE_LENGTH => {
                if let Some(range) = ranges.last_mut().filter(|range| range.end == u32::MAX) {
                    range.end = range.start.saturating_add(operand);
                }
                offset = offset.wrapping_add(operand);
            }
            operation::CHANGE_FILE => return None,
            operation::CHANGE_LINE_OFFSET => {
                source.line = source.line.wrapping_add(signed(operand));
            }
            operation::CHANGE_CODE_OFFSET_AND_LINE_OFFSET => {
                // The low 4 bits advance in the code, the rest in the source.
                source.line = source.line.wrapping_add(signed(operand >> 4));
                offset = offset.wrapping_add(operand & 0xf);
            }
            operation::CHANGE_CODE_LENGTH_AND_CODE_OFFSET => {
                length = Some(operand);
                offset = offset.wrapping_add(operands.next().unwrap_or(0));
            }
            _ => {}
        }
        let begins = matches!(
            operation,
            operation::CHANGE_CODE_OFFSET
                | operation::CHANGE_CODE_OFFSET_AND_LINE_OFFSET
                | operation::CHANGE_CODE_LENGTH_AND_CODE_OFFSET
        );
        if begins {
            let start = base.wrapping_add(offset);
            if let Some(range) = ranges.last_mut().filter(|range| range.end == u32::MAX) {
                range.end = start;
            }
            let end = length.map_or(u32::MAX, |length| start.saturating_add(length));
            let line = source.line & MAX_LINE;
            ranges.push(Range {
                start,
                end,
                source: SourceLine { line, ..source },
            });
        }
    }
    Some(ranges)
}

/// Two's complement of an operand whose lowest bit is the sign.
fn signed(operand: u32) -> u32 {
    match operand & 1 {
        0 => operand >> 1,
        _ => (operand >> 1).wrapping_neg(),
    }
}

/// Numbers of 1, 2 or 4 bytes, most significant first; the top bits of the first byte tell the length.
struct Operands<'a> {
    bytes: &'a [u8],
}

impl Iterator for Operands<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let bytes = Bytes::new("binary annotations", self.bytes);
        let first = bytes.u8(0).ok()?;
        let (length, mask) = match first {
            0..=0x7f => (1, 0x7f),
            0x80..=0xbf => (2, 0x3f),
            0xc0..=0xdf => (4, 0x1f),
            _ => return None,
        };
        let operand = bytes.slice(0, length).ok()?;
        self.bytes = &self.bytes[length..];
        Some(
            operand[1..]
                .iter()
                .fold(u32::from(first & mask), |value, &byte| {
                    (value << 8) | u32::from(byte)
                }),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: SourceLine = SourceLine {
        file: 0x18,
        line: 40,
    };

    fn lines(annotations: &[u8]) -> Vec<(u32, u32, u32, u32)> {
        let ranges = ranges(annotations, FIRST).into_iter();
        ranges
            .flatten()
            .map(|Range { start, end, source }| (start, end, source.file, source.line))
            .collect()
    }

    #[test]
    fn a_range_ends_at_its_length_or_where_the_next_begins() {
        // Code +3, line +2; code +8; length 5 and code +4, in that order.
        let annotations = [0x0b, 0x43, 0x03, 0x08, 0x0c, 0x05, 0x04];
        let expected = [(3, 11, 0x18, 42), (11, 15, 0x18, 42), (15, 20, 0x18, 42)];
        assert_eq!(lines(&annotations), expected);
    }

    #[test]
    fn lines_go_back_by_two_s_complement_of_24_bits() {
        // Line -1, code +1, length 2, line -60 (two bytes), code +1, length 1, padding.
        let annotations = [
            0x06, 0x03, 0x03, 0x01, 0x04, 0x02, 0x06, 0x79, 0x03, 0x01, 0x04, 0x01, 0x00, 0x00,
        ];
        let expected = [(1, 3, 0x18, 39), (4, 5, 0x18, 0xff_ffeb)];
        assert_eq!(lines(&annotations), expected);
    }

    #[test]
    fn a_site_with_several_files_has_no_ranges() {
        // Code +3, length 1, file 0x1234 (two bytes), code +1, length 2.
        let annotations = [
            0x03, 0x03, 0x04, 0x01, 0x05, 0x92, 0x34, 0x03, 0x01, 0x04, 0x02,
        ];
        assert!(ranges(&annotations, FIRST).is_none());
    }

    #[test]
    fn numbers_have_one_two_or_four_bytes() {
        let bytes = [0x7f, 0x80, 0x80, 0xc0, 0x01, 0x02, 0x03, 0xff];
        let operands: Vec<_> = Operands { bytes: &bytes }.collect();
        assert_eq!(operands, [0x7f, 0x80, 0x1_0203]);
    }

    #[test]
    fn unknown_operations_end_the_annotations() {
        assert_eq!(
            lines(&[0x03, 0x01, 0x0e, 0x01, 0x03, 0x01]),
            [(1, u32::MAX, 0x18, 40)]
        );
    }
}
