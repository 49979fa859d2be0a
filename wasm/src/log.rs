//! Trace logs as their sources have them: one accessor over every shape of entry.
//!
//! A log is whole entries, newest first. Query entries of 16 frames (32 and 64 bit), the kernel's own
//! records with another field order, and a dump's operations of 32 frames differ only in where their
//! fields stand, so a [`Layout`] says that and nothing is converted. The layouts themselves belong to the
//! callers (`nt/` and `dump/` on the TypeScript side).

use std::fmt;

use rustc_hash::FxHashMap;

use crate::stack::{same_bytes, Stack};

/// Number of numbers that describe a layout, see [`Layout::from_numbers`].
pub const LAYOUT_NUMBERS: usize = 12;

/// Mask that takes the two tag bits off a handle value: closes and bad references keep them as the caller
/// gave them.
const HANDLE_MASK: u32 = !3;

/// What was done to a handle, as the `Type` field codes it. Other codes are of no operation that we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Code 1: a handle was opened.
    Open,
    /// Code 2: a handle was closed.
    Close,
    /// Code 3: a handle was used that was not open.
    BadReference,
}

/// A little-endian integer in an entry.
#[derive(Clone, Copy, Debug)]
struct Field {
    /// Byte offset from the start of the entry.
    offset: usize,
    /// Width in bytes: 4 or 8.
    size: usize,
}

/// Where the fields of an entry stand.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    entry_size: usize,
    handle: Field,
    process_id: Field,
    thread_id: Field,
    operation: Field,
    /// The first return address; the others follow without gaps.
    stack: Field,
    frames: usize,
}

/// Why bytes cannot be read as a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogError {
    /// The layout came as another count of numbers than [`LAYOUT_NUMBERS`].
    LayoutNumbers(usize),
    /// A field is neither 4 nor 8 bytes wide, or reaches past its entry.
    Field(&'static str),
    /// The bytes end inside an entry: their number and the size of an entry.
    PartialEntry(usize, usize),
    /// More entries than indices of 32 bits count.
    TooLong(usize),
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LayoutNumbers(found) => {
                write!(
                    f,
                    "the layout has {found} numbers, expected {LAYOUT_NUMBERS}"
                )
            }
            Self::Field(name) => write!(
                f,
                "the layout's {name} is not 4 or 8 bytes inside the entry"
            ),
            Self::PartialEntry(bytes, size) => {
                write!(
                    f,
                    "{bytes} bytes are no whole number of entries of {size} bytes"
                )
            }
            Self::TooLong(entries) => write!(f, "{entries} entries are too many"),
        }
    }
}

impl std::error::Error for LogError {}

impl Layout {
    /// Reads a layout from numbers: the entry's size; offset and width of handle, process id, thread id
    /// and operation; offset and width of a return address, and how many there is room for.
    pub fn from_numbers(numbers: &[u32]) -> Result<Self, LogError> {
        let numbers: [u32; LAYOUT_NUMBERS] = numbers
            .try_into()
            .map_err(|_| LogError::LayoutNumbers(numbers.len()))?;
        let n = numbers.map(|number| number as usize);
        let field = |at: usize| Field {
            offset: n[at],
            size: n[at + 1],
        };
        let layout = Self {
            entry_size: n[0],
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
            let inside = end.is_some_and(|end| end <= layout.entry_size);
            if !matches!(field.size, 4 | 8) || !inside {
                return Err(LogError::Field(name));
            }
        }
        Ok(layout)
    }
}

/// What traces did to which handles, as columns, newest first. They are read once: each pass over whole
/// entries fetches a cache line or two for every one of them.
#[derive(Debug)]
pub struct Operations {
    /// What each trace did; none where its code is not one of ours.
    pub kinds: Vec<Option<Operation>>,
    /// An id of each trace's handle value, dense, from 0: what opens, closes and bad references of one handle
    /// have in common. The tag bits of a value make no difference.
    pub handles: Vec<u32>,
    /// Number of ids.
    pub handle_count: usize,
}

