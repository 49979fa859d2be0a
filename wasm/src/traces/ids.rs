//! The numbers of traces and of stacks.

/// Index of a trace in its log; 0 is the newest.
#[derive(Clone, Copy, Debug, Default, Hash, PartialEq, Eq, PartialOrd, Ord)]
pub struct TraceIndex(pub u32);

/// Stands for "no trace" in columns of trace indices. No log has as many traces.
pub const NO_TRACE: TraceIndex = TraceIndex(u32::MAX);

impl TraceIndex {
    /// The index as a `usize`, for slices.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}

/// Number of a stack in its [`StackTable`](crate::traces::stack_table::StackTable).
#[derive(Clone, Copy, Debug, Default, Hash, PartialEq, Eq, PartialOrd, Ord)]
pub struct StackId(pub u32);

impl StackId {
    /// The id as a `usize`, for slices.
    pub fn at(self) -> usize {
        self.0 as usize
    }
}
