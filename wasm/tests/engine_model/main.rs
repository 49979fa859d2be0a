//! Tests the engine against a naive model: random histories of a process, a ring, a snapshot and a later reading.
//!
//! `cargo test` runs thousands of histories; with `HTRACE_MODEL_LOGS=3000000` in the environment and `--release` it
//! runs millions.

#![allow(clippy::unwrap_used)] // a test may fail by panicking

use std::env;

use columns::Columns;
use history::{encode, ring, Process, Random, Trace, Variety, SHAPES};
use htrace::traces::diff::find_new_traces;
use htrace::traces::entries::{read_entries, Entries, Gaps, Order};
use htrace::traces::entry_layout::EntryLayout;
use htrace::traces::groups::{group, Groups};
use htrace::traces::ids::{StackId, TraceIndex, NO_TRACE};
use htrace::traces::outstanding::count_by_stack;
use htrace::traces::pairings::{pair, Misuse, Pairings};
use htrace::traces::selection::Selection;
use htrace::traces::stack_table::StackTable;
use naive::{groups, is_outstanding, misuses, new_traces, outstanding_of, partner, Group};

mod columns;
mod history;
mod naive;

/// Histories in an ordinary run.
const LOGS: u64 = 30_000;
/// First address of the model's kernel.
const KERNEL_START: u64 = 0x8000_0000;

/// The trace at an index.
fn known(TraceIndex(trace): TraceIndex) -> Option<usize> {
    (trace != NO_TRACE.0).then_some(trace as usize)
}

fn at(traces: &[TraceIndex]) -> Vec<usize> {
    traces.iter().map(|trace| trace.at()).collect()
}

fn entries_of(
    bytes: &[u8],
    layout: &EntryLayout,
    order: Order,
    gaps: Gaps,
    table: &mut StackTable,
) -> Entries {
    let copy = |offset: usize, block: &mut [u8]| {
        block.copy_from_slice(&bytes[offset..offset + block.len()]);
    };
    read_entries(bytes.len(), copy, layout, order, gaps, table).unwrap()
}

/// Reads the entries of traces in one of the shapes, in either order; the columns must be those of the traces.
fn read(
    traces: &[Trace],
    shape: &[u32; 12],
    table: &mut StackTable,
    random: &mut Random,
) -> Columns {
    let layout = EntryLayout::from_numbers(shape).unwrap();
    let mut bytes = encode(traces, shape, random);
    let order = if random.chance(50) {
        Order::NewestFirst
    } else {
        let entries = bytes.chunks_exact(layout.size).rev();
        bytes = entries.flatten().copied().collect();
        Order::OldestFirst
    };
    let known_stacks = table.count();
    let entries = entries_of(&bytes, &layout, order, Gaps::Skip, table);
    assert_eq!((entries.empty.count, entries.damaged.count), (0, 0));
    let mut seen = known_stacks;
    for (trace, &id) in traces.iter().zip(&entries.stacks) {
        assert_eq!(table.addresses(id).unwrap(), trace.stack);
        assert!(id.at() <= seen, "ids count in order of appearance");
        seen = seen.max(id.at() + 1);
    }
    assert_eq!(table.count(), seen);
    let columns = Columns::of_entries(entries);
    assert_eq!(columns, Columns::of(traces, table));
    columns
}

