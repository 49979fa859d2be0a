//! Reads little-endian integers and strings out of byte slices with untrusted contents.

use std::borrow::Cow;

use crate::error::{Error, Result};

/// Bytes as text; invalid UTF-8 in them is replaced. Most are ASCII, which the check reads eight bytes at a time and
/// the replacement one.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// The bytes of one structure, with its name for messages.
#[derive(Clone, Copy)]
pub struct Bytes<'a> {
    /// The bytes.
    pub data: &'a [u8],
    what: &'static str,
}

impl<'a> Bytes<'a> {
    /// Wraps the bytes of the structure called `what`.
    pub fn new(what: &'static str, data: &'a [u8]) -> Self {
        Self { data, what }
    }

    /// `length` bytes from `offset`.
    pub fn slice(&self, offset: usize, length: usize) -> Result<&'a [u8]> {
        offset
            .checked_add(length)
            .and_then(|end| self.data.get(offset..end))
            .ok_or_else(|| self.damaged(offset))
    }

    /// The byte at `offset`.
    pub fn u8(&self, offset: usize) -> Result<u8> {
        self.data
            .get(offset)
            .copied()
            .ok_or_else(|| self.damaged(offset))
    }

    /// The 16-bit integer at `offset`.
    pub fn u16(&self, offset: usize) -> Result<u16> {
        let b = self.slice(offset, 2)?;
        Ok(u16::from_le_bytes([b[0], b[1]]))
    }

    /// The 32-bit integer at `offset`.
    pub fn u32(&self, offset: usize) -> Result<u32> {
        let b = self.slice(offset, 4)?;
        Ok(u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    /// The bytes from `offset` to the first zero, or to the end if there is none.
    pub fn until_zero(&self, offset: usize) -> Result<&'a [u8]> {
        let rest = self
            .data
            .get(offset..)
            .ok_or_else(|| self.damaged(offset))?;
        let end = rest.iter().position(|&b| b == 0).unwrap_or(rest.len());
        Ok(&rest[..end])
    }

    /// The zero-terminated string at `offset`; invalid UTF-8 in it is replaced.
    pub fn string(&self, offset: usize) -> Result<String> {
        Ok(text(self.until_zero(offset)?).into_owned())
    }

    /// The error for a structure that makes no sense at `offset`.
    pub fn damaged(&self, offset: usize) -> Error {
        Error::Damaged {
            what: self.what,
            offset: offset as u64,
        }
    }
}
