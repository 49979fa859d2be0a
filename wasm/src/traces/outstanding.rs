//! Outstanding handles by the stack that opened them.

use crate::traces::columns::StackColumn;
use crate::traces::ids::TraceIndex;

/// Number of outstanding opens of each stack of a table, by stack id. The growth between two logs over one table is the
/// difference.
pub fn count_by_stack(
    outstanding: &[TraceIndex],
    stacks: StackColumn<'_>,
    stack_count: usize,
) -> Vec<u32> {
    let mut counts = vec![0; stack_count];
    for &open in outstanding {
        counts[stacks.of(open).at()] += 1;
    }
    counts
}