/// Damages some entries; the rest must be as if they had never been there.
fn assert_gaps(traces: &[Trace], shape: &[u32; 12], random: &mut Random) {
    let layout = EntryLayout::from_numbers(shape).unwrap();
    let mut bytes = encode(traces, shape, random);
    let mut left = Vec::new();
    let (mut empty, mut damaged) = (Vec::new(), Vec::new());
    for (index, trace) in traces.iter().enumerate() {
        let code = match random.below(8) {
            0 => 0_u32,
            1 => 4 + random.below(1 << 16) as u32,
            _ => {
                left.push(trace.clone());
                continue;
            }
        };
        let gaps = if code == 0 { &mut empty } else { &mut damaged };
        gaps.push(index as u32);
        let place = index * layout.size + shape[7] as usize;
        bytes[place..place + 4].copy_from_slice(&code.to_le_bytes());
    }
    let mut table = StackTable::new(2);
    let order = Order::NewestFirst;
    let entries = entries_of(&bytes, &layout, order, Gaps::Skip, &mut table);
    for (missing, gaps) in [(entries.empty, &empty), (entries.damaged, &damaged)] {
        assert_eq!(missing.count as usize, gaps.len());
        assert_eq!(missing.first, gaps.first().copied());
    }
    assert_eq!(Columns::of_entries(entries), Columns::of(&left, &mut table));

    let whole = empty.first().into_iter().chain(damaged.first()).min();
    let whole = whole.map_or(traces.len(), |&first| first as usize);
    let entries = entries_of(&bytes, &layout, order, Gaps::Stop, &mut table);
    assert_eq!(
        Columns::of_entries(entries),
        Columns::of(&traces[..whole], &mut table)
    );
}

fn assert_stories(pairings: &Pairings, traces: &[Trace], newest: usize) {
    for (trace, &pair) in pairings.pairs.iter().enumerate() {
        assert_eq!(
            known(pair),
            partner(traces, trace),
            "partner of trace {trace}"
        );
    }
    let story = |misuse: &Misuse| {
        let bad_reference = misuse.bad_reference.at();
        (bad_reference, known(misuse.close), known(misuse.open))
    };
    let found: Vec<naive::Misuse> = pairings.misuses_among(newest).iter().map(story).collect();
    assert_eq!(found, misuses(traces, newest));
}

fn assert_groups(columns: &Groups, expected: &[Group], table: &StackTable) {
    let stack = |id: StackId| table.addresses(id).unwrap().to_vec();
    assert_eq!(columns.stacks.len(), expected.len());
    for (row, expected) in expected.iter().enumerate() {
        let list = |starts: &[u32]| starts[row] as usize..starts[row + 1] as usize;
        let listed = &columns.outstanding_traces[list(&columns.outstanding_starts)];
        let closing = list(&columns.closer_starts);
        let counts = &columns.closer_counts[closing.clone()];
        assert!(counts.is_sorted_by(|a, b| a >= b));
        let closers = columns.closer_stacks[closing].iter().zip(counts);
        let found = Group {
            stack: stack(columns.stacks[row]),
            opened: columns.opened[row] as usize,
            closed: columns.closed[row] as usize,
            bad_references: columns.bad_references[row] as usize,
            outstanding: at(listed),
            closers: closers.map(|(&id, &n)| (stack(id), n as usize)).collect(),
        };
        assert_eq!(&found, expected, "group {row}");
    }
}

/// Checks what happened to the handles of a log, by its own stacks or by those without kernel frames.
fn assert_analysis(
    log: &mut Columns,
    traces: &[Trace],
    newest: usize,
    kernel_start: Option<u64>,
    table: &mut StackTable,
    random: &mut Random,
) {
    if let Some(start) = kernel_start {
        let ids = table.without_kernel_frames(&log.stacks, start).unwrap();
        log.stacks = ids.into_iter().map(|StackId(id)| id).collect();
    }
    let stacks = log.stack_column(table);
    let pairings = pair(&log.operations());
    assert_stories(&pairings, traces, newest);
    let columns = group(&pairings, newest, Selection::ALL, stacks, table.count());
    let all = vec![1; traces.len()];
    assert_groups(&columns, &groups(traces, newest, &all, kernel_start), table);
    let selected: Vec<u8> = traces.iter().map(|_| random.below(3) as u8).collect();
    let selection = Selection::new(&selected, traces.len()).unwrap();
    let columns = group(&pairings, newest, selection, stacks, table.count());
    assert_groups(
        &columns,
        &groups(traces, newest, &selected, kernel_start),
        table,
    );
    let counts = count_by_stack(&pairings.outstanding, stacks, table.count());
    assert_eq!(counts.len(), table.count());
    for (id, &count) in (0..).zip(&counts) {
        let stack = table.addresses(StackId(id)).unwrap();
        let expected = outstanding_of(traces, stack, kernel_start);
        assert_eq!(count as usize, expected, "outstanding by stack {id}");
    }
}

