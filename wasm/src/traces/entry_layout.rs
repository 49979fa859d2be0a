//! The shapes of entries: where the fields of a trace are in the bytes of its source.
//!
//! Query entries of 16 frames (32 and 64 bit), the kernel's own records with another field order, and a dump's
//! operations of 32 frames differ only in that. The layouts themselves belong to the callers, which read the structures
//! that contain the entries.

use crate::traces::error::TraceError;
use crate::traces::ids::StackId;
use crate::traces::stack_table::StackTable;

/// How many numbers describe a layout, see [`EntryLayout::from_numbers`].
pub const LAYOUT_NUMBERS: usize = 12;

/// A little-endian integer in an entry.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Byte offset from the start of the entry.
    offset: usize,
    /// Width in bytes: 4 or 8.
    size: usize,
}

impl Field {
    /// Reads the field of an entry with this layout.
    #[inline]
    pub fn read(self, entry: &[u8]) -> u64 {
        if self.size == 8 {
            word::<8>(&entry[self.offset..])
        } else {
            word::<4>(&entry[self.offset..])
        }
    }
}

#[inline]
/// The little-endian integer in the first `SIZE` bytes, at most 8.
fn word<const SIZE: usize>(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..SIZE].copy_from_slice(&bytes[..SIZE]);
    u64::from_le_bytes(word)
}

/// Where the fields of an entry are.
#[derive(Clone, Copy, Debug)]
pub struct EntryLayout {
    /// Bytes from one entry to the next.
    pub size: usize,
    /// The handle value.
    pub handle: Field,
    /// Id of the process whose thread did the operation.
    pub process_id: Field,
    /// Id of that thread.
    pub thread_id: Field,
    /// Code of the operation.
    pub operation: Field,
    /// The first return address; the others follow without gaps.
    stack: Field,
    /// Number of return addresses for which there is room.
    frames: usize,
}

impl EntryLayout {
    /// Reads a layout from numbers: the entry's size; offset and width of handle, process id, thread id
    /// and operation; offset and width of a return address, and how many there is room for.
    pub fn from_numbers(numbers: &[u32]) -> Result<Self, TraceError> {
        let numbers: [u32; LAYOUT_NUMBERS] =
            numbers.try_into().map_err(|_| TraceError::LayoutNumbers {
                found: numbers.len(),
                expected: LAYOUT_NUMBERS,
            })?;
        let n = numbers.map(|number| number as usize);
        let field = |at: usize| Field {
            offset: n[at],
            size: n[at + 1],
        };
        let layout = Self {
            size: n[0],
            handle: field(1),
            process_id: field(3),
            thread_id: field(5),
            operation: field(7),
            stack: field(9),
            frames: n[11],
        };
        let fields = [
            ("handle", layout.handle, 1),
            ("process id", layout.process_id, 1),
            ("thread id", layout.thread_id, 1),
            ("type", layout.operation, 1),
            ("stack", layout.stack, layout.frames),
        ];
        for (name, field, count) in fields {
            let end = field
                .size
                .checked_mul(count)
                .and_then(|length| length.checked_add(field.offset));
            let inside = end.is_some_and(|end| end <= layout.size);
            if !matches!(field.size, 4 | 8) || !inside {
                return Err(TraceError::LayoutField(name));
            }
        }
        Ok(layout)
    }

    /// Number of entries in `bytes` bytes.
    pub fn count(&self, bytes: usize) -> Result<usize, TraceError> {
        if bytes % self.size != 0 {
            return Err(TraceError::PartialEntry {
                bytes,
                entry_size: self.size,
            });
        }
        Ok(bytes / self.size)
    }

    /// The id of the stack of an entry: its return addresses up to the first zero.
    pub fn intern_stack(
        &self,
        entry: &[u8],
        stacks: &mut StackTable,
    ) -> Result<StackId, TraceError> {
        let Field { offset, size } = self.stack;
        let places = &entry[offset..offset + size * self.frames];
        if size == 8 {
            stacks.intern_places::<8>(places)
        } else {
            stacks.intern_places::<4>(places)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test's own kind of entry: handle, process id, thread id, type, then addresses of 4 or 8 bytes.
    fn layout(address_size: u32, frames: u32) -> EntryLayout {
        let size = 16 + address_size * frames;
        let numbers = [size, 0, 4, 4, 4, 8, 4, 12, 4, 16, address_size, frames];
        EntryLayout::from_numbers(&numbers).unwrap()
    }

    fn narrow(addresses: &[u32]) -> Vec<u64> {
        let bytes: Vec<u8> = addresses.iter().flat_map(|a| a.to_le_bytes()).collect();
        read(&bytes, layout(4, addresses.len() as u32))
    }

    fn wide(addresses: &[u64]) -> Vec<u64> {
        let bytes: Vec<u8> = addresses.iter().flat_map(|a| a.to_le_bytes()).collect();
        read(&bytes, layout(8, addresses.len() as u32))
    }

    fn read(places: &[u8], layout: EntryLayout) -> Vec<u64> {
        let entry = [&[0; 16], places].concat();
        let mut stacks = StackTable::new(1);
        let stack = layout.intern_stack(&entry, &mut stacks).unwrap();
        stacks.addresses(stack).unwrap().to_vec()
    }

    #[test]
    fn addresses_of_either_width_end_at_the_first_zero() {
        assert_eq!(narrow(&[0x1234_5678, 1, 0, 9]), [0x1234_5678, 1]);
        assert_eq!(wide(&[7 << 40, 1, 0, 9]), [7 << 40, 1]);
    }

    #[test]
    fn a_stack_may_fill_every_place_or_none() {
        assert_eq!(wide(&[1, 2, 3]), [1, 2, 3]);
        assert_eq!(narrow(&[0, 1]), []);
        assert_eq!(wide(&[]), []);
    }

    #[test]
    fn rejects_layouts_that_do_not_fit_their_entry() {
        /// PROCESS_HANDLE_TRACING_ENTRY of a 32-bit system (handle-tracing reference, A.2).
        const QUERY32: [u32; LAYOUT_NUMBERS] = [0x50, 0, 4, 4, 4, 8, 4, 12, 4, 0x10, 4, 16];
        let problem = |at: usize, number: u32| {
            let mut numbers = QUERY32;
            numbers[at] = number;
            EntryLayout::from_numbers(&numbers).unwrap_err()
        };
        assert!(EntryLayout::from_numbers(&QUERY32).is_ok());
        assert_eq!(problem(2, 3), TraceError::LayoutField("handle"));
        assert_eq!(problem(7, 0x4d), TraceError::LayoutField("type"));
        assert_eq!(problem(11, 17), TraceError::LayoutField("stack"));
        assert_eq!(problem(9, u32::MAX), TraceError::LayoutField("stack"));
        assert_eq!(problem(0, 0), TraceError::LayoutField("handle"));
        let short = EntryLayout::from_numbers(&QUERY32[..11]).unwrap_err();
        let (found, expected) = (11, LAYOUT_NUMBERS);
        assert_eq!(short, TraceError::LayoutNumbers { found, expected });
    }
}
