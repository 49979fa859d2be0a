//! The engine against a naive model: random histories of a process, a ring, a snapshot and a later reading.
//!
//! The model says the same as `diff`, `pairings`, `groups` and `stacks` do, by brute force and without
//! sharing anything with them but the entry's layout. `cargo test` runs thousands of histories; with
//! `HTRACE_MODEL_LOGS=3000000 cargo test --release --test engine_model` it is millions.

#![allow(clippy::unwrap_used)] // a test may fail by panicking

use std::collections::{BTreeMap, VecDeque};
use std::env;

use htrace::diff::diff;
use htrace::groups::group;
use htrace::log::{Layout, Log};
use htrace::pairings::{outstanding, pair, NO_TRACE};
use htrace::stacks::intern;

/// Histories of an ordinary run.
const LOGS: u64 = 30_000;

const OPEN: u32 = 1;
const CLOSE: u32 = 2;
const BAD_REFERENCE: u32 = 3;

/// A trace as the model has it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Trace {
    handle: u32,
    process_id: u32,
    thread_id: u32,
    operation: u32,
    stack: Vec<u64>,
}

/// Shapes of entries: size; offset and width of handle, process id, thread id, type and stack; frames.
const SHAPES: [[u32; 12]; 4] = [
    [0x50, 0, 4, 4, 4, 8, 4, 12, 4, 0x10, 4, 16],
    [0xa0, 0, 8, 8, 8, 0x10, 8, 0x18, 4, 0x20, 8, 16],
    [0xa0, 0x10, 8, 0, 8, 8, 8, 0x18, 4, 0x20, 8, 16],
    [0x120, 0, 8, 8, 4, 12, 4, 0x10, 4, 0x20, 8, 32],
];

/// Marsaglia's xorshift: the same histories everywhere, from a seed that a failing run names.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// A process that opens, closes and misuses handles.
struct Process {
    open: Vec<u32>,
    free: VecDeque<u32>,
    /// Handle values come back at once instead of as late as possible.
    reuses_soon: bool,
    /// Every trace differs from all others, so that there is one right answer to every question.
    distinct: Option<u64>,
    places: u64,
}

impl Process {
    fn new(random: &mut Random, distinct: bool) -> Self {
        let handles = 1 + random.below(12) as u32;
        Self {
            open: Vec::new(),
            free: (1..=handles).map(|handle| handle * 4).collect(),
            reuses_soon: random.chance(50),
            distinct: distinct.then_some(0),
            places: 1 + random.below(4),
        }
    }

    fn act(&mut self, random: &mut Random) -> Trace {
        let (operation, handle) = match random.below(10) {
            0..=4 => match self.free.pop_front() {
                Some(handle) => {
                    self.open.push(handle);
                    (OPEN, handle)
                }
                // What another process did to the table while tracing was off goes untraced.
                None => (OPEN, 4 + 4 * random.below(12) as u32),
            },
            5..=8 if !self.open.is_empty() => {
                let which = random.below(self.open.len() as u64) as usize;
                let handle = self.open.remove(which);
                if self.reuses_soon {
                    self.free.push_front(handle);
                } else {
                    self.free.push_back(handle);
                }
                (CLOSE, handle | random.below(4) as u32)
            }
            // A handle from before tracing was on.
            5..=8 => (CLOSE, 0x40),
            _ => (BAD_REFERENCE, random.below(56) as u32),
        };
        let frames = random.below(3);
        let mut stack: Vec<u64> = (0..frames)
            .map(|_| 0x1000 + random.below(self.places))
            .collect();
        if random.chance(20) {
            stack.insert(0, 0x8000_0000 + random.below(2));
        }
        if let Some(serial) = &mut self.distinct {
            *serial += 1;
            stack.push(0x10_0000 + *serial);
        }
        let process_id = if random.chance(10) { 8 } else { 4 };
        let thread_id = 12 + 4 * random.below(2) as u32;
        Trace {
            handle,
            process_id,
            thread_id,
            operation,
            stack,
        }
    }
}

