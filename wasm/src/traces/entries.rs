//! Reads trace entries of kernels, system calls and dumps into columns.

use crate::traces::columns::{check_count, WideHandles};
use crate::traces::entry_layout::{EntryLayout, Field};
use crate::traces::error::TraceError;
use crate::traces::ids::{StackId, TraceIndex};
use crate::traces::stack_table::StackTable;

/// The order of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As returned by a query.
    NewestFirst,
    /// As in a ring in memory.
    OldestFirst,
}

/// What to do with an entry that is not a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gaps {
    /// It is left out.
    Skip,
    /// Reading ends; everything older is left out too.
    Stop,
}

/// Traces in columns, newest first, and counts of the entries that are not traces.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// Codes of the operations.
    pub types: Vec<u8>,
    /// Lower halves of the handle values.
    pub handles: Vec<u32>,
    /// Ids of the processes whose threads did the operations.
    pub process_ids: Vec<u32>,
    /// Ids of those threads.
    pub thread_ids: Vec<u32>,
    /// Stack ids.
    pub stacks: Vec<StackId>,
    /// Handle values of more than 32 bits.
    pub wide_handles: WideHandles,
    /// Entries that were never written: their type is 0.
    pub empty: Missing,
    /// Entries with an unknown type.
    pub damaged: Missing,
}

/// Entries of one kind that are not traces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// How many there were.
    pub count: u32,
    /// Which entry is the first of them, counting from 0 for the newest.
    pub first: Option<u32>,
}

impl Missing {
    fn add(&mut self, entry: usize) {
        self.count += 1;
        self.first.get_or_insert(entry as u32);
    }
}

/// Bytes to copy and read at a time, while they are in the processor's cache.
const BLOCK: usize = 32 * 1024;

/// Reads `length` bytes of whole entries, and interns their stacks, newest first. `copy(offset, block)` fills a block
/// with the bytes from `offset` on; they may be in another memory.
///
/// Ids of processes and threads have 32 bits on every Windows; fields of 8 bytes are cut to that.
pub fn read_entries(
    length: usize,
    copy: impl Fn(usize, &mut [u8]),
    layout: &EntryLayout,
    order: Order,
    gaps: Gaps,
    stacks: &mut StackTable,
) -> Result<Entries, TraceError> {
    let count = layout.count(length)?;
    check_count(count)?;
    let mut read = Entries::with_capacity(count);
    let block_entries = (BLOCK / layout.size).max(1);
    let mut block = Vec::new();
    for looked_at in (0..count).step_by(block_entries) {
        let entries = block_entries.min(count - looked_at);
        let first = match order {
            Order::NewestFirst => looked_at,
            Order::OldestFirst => count - looked_at - entries,
        };
        block.resize(entries * layout.size, 0);
        copy(first * layout.size, &mut block);
        let mut traces: Vec<&[u8]> = block.chunks_exact(layout.size).collect();
        if order == Order::OldestFirst {
            traces.reverse();
        }
        let has_gap = read.leave_gaps_out(&mut traces, looked_at, layout, gaps);
        read.add(&traces, layout, stacks)?;
        if has_gap && gaps == Gaps::Stop {
            break;
        }
    }
    Ok(read)
}

impl Entries {
    fn with_capacity(count: usize) -> Self {
        Self {
            types: Vec::with_capacity(count),
            handles: Vec::with_capacity(count),
            process_ids: Vec::with_capacity(count),
            thread_ids: Vec::with_capacity(count),
            stacks: Vec::with_capacity(count),
            ..Self::default()
        }
    }

    /// Leaves out entries that are not traces, or everything from the first of them on, and counts them. Returns
    /// whether there are any. The first entry is number `looked_at`, from the newest on.
    fn leave_gaps_out(
        &mut self,
        entries: &mut Vec<&[u8]>,
        looked_at: usize,
        layout: &EntryLayout,
        gaps: Gaps,
    ) -> bool {
        let is_trace = |entry: &&[u8]| matches!(layout.operation.read(entry), 1..=3);
        let Some(first) = entries.iter().position(|entry| !is_trace(entry)) else {
            return false;
        };
        let last = match gaps {
            Gaps::Skip => entries.len(),
            Gaps::Stop => first + 1,
        };
        for (number, entry) in (looked_at + first..).zip(&entries[first..last]) {
            match layout.operation.read(entry) {
                1..=3 => {}
                0 => self.empty.add(number),
                _ => self.damaged.add(number),
            }
        }
        entries.truncate(last);
        entries.retain(is_trace);
        true
    }

