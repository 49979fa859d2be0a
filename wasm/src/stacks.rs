//! Interned stacks: traces from the same place share one stack id.
//!
//! A full table of 131,072 traces comes from a few thousand places, so everything after this works on ids.

use hashbrown::HashTable;

use crate::log::Log;
use crate::stack::Stack;

/// The distinct stacks of a log. Ids are dense and count in order of first appearance, newest trace first,
/// so that the same log always gets the same ids.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stacks {
    /// Stack id of each trace.
    pub stack_of: Vec<u32>,
    /// Return addresses of all stacks, one after the other, innermost first.
    pub addresses: Vec<u64>,
    /// Where each stack begins in `addresses`; one more than there are stacks, the last being the end.
    pub starts: Vec<u32>,
}

impl Stacks {
    /// Number of distinct stacks.
    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// The return addresses of a stack.
    pub fn stack(&self, id: u32) -> &[u64] {
        let id = id as usize;
        &self.addresses[self.starts[id] as usize..self.starts[id + 1] as usize]
    }
}

/// A stack that has an id.
struct Interned<'a> {
    stack: Stack<'a>,
    /// Kept, so that growing the table hashes nothing again.
    hash: u64,
    id: u32,
}

/// Interns the stacks of `log`. Leading addresses from `kernel_start` on are kernel frames and left out:
/// traces that differ in nothing else then share an id. Without it every frame stays.
pub fn intern(log: &Log<'_>, kernel_start: Option<u64>) -> Stacks {
    let mut addresses = Vec::new();
    let mut starts = vec![0];
    let mut table: HashTable<Interned<'_>> = HashTable::new();
    let id_of = |trace| {
        let stack = log.stack(trace);
        let stack = kernel_start.map_or(stack, |start| stack.below(start));
        let hash = hash(stack);
        let is_same = |other: &Interned<'_>| other.hash == hash && other.stack == stack;
        if let Some(interned) = table.find(hash, is_same) {
            return interned.id;
        }
        let id = starts.len() as u32 - 1;
        stack.append_to(&mut addresses);
        starts.push(addresses.len() as u32);
        table.insert_unique(hash, Interned { stack, hash, id }, |other| other.hash);
        id
    };
    let stack_of = (0..log.len()).map(id_of).collect();
    Stacks {
        stack_of,
        addresses,
        starts,
    }
}

/// Multilinear hashing: the sum of each address times a key of its own, whose upper half is good; the table
/// wants that half below. The keys are the powers of a multiplier for 64 bits from Steele and Vigna,
/// "Computationally Easy, Spectrally Good Multipliers". `FxHasher` takes more than twice as long: each of
/// its multiplications waits for the one before, and on a target of 32 bits it does two an address.
fn hash(stack: Stack<'_>) -> u64 {
    const MULTIPLIER: u64 = 0xf135_7aea_2e62_a9c5;
    let first = (0_u64, MULTIPLIER);
    let (sum, _) = stack.addresses().fold(first, |(sum, key), address| {
        let product = key.wrapping_mul(address);
        (sum.wrapping_add(product), key.wrapping_mul(MULTIPLIER))
    });
    sum.rotate_left(32)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::log::Layout;

    /// An entry of this test's own: handle, process id, thread id, type, three addresses, 4 bytes each.
    const NUMBERS: [u32; 12] = [28, 0, 4, 4, 4, 8, 4, 12, 4, 16, 4, 3];

    fn interned(stacks: &[[u32; 3]], kernel_start: Option<u64>) -> Stacks {
        let mut bytes = Vec::new();
        for stack in stacks {
            bytes.extend([0; 16]);
            bytes.extend(stack.iter().flat_map(|address| address.to_le_bytes()));
        }
        let layout = Layout::from_numbers(&NUMBERS).unwrap();
        intern(&Log::new(&bytes, layout).unwrap(), kernel_start)
    }

    #[test]
    fn equal_stacks_share_an_id_and_ids_count_from_the_newest() {
        let stacks = interned(
            &[[7, 8, 0], [7, 0, 0], [7, 8, 0], [0, 8, 9], [7, 0, 5]],
            None,
        );
        assert_eq!(stacks.stack_of, [0, 1, 0, 2, 1]);
        assert_eq!(stacks.count(), 3);
        assert_eq!(stacks.stack(0), [7, 8]);
        assert_eq!(stacks.stack(1), [7]);
        assert_eq!(stacks.stack(2), []);
    }

    #[test]
    fn kernel_frames_are_left_out_on_request() {
        let stacks = interned(
            &[[0x8000_0001, 5, 6], [0x8000_0002, 5, 6], [5, 6, 0]],
            Some(0x8000_0000),
        );
        assert_eq!(stacks.stack_of, [0, 0, 0]);
        assert_eq!(stacks.stack(0), [5, 6]);
    }

    #[test]
    fn each_address_and_its_place_count_in_the_hash() {
        let stacks: [[u64; 3]; 5] = [[1, 2, 3], [9, 2, 3], [1, 2, 9], [3, 2, 1], [1, 2, 0]];
        let hashes = stacks.map(|stack| {
            let bytes = stack.map(u64::to_le_bytes).concat();
            hash(Stack::new(&bytes, true)) as u32
        });
        let distinct: HashSet<u32> = hashes.into_iter().collect();
        assert_eq!(distinct.len(), stacks.len());
    }

    #[test]
    fn an_empty_log_has_no_stacks() {
        assert_eq!(interned(&[], None).count(), 0);
    }
}
