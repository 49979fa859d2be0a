//! The selected traces of a log.

use crate::traces::error::TraceError;
use crate::traces::ids::TraceIndex;

/// A byte per trace, 0 for those that are left out; or all traces.
#[derive(Clone, Copy, Debug)]
pub struct Selection<'a>(Option<&'a [u8]>);

impl<'a> Selection<'a> {
    /// Every trace.
    pub const ALL: Self = Self(None);

    /// The traces whose byte is not 0, of a log of `count` traces.
    pub fn new(bytes: &'a [u8], count: usize) -> Result<Self, TraceError> {
        if bytes.len() == count {
            Ok(Self(Some(bytes)))
        } else {
            Err(TraceError::ColumnLength {
                column: "selected",
                found: bytes.len(),
                expected: count,
            })
        }
    }

    /// Whether a trace is selected.
    pub fn has(self, trace: TraceIndex) -> bool {
        self.0.is_none_or(|bytes| bytes[trace.at()] != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_the_traces_whose_byte_is_not_0_or_all() {
        let selected = Selection::new(&[0, 1], 2).unwrap();
        assert!(!selected.has(TraceIndex(0)) && selected.has(TraceIndex(1)));
        assert!(Selection::ALL.has(TraceIndex(7)));
    }

    #[test]
    fn rejects_a_column_of_another_length() {
        assert!(Selection::new(&[1], 2).is_err());
    }
}
