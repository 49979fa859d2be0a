//! Traces grouped by the stack that opened the handle: how often it opened, and what became of the handles.

use std::cmp::Reverse;

use crate::log::{Operation, Operations};
use crate::pairings::{outstanding, NO_TRACE};
use crate::stacks::Stacks;

/// Stands for "no group yet" while groups are made.
const NO_GROUP: u32 = u32::MAX;

/// Groups in columns, an entry a group: most outstanding first, then most opened, then newest.
///
/// Lists of a group stand one after the other in one column; group `g` has the entries from `starts[g]` up
/// to `starts[g + 1]`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// Id of the opening stack.
    pub stacks: Vec<u32>,
    /// How often the stack opened a handle.
    pub opened: Vec<u32>,
    /// How many of those opens are outstanding no more.
    pub closed: Vec<u32>,
    /// Bad references to handle values that this stack had been the last to open.
    pub bad_references: Vec<u32>,
    /// Where the group's outstanding opens begin.
    pub outstanding_starts: Vec<u32>,
    /// Indices of the outstanding opens, newest first.
    pub outstanding_traces: Vec<u32>,
    /// Where the group's closing stacks begin.
    pub closer_starts: Vec<u32>,
    /// Ids of the stacks that closed the group's handles, most frequent first, then by id.
    pub closer_stacks: Vec<u32>,
    /// How many handles each of them closed.
    pub closer_counts: Vec<u32>,
}

/// Groups the newest traces of a log, those in `newest`. Closes and bad references count where their open is
/// among those traces too. `pairs` is what [`crate::pairings::pair`] answered for the whole log.
pub fn group(newest: &Operations, stacks: &Stacks, pairs: &[u32]) -> Groups {
    let outstanding = outstanding(newest);
    let (mut group_of, rows) = count(newest, stacks, pairs, &outstanding);
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    // Rows come newest first and the sort is stable, so that equal ones stay so.
    order.sort_by_key(|&row| {
        let row = &rows[row as usize];
        (Reverse(row.outstanding), Reverse(row.opened))
    });
    let mut groups = Groups::default();
    // What was the row of a stack becomes its group.
    for (group, &row) in order.iter().enumerate() {
        let row = &rows[row as usize];
        group_of[row.stack as usize] = group as u32;
        groups.stacks.push(row.stack);
        groups.opened.push(row.opened);
        groups.closed.push(row.opened - row.outstanding);
        groups.bad_references.push(row.bad_references);
    }
    let group_of_open = |open: u32| group_of[stacks.stack_of[open as usize] as usize];

    let opens: Vec<(u32, u32)> = outstanding
        .iter()
        .map(|&open| (group_of_open(open), open))
        .collect();
    (groups.outstanding_starts, groups.outstanding_traces) = lists(&opens, rows.len());

    let closes: Vec<(u32, u32)> = opens_of(newest, Operation::Close, pairs)
        .map(|(trace, open)| (group_of_open(open), stacks.stack_of[trace]))
        .collect();
    list_closers(&mut groups, &closes);
    groups
}

/// A group while its traces are counted.
struct Row {
    stack: u32,
    opened: u32,
    outstanding: u32,
    bad_references: u32,
}

/// Counts the traces of each opening stack. Answers the row of each stack id ([`NO_GROUP`] for stacks that
/// opened nothing), and the rows, newest stack first.
fn count(
    newest: &Operations,
    stacks: &Stacks,
    pairs: &[u32],
    outstanding: &[u32],
) -> (Vec<u32>, Vec<Row>) {
    let mut row_of = vec![NO_GROUP; stacks.count()];
    let mut rows: Vec<Row> = Vec::new();
    for open in newest.of_kind(Operation::Open) {
        let stack = stacks.stack_of[open];
        let row = &mut row_of[stack as usize];
        if *row == NO_GROUP {
            *row = rows.len() as u32;
            rows.push(Row {
                stack,
                opened: 0,
                outstanding: 0,
                bad_references: 0,
            });
        }
        rows[*row as usize].opened += 1;
    }
    let row_of_open = |open: u32| row_of[stacks.stack_of[open as usize] as usize] as usize;
    for &open in outstanding {
        rows[row_of_open(open)].outstanding += 1;
    }
    for (_, open) in opens_of(newest, Operation::BadReference, pairs) {
        rows[row_of_open(open)].bad_references += 1;
    }
    (row_of, rows)
}

/// The traces of one kind, each with the open that it belongs to, where that is among the newest too.
fn opens_of<'a>(
    newest: &'a Operations,
    kind: Operation,
    pairs: &'a [u32],
) -> impl Iterator<Item = (usize, u32)> + use<'a> {
    newest
        .of_kind(kind)
        .map(|trace| (trace, pairs[trace]))
        .filter(|&(_, open)| open != NO_TRACE && (open as usize) < newest.kinds.len())
}

/// Lists the closing stacks of every group, from pairs of group and closing stack, one a close.
fn list_closers(groups: &mut Groups, closes: &[(u32, u32)]) {
    let (starts, mut stacks) = lists(closes, groups.stacks.len());
    let mut closers = Vec::new();
    groups.closer_starts.push(0);
    for bounds in starts.windows(2) {
        let closing = &mut stacks[bounds[0] as usize..bounds[1] as usize];
        closing.sort_unstable();
        let equal = closing.chunk_by(u32::eq);
        closers.extend(equal.map(|equal| (Reverse(equal.len() as u32), equal[0])));
        closers.sort_unstable();
        for (Reverse(count), stack) in closers.drain(..) {
            groups.closer_stacks.push(stack);
            groups.closer_counts.push(count);
        }
        groups.closer_starts.push(groups.closer_stacks.len() as u32);
    }
}

/// Lays lists of groups one after the other, by counting: from pairs of group and value, the starts (one more
/// than `groups`) and the values. Values of one group keep their order.
fn lists(entries: &[(u32, u32)], groups: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0; groups + 1];
    for &(group, _) in entries {
        starts[group as usize + 1] += 1;
    }
    for group in 0..groups {
        starts[group + 1] += starts[group];
    }
    // Where the next value of each group goes.
    let mut next = starts.clone();
    let mut values = vec![0; entries.len()];
    for &(group, value) in entries {
        let place = &mut next[group as usize];
        values[*place as usize] = value;
        *place += 1;
    }
    (starts, values)
}
