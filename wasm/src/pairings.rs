//! Which close ended which open, and which open a bad reference came after.
//!
//! Handle values are reused, so a close belongs to the nearest older open of its value. Other processes'
//! operations count like the process's own: a handle value means the same in one handle table, whoever
//! opens or closes it there.

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
    let mut last_open = vec![NO_TRACE; operations.handle_count];
    for (trace, &kind) in operations.kinds.iter().enumerate().rev() {
        let open = &mut last_open[operations.handles[trace] as usize];
        match kind {
            Some(Operation::Open) => *open = trace as u32,
            Some(Operation::Close) if *open != NO_TRACE => {
                let close = &mut pairs[*open as usize];
                if *close == NO_TRACE {
                    *close = trace as u32;
                    pairs[trace] = *open;
                }
            }
            Some(Operation::BadReference) => pairs[trace] = *open,
            Some(Operation::Close) | None => {}
        }
    }
    pairs
}

/// Indices of the outstanding opens, newest first: opens with no later close of the same handle value, as
/// `!htrace -diff` defines them.
pub fn outstanding(operations: &Operations) -> Vec<u32> {
    let mut is_closed = vec![false; operations.handle_count];
    let mut open = Vec::new();
    for (trace, &handle) in operations.handles.iter().enumerate() {
        let is_closed = &mut is_closed[handle as usize];
        match operations.kinds[trace] {
            Some(Operation::Open) if !*is_closed => open.push(trace as u32),
            Some(Operation::Close) => *is_closed = true,
            _ => {}
        }
    }
    open
}
