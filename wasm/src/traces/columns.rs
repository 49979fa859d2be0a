//! Trace logs as columns, one value per trace, newest first.

use std::collections::BTreeMap;

use crate::traces::error::TraceError;
use crate::traces::ids::{StackId, TraceIndex, NO_TRACE};

/// Fails unless a column has a value for each trace.
pub fn check_length(column: &'static str, found: usize, expected: usize) -> Result<(), TraceError> {
    if found == expected {
        return Ok(());
    }
    Err(TraceError::ColumnLength {
        column,
        found,
        expected,
    })
}

/// Fails unless 32-bit indices can count the traces; the highest one is [`NO_TRACE`].
pub fn check_count(count: usize) -> Result<(), TraceError> {
    match u32::try_from(count) {
        Ok(number) if number < NO_TRACE.0 => Ok(()),
        _ => Err(TraceError::TooManyTraces(count)),
    }
}

/// Handle values of more than 32 bits, by trace. Only bad references have such values, and few of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WideHandles(BTreeMap<TraceIndex, u64>);

impl WideHandles {
    /// Takes the traces with wide handles, and the value for each of them.
    pub fn new(traces: &[u32], values: &[u64]) -> Result<Self, TraceError> {
        check_length("wide handles", values.len(), traces.len())?;
        let traces = traces.iter().map(|&trace| TraceIndex(trace));
        Ok(Self(traces.zip(values.iter().copied()).collect()))
    }

    /// Each trace with its wide handle, newest first.
    pub fn iter(&self) -> impl Iterator<Item = (TraceIndex, u64)> + use<'_> {
        self.0.iter().map(|(&trace, &value)| (trace, value))
    }

    /// Adds the wide handle of a trace.
    pub fn insert(&mut self, trace: TraceIndex, value: u64) {
        self.0.insert(trace, value);
    }

    /// Fails unless all traces are in a log of `count` traces.
    pub fn check(&self, count: usize) -> Result<(), TraceError> {
        match self.0.last_key_value() {
            Some((&trace, _)) if trace.at() >= count => {
                Err(TraceError::WideHandle { trace, count })
            }
            _ => Ok(()),
        }
    }

    fn of(&self, trace: usize) -> Option<u64> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&TraceIndex(trace as u32)).copied()
    }
}

/// Stack ids of a log's traces, all from one table.
#[derive(Clone, Copy, Debug)]
pub struct StackColumn<'a>(&'a [u32]);

impl<'a> StackColumn<'a> {
    /// Takes the column of a log of `traces` traces: ids from a table of `count` stacks.
    pub fn new(ids: &'a [u32], traces: usize, count: usize) -> Result<Self, TraceError> {
        check_length("stacks", ids.len(), traces)?;
        match ids.iter().find(|&&id| id as usize >= count) {
            Some(&id) => Err(TraceError::Stack {
                stack: StackId(id),
                count,
            }),
            None => Ok(Self(ids)),
        }
    }

    /// The stack of a trace.
    pub fn of(self, trace: TraceIndex) -> StackId {
        StackId(self.0[trace.at()])
    }
}

/// The columns of a log in which two readings of the same trace are equal.
#[derive(Clone, Copy, Debug)]
pub struct LogColumns<'a> {
    /// Codes of the operations; see [`Operation`](crate::traces::operations::Operation).
    pub types: &'a [u8],
    /// Lower halves of the handle values as passed by the callers, tag bits included.
    pub handles: &'a [u32],
    /// Handle values of more than 32 bits.
    pub wide_handles: &'a WideHandles,
    /// Ids of the processes whose threads did the operations.
    pub process_ids: &'a [u32],
    /// Ids of those threads.
    pub thread_ids: &'a [u32],
    /// Stack ids.
    pub stacks: &'a [u32],
    /// When the operations were done, if the source has times.
    pub times: Option<&'a [f64]>,
}

/// Traces read at one time, in columns of one length.
#[derive(Clone, Copy, Debug)]
pub struct Log<'a>(LogColumns<'a>);

impl<'a> Log<'a> {
    /// Takes the columns of a log whose stacks are from a table of `stack_count` stacks.
    pub fn new(columns: LogColumns<'a>, stack_count: usize) -> Result<Self, TraceError> {
        let count = columns.types.len();
        check_count(count)?;
        check_length("handles", columns.handles.len(), count)?;
        check_length("process ids", columns.process_ids.len(), count)?;
        check_length("thread ids", columns.thread_ids.len(), count)?;
        check_length("times", columns.times.map_or(count, <[f64]>::len), count)?;
        columns.wide_handles.check(count)?;
        StackColumn::new(columns.stacks, count, stack_count)?;
        Ok(Self(columns))
    }

    /// Number of traces.
    pub fn len(&self) -> usize {
        self.0.types.len()
    }

    /// Whether there are no traces.
    pub fn is_empty(&self) -> bool {
        self.0.types.is_empty()
    }

    /// Whether the traces have times.
    pub fn has_times(&self) -> bool {
        self.0.times.is_some()
    }

    /// The same traces without their times.
    pub fn without_times(self) -> Self {
        Self(LogColumns {
            times: None,
            ..self.0
        })
    }

    /// Whether trace `index` and trace `other_index` of a log over the same stack table are equal in every column.
    /// A handle value counts with its tag bits here.
    pub fn same_trace(&self, index: usize, other: &Log<'_>, other_index: usize) -> bool {
        let (a, b) = (&self.0, &other.0);
        a.handles[index] == b.handles[other_index]
            && a.stacks[index] == b.stacks[other_index]
            && a.types[index] == b.types[other_index]
            && a.thread_ids[index] == b.thread_ids[other_index]
            && a.process_ids[index] == b.process_ids[other_index]
            && a.wide_handles.of(index) == b.wide_handles.of(other_index)
            && self.time_bits(index) == other.time_bits(other_index)
    }

    /// The time of a trace. Its bits are the same in every reading, even for an unknown time (not a number).
    fn time_bits(&self, index: usize) -> Option<u64> {
        self.0.times.map(|times| times[index].to_bits())
    }
}
