//! Groups traces by the stack that opened the handle: how often it opened, and what happened to the handles.

use std::cmp::Reverse;

use crate::traces::columns::StackColumn;
use crate::traces::ids::{StackId, TraceIndex, NO_TRACE};
use crate::traces::pairings::Pairings;
use crate::traces::selection::Selection;

/// Groups in columns, one entry per group: most outstanding first, then most opened, then newest.
///
/// Lists of groups follow each other in one column; group `g` has the entries from `starts[g]` up to `starts[g +
/// 1]`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Id of the opening stack.
    pub stacks: Vec<StackId>,
    /// How often the stack opened a handle.
    pub opened: Vec<u32>,
    /// How many of those opens are no longer outstanding.
    pub closed: Vec<u32>,
    /// Bad references to handle values that this stack was the last to open.
    pub bad_references: Vec<u32>,
    /// Where the group's outstanding opens begin.
    pub outstanding_starts: Vec<u32>,
    /// Indices of the outstanding opens, newest first.
    pub outstanding_traces: Vec<TraceIndex>,
    /// Where the group's closing stacks begin.
    pub closer_starts: Vec<u32>,
    /// Ids of the stacks that closed the group's handles, most frequent first, then by id.
    pub closer_stacks: Vec<StackId>,
    /// How many handles each of them closed.
    pub closer_counts: Vec<u32>,
}

/// Groups the `newest` traces of a log by their opens that are `selected`. Closes and bad references count if their
/// open is among those. `stacks` are from a table of `stack_count` stacks.
pub fn group(
    pairings: &Pairings,
    newest: usize,
    selected: Selection<'_>,
    stacks: StackColumn<'_>,
    stack_count: usize,
) -> Groups {
    let is_selected = |open: &TraceIndex| selected.has(*open);
    let opens = Pairings::among(&pairings.opens, newest).iter();
    let outstanding = Pairings::among(&pairings.outstanding, newest).iter();
    let outstanding = outstanding.copied().filter(is_selected);
    let mut counts = vec![Counts::default(); stack_count];
    // Stacks that opened a handle, newest first, and the opening and closing stacks of each closed handle.
    let mut opening: Vec<StackId> = Vec::new();
    let mut closes: Vec<(StackId, StackId)> = Vec::new();
    for open in opens.copied().filter(is_selected) {
        let stack = stacks.of(open);
        let opened = &mut counts[stack.at()].opened;
        if *opened == 0 {
            opening.push(stack);
        }
        *opened += 1;
        let close = pairings.pairs[open.at()];
        if close != NO_TRACE {
            closes.push((stack, stacks.of(close)));
        }
    }
    for open in outstanding.clone() {
        counts[stacks.of(open).at()].outstanding += 1;
    }
    for misuse in pairings.misuses_among(newest) {
        if misuse.open.at() < newest && selected.has(misuse.open) {
            counts[stacks.of(misuse.open).at()].bad_references += 1;
        }
    }

    // The sort is stable, so that equal ones stay newest first.
    opening.sort_by_key(|stack| {
        let counts = &counts[stack.at()];
        (Reverse(counts.outstanding), Reverse(counts.opened))
    });
    let mut groups = Groups::default();
    for (group, &stack) in (0..).zip(&opening) {
        let counts = &mut counts[stack.at()];
        counts.group = group;
        groups.stacks.push(stack);
        groups.opened.push(counts.opened);
        groups.closed.push(counts.opened - counts.outstanding);
        groups.bad_references.push(counts.bad_references);
    }
    let group_of = |stack: StackId| counts[stack.at()].group;
    let opens = outstanding.map(|open| (group_of(stacks.of(open)), open));
    (groups.outstanding_starts, groups.outstanding_traces) = lists(opens, opening.len());
    let closes = closes.iter();
    let closes = closes.map(|&(opening, closing)| (group_of(opening), closing));
    let (starts, closing) = lists(closes, opening.len());
    list_closers(&mut groups, &starts, &closing, stack_count);
    groups
}

/// How often a stack opened handles, and what happened to them.
#[derive(Clone, Copy, Default)]
struct Counts {
    opened: u32,
    outstanding: u32,
    bad_references: u32,
    /// Its group, once groups are in order.
    group: u32,
}

/// Lists the closing stacks of every group, given one for each close; `starts` says where those of a group begin.
fn list_closers(groups: &mut Groups, starts: &[u32], closing: &[StackId], stack_count: usize) {
    let mut counts = vec![0; stack_count];
    groups.closer_starts.push(0);
    for bounds in starts.windows(2) {
        let closing = &closing[bounds[0] as usize..bounds[1] as usize];
        let mut closers: Vec<(Reverse<u32>, StackId)> = Vec::new();
        for &stack in closing {
            let count = &mut counts[stack.at()];
            *count += 1;
            if *count == 1 {
                closers.push((Reverse(0), stack));
            }
        }
        for (count, stack) in &mut closers {
            count.0 = std::mem::take(&mut counts[stack.at()]);
        }
        closers.sort_unstable();
        for (Reverse(count), stack) in closers {
            groups.closer_stacks.push(stack);
            groups.closer_counts.push(count);
        }
        groups.closer_starts.push(groups.closer_stacks.len() as u32);
    }
}

/// Joins the lists of groups by counting: from pairs of group and value, it makes the starts (one more than `groups`)
/// and the values. Values of one group keep their order.
fn lists<T: Copy + Default>(
    entries: impl Iterator<Item = (u32, T)> + Clone,
    groups: usize,
) -> (Vec<u32>, Vec<T>) {
    let mut starts = vec![0; groups + 1];
    for (group, _) in entries.clone() {
        starts[group as usize + 1] += 1;
    }
    for group in 0..groups {
        starts[group + 1] += starts[group];
    }
    // Where the next value of each group goes.
    let mut next = starts.clone();
    let mut values = vec![T::default(); starts[groups] as usize];
    for (group, value) in entries {
        let place = &mut next[group as usize];
        values[*place as usize] = value;
        *place += 1;
    }
    (starts, values)
}
