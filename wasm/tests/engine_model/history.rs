//! Random histories of a process, the ring that keeps them, and the forms in which sources have them.

use std::collections::VecDeque;

/// Codes of a trace's type.
pub const OPEN: u32 = 1;
pub const CLOSE: u32 = 2;
pub const BAD_REFERENCE: u32 = 3;

/// A trace in the model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Trace {
    pub handle: u64,
    pub process_id: u32,
    pub thread_id: u32,
    pub operation: u32,
    pub stack: Vec<u64>,
    /// Ticks of a clock; a few traces share each.
    pub time: u64,
}

/// Shapes of entries: size; offset and width of handle, process id, thread id, type and stack; frames.
pub const SHAPES: [[u32; 12]; 4] = [
    [0x50, 0, 4, 4, 4, 8, 4, 12, 4, 0x10, 4, 16],
    [0xa0, 0, 8, 8, 8, 0x10, 8, 0x18, 4, 0x20, 8, 16],
    [0xa0, 0x10, 8, 0, 8, 8, 8, 0x18, 4, 0x20, 8, 16],
    [0x120, 0, 8, 8, 4, 12, 4, 0x10, 4, 0x20, 8, 32],
];

/// Marsaglia's xorshift: the same histories everywhere, from a seed that a failing run names.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) % bound
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// How much the traces differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Variety {
    /// Each from all others, so that every query has one right result.
    Distinct,
    /// Like those of a program with a few places and threads.
    Usual,
    /// Hardly, so that a log resembles itself in many places.
    Little,
}

/// A process that opens, closes and misuses handles.
pub struct Process {
    open: Vec<u32>,
    free: VecDeque<u32>,
    /// Whether handle values are reused at once instead of as late as possible.
    reuses_soon: bool,
    /// Whether handles have 64 bits, and bad references may have garbage in the upper half.
    has_wide_handles: bool,
    variety: Variety,
    /// Traces made.
    made: u64,
}

impl Process {
    pub fn new(random: &mut Random, variety: Variety, has_wide_handles: bool) -> Self {
        let handles = match variety {
            Variety::Little => 1,
            _ => 1 + random.below(12) as u32,
        };
        Self {
            open: Vec::new(),
            free: (1..=handles).map(|handle| handle * 4).collect(),
            reuses_soon: random.chance(50),
            has_wide_handles,
            variety,
            made: 0,
        }
    }

    pub fn act(&mut self, random: &mut Random) -> Trace {
        let (operation, handle) = self.operate(random);
        self.made += 1;
        let time = self.made / 3;
        if self.variety == Variety::Little {
            return Trace {
                handle: handle.into(),
                process_id: 4,
                thread_id: 12,
                operation,
                stack: Vec::new(),
                time,
            };
        }
        let frames = random.below(3);
        let mut stack: Vec<u64> = (0..frames).map(|_| 0x1000 + random.below(3)).collect();
        if random.chance(20) {
            stack.insert(0, 0x8000_0000 + random.below(2));
        }
        if self.variety == Variety::Distinct {
            stack.push(0x10_0000 + self.made);
        }
        let process_id = if random.chance(10) { 8 } else { 4 };
        let thread_id = 12 + 4 * random.below(2) as u32;
        let tags = if operation == OPEN {
            0
        } else {
            random.below(4) as u32
        };
        let upper_half = if operation == BAD_REFERENCE && self.has_wide_handles {
            random.below(3)
        } else {
            0
        };
        Trace {
            handle: (upper_half << 32) | u64::from(handle | tags),
            process_id,
            thread_id,
            operation,
            stack,
            time,
        }
    }

    fn operate(&mut self, random: &mut Random) -> (u32, u32) {
        match random.below(20) {
            0..=9 if !self.free.is_empty() => {
                let handle = self.free.pop_front().unwrap();
                self.open.push(handle);
                (OPEN, handle)
            }
            10..=17 if !self.open.is_empty() => {
                let which = random.below(self.open.len() as u64) as usize;
                let handle = self.open.remove(which);
                if self.reuses_soon {
                    self.free.push_front(handle);
                } else {
                    self.free.push_back(handle);
                }
                (CLOSE, handle)
            }
            // What happens to handles whose other traces are missing: opened or closed twice, or never.
            other => {
                let operation = [OPEN, CLOSE, BAD_REFERENCE][other as usize % 3];
                let values = if self.variety == Variety::Little {
                    1
                } else {
                    14
                };
                (operation, 4 + 4 * random.below(values) as u32)
            }
        }
    }
}

/// The newest `slots` traces of a history, newest first.
pub fn ring(history: &[Trace], slots: usize) -> Vec<Trace> {
    history.iter().rev().take(slots).cloned().collect()
}

/// Writes traces in a shape. Bytes outside all fields are arbitrary, as are those after the end of the stack.
pub fn encode(traces: &[Trace], shape: &[u32; 12], random: &mut Random) -> Vec<u8> {
    let n = shape.map(|number| number as usize);
    let mut bytes = vec![0; n[0] * traces.len()];
    for (trace, entry) in traces.iter().zip(bytes.chunks_exact_mut(n[0])) {
        entry.fill(random.below(256) as u8);
        let mut put = |offset: usize, size: usize, value: u64| {
            entry[offset..offset + size].copy_from_slice(&value.to_le_bytes()[..size]);
        };
        put(n[1], n[2], trace.handle);
        put(n[3], n[4], trace.process_id.into());
        put(n[5], n[6], trace.thread_id.into());
        put(n[7], n[8], trace.operation.into());
        for (frame, &address) in trace.stack.iter().chain(&[0]).enumerate() {
            put(n[9] + frame * n[10], n[10], address);
        }
    }
    bytes
}