/// Traces without known times.
fn untimed(traces: &[Trace]) -> Vec<Trace> {
    let untimed = |trace: &Trace| Trace {
        time: 0,
        ..trace.clone()
    };
    traces.iter().map(untimed).collect()
}

/// Checks one history completely.
fn check(seed: u64) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let variety = [Variety::Distinct, Variety::Usual, Variety::Little][random.below(3) as usize];
    let shape = SHAPES[random.below(4) as usize];
    let mut process = Process::new(&mut random, variety, shape[2] == 8);
    let slots = 1 << random.below(6);
    let before = if random.chance(10) {
        0
    } else {
        random.below(80) as usize
    };
    let between = random.below(60) as usize;
    let history: Vec<Trace> = (0..before + between)
        .map(|_| process.act(&mut random))
        .collect();
    // Tracing may be switched off and on after the snapshot: then its traces are gone.
    let is_restarted = random.chance(10);
    let kept = if is_restarted { before } else { 0 };
    let (snapshot, now) = (
        ring(&history[..before], slots),
        ring(&history[kept..], slots),
    );
    let known_slots = random.chance(70).then_some(slots);

    let mut table = StackTable::new(seed);
    let mut snapshot_columns = read(&snapshot, &shape, &mut table, &mut random);
    let mut columns = read(&now, &shape, &mut table, &mut random);
    let (snapshot_is_timed, is_timed) = (random.chance(50), random.chance(50));
    if snapshot_is_timed {
        snapshot_columns = snapshot_columns.timed(&snapshot);
    }
    if is_timed {
        columns = columns.timed(&now);
    }
    let found = find_new_traces(&snapshot_columns.log(), &columns.log(), known_slots);
    let expected = if snapshot_is_timed && is_timed {
        new_traces(&snapshot, &now, known_slots)
    } else {
        new_traces(&untimed(&snapshot), &untimed(&now), known_slots)
    };
    assert_eq!(found, expected);
    let is_history_lost = found.is_none();
    let found = found.unwrap_or(now.len());
    if variety == Variety::Distinct && before > 0 {
        // What really happened.
        let is_lost = is_restarted || between >= slots;
        assert_eq!(is_history_lost, is_lost);
        assert_eq!(found, between.min(slots));
    } else {
        assert!(found <= between);
    }

    let newest = random.below(now.len() as u64 + 1) as usize;
    let pairings = pair(&columns.operations());
    for newest in [found, newest] {
        let open = at(Pairings::among(&pairings.outstanding, newest));
        let is_open = |&trace: &usize| is_outstanding(&now, trace);
        assert_eq!(open, (0..newest).filter(is_open).collect::<Vec<usize>>());
    }
    let kernel_start = random.chance(50).then_some(KERNEL_START);
    assert_analysis(
        &mut columns,
        &now,
        newest,
        kernel_start,
        &mut table,
        &mut random,
    );
    let all = snapshot.len();
    assert_analysis(
        &mut snapshot_columns,
        &snapshot,
        all,
        kernel_start,
        &mut table,
        &mut random,
    );
    assert_gaps(&now, &shape, &mut random);
}

#[test]
fn agrees_with_the_naive_model_on_random_histories() {
    let logs = env::var("HTRACE_MODEL_LOGS").map_or(LOGS, |number| number.parse().unwrap());
    for seed in 1..=logs {
        let agreed = std::panic::catch_unwind(|| check(seed));
        assert!(agreed.is_ok(), "history of seed {seed}");
    }
}