impl Operations {
    /// Keeps the `newest` traces alone.
    pub fn truncate(&mut self, newest: usize) {
        self.kinds.truncate(newest);
        self.handles.truncate(newest);
    }

    /// The traces that did one kind of thing, newest first.
    pub fn of_kind(&self, kind: Operation) -> impl Iterator<Item = usize> + use<'_> {
        let kinds = self.kinds.iter().enumerate();
        kinds
            .filter(move |(_, &of)| of == Some(kind))
            .map(|(trace, _)| trace)
    }
}

/// Traces read at one time, newest first: index 0 is the newest.
#[derive(Clone, Copy, Debug)]
pub struct Log<'a> {
    bytes: &'a [u8],
    layout: Layout,
    len: usize,
}

impl<'a> Log<'a> {
    /// Reads `bytes` as entries of `layout`.
    pub fn new(bytes: &'a [u8], layout: Layout) -> Result<Self, LogError> {
        if bytes.len() % layout.entry_size != 0 {
            return Err(LogError::PartialEntry(bytes.len(), layout.entry_size));
        }
        let len = bytes.len() / layout.entry_size;
        // The highest index stands for "none" in the columns that go out.
        if u32::try_from(len).map_or(true, |len| len == u32::MAX) {
            return Err(LogError::TooLong(len));
        }
        Ok(Self { bytes, layout, len })
    }

    /// Number of traces.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no trace.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// What the `newest` traces did to which handles.
    pub fn operations(&self, newest: usize) -> Operations {
        let mut ids: FxHashMap<u32, u32> = FxHashMap::default();
        let of_trace = |trace: usize| {
            let kind = match self.field(trace, self.layout.operation) {
                1 => Some(Operation::Open),
                2 => Some(Operation::Close),
                3 => Some(Operation::BadReference),
                _ => None,
            };
            let value = self.field(trace, self.layout.handle) as u32 & HANDLE_MASK;
            let next = ids.len() as u32;
            (kind, *ids.entry(value).or_insert(next))
        };
        let (kinds, handles) = (0..newest).map(of_trace).unzip();
        Operations {
            kinds,
            handles,
            handle_count: ids.len(),
        }
    }

