//! Exports of the trace engine: entries and columns in, columns out.
//!
//! Three kinds of values cross: numbers; typed arrays; and records of them, plain objects whose members are the columns
//! of one thing (a log, its groups). A record is made once per call, never once per trace. A stack table lives on this
//! side and is a number on the other. While it is in use, it is taken out of its place, so that a trap loses only that
//! table: no borrow is left behind.

use std::cell::RefCell;

use js_sys::{BigUint64Array, Float64Array, Object, Reflect, Uint32Array, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsError, JsValue};

use crate::traces::columns::{Log, LogColumns, StackColumn, WideHandles};
use crate::traces::diff::find_new_traces;
use crate::traces::entries::{read_entries, Entries, Gaps, Missing, Order};
use crate::traces::entry_layout::EntryLayout;
use crate::traces::error::TraceError;
use crate::traces::groups::{group, Groups};
use crate::traces::ids::{StackId, TraceIndex, NO_TRACE};
use crate::traces::operations::Operations;
use crate::traces::outstanding::count_by_stack;
use crate::traces::pairings::{pair, Misuse, Pairings};
use crate::traces::selection::Selection;
use crate::traces::stack_table::StackTable;

/// The records that cross.
#[wasm_bindgen(typescript_custom_section)]
const RECORDS: &str = r#"
/** What the traces of a log did to which handles; wide handles by their traces. */
export interface OperationColumns {
  readonly type: Uint8Array;
  readonly handle: Uint32Array;
  readonly wideTraces: Uint32Array;
  readonly wideHandles: BigUint64Array;
}
/** All columns of a log. */
export interface LogColumns extends OperationColumns {
  readonly processId: Uint32Array;
  readonly threadId: Uint32Array;
  readonly stack: Uint32Array;
  readonly time?: Float64Array | undefined;
}
/** Entries as columns; `firstEmpty` and `firstDamaged` are 0xffffffff if there is none. */
export interface EntriesRead extends LogColumns {
  readonly empty: number;
  readonly firstEmpty: number;
  readonly damaged: number;
  readonly firstDamaged: number;
}
/** An analysis: a pair per trace; a value per group, with its lists by start; a value per misuse. */
export interface AnalysisColumns {
  readonly pairs: Uint32Array;
  readonly groupStacks: Uint32Array;
  readonly opened: Uint32Array;
  readonly closed: Uint32Array;
  readonly badReferences: Uint32Array;
  readonly outstandingStarts: Uint32Array;
  readonly outstandingTraces: Uint32Array;
  readonly closerStarts: Uint32Array;
  readonly closerStacks: Uint32Array;
  readonly closerCounts: Uint32Array;
  readonly misuseBadReferences: Uint32Array;
  readonly misuseCloses: Uint32Array;
  readonly misuseOpens: Uint32Array;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The columns of a log that say what was done to which handles.
    #[wasm_bindgen(typescript_type = "OperationColumns")]
    pub type OperationRecord;
    #[wasm_bindgen(method, getter = type)]
    fn types(this: &OperationRecord) -> Uint8Array;
    #[wasm_bindgen(method, getter = handle)]
    fn handles(this: &OperationRecord) -> Uint32Array;
    #[wasm_bindgen(method, getter = wideTraces)]
    fn wide_traces(this: &OperationRecord) -> Uint32Array;
    #[wasm_bindgen(method, getter = wideHandles)]
    fn wide_handles(this: &OperationRecord) -> BigUint64Array;

    /// The columns of a log.
    #[wasm_bindgen(extends = OperationRecord, typescript_type = "LogColumns")]
    pub type LogRecord;
    #[wasm_bindgen(method, getter = processId)]
    fn process_ids(this: &LogRecord) -> Uint32Array;
    #[wasm_bindgen(method, getter = threadId)]
    fn thread_ids(this: &LogRecord) -> Uint32Array;
    #[wasm_bindgen(method, getter = stack)]
    fn stacks(this: &LogRecord) -> Uint32Array;
    #[wasm_bindgen(method, getter = time)]
    fn times(this: &LogRecord) -> Option<Float64Array>;