/// A ring read while it is being written: its oldest slots have traces newer than its first ones.
fn torn(history: &[Trace], slots: usize, during: &[Trace]) -> Vec<Trace> {
    let mut read = ring(history, slots);
    read.truncate(slots - during.len());
    read.extend(during.iter().rev().cloned());
    read
}

/// The number of new traces.
fn count_new(snapshot: &[Trace], now: &[Trace], slots: Option<usize>) -> Option<usize> {
    let mut table = StackTable::new(1);
    let snapshot = Columns::of(snapshot, &mut table);
    let now = Columns::of(now, &mut table);
    find_new_traces(&snapshot.log(), &now.log(), slots)
}

/// A history of traces that all differ.
fn distinct_history(random: &mut Random, count: usize) -> Vec<Trace> {
    let mut process = Process::new(random, Variety::Distinct, true);
    (0..count).map(|_| process.act(random)).collect()
}

#[test]
fn finds_the_snapshot_in_readings_that_overlapped_with_writing() {
    for seed in 1..=500 {
        let mut random = Random(seed);
        let history = distinct_history(&mut random, 400);
        let slots = if random.chance(50) { 128 } else { 1024 };
        let between = random.below(60) as usize;
        let during = 1 + random.below(8) as usize;
        let snapshot = torn(
            &history[..300],
            slots,
            &history[300..300 + random.below(8) as usize],
        );
        let now = torn(
            &history[..300 + between],
            slots,
            &history[300 + between..][..during],
        );
        let found = count_new(&snapshot, &now, Some(slots));
        assert_eq!(found, Some(between), "seed {seed}");
    }
}

#[test]
fn tracing_switched_off_and_on_is_history_lost() {
    let history = distinct_history(&mut Random(7), 20);
    let old = ring(&history[..10], 128);
    let new = ring(&history[10..], 128);
    assert_eq!(count_new(&old, &new, Some(128)), None);
    assert_eq!(count_new(&old, &[], Some(128)), None);
    assert_eq!(count_new(&[], &[], None), Some(0));
}

#[test]
fn a_run_that_most_of_the_log_contradicts_is_chance() {
    let history = distinct_history(&mut Random(9), 512);
    let snapshot = ring(&history[..128], 128);
    for (run, is_lost) in [(20, true), (58, true), (59, false), (100, false)] {
        let mut now = ring(&history[128..138], 10);
        now.extend_from_slice(&snapshot[..run]);
        now.extend_from_slice(&history[200..318 - run]);
        let found = count_new(&snapshot, &now, Some(128));
        assert_eq!(found.is_none(), is_lost, "a run of {run} among 118");
    }
}

#[test]
fn times_tell_traces_apart_that_are_equal_otherwise() {
    let trace = |time: u64| Trace {
        handle: 4,
        process_id: 4,
        thread_id: 12,
        operation: history::OPEN,
        stack: vec![1],
        time,
    };
    let before: Vec<Trace> = [2, 1].map(trace).to_vec();
    let after: Vec<Trace> = [4, 3, 2, 1].map(trace).to_vec();
    let other: Vec<Trace> = [6, 5].map(trace).to_vec();
    let mut table = StackTable::new(1);
    let mut columns = |traces: &[Trace]| Columns::of(traces, &mut table).timed(traces);
    let (before, after, other) = (columns(&before), columns(&after), columns(&other));
    let slots = Some(128);
    assert_eq!(find_new_traces(&before.log(), &after.log(), slots), Some(2));
    assert_eq!(find_new_traces(&before.log(), &other.log(), slots), None);
    // Equal except for their times, and one log has none: nothing distinguishes them.
    let untimed = Columns::of(&[trace(0), trace(0)], &mut table);
    assert_eq!(
        find_new_traces(&before.log(), &untimed.log(), slots),
        Some(0)
    );
}
