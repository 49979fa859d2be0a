//! Exports of the engine: whole trace logs in, columns out.
//!
//! A log crosses as the bytes its source has, with its layout as the numbers of
//! [`Layout::from_numbers`]. Columns are moved out, each once, so that none is copied on this side.

use std::mem::take;

use wasm_bindgen::prelude::{wasm_bindgen, JsError};

use crate::diff::{diff, Diff};
use crate::groups::{group, Groups};
use crate::log::{Layout, Log};
use crate::pairings::pair;
use crate::stacks::{intern, Stacks};

/// What is new in a log, and which of it is outstanding.
#[wasm_bindgen]
pub struct LogDiff(Diff);

/// Compares a log with an earlier one of the same ring; `slots` is the ring's capacity, where it is known.
#[wasm_bindgen(js_name = diffLogs)]
pub fn diff_logs(
    snapshot: &[u8],
    now: &[u8],
    layout: &[u32],
    slots: Option<u32>,
) -> Result<LogDiff, JsError> {
    let layout = Layout::from_numbers(layout)?;
    let slots = slots.map(|slots| slots as usize);
    Ok(LogDiff(diff(
        &Log::new(snapshot, layout)?,
        &Log::new(now, layout)?,
        slots,
    )))
}

#[wasm_bindgen]
impl LogDiff {
    /// Number of traces newer than the snapshot.
    #[wasm_bindgen(getter, js_name = newTraces)]
    pub fn new_traces(&self) -> u32 {
        self.0.new_traces as u32
    }

    /// Whether traces between the snapshot and the log are lost.
    #[wasm_bindgen(getter, js_name = historyLost)]
    pub fn history_lost(&self) -> bool {
        self.0.history_lost
    }

    /// Moves out the indices of the outstanding opens, newest first.
    #[wasm_bindgen(js_name = takeOutstanding)]
    pub fn take_outstanding(&mut self) -> Vec<u32> {
        take(&mut self.0.outstanding)
    }
}

/// The columns that a log was taken apart into.
#[wasm_bindgen]
pub struct LogTables {
    stacks: Stacks,
    pairs: Vec<u32>,
    groups: Groups,
}

/// Interns the stacks of a log, pairs its traces, and groups the `newest` of them. Leading return addresses
/// from `kernel_start` on, where it is given, are left out of the stacks.
#[wasm_bindgen(js_name = analyzeLog)]
pub fn analyze_log(
    bytes: &[u8],
    layout: &[u32],
    newest: u32,
    kernel_start: Option<u64>,
) -> Result<LogTables, JsError> {
    let log = Log::new(bytes, Layout::from_numbers(layout)?)?;
    let newest = log.len().min(newest as usize);
    let stacks = intern(&log, kernel_start);
    let mut operations = log.operations(log.len());
    let pairs = pair(&operations);
    operations.truncate(newest);
    let groups = group(&operations, &stacks, &pairs);
    Ok(LogTables {
        stacks,
        pairs,
        groups,
    })
}

#[wasm_bindgen]
impl LogTables {
    /// Moves out the stack id of each trace.
    #[wasm_bindgen(js_name = takeStackOf)]
    pub fn take_stack_of(&mut self) -> Vec<u32> {
        take(&mut self.stacks.stack_of)
    }

    /// Moves out the return addresses of all stacks, one after the other.
    #[wasm_bindgen(js_name = takeStackAddresses)]
    pub fn take_stack_addresses(&mut self) -> Vec<u64> {
        take(&mut self.stacks.addresses)
    }

    /// Moves out where each stack begins among the addresses, and where the last one ends.
    #[wasm_bindgen(js_name = takeStackStarts)]
    pub fn take_stack_starts(&mut self) -> Vec<u32> {
        take(&mut self.stacks.starts)
    }

    /// Moves out the partner of each trace; `u32::MAX` for none.
    #[wasm_bindgen(js_name = takePairs)]
    pub fn take_pairs(&mut self) -> Vec<u32> {
        take(&mut self.pairs)
    }

    /// Moves out the opening stack of each group.
    #[wasm_bindgen(js_name = takeGroupStacks)]
    pub fn take_group_stacks(&mut self) -> Vec<u32> {
        take(&mut self.groups.stacks)
    }

    /// Moves out how often each group opened.
    #[wasm_bindgen(js_name = takeGroupOpened)]
    pub fn take_group_opened(&mut self) -> Vec<u32> {
        take(&mut self.groups.opened)
    }

    /// Moves out how many opens of each group are outstanding no more.
    #[wasm_bindgen(js_name = takeGroupClosed)]
    pub fn take_group_closed(&mut self) -> Vec<u32> {
        take(&mut self.groups.closed)
    }

    /// Moves out the number of bad references of each group.
    #[wasm_bindgen(js_name = takeGroupBadReferences)]
    pub fn take_group_bad_references(&mut self) -> Vec<u32> {
        take(&mut self.groups.bad_references)
    }

    /// Moves out where the outstanding opens of each group begin, and where the last ones end.
    #[wasm_bindgen(js_name = takeOutstandingStarts)]
    pub fn take_outstanding_starts(&mut self) -> Vec<u32> {
        take(&mut self.groups.outstanding_starts)
    }

    /// Moves out the outstanding opens of all groups.
    #[wasm_bindgen(js_name = takeOutstandingTraces)]
    pub fn take_outstanding_traces(&mut self) -> Vec<u32> {
        take(&mut self.groups.outstanding_traces)
    }

    /// Moves out where the closing stacks of each group begin, and where the last ones end.
    #[wasm_bindgen(js_name = takeCloserStarts)]
    pub fn take_closer_starts(&mut self) -> Vec<u32> {
        take(&mut self.groups.closer_starts)
    }

    /// Moves out the closing stacks of all groups.
    #[wasm_bindgen(js_name = takeCloserStacks)]
    pub fn take_closer_stacks(&mut self) -> Vec<u32> {
        take(&mut self.groups.closer_stacks)
    }

    /// Moves out how many handles each of them closed.
    #[wasm_bindgen(js_name = takeCloserCounts)]
    pub fn take_closer_counts(&mut self) -> Vec<u32> {
        take(&mut self.groups.closer_counts)
    }
}
