//! The engine against a naive model: random histories of a process, a ring, a snapshot and a later reading.
//!
//! `cargo test` runs thousands of histories; with `HTRACE_MODEL_LOGS=3000000` in the environment and `--release` it
//! is millions.

#![allow(clippy::unwrap_used)] // a test may fail by panicking

use std::env;

use history::{encode, ring, Process, Random, Trace, Variety, SHAPES};
use htrace::diff::diff;
use htrace::groups::group;
use htrace::log::{Layout, Log};
use htrace::pairings::{outstanding, pair, NO_TRACE};
use htrace::stacks::intern;
use naive::{groups, is_outstanding, new_traces, partner, shown_stack, Group};

mod history;
mod naive;

/// Histories of an ordinary run.
const LOGS: u64 = 30_000;

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
    let variety = [Variety::Distinct, Variety::Usual, Variety::Little][random.below(3) as usize];
    let mut process = Process::new(&mut random, variety);
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
    if variety == Variety::Distinct && before > 0 {
        // What really happened.
        let is_lost = is_restarted || between >= slots;
        assert_eq!(found.history_lost, is_lost, "seed {seed}");
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
        let mut process = Process::new(&mut random, Variety::Distinct);
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
    let mut process = Process::new(&mut random, Variety::Distinct);
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

#[test]
fn a_run_that_most_of_the_log_contradicts_is_chance() {
    let mut random = Random(9);
    let mut process = Process::new(&mut random, Variety::Distinct);
    let history: Vec<Trace> = (0..512).map(|_| process.act(&mut random)).collect();
    let snapshot = ring(&history[..128], 128);
    let layout = Layout::from_numbers(&SHAPES[1]).unwrap();
    let snapshot_bytes = encode(&snapshot, &SHAPES[1], &mut random);
    for (run, is_lost) in [(20, true), (58, true), (59, false), (100, false)] {
        let mut now = ring(&history[128..138], 10);
        now.extend_from_slice(&snapshot[..run]);
        now.extend_from_slice(&history[200..318 - run]);
        let now_bytes = encode(&now, &SHAPES[1], &mut random);
        let found = diff(
            &Log::new(&snapshot_bytes, layout).unwrap(),
            &Log::new(&now_bytes, layout).unwrap(),
            Some(128),
        );
        assert_eq!(found.history_lost, is_lost, "a run of {run} among 118");
    }
}