/// The newest `slots` traces of a history, newest first.
fn ring(history: &[Trace], slots: usize) -> Vec<Trace> {
    history.iter().rev().take(slots).cloned().collect()
}

/// Writes traces in a shape. What no field covers gets arbitrary bytes, as does the stack behind its end.
fn encode(traces: &[Trace], shape: &[u32; 12], random: &mut Random) -> Vec<u8> {
    let n = shape.map(|number| number as usize);
    let mut bytes = vec![0; n[0] * traces.len()];
    for (trace, entry) in traces.iter().zip(bytes.chunks_exact_mut(n[0])) {
        entry.fill(random.below(256) as u8);
        let mut put = |offset: usize, size: usize, value: u64| {
            entry[offset..offset + size].copy_from_slice(&value.to_le_bytes()[..size]);
        };
        put(n[1], n[2], trace.handle.into());
        put(n[3], n[4], trace.process_id.into());
        put(n[5], n[6], trace.thread_id.into());
        put(n[7], n[8], trace.operation.into());
        for (frame, &address) in trace.stack.iter().chain(&[0]).enumerate() {
            put(n[9] + frame * n[10], n[10], address);
        }
    }
    bytes
}

/// The number of new traces by trying every place: first those where the log agrees with the snapshot to
/// its own end, then the longest run that is long enough to be believed.
fn new_traces(snapshot: &[Trace], now: &[Trace], slots: Option<usize>) -> Option<usize> {
    let has_room = slots.map(|slots| now.len() < slots);
    if snapshot.is_empty() {
        return (has_room != Some(false)).then_some(now.len());
    }
    let run_at = |place: usize| {
        snapshot
            .iter()
            .zip(&now[place..])
            .take_while(|(before, after)| before == after)
            .count()
    };
    for place in 0..now.len() {
        let run = run_at(place);
        let whole = run == snapshot.len();
        if run == now.len() - place && (whole || has_room != Some(true)) {
            return Some(place);
        }
    }
    let longest = (0..now.len()).max_by_key(|&place| (run_at(place), place))?;
    let run = run_at(longest);
    let possible = snapshot.len().min(now.len() - longest);
    (run >= snapshot.len().min(16) && 2 * run >= possible).then_some(longest)
}

fn is_outstanding(log: &[Trace], open: usize) -> bool {
    log[open].operation == OPEN
        && !log[..open]
            .iter()
            .any(|newer| newer.operation == CLOSE && newer.handle & !3 == log[open].handle & !3)
}

/// The partner of a trace, found by looking from the trace itself.
fn partner(log: &[Trace], trace: usize) -> Option<usize> {
    let same_handle = |other: usize| log[other].handle & !3 == log[trace].handle & !3;
    let older_open =
        (trace + 1..log.len()).find(|&other| log[other].operation == OPEN && same_handle(other));
    match log[trace].operation {
        BAD_REFERENCE => older_open,
        CLOSE => older_open.filter(|&open| {
            !(trace + 1..open).any(|other| log[other].operation == CLOSE && same_handle(other))
        }),
        _ => (0..trace)
            .rev()
            .take_while(|&newer| !(log[newer].operation == OPEN && same_handle(newer)))
            .find(|&newer| log[newer].operation == CLOSE && same_handle(newer)),
    }
}

fn shown_stack(trace: &Trace, kernel_start: Option<u64>) -> Vec<u64> {
    trace
        .stack
        .iter()
        .copied()
        .skip_while(|&address| kernel_start.is_some_and(|start| address >= start))
        .collect()
}

/// A group as the model has it.
#[derive(PartialEq, Eq, Debug)]
struct Group {
    stack: Vec<u64>,
    opened: usize,
    closed: usize,
    bad_references: usize,
    outstanding: Vec<usize>,
    closers: BTreeMap<Vec<u64>, usize>,
}

