//! The subsections of an object file's line information.
//!
//! Layout: LLVM's "CodeView Line Information", `cvinfo.h` of microsoft-pdb (`CV_DebugSSubsectionHeader_t`): u32
//! kind, u32 length of what follows, padded to 4 bytes.

use crate::bytes::Bytes;
use crate::error::Result;

/// Kinds of subsections (`DEBUG_S_SUBSECTION_TYPE`).
pub mod kind {
    /// Lines of code.
    pub const LINES: u32 = 0xf2;
    /// Source files.
    pub const FILE_CHECKSUMS: u32 = 0xf4;
    /// Where inlined functions begin.
    pub const INLINEE_LINES: u32 = 0xf6;
    /// IDs of other object files that this object file uses.
    pub const CROSS_SCOPE_IMPORTS: u32 = 0xf7;
    /// IDs of this object file that others use.
    pub const CROSS_SCOPE_EXPORTS: u32 = 0xf8;
}

/// Size of a subsection before its content, in bytes.
const HEAD: usize = 8;

/// Kind and content of each subsection.
pub fn subsections(data: &[u8]) -> impl Iterator<Item = Result<(u32, Bytes<'_>)>> {
    let bytes = Bytes::new("an object file's line information", data);
    let mut at = 0usize;
    std::iter::from_fn(move || {
        let start = at.checked_add(HEAD).filter(|&start| start <= data.len())?;
        let next = || {
            let length = bytes.u32(at + 4)? as usize;
            let content = Bytes::new("a subsection of lines", bytes.slice(start, length)?);
            Ok((bytes.u32(at)?, length, content))
        };
        let subsection = next();
        at = match &subsection {
            Ok((_, length, _)) => (start + length).next_multiple_of(4),
            Err(_) => data.len(),
        };
        Some(subsection.map(|(kind, _, content)| (kind, content)))
    })
}
