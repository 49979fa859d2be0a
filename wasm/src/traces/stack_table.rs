//! The stack table: each distinct stack once, for all logs of a session.
//!
//! A full ring of 131,072 traces comes from a few thousand places, so everything after this works on ids. They are
//! dense, in order of first appearance, and mean the same stack for the table's whole life, so that stacks of logs read
//! at different times can be compared by id.

use crate::traces::error::TraceError;
use crate::traces::ids::StackId;

/// Places for ids in a new table; always a power of two.
const FIRST_PLACES: usize = 4096;

/// Distinct stacks of any depth: return addresses, innermost first.
#[derive(Debug)]
pub struct StackTable {
    /// Return addresses of all stacks, one stack after the other.
    addresses: Vec<u64>,
    /// Where each stack begins in `addresses`; one more than there are stacks, the last one being the end.
    starts: Vec<u32>,
    /// Hash of each stack.
    hashes: Vec<u32>,
    /// Ids by hash, by open addressing with linear probing: each is in the first place, from that of its hash on, that
    /// was free when it was added. At most half of the places are taken.
    places: Vec<Place>,
    keys: HashKeys,
}

/// A place for an id.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// Hash of the stack.
    hash: u32,
    /// The id plus 1; 0 if the place is free.
    number: u32,
}

impl StackTable {
    /// An empty table. `seed` should be random: no result of the table depends on it, but someone who knows it can
    /// write a file whose stacks are slow to intern.
    pub fn new(seed: u64) -> Self {
        Self {
            addresses: Vec::new(),
            starts: vec![0],
            hashes: Vec::new(),
            places: vec![Place::default(); FIRST_PLACES],
            keys: HashKeys::new(seed),
        }
    }

    /// Number of distinct stacks.
    pub fn count(&self) -> usize {
        self.hashes.len()
    }

    /// The return addresses of a stack.
    pub fn addresses(&self, stack: StackId) -> Result<&[u64], TraceError> {
        let bounds = stack.at()..stack.at().saturating_add(2);
        match self.starts.get(bounds) {
            Some(&[start, end]) => Ok(&self.addresses[start as usize..end as usize]),
            _ => Err(TraceError::Stack {
                stack,
                count: self.count(),
            }),
        }
    }

    /// The id of a stack, new or known.
    pub fn intern(&mut self, stack: &[u64]) -> Result<StackId, TraceError> {
        let addresses = || stack.iter().copied();
        let (hash, length) = (self.keys.hash(stack), stack.len());
        match self.find(hash, length, addresses()) {
            Ok(id) => Ok(id),
            Err(place) => self.add(place, hash, length, addresses()),
        }
    }

    /// The id of the stack in an entry's places for addresses of `SIZE` bytes (4 or 8). It ends at the first zero: on
    /// systems of the 2003 era, the places after it may have frames of an earlier lap of the ring.
    pub fn intern_places<const SIZE: usize>(
        &mut self,
        places: &[u8],
    ) -> Result<StackId, TraceError> {
        let (hash, length) = self.keys.hash_until_zero::<SIZE>(places);
        let addresses = || words::<SIZE>(&places[..length * SIZE]);
        match self.find(hash, length, addresses()) {
            Ok(id) => Ok(id),
            Err(place) => self.add(place, hash, length, addresses()),
        }
    }

    /// The id of a stack; for an unknown one, the place where its id belongs.
    fn find(
        &self,
        hash: u32,
        length: usize,
        addresses: impl Iterator<Item = u64> + Clone,
    ) -> Result<StackId, usize> {
        let mask = self.places.len() - 1;
        let mut index = hash as usize & mask;
        loop {
            let place = self.places[index];
            let Some(id) = place.number.checked_sub(1) else {
                return Err(index);
            };
            if place.hash == hash {
                let start = self.starts[id as usize] as usize;
                let end = self.starts[id as usize + 1] as usize;
                let known = &self.addresses[start..end];
                // Address by address: WASM has no instruction to compare memory, and the library's function compares
                // byte by byte.
                if known.len() == length
                    && known.iter().zip(addresses.clone()).all(|(a, b)| *a == b)
                {
                    return Ok(StackId(id));
                }
            }
            index = (index + 1) & mask;
        }
    }

