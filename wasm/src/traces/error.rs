//! What can go wrong with trace logs.

use std::fmt;

use crate::traces::ids::{StackId, TraceIndex};

/// Why entries or columns cannot be read.
///
/// Displayed in lower case, so that a caller can put its own "Cannot ...:" before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceError {
    /// A layout was given as the wrong count of numbers.
    LayoutNumbers {
        /// How many were given.
        found: usize,
        /// How many are needed.
        expected: usize,
    },
    /// A field of a layout is neither 4 nor 8 bytes wide, or extends past its entry.
    LayoutField(&'static str),
    /// The bytes end inside an entry.
    PartialEntry {
        /// Number of bytes.
        bytes: usize,
        /// Size of an entry in bytes.
        entry_size: usize,
    },
    /// More traces than 32 bits can count.
    TooManyTraces(usize),
    /// The addresses of all stacks together are more than 32 bits can count.
    TableFull,
    /// A column is longer or shorter than the column of types.
    ColumnLength {
        /// Name of the column.
        column: &'static str,
        /// Its length.
        found: usize,
        /// Length of the column of types.
        expected: usize,
    },
    /// A type is not one that traces have.
    Type {
        /// The trace.
        trace: TraceIndex,
        /// Its type.
        code: u8,
    },
    /// A stack id is outside its table.
    Stack {
        /// The id.
        stack: StackId,
        /// Number of stacks in the table.
        count: usize,
    },
    /// A wide handle belongs to a trace outside the log.
    WideHandle {
        /// The trace.
        trace: TraceIndex,
        /// Number of traces in the log.
        count: usize,
    },
    /// The ends of stacks in a column of addresses do not ascend, or are outside it.
    StackEnds,
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::LayoutNumbers { found, expected } => {
                write!(f, "the layout has {found} numbers, expected {expected}")
            }
            Self::LayoutField(name) => {
                write!(
                    f,
                    "the layout's {name} is not 4 or 8 bytes inside the entry"
                )
            }
            Self::PartialEntry { bytes, entry_size } => write!(
                f,
                "{bytes} bytes are not a whole number of entries of {entry_size} bytes"
            ),
            Self::TooManyTraces(count) => write!(f, "{count} traces are too many"),
            Self::TableFull => write!(f, "the stack table is full"),
            Self::ColumnLength {
                column,
                found,
                expected,
            } => write!(
                f,
                "the column of {column} has {found} values, expected {expected}"
            ),
            Self::Type {
                trace: TraceIndex(trace),
                code,
            } => write!(f, "the type of trace {trace} is {code}, expected 1 to 3"),
            Self::Stack {
                stack: StackId(stack),
                count,
            } => write!(f, "there is no stack {stack}, the table has {count} stacks"),
            Self::WideHandle {
                trace: TraceIndex(trace),
                count,
            } => write!(
                f,
                "there is no trace {trace} for a wide handle, the log has {count} traces"
            ),
            Self::StackEnds => write!(f, "the ends of the stacks do not fit their addresses"),
        }
    }
}

impl std::error::Error for TraceError {}