    /// Adds traces column by column: each loop then has little state, which makes it fast.
    fn add(
        &mut self,
        traces: &[&[u8]],
        layout: &EntryLayout,
        stacks: &mut StackTable,
    ) -> Result<(), TraceError> {
        for (trace, entry) in (self.handles.len()..).zip(traces) {
            let handle = layout.handle.read(entry);
            if u32::try_from(handle).is_err() {
                self.wide_handles.insert(TraceIndex(trace as u32), handle);
            }
        }
        let column = |field: Field| traces.iter().map(move |entry| field.read(entry) as u32);
        self.types
            .extend(column(layout.operation).map(|code| code as u8));
        self.handles.extend(column(layout.handle));
        self.process_ids.extend(column(layout.process_id));
        self.thread_ids.extend(column(layout.thread_id));
        for entry in traces {
            self.stacks.push(layout.intern_stack(entry, stacks)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PROCESS_HANDLE_TRACING_ENTRY of a 32-bit system (handle-tracing reference, A.2).
    const QUERY32: [u32; 12] = [0x50, 0, 4, 4, 4, 8, 4, 12, 4, 0x10, 4, 16];
    /// HANDLE_TRACE_DB_ENTRY of a 64-bit system: client id first, then the handle (B.5).
    const KERNEL64: [u32; 12] = [0xa0, 0x10, 8, 0, 8, 8, 8, 0x18, 4, 0x20, 8, 16];

    fn read(bytes: &[u8], numbers: &[u32; 12], order: Order, gaps: Gaps) -> Entries {
        read_into(&mut StackTable::new(1), bytes, numbers, order, gaps).unwrap()
    }

    fn read_into(
        stacks: &mut StackTable,
        bytes: &[u8],
        numbers: &[u32; 12],
        order: Order,
        gaps: Gaps,
    ) -> Result<Entries, TraceError> {
        let layout = EntryLayout::from_numbers(numbers).unwrap();
        let copy = |offset: usize, block: &mut [u8]| {
            block.copy_from_slice(&bytes[offset..offset + block.len()]);
        };
        read_entries(bytes.len(), copy, &layout, order, gaps, stacks)
    }

    /// Entries in which only the types matter.
    fn of_types(types: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; 0x50 * types.len()];
        for (entry, &code) in types.iter().enumerate() {
            bytes[entry * 0x50] = 4 * entry as u8;
            bytes[entry * 0x50 + 12] = code;
        }
        bytes
    }

    #[test]
    fn reads_a_32_bit_query_entry() {
        let mut bytes = of_types(&[2]);
        bytes[0] = 0x44;
        bytes[4] = 5;
        bytes[8] = 6;
        bytes[0x10..0x18].copy_from_slice(&[0x78, 0x56, 0x34, 0x12, 1, 0, 0, 0]);
        bytes[0x1c] = 9; // after a zero: not a frame
        let mut stacks = StackTable::new(1);
        let (order, gaps) = (Order::NewestFirst, Gaps::Skip);
        let read = read_into(&mut stacks, &bytes, &QUERY32, order, gaps).unwrap();
        assert_eq!(
            (&read.types[..], &read.handles[..]),
            (&[2][..], &[0x44][..])
        );
        assert_eq!(
            (&read.process_ids[..], &read.thread_ids[..]),
            (&[5][..], &[6][..])
        );
        assert_eq!(stacks.addresses(read.stacks[0]).unwrap(), [0x1234_5678, 1]);
    }

    #[test]
    fn reads_a_64_bit_kernel_record_with_a_full_stack_and_a_wide_handle() {
        let mut bytes = vec![0; 0xa0];
        bytes[0] = 7;
        bytes[0x10] = 0x45;
        bytes[0x14] = 1;
        bytes[0x18] = 3;
        bytes[0x1c] = 0xff; // padding is not the type
        for frame in 0..16 {
            bytes[0x20 + frame * 8 + 7] = 0x80 + frame as u8;
        }
        let mut stacks = StackTable::new(1);
        let (order, gaps) = (Order::NewestFirst, Gaps::Skip);
        let read = read_into(&mut stacks, &bytes, &KERNEL64, order, gaps).unwrap();
        assert_eq!(
            (read.types[0], read.process_ids[0], read.handles[0]),
            (3, 7, 0x45)
        );
        let wide: Vec<(TraceIndex, u64)> = read.wide_handles.iter().collect();
        assert_eq!(wide, [(TraceIndex(0), 0x1_0000_0045)]);
        let stack = stacks.addresses(read.stacks[0]).unwrap();
        assert_eq!((stack.len(), stack[15]), (16, 0x8f << 56));
    }

    #[test]
    fn empty_and_damaged_entries_are_left_out_and_counted() {
        let bytes = of_types(&[1, 0, 2, 4, 0, 3]);
        let entries = read(&bytes, &QUERY32, Order::NewestFirst, Gaps::Skip);
        assert_eq!(entries.types, [1, 2, 3]);
        assert_eq!(entries.handles, [0, 8, 20]);
        let (count, first) = (2, Some(1));
        assert_eq!(entries.empty, Missing { count, first });
        let (count, first) = (1, Some(3));
        assert_eq!(entries.damaged, Missing { count, first });
    }

    #[test]
    fn entries_that_stand_oldest_first_come_out_newest_first() {
        let bytes = of_types(&[0, 1, 2]);
        let entries = read(&bytes, &QUERY32, Order::OldestFirst, Gaps::Skip);
        assert_eq!(entries.handles, [8, 4]);
        assert_eq!(entries.empty.first, Some(2));
    }

    #[test]
    fn reading_may_end_at_the_first_gap() {
        let bytes = of_types(&[1, 7, 2, 0]);
        let entries = read(&bytes, &QUERY32, Order::NewestFirst, Gaps::Stop);
        assert_eq!(entries.handles, [0]);
        assert_eq!((entries.damaged.first, entries.empty.count), (Some(1), 0));
        let entries = read(&bytes, &QUERY32, Order::OldestFirst, Gaps::Stop);
        assert_eq!((entries.types.len(), entries.empty.first), (0, Some(0)));
    }

    #[test]
    fn more_entries_than_a_block_has_are_read_in_their_order() {
        let count = 2 * BLOCK / 0x50 + 7;
        let types: Vec<u8> = (0..count).map(|entry| (entry % 5) as u8).collect();
        let bytes = of_types(&types);
        for order in [Order::NewestFirst, Order::OldestFirst] {
            let mut left: Vec<u8> = types.clone();
            if order == Order::OldestFirst {
                left.reverse();
            }
            let missing = |code: u8| left.iter().position(|&of| of == code).map(|at| at as u32);
            let (empty, damaged) = (missing(0), missing(4));
            let entries = read(&bytes, &QUERY32, order, Gaps::Skip);
            assert_eq!(
                (entries.empty.first, entries.damaged.first),
                (empty, damaged)
            );
            left.retain(|code| (1..=3).contains(code));
            assert_eq!(entries.types, left);
            let gaps = entries.empty.count + entries.damaged.count;
            assert_eq!(gaps as usize, count - left.len());
        }
        // A gap in a later block.
        let mut types = vec![1; count];
        types[count - 2] = 0;
        let entries = read(&of_types(&types), &QUERY32, Order::NewestFirst, Gaps::Stop);
        assert_eq!(entries.types.len(), count - 2);
        assert_eq!(entries.empty.first, Some(count as u32 - 2));
    }

    #[test]
    fn a_type_of_more_than_a_byte_is_damage() {
        let mut bytes = of_types(&[1]);
        bytes[13] = 1;
        let entries = read(&bytes, &QUERY32, Order::NewestFirst, Gaps::Skip);
        assert_eq!((entries.types.len(), entries.damaged.count), (0, 1));
    }

    #[test]
    fn rejects_bytes_that_end_inside_an_entry() {
        let (order, gaps) = (Order::NewestFirst, Gaps::Skip);
        let mut stacks = StackTable::new(1);
        let problem = read_into(&mut stacks, &[0; 81], &QUERY32, order, gaps);
        let (bytes, entry_size) = (81, 80);
        assert_eq!(problem, Err(TraceError::PartialEntry { bytes, entry_size }));
    }
}