fn groups(log: &[Trace], newest: usize, kernel_start: Option<u64>) -> Vec<Group> {
    let stack_at = |trace: usize| shown_stack(&log[trace], kernel_start);
    let mut opening: Vec<Vec<u64>> = Vec::new();
    for trace in (0..newest).filter(|&trace| log[trace].operation == OPEN) {
        if !opening.contains(&stack_at(trace)) {
            opening.push(stack_at(trace));
        }
    }
    let mut groups: Vec<Group> = opening
        .into_iter()
        .map(|stack| {
            let opens: Vec<usize> = (0..newest)
                .filter(|&trace| log[trace].operation == OPEN && stack_at(trace) == stack)
                .collect();
            let outstanding: Vec<usize> = opens
                .iter()
                .copied()
                .filter(|&open| is_outstanding(log, open))
                .collect();
            let of_opens = |trace: usize, operation: u32| {
                log[trace].operation == operation
                    && partner(log, trace).is_some_and(|open| opens.contains(&open))
            };
            let mut closers = BTreeMap::new();
            for close in (0..newest).filter(|&trace| of_opens(trace, CLOSE)) {
                *closers.entry(stack_at(close)).or_default() += 1;
            }
            Group {
                opened: opens.len(),
                closed: opens.len() - outstanding.len(),
                bad_references: (0..newest)
                    .filter(|&trace| of_opens(trace, BAD_REFERENCE))
                    .count(),
                outstanding,
                closers,
                stack,
            }
        })
        .collect();
    groups.sort_by(|a, b| {
        b.outstanding
            .len()
            .cmp(&a.outstanding.len())
            .then(b.opened.cmp(&a.opened))
    });
    groups
}

fn assert_tables(
    log: &Log<'_>,
    traces: &[Trace],
    newest: usize,
    kernel_start: Option<u64>,
    seed: u64,
) {
    let stacks = intern(log, kernel_start);
    let mut seen = 0;
    for (trace, expected) in traces.iter().enumerate() {
        let id = stacks.stack_of[trace];
        assert_eq!(
            stacks.stack(id),
            shown_stack(expected, kernel_start),
            "seed {seed}"
        );
        assert!(id <= seen, "ids count in order of appearance, seed {seed}");
        seen = seen.max(id + 1);
    }
    assert_eq!(stacks.count() as u32, seen, "seed {seed}");

    let pairs = pair(&log.operations(log.len()));
    for (trace, &pair) in pairs.iter().enumerate() {
        let expected = partner(traces, trace).map_or(NO_TRACE, |other| other as u32);
        assert_eq!(pair, expected, "partner of trace {trace}, seed {seed}");
    }

    let columns = group(&log.operations(newest), &stacks, &pairs);
    let expected = groups(traces, newest, kernel_start);
    assert_eq!(columns.stacks.len(), expected.len(), "seed {seed}");
    for (row, expected) in expected.iter().enumerate() {
        let list = |starts: &[u32]| starts[row] as usize..starts[row + 1] as usize;
        let listed = &columns.outstanding_traces[list(&columns.outstanding_starts)];
        let closing = list(&columns.closer_starts);
        let counts = &columns.closer_counts[closing.clone()];
        assert!(counts.is_sorted_by(|a, b| a >= b), "seed {seed}");
        let closers = columns.closer_stacks[closing].iter().zip(counts);
        let found = Group {
            stack: stacks.stack(columns.stacks[row]).to_vec(),
            opened: columns.opened[row] as usize,
            closed: columns.closed[row] as usize,
            bad_references: columns.bad_references[row] as usize,
            outstanding: listed.iter().map(|&trace| trace as usize).collect(),
            closers: closers
                .map(|(&id, &n)| (stacks.stack(id).to_vec(), n as usize))
                .collect(),
        };
        assert_eq!(&found, expected, "group {row}, seed {seed}");
    }
}