    /// What [`read_trace_entries`] returns.
    #[wasm_bindgen(typescript_type = "EntriesRead")]
    pub type EntriesRecord;

    /// What [`analyze_log`] returns.
    #[wasm_bindgen(typescript_type = "AnalysisColumns")]
    pub type AnalysisRecord;
}

thread_local! {
    static TABLES: RefCell<Vec<Option<StackTable>>> = const { RefCell::new(Vec::new()) };
}

/// Makes an empty stack table, and returns its number.
#[wasm_bindgen(js_name = openStackTable)]
pub fn open_stack_table() -> u32 {
    let seed = js_sys::Math::random().to_bits();
    TABLES.with_borrow_mut(|tables| {
        let number = tables.len() as u32;
        tables.push(Some(StackTable::new(seed)));
        number
    })
}

/// Frees a stack table. Numbers are not reused, so one that is kept too long does no harm.
#[wasm_bindgen(js_name = closeStackTable)]
pub fn close_stack_table(number: u32) {
    drop(take(number));
}

/// Number of stacks in a table.
#[wasm_bindgen(js_name = stackCount)]
pub fn stack_count(number: u32) -> Result<u32, JsError> {
    with_table(number, |table| Ok(table.count() as u32))
}

/// The return addresses of a stack.
#[wasm_bindgen(js_name = stackAddresses)]
pub fn stack_addresses(number: u32, stack: u32) -> Result<Vec<u64>, JsError> {
    with_table(number, |table| {
        table.addresses(StackId(stack)).map(<[u64]>::to_vec)
    })
}

/// Ids of stacks, new or known, given their addresses one after the other and where each ends.
#[wasm_bindgen(js_name = internStacks)]
pub fn intern_stacks(number: u32, addresses: &[u64], ends: &[u32]) -> Result<Vec<u32>, JsError> {
    let ids = with_table(number, |table| table.intern_all(addresses, ends))?;
    Ok(stack_numbers(ids))
}

/// The stacks of a column without their leading addresses from `user_end` on.
#[wasm_bindgen(js_name = withoutKernelFrames)]
pub fn without_kernel_frames(
    number: u32,
    stacks: &[u32],
    user_end: u64,
) -> Result<Vec<u32>, JsError> {
    let ids = with_table(number, |table| {
        table.without_kernel_frames(stacks, user_end)
    })?;
    Ok(stack_numbers(ids))
}

/// Reads whole entries into columns, newest first, and interns their stacks; `layout` is in the form for
/// [`EntryLayout::from_numbers`]. Entries that are not traces are left out, or end reading.
#[wasm_bindgen(js_name = readEntries)]
pub fn read_trace_entries(
    number: u32,
    bytes: &Uint8Array,
    layout: &[u32],
    oldest_first: bool,
    stop_at_gap: bool,
) -> Result<EntriesRecord, JsError> {
    let layout = EntryLayout::from_numbers(layout)?;
    let order = if oldest_first {
        Order::OldestFirst
    } else {
        Order::NewestFirst
    };
    let gaps = if stop_at_gap { Gaps::Stop } else { Gaps::Skip };
    // Copied in blocks, each of which is read while it is in the processor's cache.
    let copy = |offset: usize, block: &mut [u8]| {
        let end = offset + block.len();
        bytes.subarray(offset as u32, end as u32).copy_to(block);
    };
    let length = bytes.length() as usize;
    let entries = with_table(number, |table| {
        read_entries(length, copy, &layout, order, gaps, table)
    })?;
    Ok(entries_record(entries))
}

