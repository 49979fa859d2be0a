//! What happened between two readings of one ring.
//!
//! Kernel traces carry no time and no number, so the new ones are recognized by content: the snapshot's newest traces
//! are searched for in the new log, and everything before them is new. One trace is not enough, because identical
//! traces repeat (a handle value comes back, from the same stack and thread). So the whole run counts: from the
//! snapshot's newest trace on, the new log must continue as the snapshot does, to its own end. Of several such places,
//! the one with the longest run is taken; if a program did exactly the same things over and over, nothing can
//! distinguish them, and their number is then the least possible.
//!
//! If both logs have times, these are part of the content: traces that differ only in time are then distinct. The rule
//! stays the same, because times may repeat too (many traces fall into one tick of a clock), and because a clock that
//! was set back would mislead a rule based only on times.

use crate::traces::columns::Log;

/// Traces that must agree for a run to be accepted if it does not reach the end of the log.
const BELIEVED_RUN: usize = 16;

/// Number of traces of `now` that are newer than the `snapshot`, an earlier reading of the same ring; both are logs
/// over one stack table, read whole. `slots` is the ring's capacity, if known.
///
/// None if the snapshot's newest trace is gone from the ring: everything that happened between it and the oldest trace
/// of `now` is lost, and all traces of `now` are new.
pub fn find_new_traces(snapshot: &Log<'_>, now: &Log<'_>, slots: Option<usize>) -> Option<usize> {
    if snapshot.is_empty() {
        // Nothing to find. A ring with room left has everything; a full one may have lost its first traces.
        return slots
            .is_none_or(|slots| now.len() < slots)
            .then_some(now.len());
    }
    // Decided once for all comparisons, including those of the snapshot with itself.
    let runs = if snapshot.has_times() && now.has_times() {
        find_runs(snapshot, now)
    } else {
        find_runs(&snapshot.without_times(), &now.without_times())
    };
    // The older part of the snapshot may have been overwritten, but not while the ring has room: then a partial run is
    // a coincidence, and tracing was switched off and on in between.
    let room_left = slots.is_some_and(|slots| now.len() < slots);
    if runs.at_end == snapshot.len() || (runs.at_end > 0 && !room_left) {
        return Some(now.len() - runs.at_end);
    }
    // A ring can be written while it is read: the read goes from the newest slot to the oldest, and traces made in the
    // meantime replace the oldest ones, or follow them if slots were blank. So the oldest traces of either log may be
    // newer than its first ones, and the run breaks there.
    let reach = snapshot.len().min(now.len() - runs.longest_start);
    let believed =
        runs.longest >= BELIEVED_RUN.min(snapshot.len()) && runs.longest >= reach.div_ceil(2);
    believed.then_some(runs.longest_start)
}

/// Runs of `now` that equal the snapshot's newest traces.
struct Runs {
    /// Length of the longest run that ends where the log ends; 0 for none.
    at_end: usize,
    /// Length of the longest run anywhere; 0 for none.
    longest: usize,
    /// Where that run begins; the oldest, if several are as long.
    longest_start: usize,
}

/// Knuth, Morris and Pratt's search for the snapshot's newest traces: linear no matter how often traces repeat.
fn find_runs(snapshot: &Log<'_>, now: &Log<'_>) -> Runs {
    let mut search = Search {
        snapshot,
        borders: vec![0],
    };
    let mut runs = Runs {
        at_end: 0,
        longest: 0,
        longest_start: now.len(),
    };
    for trace in 0..now.len() {
        let mut run = runs.at_end;
        if run == snapshot.len() {
            run = search.border(run);
        }
        run = search.extend(run, now, trace);
        if run > 0 && run >= runs.longest {
            runs.longest = run;
            runs.longest_start = trace + 1 - run;
        }
        runs.at_end = run;
    }
    runs
}

/// What the search knows about the snapshot.
struct Search<'a> {
    snapshot: &'a Log<'a>,
    /// For each length of run (1 at index 0), the longest shorter run that also ends there. Computed on demand: if a
    /// log continues as its snapshot does, hardly any are needed.
    borders: Vec<usize>,
}

impl Search<'_> {
    /// The longest run that ends with `trace` of `log`, given that one of length `run` ends before it.
    fn extend(&mut self, mut run: usize, log: &Log<'_>, trace: usize) -> usize {
        while !self.snapshot.same_trace(run, log, trace) {
            if run == 0 {
                return 0;
            }
            run = self.border(run);
        }
        run + 1
    }

    fn border(&mut self, run: usize) -> usize {
        for trace in self.borders.len()..run {
            let border = self.extend(self.borders[trace - 1], self.snapshot, trace);
            self.borders.push(border);
        }
        self.borders[run - 1]
    }
}
