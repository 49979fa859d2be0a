//! Converts traces of the model into columns of the engine.

use htrace::traces::columns::{Log, LogColumns, StackColumn, WideHandles};
use htrace::traces::entries::Entries;
use htrace::traces::ids::StackId;
use htrace::traces::operations::Operations;
use htrace::traces::stack_table::StackTable;

use crate::history::Trace;

/// Columns for the engine to borrow.
#[derive(Debug, PartialEq)]
pub struct Columns {
    types: Vec<u8>,
    handles: Vec<u32>,
    wide_handles: WideHandles,
    process_ids: Vec<u32>,
    thread_ids: Vec<u32>,
    pub stacks: Vec<u32>,
    times: Option<Vec<f64>>,
}

impl Columns {
    /// Made value by value, without times.
    pub fn of(traces: &[Trace], table: &mut StackTable) -> Self {
        let wide = (0_u32..).zip(traces.iter().map(|trace| trace.handle));
        let (wide_traces, wide_values): (Vec<u32>, Vec<u64>) =
            wide.filter(|&(_, handle)| handle >= 1 << 32).unzip();
        let stack_of = |trace: &Trace| table.intern(&trace.stack).unwrap().0;
        Self {
            types: traces.iter().map(|trace| trace.operation as u8).collect(),
            handles: traces.iter().map(|trace| trace.handle as u32).collect(),
            wide_handles: WideHandles::new(&wide_traces, &wide_values).unwrap(),
            process_ids: traces.iter().map(|trace| trace.process_id).collect(),
            thread_ids: traces.iter().map(|trace| trace.thread_id).collect(),
            stacks: traces.iter().map(stack_of).collect(),
            times: None,
        }
    }

    /// Made from entries that the engine read.
    pub fn of_entries(entries: Entries) -> Self {
        Self {
            types: entries.types,
            handles: entries.handles,
            wide_handles: entries.wide_handles,
            process_ids: entries.process_ids,
            thread_ids: entries.thread_ids,
            stacks: entries.stacks.into_iter().map(|StackId(id)| id).collect(),
            times: None,
        }
    }

    /// Adds the times of the traces.
    pub fn timed(self, traces: &[Trace]) -> Self {
        let times = traces.iter().map(|trace| trace.time as f64).collect();
        Self {
            times: Some(times),
            ..self
        }
    }

    pub fn log(&self) -> Log<'_> {
        let columns = LogColumns {
            types: &self.types,
            handles: &self.handles,
            wide_handles: &self.wide_handles,
            process_ids: &self.process_ids,
            thread_ids: &self.thread_ids,
            stacks: &self.stacks,
            times: self.times.as_deref(),
        };
        let stack_count = self.stacks.iter().map(|&id| id as usize + 1).max();
        Log::new(columns, stack_count.unwrap_or(0)).unwrap()
    }

    pub fn operations(&self) -> Operations {
        Operations::new(self.types.clone(), self.handles.clone(), &self.wide_handles).unwrap()
    }

    pub fn stack_column(&self, table: &StackTable) -> StackColumn<'_> {
        StackColumn::new(&self.stacks, self.types.len(), table.count()).unwrap()
    }
}