/// Pairs the traces of a log, groups the `newest` of them by opening stack, and finds the misuses among those. `stacks`
/// are the stacks to group by, from a table of `stack_count` stacks; if `selected` is given, only opens and bad
/// references whose byte in it is not 0 count.
#[wasm_bindgen(js_name = analyzeLog)]
pub fn analyze_log(
    log: &OperationRecord,
    stacks: &[u32],
    stack_count: u32,
    newest: u32,
    selected: Option<Vec<u8>>,
) -> Result<AnalysisRecord, JsError> {
    let stack_count = stack_count as usize;
    let operations = operations_of(log)?;
    let stacks = StackColumn::new(stacks, operations.len(), stack_count)?;
    let selected = match &selected {
        Some(bytes) => Selection::new(bytes, operations.len())?,
        None => Selection::ALL,
    };
    let newest = newest as usize;
    let pairings = pair(&operations);
    let groups = group(&pairings, newest, selected, stacks, stack_count);
    let mut misuses = pairings.misuses_among(newest).to_vec();
    misuses.retain(|misuse| selected.has(misuse.bad_reference));
    Ok(analysis_record(pairings.pairs, groups, &misuses))
}

/// Indices of the outstanding opens among the `newest` traces of a log, newest first.
#[wasm_bindgen(js_name = outstandingTraces)]
pub fn outstanding_traces(log: &OperationRecord, newest: u32) -> Result<Vec<u32>, JsError> {
    let outstanding = pair(&operations_of(log)?).outstanding;
    let newest = Pairings::among(&outstanding, newest as usize);
    Ok(trace_numbers(newest.to_vec()))
}

/// Number of outstanding opens of a log for each of the `stack_count` stacks in its table.
#[wasm_bindgen(js_name = outstandingByStack)]
pub fn outstanding_opens_by_stack(
    log: &OperationRecord,
    stacks: &[u32],
    stack_count: u32,
) -> Result<Vec<u32>, JsError> {
    let stack_count = stack_count as usize;
    let operations = operations_of(log)?;
    let stacks = StackColumn::new(stacks, operations.len(), stack_count)?;
    let outstanding = pair(&operations).outstanding;
    Ok(count_by_stack(&outstanding, stacks, stack_count))
}

/// Number of traces of `now` that are newer than an earlier `snapshot` of the same ring over the same table of
/// `stack_count` stacks; `0xffffffff` if the snapshot's newest trace is gone from it. `slots` is the ring's capacity,
/// if known.
#[wasm_bindgen(js_name = countNewTraces)]
pub fn count_new_traces(
    snapshot: &LogRecord,
    now: &LogRecord,
    stack_count: u32,
    slots: Option<u32>,
) -> Result<u32, JsError> {
    let (snapshot, now) = (OwnedLog::of(snapshot)?, OwnedLog::of(now)?);
    let slots = slots.map(|slots| slots as usize);
    let stack_count = stack_count as usize;
    let (snapshot, now) = (snapshot.log(stack_count)?, now.log(stack_count)?);
    let found = find_new_traces(&snapshot, &now, slots);
    Ok(found.map_or(u32::MAX, |count| count as u32))
}

/// The columns of a log, copied from the other side.
struct OwnedLog {
    types: Vec<u8>,
    handles: Vec<u32>,
    wide_handles: WideHandles,
    process_ids: Vec<u32>,
    thread_ids: Vec<u32>,
    stacks: Vec<u32>,
    times: Option<Vec<f64>>,
}

impl OwnedLog {
    fn of(record: &LogRecord) -> Result<Self, TraceError> {
        Ok(Self {
            types: record.types().to_vec(),
            handles: record.handles().to_vec(),
            wide_handles: wide_handles_of(record)?,
            process_ids: record.process_ids().to_vec(),
            thread_ids: record.thread_ids().to_vec(),
            stacks: record.stacks().to_vec(),
            times: record.times().map(|times| times.to_vec()),
        })
    }

    fn log(&self, stack_count: usize) -> Result<Log<'_>, TraceError> {
        let columns = LogColumns {
            types: &self.types,
            handles: &self.handles,
            wide_handles: &self.wide_handles,
            process_ids: &self.process_ids,
            thread_ids: &self.thread_ids,
            stacks: &self.stacks,
            times: self.times.as_deref(),
        };
        Log::new(columns, stack_count)
    }
}

