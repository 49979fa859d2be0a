//! What traces did to which handles.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::traces::columns::{check_count, check_length, WideHandles};
use crate::traces::error::TraceError;
use crate::traces::ids::TraceIndex;

/// Low bits of a handle value that the system leaves to programs: closes and bad references keep them as passed by the
/// caller.
const TAG_BITS: u32 = 2;

/// What was done to a handle, as encoded in the `Type` field of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Code 1: a handle was opened.
    Open,
    /// Code 2: a handle was closed.
    Close,
    /// Code 3: a handle that was not open was used.
    BadReference,
}

impl Operation {
    /// The operation of a code; none for the other codes.
    pub fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Open),
            2 => Some(Self::Close),
            3 => Some(Self::BadReference),
            _ => None,
        }
    }
}

/// What each trace of a log did, and to which handle, newest first.
#[derive(Debug)]
pub struct Operations {
    /// Codes of the operations, all of them known.
    codes: Vec<u8>,
    /// An id of each trace's handle value, shared by opens, closes and bad references of one handle. The tag bits of a
    /// value make no difference; the upper half of a wide one does.
    handles: Vec<u32>,
    /// First number that is not an id of a handle value.
    pub handle_count: usize,
}

impl Operations {
    /// Takes the columns of types and handles of a log.
    pub fn new(
        types: Vec<u8>,
        handles: Vec<u32>,
        wide_handles: &WideHandles,
    ) -> Result<Self, TraceError> {
        check_count(types.len())?;
        check_length("handles", handles.len(), types.len())?;
        wide_handles.check(types.len())?;
        if let Some(trace) = types
            .iter()
            .position(|&code| Operation::from_code(code).is_none())
        {
            return Err(TraceError::Type {
                trace: TraceIndex(trace as u32),
                code: types[trace],
            });
        }
        let (handles, handle_count) = number_handles(handles, wide_handles);
        Ok(Self {
            codes: types,
            handles,
            handle_count,
        })
    }

    /// Number of traces.
    pub fn len(&self) -> usize {
        self.codes.len()
    }

    /// Whether there are no traces.
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }

    /// What each trace did, and the id of the handle value, newest first.
    pub fn iter(&self) -> impl Iterator<Item = (Operation, u32)> + use<'_> {
        let kinds = self.codes.iter().map(|&code| match code {
            1 => Operation::Open,
            2 => Operation::Close,
            _ => Operation::BadReference,
        });
        kinds.zip(self.handles.iter().copied())
    }
}

/// Handle values that are distinguished by position rather than by look-up, besides one per trace.
const DIRECT_HANDLES: usize = 0x1_0000;

/// Replaces handle values with ids, and returns the first number that is not an id.
fn number_handles(mut handles: Vec<u32>, wide_handles: &WideHandles) -> (Vec<u32>, usize) {
    let highest = handles.iter().max().map_or(0, |value| value >> TAG_BITS);
    let mut count = if (highest as usize) < handles.len() + DIRECT_HANDLES {
        // Handle values are indices into the handle table, times four: usually low, and ids themselves.
        for value in &mut handles {
            *value >>= TAG_BITS;
        }
        highest + 1
    } else {
        let mut ids: FxHashMap<u32, u32> = FxHashMap::default();
        for value in &mut handles {
            let next = ids.len() as u32;
            *value = *ids.entry(*value >> TAG_BITS).or_insert(next);
        }
        ids.len() as u32
    };
    let mut wide_ids: BTreeMap<u64, u32> = BTreeMap::new();
    for (trace, value) in wide_handles.iter() {
        let id = wide_ids.entry(value >> TAG_BITS).or_insert_with(|| {
            count += 1;
            count - 1
        });
        handles[trace.at()] = *id;
    }
    (handles, count as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(handles: &[u32], wide_handles: &[(u32, u64)]) -> Vec<u32> {
        let (traces, values): (Vec<u32>, Vec<u64>) = wide_handles.iter().copied().unzip();
        let wide_handles = WideHandles::new(&traces, &values).unwrap();
        let types = vec![1; handles.len()];
        let operations = Operations::new(types, handles.to_vec(), &wide_handles).unwrap();
        let is_id = |&id: &u32| (id as usize) < operations.handle_count;
        assert!(operations.handles.iter().all(is_id));
        operations.handles
    }

    #[test]
    fn handle_values_share_an_id_whatever_their_tag_bits() {
        // Low values, and values for which there is no room.
        for base in [0, 0x8000_0000] {
            let ids = numbered(
                &[0x48, 0x44, 0x4b, 0x47].map(|value: u32| base + value),
                &[],
            );
            assert_eq!([ids[0], ids[1]], [ids[2], ids[3]]);
            assert_ne!(ids[0], ids[1]);
        }
    }

    #[test]
    fn a_wide_handle_is_another_one_than_its_lower_half() {
        let wide = [(1, 0x1_0000_0044), (2, 0x1_0000_0045), (3, 0x2_0000_0044)];
        let ids = numbered(&[0x44, 0x44, 0x45, 0x44], &wide);
        assert_eq!(ids[1], ids[2]);
        assert_eq!(
            [ids[0] == ids[1], ids[0] == ids[3], ids[1] == ids[3]],
            [false; 3]
        );
    }

    #[test]
    fn rejects_columns_that_are_not_of_one_log() {
        let none = WideHandles::default();
        let problem = |types: &[u8], handles: &[u32], wide: &WideHandles| {
            Operations::new(types.to_vec(), handles.to_vec(), wide).unwrap_err()
        };
        let (trace, code) = (TraceIndex(1), 4);
        assert_eq!(
            problem(&[1, 4], &[4, 4], &none),
            TraceError::Type { trace, code }
        );
        let (trace, code) = (TraceIndex(0), 0);
        assert_eq!(problem(&[0], &[4], &none), TraceError::Type { trace, code });
        let (column, found, expected) = ("handles", 1, 2);
        let length = TraceError::ColumnLength {
            column,
            found,
            expected,
        };
        assert_eq!(problem(&[1, 1], &[4], &none), length);
        let outside = WideHandles::new(&[1], &[1 << 32]).unwrap();
        let (trace, count) = (TraceIndex(1), 1);
        assert_eq!(
            problem(&[1], &[4], &outside),
            TraceError::WideHandle { trace, count }
        );
    }
}