    /// Adds a stack whose id belongs in a free place.
    fn add(
        &mut self,
        index: usize,
        hash: u32,
        length: usize,
        addresses: impl Iterator<Item = u64>,
    ) -> Result<StackId, TraceError> {
        // Every stack but the empty one has addresses, so ids fit too.
        let end = match u32::try_from(self.addresses.len() + length) {
            Ok(end) if end < u32::MAX => end,
            _ => return Err(TraceError::TableFull),
        };
        let id = self.count() as u32;
        self.addresses.extend(addresses);
        self.starts.push(end);
        self.hashes.push(hash);
        let number = id + 1;
        self.places[index] = Place { hash, number };
        if 2 * self.count() > self.places.len() {
            self.grow();
        }
        Ok(StackId(id))
    }

    /// Doubles the places.
    fn grow(&mut self) {
        let mask = 2 * self.places.len() - 1;
        self.places = vec![Place::default(); mask + 1];
        for (number, &hash) in (1..).zip(&self.hashes) {
            let mut index = hash as usize & mask;
            while self.places[index].number != 0 {
                index = (index + 1) & mask;
            }
            self.places[index] = Place { hash, number };
        }
    }

    /// Interns many stacks, given their addresses one after the other and where each ends.
    pub fn intern_all(
        &mut self,
        addresses: &[u64],
        ends: &[u32],
    ) -> Result<Vec<StackId>, TraceError> {
        let mut start = 0;
        let mut intern = |&end: &u32| {
            let stack = addresses.get(start..end as usize);
            start = end as usize;
            self.intern(stack.ok_or(TraceError::StackEnds)?)
        };
        ends.iter().map(&mut intern).collect()
    }

    /// The stacks of a column without their leading addresses from `user_end` on: without the kernel frames, with which
    /// a stack begins. Stacks that differ in nothing else then share an id.
    pub fn without_kernel_frames(
        &mut self,
        stacks: &[u32],
        user_end: u64,
    ) -> Result<Vec<StackId>, TraceError> {
        // Each distinct stack is looked at once.
        let mut shorter: Vec<Option<StackId>> = vec![None; self.count()];
        let mut without = |&stack: &u32| {
            let stack = StackId(stack);
            match shorter.get(stack.at()) {
                Some(&Some(id)) => Ok(id),
                known => {
                    let id = self.leave_out(stack, user_end)?;
                    if known.is_some() {
                        shorter[stack.at()] = Some(id);
                    }
                    Ok(id)
                }
            }
        };
        stacks.iter().map(&mut without).collect()
    }

    fn leave_out(&mut self, stack: StackId, user_end: u64) -> Result<StackId, TraceError> {
        let addresses = self.addresses(stack)?;
        let is_kernel = |address: &&u64| **address >= user_end;
        match addresses.iter().take_while(is_kernel).count() {
            0 => Ok(stack),
            kernel_frames => {
                let user_frames = addresses[kernel_frames..].to_vec();
                self.intern(&user_frames)
            }
        }
    }
}

/// The whole little-endian words of `SIZE` bytes, up to 8.
fn words<const SIZE: usize>(bytes: &[u8]) -> impl Iterator<Item = u64> + Clone + use<'_, SIZE> {
    bytes.chunks_exact(SIZE).map(|chunk| {
        let mut word = [0; 8];
        word[..SIZE].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    })
}

/// Multilinear hashing: the sum of each address times its own random key. The upper half is universal (Lemire and
/// Kaser, "Strongly Universal String Hashing is Fast"): nobody can write a file whose stacks collide. `FxHasher` takes
/// more than twice as long: each of its multiplications waits for the previous one, and on a 32-bit target it does two
/// per address.
#[derive(Debug)]
struct HashKeys {
    /// State of the generator of further keys.
    state: u64,
    /// A key per position in a stack, for the deepest stack so far.
    keys: Vec<u64>,
}

impl HashKeys {
    fn new(seed: u64) -> Self {
        Self {
            state: seed,
            keys: Vec::new(),
        }
    }

    /// A key for each position in a stack of this depth.
    fn of_depth(&mut self, depth: usize) -> &[u64] {
        while self.keys.len() < depth {
            let key = self.next_key();
            self.keys.push(key);
        }
        &self.keys[..depth]
    }

    /// Hash of a stack.
    fn hash(&mut self, stack: &[u64]) -> u32 {
        let products = stack.iter().zip(self.of_depth(stack.len()));
        let sum = products.fold(0, |sum, (&address, &key)| add_product(sum, address, key));
        (sum >> 32) as u32
    }

    /// Hash and length of a stack that ends at the first zero.
    fn hash_until_zero<const SIZE: usize>(&mut self, places: &[u8]) -> (u32, usize) {
        let depth = places.len() / SIZE;
        let keys = self.of_depth(depth);
        let mut sum = 0;
        for (length, (address, &key)) in words::<SIZE>(places).zip(keys).enumerate() {
            if address == 0 {
                return ((sum >> 32) as u32, length);
            }
            sum = add_product(sum, address, key);
        }
        ((sum >> 32) as u32, depth)
    }

