//! The PDB information stream (1): identity and named streams.
//!
//! Layout: LLVM's "The PDB Info Stream" and "serialized hash table".

use crate::bytes::Bytes;
use crate::error::Result;

/// Number of the stream.
pub const STREAM: u32 = 1;

/// Byte offsets in the stream.
mod layout {
    pub const GUID: usize = 12;
    /// u32 length of the names' buffer, then the buffer, then the hash table.
    pub const NAMES: usize = 28;
}

/// The contents of the stream.
pub struct Info {
    /// GUID as 32 upper-case hex digits, in the order that symbol stores use.
    pub guid: String,
    /// Names and stream numbers of the named streams.
    named: Vec<(String, u32)>,
}

impl Info {
    /// Parses the stream.
    pub fn parse(stream: &[u8]) -> Result<Self> {
        let bytes = Bytes::new("the PDB information stream", stream);
        let guid = guid_text(bytes.slice(layout::GUID, 16)?);
        Ok(Self {
            guid,
            named: parse_named_streams(bytes).unwrap_or_default(),
        })
    }

    /// Number of a named stream, such as `/names`.
    pub fn named_stream(&self, name: &str) -> Option<u32> {
        self.named
            .iter()
            .find(|(known, _)| known == name)
            .map(|&(_, stream)| stream)
    }
}

/// A GUID's text: its first three fields are little-endian numbers, the rest are bytes.
pub fn guid_text(guid: &[u8]) -> String {
    const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    let ordered = ORDER.map(|index| guid.get(index).copied().unwrap_or(0));
    format!("{:032X}", u128::from_be_bytes(ordered))
}

/// A hash table of (offset of the name in the buffer, stream number), after bit vectors of used and deleted buckets;
/// only used ones are stored, so the entries can be read in a row.
fn parse_named_streams(bytes: Bytes<'_>) -> Result<Vec<(String, u32)>> {
    let length = bytes.u32(layout::NAMES)? as usize;
    let start = layout::NAMES + 4;
    let names = Bytes::new("the names of streams", bytes.slice(start, length)?);
    let table = start + length; // inside the stream, like the slice above
    let count = bytes.u32(table)? as usize;
    let present_words = bytes.u32(table + 8)? as usize;
    let deleted = table + 12 + present_words * 4;
    let deleted_words = bytes.u32(deleted)? as usize;
    let entries = Bytes::new(
        "the table of named streams",
        bytes.slice(deleted + 4 + deleted_words * 4, count.saturating_mul(8))?,
    );
    (0..count)
        .map(|i| {
            Ok((
                names.string(entries.u32(i * 8)? as usize)?,
                entries.u32(i * 8 + 4)?,
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_fields_of_a_guid_are_numbers() {
        let guid: Vec<u8> = (0..16).collect();
        assert_eq!(guid_text(&guid), "030201000504070608090A0B0C0D0E0F");
    }

    #[test]
    fn names_of_streams_survive_a_damaged_table() {
        let mut stream = vec![0; layout::NAMES];
        stream.extend(u32::MAX.to_le_bytes());
        let info = Info::parse(&stream).unwrap();
        assert_eq!(info.named_stream("/names"), None);
        assert!(Info::parse(&stream[..20]).is_err());
    }
}
