//! Which close ended which open, and which open a bad reference came after.
//!
//! Handle values are reused, so a close belongs to the nearest older open of its value. Other processes'
//! operations count like the process's own: a handle value means the same in one handle table, whoever
//! opens or closes it there.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::log::{Operation, Operations};

/// Stands for "no trace" in columns of trace indices.
pub const NO_TRACE: u32 = u32::MAX;

/// Pairs the traces of a log. An answer a trace: for an open the close that ended it; for a close the open
/// that it ended; for a bad reference the last open of that handle value; [`NO_TRACE`] where the log has
/// none.
///
/// A close pairs with nothing when its open is older than the log, or was closed by an earlier close.
pub fn pair(operations: &Operations) -> Vec<u32> {
    let mut pairs = vec![NO_TRACE; operations.kinds.len()];
    let mut last_open: FxHashMap<u32, usize> = FxHashMap::default();
    for (trace, &kind) in operations.kinds.iter().enumerate().rev() {
        let handle = operations.handles[trace];
        match kind {
            Some(Operation::Open) => {
                last_open.insert(handle, trace);
            }
            Some(Operation::Close) => {
                if let Some(&open) = last_open.get(&handle) {
                    if pairs[open] == NO_TRACE {
                        pairs[open] = trace as u32;
                        pairs[trace] = open as u32;
                    }
                }
            }
            Some(Operation::BadReference) => {
                if let Some(&open) = last_open.get(&handle) {
                    pairs[trace] = open as u32;
                }
            }
            None => {}
        }
    }
    pairs
}

/// Indices of the outstanding opens, newest first: opens with no later close of the same handle value, as
/// `!htrace -diff` defines them.
pub fn outstanding(operations: &Operations) -> Vec<u32> {
    let mut closed: FxHashSet<u32> = FxHashSet::default();
    let mut open = Vec::new();
    for (trace, &handle) in operations.handles.iter().enumerate() {
        match operations.kinds[trace] {
            Some(Operation::Open) if !closed.contains(&handle) => open.push(trace as u32),
            Some(Operation::Close) => {
                closed.insert(handle);
            }
            _ => {}
        }
    }
    open
}
