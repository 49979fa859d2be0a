//! The naive model: computes the engine's results by brute force, sharing no code with it.

use std::collections::BTreeMap;

use crate::history::{Trace, BAD_REFERENCE, CLOSE, OPEN};

/// The number of new traces, by trying every place: first those where the log agrees with the snapshot to its own end,
/// then the longest run that is long enough to be accepted.
pub fn new_traces(snapshot: &[Trace], now: &[Trace], slots: Option<usize>) -> Option<usize> {
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

pub fn is_outstanding(log: &[Trace], open: usize) -> bool {
    log[open].operation == OPEN
        && !log[..open]
            .iter()
            .any(|newer| newer.operation == CLOSE && newer.handle & !3 == log[open].handle & !3)
}

/// The partner of a trace, found by searching from the trace itself.
pub fn partner(log: &[Trace], trace: usize) -> Option<usize> {
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

/// A bad reference, the close before it, and the open before it.
pub type Misuse = (usize, Option<usize>, Option<usize>);

/// The misuses among the newest traces, newest first, found by searching from each bad reference.
pub fn misuses(log: &[Trace], newest: usize) -> Vec<Misuse> {
    let bad_references = (0..newest).filter(|&trace| log[trace].operation == BAD_REFERENCE);
    let story = |trace: usize| {
        let before = |operation: u32| {
            (trace + 1..log.len()).find(|&other| {
                log[other].operation == operation
                    && log[other].handle & !3 == log[trace].handle & !3
            })
        };
        let open = before(OPEN);
        let close = before(CLOSE).filter(|&close| open.is_none_or(|open| close < open));
        (trace, close, open)
    };
    bad_references.map(story).collect()
}

/// Outstanding opens of one stack.
pub fn outstanding_of(log: &[Trace], stack: &[u64], kernel_start: Option<u64>) -> usize {
    (0..log.len())
        .filter(|&trace| shown_stack(&log[trace], kernel_start) == stack)
        .filter(|&trace| is_outstanding(log, trace))
        .count()
}

pub fn shown_stack(trace: &Trace, kernel_start: Option<u64>) -> Vec<u64> {
    trace
        .stack
        .iter()
        .copied()
        .skip_while(|&address| kernel_start.is_some_and(|start| address >= start))
        .collect()
}

/// A group in the model.
#[derive(PartialEq, Eq, Debug)]
pub struct Group {
    pub stack: Vec<u64>,
    pub opened: usize,
    pub closed: usize,
    pub bad_references: usize,
    pub outstanding: Vec<usize>,
    pub closers: BTreeMap<Vec<u64>, usize>,
}

/// The groups of the newest traces, by their selected opens.
pub fn groups(
    log: &[Trace],
    newest: usize,
    selected: &[u8],
    kernel_start: Option<u64>,
) -> Vec<Group> {
    let is_selected_open = |&trace: &usize| log[trace].operation == OPEN && selected[trace] != 0;
    let stack_at = |trace: usize| shown_stack(&log[trace], kernel_start);
    let mut opening: Vec<Vec<u64>> = Vec::new();
    for trace in (0..newest).filter(is_selected_open) {
        if !opening.contains(&stack_at(trace)) {
            opening.push(stack_at(trace));
        }
    }
    let mut groups: Vec<Group> = opening
        .into_iter()
        .map(|stack| {
            let opens: Vec<usize> = (0..newest)
                .filter(is_selected_open)
                .filter(|&trace| stack_at(trace) == stack)
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