/// One history, checked whole.
fn check(seed: u64) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let distinct = random.chance(50);
    let mut process = Process::new(&mut random, distinct);
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
    let (snapshot, now) = (ring(&history[..before], slots), ring(&history, slots));
    let known_slots = random.chance(70).then_some(slots);

    let shape = SHAPES[random.below(4) as usize];
    let layout = Layout::from_numbers(&shape).unwrap();
    let snapshot_bytes = encode(&snapshot, &shape, &mut random);
    let now_bytes = encode(&now, &shape, &mut random);
    let log = Log::new(&now_bytes, layout).unwrap();
    let found = diff(
        &Log::new(&snapshot_bytes, layout).unwrap(),
        &log,
        known_slots,
    );

    let expected = new_traces(&snapshot, &now, known_slots);
    assert_eq!(found.history_lost, expected.is_none(), "seed {seed}");
    assert_eq!(
        found.new_traces,
        expected.unwrap_or(now.len()),
        "seed {seed}"
    );
    if distinct && before > 0 {
        // What really happened.
        assert_eq!(found.history_lost, between >= slots, "seed {seed}");
        assert_eq!(found.new_traces, between.min(slots), "seed {seed}");
    } else {
        assert!(found.new_traces <= between, "seed {seed}");
    }
    let new: Vec<u32> = (0..found.new_traces)
        .filter(|&open| is_outstanding(&now, open))
        .map(|open| open as u32)
        .collect();
    assert_eq!(found.outstanding, new, "seed {seed}");

    let newest = random.below(now.len() as u64 + 1) as usize;
    assert_eq!(
        outstanding(&log.operations(newest)).len(),
        (0..newest).filter(|&i| is_outstanding(&now, i)).count()
    );
    let kernel_start = random.chance(50).then_some(0x8000_0000);
    assert_tables(&log, &now, newest, kernel_start, seed);
}

#[test]
fn agrees_with_the_naive_model_on_random_histories() {
    let logs = env::var("HTRACE_MODEL_LOGS").map_or(LOGS, |number| number.parse().unwrap());
    for seed in 1..=logs {
        check(seed);
    }
}

/// A ring read while it is written: its oldest slots hold traces newer than its first ones.
fn torn(history: &[Trace], slots: usize, during: &[Trace]) -> Vec<Trace> {
    let mut read = ring(history, slots);
    read.truncate(slots - during.len());
    read.extend(during.iter().rev().cloned());
    read
}

#[test]
fn finds_the_snapshot_in_readings_that_overlapped_with_writing() {
    for seed in 1..=500 {
        let mut random = Random(seed);
        let mut process = Process::new(&mut random, true);
        let history: Vec<Trace> = (0..400).map(|_| process.act(&mut random)).collect();
        let slots = if random.chance(50) { 128 } else { 1024 };
        let shape = SHAPES[1];
        let layout = Layout::from_numbers(&shape).unwrap();
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
        let snapshot_bytes = encode(&snapshot, &shape, &mut random);
        let now_bytes = encode(&now, &shape, &mut random);
        let found = diff(
            &Log::new(&snapshot_bytes, layout).unwrap(),
            &Log::new(&now_bytes, layout).unwrap(),
            Some(slots),
        );
        assert_eq!(
            (found.new_traces, found.history_lost),
            (between, false),
            "seed {seed}"
        );
    }
}

#[test]
fn tracing_switched_off_and_on_is_history_lost() {
    let mut random = Random(7);
    let mut process = Process::new(&mut random, true);
    let history: Vec<Trace> = (0..20).map(|_| process.act(&mut random)).collect();
    let shape = SHAPES[0];
    let layout = Layout::from_numbers(&shape).unwrap();
    let old = encode(&ring(&history[..10], 128), &shape, &mut random);
    let new = encode(&ring(&history[10..], 128), &shape, &mut random);
    let read = |bytes| Log::new(bytes, layout).unwrap();
    assert!(diff(&read(&old), &read(&new), Some(128)).history_lost);
    assert!(diff(&read(&old), &read(&[]), Some(128)).history_lost);
    assert!(!diff(&read(&[]), &read(&[]), None).history_lost);
}