fn wide_handles_of(log: &OperationRecord) -> Result<WideHandles, TraceError> {
    WideHandles::new(&log.wide_traces().to_vec(), &log.wide_handles().to_vec())
}

fn operations_of(log: &OperationRecord) -> Result<Operations, TraceError> {
    let wide_handles = wide_handles_of(log)?;
    Operations::new(log.types().to_vec(), log.handles().to_vec(), &wide_handles)
}

fn entries_record(entries: Entries) -> EntriesRecord {
    let (traces, values): (Vec<TraceIndex>, Vec<u64>) = entries.wide_handles.iter().unzip();
    let first = |missing: Missing| missing.first.unwrap_or(NO_TRACE.0);
    record(vec![
        ("type", Uint8Array::from(&entries.types[..]).into()),
        ("handle", column(entries.handles)),
        ("wideTraces", column(trace_numbers(traces))),
        ("wideHandles", BigUint64Array::from(&values[..]).into()),
        ("processId", column(entries.process_ids)),
        ("threadId", column(entries.thread_ids)),
        ("stack", column(stack_numbers(entries.stacks))),
        ("empty", entries.empty.count.into()),
        ("firstEmpty", first(entries.empty).into()),
        ("damaged", entries.damaged.count.into()),
        ("firstDamaged", first(entries.damaged).into()),
    ])
}

fn analysis_record(pairs: Vec<TraceIndex>, groups: Groups, misuses: &[Misuse]) -> AnalysisRecord {
    let bad_references = misuses.iter().map(|misuse| misuse.bad_reference).collect();
    let closes = misuses.iter().map(|misuse| misuse.close).collect();
    let opens = misuses.iter().map(|misuse| misuse.open).collect();
    record(vec![
        ("pairs", column(trace_numbers(pairs))),
        ("groupStacks", column(stack_numbers(groups.stacks))),
        ("opened", column(groups.opened)),
        ("closed", column(groups.closed)),
        ("badReferences", column(groups.bad_references)),
        ("outstandingStarts", column(groups.outstanding_starts)),
        (
            "outstandingTraces",
            column(trace_numbers(groups.outstanding_traces)),
        ),
        ("closerStarts", column(groups.closer_starts)),
        ("closerStacks", column(stack_numbers(groups.closer_stacks))),
        ("closerCounts", column(groups.closer_counts)),
        ("misuseBadReferences", column(trace_numbers(bad_references))),
        ("misuseCloses", column(trace_numbers(closes))),
        ("misuseOpens", column(trace_numbers(opens))),
    ])
}

/// A plain object with these members.
fn record<T: JsCast>(members: Vec<(&str, JsValue)>) -> T {
    let record = Object::new();
    for (name, value) in members {
        // A new plain object takes every member.
        let _ = Reflect::set(&record, &name.into(), &value);
    }
    record.unchecked_into()
}

/// Copies a column to the other side, and frees it here.
fn column(values: Vec<u32>) -> JsValue {
    Uint32Array::from(&values[..]).into()
}

/// Ids as the numbers that cross; the column keeps its memory.
fn stack_numbers(ids: Vec<StackId>) -> Vec<u32> {
    ids.into_iter().map(|StackId(id)| id).collect()
}

/// Indices as the numbers that cross; the column keeps its memory.
fn trace_numbers(traces: Vec<TraceIndex>) -> Vec<u32> {
    traces.into_iter().map(|TraceIndex(trace)| trace).collect()
}

fn take(number: u32) -> Option<StackTable> {
    TABLES.with_borrow_mut(|tables| tables.get_mut(number as usize)?.take())
}

/// Takes a table out of its place for a call, and puts it back.
fn with_table<T>(
    number: u32,
    call: impl FnOnce(&mut StackTable) -> Result<T, TraceError>,
) -> Result<T, JsError> {
    let mut table = take(number).ok_or_else(|| JsError::new("the stack table is closed"))?;
    let result = call(&mut table);
    TABLES.with_borrow_mut(|tables| tables[number as usize] = Some(table));
    Ok(result?)
}
