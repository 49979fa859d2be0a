//! Interned stacks: traces from the same place share one stack id.
//!
//! A full table of 131,072 traces comes from a few thousand places, so everything after this works on ids.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use crate::log::Log;

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

/// Interns the stacks of `log`. Leading addresses from `kernel_start` on are kernel frames and left out:
/// traces that differ in nothing else then share an id. Without it every frame stays.
pub fn intern(log: &Log<'_>, kernel_start: Option<u64>) -> Stacks {
    let is_kernel = |address: u64| kernel_start.is_some_and(|start| address >= start);
    let mut stacks = Stacks {
        starts: vec![0],
        ..Stacks::default()
    };
    // Ids with the hashes of their stacks, so that growing the table hashes nothing again.
    let mut ids: HashTable<(u64, u32)> = HashTable::new();
    let mut stack_of = Vec::with_capacity(log.len());
    let mut stack = Vec::new();
    for trace in 0..log.len() {
        stack.clear();
        stack.extend(log.stack(trace).skip_while(|&address| is_kernel(address)));
        let hash = hash(&stack);
        // Compared address by address: WASM has no instruction to compare memory, and bytes are slow.
        let is_same =
            |&(other, id): &(u64, u32)| other == hash && stack.iter().eq(stacks.stack(id));
        let id = match ids.find(hash, is_same) {
            Some(&(_, id)) => id,
            None => {
                let id = stacks.count() as u32;
                stacks.addresses.extend_from_slice(&stack);
                stacks.starts.push(stacks.addresses.len() as u32);
                ids.insert_unique(hash, (hash, id), |&(hash, _)| hash);
                id
            }
        };
        stack_of.push(id);
    }
    stacks.stack_of = stack_of;
    stacks
}

fn hash(stack: &[u64]) -> u64 {
    let mut hasher = FxHasher::default();
    stack.iter().for_each(|&address| hasher.write_u64(address));
    hasher.finish()
}

#[cfg(test)]
mod tests {
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
    fn an_empty_log_has_no_stacks() {
        assert_eq!(interned(&[], None).count(), 0);
    }
}
