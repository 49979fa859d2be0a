//! The PDB's string table, the stream named `/names`: the names of source files.
//!
//! Layout: LLVM's "The PDB String Table": u32 signature, u32 version, u32 length, then zero-terminated strings.

use crate::bytes::Bytes;
use crate::error::Result;

use super::msf::{Msf, Stream};

/// Name of the stream.
pub const STREAM_NAME: &str = "/names";

/// Byte offset of the strings.
const STRINGS: u32 = 12;
/// Longest string that is read, in bytes: a path.
const MAX_STRING: u32 = 4096;

/// The string at an offset from the first one; empty if there is none.
pub fn string(msf: &Msf, stream: Option<u32>, offset: u32) -> Result<Vec<u8>> {
    let stream = stream.and_then(|number| msf.stream(number, "the string table"));
    let Some(stream) = stream else {
        return Ok(Vec::new());
    };
    until_zero(stream, offset.saturating_add(STRINGS))
}

/// The zero-terminated string at an offset of a stream.
pub fn until_zero(stream: Stream<'_>, offset: u32) -> Result<Vec<u8>> {
    let length = stream.size().saturating_sub(offset).min(MAX_STRING);
    let bytes = stream.bytes(offset, length)?;
    Ok(Bytes::new("a string", &bytes).until_zero(0)?.to_vec())
}