    /// The return addresses of a trace.
    pub fn stack(&self, index: usize) -> Stack<'a> {
        let Field { offset, size } = self.layout.stack;
        let start = index * self.layout.entry_size + offset;
        let bytes = &self.bytes[start..start + size * self.layout.frames];
        Stack::new(bytes, size == 8)
    }

    /// Whether trace `index` and trace `other_index` of a log of the same layout are equal in every field.
    /// Padding is not looked at: whoever copied the entry may have left anything there.
    pub fn same_trace(&self, index: usize, other: &Log<'_>, other_index: usize) -> bool {
        // As a rule nothing was left there, and whole entries are compared sooner than their fields.
        same_bytes(self.entry(index), other.entry(other_index))
            || self.same_fields(index, other, other_index)
    }

    fn same_fields(&self, index: usize, other: &Log<'_>, other_index: usize) -> bool {
        let layout = &self.layout;
        [
            layout.handle,
            layout.operation,
            layout.thread_id,
            layout.process_id,
        ]
        .into_iter()
        .all(|field| self.field(index, field) == other.field(other_index, field))
            && self.stack(index) == other.stack(other_index)
    }

    fn entry(&self, index: usize) -> &'a [u8] {
        let start = index * self.layout.entry_size;
        &self.bytes[start..start + self.layout.entry_size]
    }

    fn field(&self, index: usize, field: Field) -> u64 {
        let start = index * self.layout.entry_size + field.offset;
        if field.size == 8 {
            u64::from_le_bytes(self.array(start))
        } else {
            u32::from_le_bytes(self.array(start)).into()
        }
    }

    fn array<const N: usize>(&self, start: usize) -> [u8; N] {
        let mut array = [0; N];
        array.copy_from_slice(&self.bytes[start..start + N]);
        array
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PROCESS_HANDLE_TRACING_ENTRY of a 32-bit system (handle-tracing reference, A.2).
    const QUERY32: [u32; LAYOUT_NUMBERS] = [0x50, 0, 4, 4, 4, 8, 4, 12, 4, 0x10, 4, 16];
    /// HANDLE_TRACE_DB_ENTRY of a 64-bit system: client id first, then the handle (B.5).
    const KERNEL64: [u32; LAYOUT_NUMBERS] = [0xa0, 0x10, 8, 0, 8, 8, 8, 0x18, 4, 0x20, 8, 16];

    #[test]
    fn reads_a_32_bit_query_entry() {
        let mut bytes = vec![0; 0x50];
        bytes[12] = 2;
        bytes[0x10..0x18].copy_from_slice(&[0x78, 0x56, 0x34, 0x12, 1, 0, 0, 0]);
        bytes[0x1c] = 9; // behind a zero: no frame
        let log = Log::new(&bytes, Layout::from_numbers(&QUERY32).unwrap()).unwrap();
        assert_eq!(log.len(), 1);
        let operations = log.operations(1);
        assert_eq!(operations.kinds, [Some(Operation::Close)]);
        assert!(log.stack(0).addresses().eq([0x1234_5678, 1]));
    }

    #[test]
    fn reads_a_64_bit_kernel_record_with_a_full_stack() {
        let mut bytes = vec![0; 0xa0];
        bytes[0x18] = 1;
        bytes[0x1c] = 0xff; // padding is not the type
        for frame in 0..16 {
            bytes[0x20 + frame * 8 + 7] = 0x80 + frame as u8;
        }
        let log = Log::new(&bytes, Layout::from_numbers(&KERNEL64).unwrap()).unwrap();
        let operations = log.operations(1);
        assert_eq!(operations.kinds, [Some(Operation::Open)]);
        assert_eq!(log.stack(0).addresses().count(), 16);
        assert_eq!(log.stack(0).addresses().last(), Some(0x8f << 56));
    }

    #[test]
    fn handle_values_share_an_id_whatever_their_tag_bits() {
        let layout = Layout::from_numbers(&KERNEL64).unwrap();
        let mut bytes = vec![0; 4 * 0xa0];
        for (entry, handle) in [0x48, 0x44, 0x4b, 0x47].into_iter().enumerate() {
            bytes[entry * 0xa0 + 0x10] = handle;
        }
        let operations = Log::new(&bytes, layout).unwrap().operations(4);
        assert_eq!(operations.handles, [0, 1, 0, 1]);
        assert_eq!(operations.handle_count, 2);
    }

    #[test]
    fn traces_that_differ_in_padding_alone_are_the_same() {
        let layout = Layout::from_numbers(&KERNEL64).unwrap();
        let mut bytes = vec![0; 0x140];
        bytes[0x1c] = 1;
        bytes[0xa0 + 8] = 0;
        let log = Log::new(&bytes, layout).unwrap();
        assert!(log.same_trace(0, &log, 1));
        bytes[0xa0 + 8] = 4; // another thread
        let log = Log::new(&bytes, layout).unwrap();
        assert!(!log.same_trace(0, &log, 1));
    }

    #[test]
    fn refuses_layouts_and_bytes_that_do_not_fit() {
        let refused = |numbers: &[u32]| Layout::from_numbers(numbers).unwrap_err();
        assert_eq!(refused(&QUERY32[..11]), LogError::LayoutNumbers(11));
        let mut numbers = QUERY32;
        numbers[2] = 3;
        assert_eq!(refused(&numbers), LogError::Field("handle"));
        let mut numbers = QUERY32;
        numbers[11] = 17;
        assert_eq!(refused(&numbers), LogError::Field("stack"));
        let mut numbers = QUERY32;
        numbers[9] = u32::MAX;
        assert_eq!(refused(&numbers), LogError::Field("stack"));
        assert_eq!(refused(&[0; LAYOUT_NUMBERS]), LogError::Field("handle"));
        let layout = Layout::from_numbers(&QUERY32).unwrap();
        assert_eq!(
            Log::new(&[0; 81], layout).unwrap_err(),
            LogError::PartialEntry(81, 80)
        );
    }
}
