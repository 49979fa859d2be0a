//! Which close ended which open, what is outstanding, and what happened before a bad reference.
//!
//! Handle values are reused, so a close belongs to the nearest older open of its value. Other processes' operations
//! count like the process's own: a handle value means the same in one handle table, no matter who opens or closes
//! it.

use crate::traces::ids::{TraceIndex, NO_TRACE};
use crate::traces::operations::{Operation, Operations};

/// How the traces of a log are related.
#[derive(Debug, PartialEq, Eq)]
pub struct Pairings {
    /// A partner for each trace: for an open, the close that ended it; for a close, the open that it ended; for a bad
    /// reference, the last open of that handle value; [`NO_TRACE`] if the log has none.
    ///
    /// A close has no partner if its open is older than the log, or was closed by an earlier close.
    pub pairs: Vec<TraceIndex>,
    /// The opens, newest first.
    pub opens: Vec<TraceIndex>,
    /// The outstanding opens, newest first: those with no later close of the same handle value, as `!htrace -diff`
    /// defines them.
    pub outstanding: Vec<TraceIndex>,
    /// The bad references with their stories, newest first.
    pub misuses: Vec<Misuse>,
}

/// A bad reference with its story; [`NO_TRACE`] for what the log does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misuse {
    /// The bad reference.
    pub bad_reference: TraceIndex,
    /// The newest close of its handle value before it, and after its open if that is known. None: as far as the log
    /// shows, the handle was open at that time, or its close is older than the log.
    pub close: TraceIndex,
    /// The newest open of its handle value before it.
    pub open: TraceIndex,
    /// Number of the next newer misuse of the same handle value whose open is not known yet, while traces are paired.
    newer: u32,
}

/// Stands for "no misuse": no list is that long.
const NO_MISUSE: u32 = u32::MAX;

/// What was seen of a handle value so far, from the newest trace on.
#[derive(Clone, Copy)]
struct Seen {
    /// Whether there was any close.
    is_closed: bool,
    /// The oldest close, unless it is older than an open that was seen.
    close: TraceIndex,
    /// The oldest misuse whose open was not seen.
    misuse: u32,
}

/// Pairs the traces of a log.
pub fn pair(operations: &Operations) -> Pairings {
    let nothing = Seen {
        is_closed: false,
        close: NO_TRACE,
        misuse: NO_MISUSE,
    };
    let mut seen = vec![nothing; operations.handle_count];
    let mut pairs = vec![NO_TRACE; operations.len()];
    let (mut opens, mut outstanding) = (Vec::new(), Vec::new());
    let mut misuses: Vec<Misuse> = Vec::new();
    for (trace, (kind, handle)) in (0..).map(TraceIndex).zip(operations.iter()) {
        let seen = &mut seen[handle as usize];
        match kind {
            Operation::Open => {
                opens.push(trace);
                if seen.close != NO_TRACE {
                    pairs[trace.at()] = seen.close;
                    pairs[seen.close.at()] = trace;
                    seen.close = NO_TRACE;
                } else if !seen.is_closed {
                    outstanding.push(trace);
                }
                while let Some(misuse) = misuses.get_mut(seen.misuse as usize) {
                    misuse.open = trace;
                    pairs[misuse.bad_reference.at()] = trace;
                    seen.misuse = misuse.newer;
                }
            }
            Operation::Close => {
                seen.is_closed = true;
                seen.close = trace;
                // The newer misuses whose close is known came after a later close.
                let mut number = seen.misuse;
                while let Some(misuse) = unclosed(&mut misuses, number) {
                    misuse.close = trace;
                    number = misuse.newer;
                }
            }
            Operation::BadReference => {
                let newer = seen.misuse;
                seen.misuse = misuses.len() as u32;
                misuses.push(Misuse {
                    bad_reference: trace,
                    close: NO_TRACE,
                    open: NO_TRACE,
                    newer,
                });
            }
        }
    }
    Pairings {
        pairs,
        opens,
        outstanding,
        misuses,
    }
}

/// A misuse whose close was not seen.
fn unclosed(misuses: &mut [Misuse], number: u32) -> Option<&mut Misuse> {
    let misuse = misuses.get_mut(number as usize)?;
    (misuse.close == NO_TRACE).then_some(misuse)
}

impl Pairings {
    /// The traces of a list, newest first, that are among the `newest` of the log.
    pub fn among(traces: &[TraceIndex], newest: usize) -> &[TraceIndex] {
        &traces[..traces.partition_point(|trace| trace.at() < newest)]
    }

    /// The misuses whose bad reference is among the `newest` traces. Their stories may have begun earlier.
    pub fn misuses_among(&self, newest: usize) -> &[Misuse] {
        let is_new = |misuse: &Misuse| misuse.bad_reference.at() < newest;
        &self.misuses[..self.misuses.partition_point(is_new)]
    }
}