    /// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators").
    fn next_key(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut key = self.state;
        key = (key ^ (key >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        key = (key ^ (key >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        key ^ (key >> 31)
    }
}

/// The address is folded first, so that addresses that differ only in their upper halves differ in the upper half of
/// the sum.
fn add_product(sum: u64, address: u64, key: u64) -> u64 {
    let folded = address ^ (address >> 32);
    sum.wrapping_add(folded.wrapping_mul(key))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn interned(table: &mut StackTable, stacks: &[&[u64]]) -> Vec<u32> {
        let intern = |stack: &&[u64]| table.intern(stack).unwrap().0;
        stacks.iter().map(intern).collect()
    }

    #[test]
    fn equal_stacks_share_an_id_and_ids_count_in_order_of_appearance() {
        let mut table = StackTable::new(1);
        let ids = interned(&mut table, &[&[7, 8], &[7], &[7, 8], &[], &[7]]);
        assert_eq!(ids, [0, 1, 0, 2, 1]);
        assert_eq!(table.count(), 3);
        assert_eq!(table.addresses(StackId(0)).unwrap(), [7, 8]);
        assert_eq!(table.addresses(StackId(1)).unwrap(), [7]);
        assert_eq!(table.addresses(StackId(2)).unwrap(), []);
    }

    #[test]
    fn there_are_no_addresses_outside_the_table() {
        let mut table = StackTable::new(1);
        table.intern(&[1]).unwrap();
        for id in [1, 2, u32::MAX] {
            let (stack, count) = (StackId(id), 1);
            let problem = TraceError::Stack { stack, count };
            assert_eq!(table.addresses(stack), Err(problem));
        }
    }

    #[test]
    fn many_stacks_are_interned_in_one_call() {
        let mut table = StackTable::new(1);
        let ids = table.intern_all(&[1, 2, 3, 1, 2], &[2, 3, 3, 5]).unwrap();
        assert_eq!(numbers(&ids), [0, 1, 2, 0]);
        assert_eq!(table.addresses(StackId(1)).unwrap(), [3]);
        for ends in [&[6][..], &[3, 2], &[u32::MAX]] {
            let problem = table.intern_all(&[1, 2, 3, 1, 2], ends);
            assert_eq!(problem, Err(TraceError::StackEnds));
        }
    }

    #[test]
    fn kernel_frames_are_left_out_at_the_start_alone() {
        let mut table = StackTable::new(1);
        let stacks: [&[u64]; 5] = [
            &[0x81, 5, 6],
            &[0x80, 0x92, 5, 6],
            &[5, 6],
            &[0x80],
            &[5, 0x80],
        ];
        let ids = interned(&mut table, &stacks);
        let without = table.without_kernel_frames(&ids, 0x80).unwrap();
        assert_eq!(numbers(&without), [2, 2, 2, 5, 4]);
        assert_eq!(table.addresses(StackId(5)).unwrap(), []);
        assert!(table.without_kernel_frames(&[6], 0x80).is_err());
    }

    #[test]
    fn each_address_and_its_place_count_in_the_hash() {
        let stacks: [&[u64]; 5] = [&[1, 2, 3], &[9, 2, 3], &[1, 2, 9], &[3, 2, 1], &[1, 2]];
        let mut keys = HashKeys::new(1);
        let distinct: HashSet<u32> = stacks.iter().map(|stack| keys.hash(stack)).collect();
        assert_eq!(distinct.len(), stacks.len());
    }

    #[test]
    fn addresses_that_differ_in_their_highest_bits_alone_are_spread_over_the_table() {
        let mut keys = HashKeys::new(1);
        let hash = |high: u64| keys.hash(&[high << 56, 5]) % 256;
        let distinct: HashSet<u32> = (0..256).map(hash).collect();
        assert!(distinct.len() > 32, "{} places for 256", distinct.len());
    }

    #[test]
    fn stacks_are_found_again_after_the_table_has_grown() {
        let mut table = StackTable::new(1);
        for address in 0..10_000 {
            assert_eq!(table.intern(&[address, 7]), Ok(StackId(address as u32)));
        }
        for address in 0..10_000 {
            assert_eq!(table.intern(&[address, 7]), Ok(StackId(address as u32)));
        }
        assert_eq!(table.count(), 10_000);
    }

    fn numbers(ids: &[StackId]) -> Vec<u32> {
        ids.iter().map(|id| id.0).collect()
    }
}
