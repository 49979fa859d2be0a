//! The return addresses of one trace, in the bytes of their log.

/// Return addresses, innermost first. They end at the first zero: on systems of the 2003 era the places behind
/// it may hold frames of an earlier lap of the ring.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'a> {
    /// Every place that the entry has for an address.
    bytes: &'a [u8],
    /// 8 bytes an address instead of 4.
    is_wide: bool,
}

impl<'a> Stack<'a> {
    /// The stack in `bytes`, of addresses of 8 bytes (`is_wide`) or 4.
    pub fn new(bytes: &'a [u8], is_wide: bool) -> Self {
        Self { bytes, is_wide }
    }

    /// The addresses one after the other.
    pub fn addresses(self) -> impl Iterator<Item = u64> + use<'a> {
        self.places().take_while(|&address| address != 0)
    }

    /// The stack without its leading addresses from `start` on.
    pub fn below(self, start: u64) -> Self {
        let size = if self.is_wide { 8 } else { 4 };
        let left_out = self.places().position(|address| address < start);
        let bytes = left_out.map_or(&[][..], |count| &self.bytes[count * size..]);
        Self { bytes, ..self }
    }

    /// Appends the addresses to a column. All places at once are appended sooner than addresses of which each
    /// may be the last.
    pub fn append_to(self, column: &mut Vec<u64>) {
        let start = column.len();
        column.extend(self.places());
        let length = column[start..].iter().position(|&address| address == 0);
        column.truncate(length.map_or(column.len(), |length| start + length));
    }

    fn places(self) -> impl Iterator<Item = u64> + use<'a> {
        // One of the two is empty, so that each loop has a width that the compiler knows.
        let wide = if self.is_wide { self.bytes.len() } else { 0 };
        let (wide, narrow) = self.bytes.split_at(wide);
        words::<8>(wide).chain(words::<4>(narrow))
    }
}

/// Stacks of the same width are equal when their addresses are, whatever stands behind the zero.
impl PartialEq for Stack<'_> {
    fn eq(&self, other: &Self) -> bool {
        // As a rule nothing stands there, and bytes are compared sooner.
        same_bytes(self.bytes, other.bytes) || self.addresses().eq(other.addresses())
    }
}

/// Compares word by word: WASM has no instruction to compare memory, and the library's function goes byte by
/// byte.
pub fn same_bytes(a: &[u8], b: &[u8]) -> bool {
    let rest = a.len() / 8 * 8;
    a.len() == b.len()
        && words::<8>(a).zip(words::<8>(b)).all(|(a, b)| a == b)
        && a[rest..].iter().eq(&b[rest..])
}

/// The whole little-endian words of `SIZE` bytes, up to 8.
fn words<const SIZE: usize>(bytes: &[u8]) -> impl Iterator<Item = u64> + use<'_, SIZE> {
    bytes.chunks_exact(SIZE).map(|chunk| {
        let mut word = [0; 8];
        word[..SIZE].copy_from_slice(chunk);
        u64::from_le_bytes(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrow(addresses: &[u32]) -> Vec<u8> {
        addresses.iter().flat_map(|a| a.to_le_bytes()).collect()
    }

    fn wide(addresses: &[u64]) -> Vec<u8> {
        addresses.iter().flat_map(|a| a.to_le_bytes()).collect()
    }

    fn appended(stack: Stack<'_>) -> Vec<u64> {
        let mut column = vec![0];
        stack.append_to(&mut column);
        assert!(column[1..].iter().copied().eq(stack.addresses()));
        column
    }

    #[test]
    fn addresses_of_either_width_end_at_the_first_zero() {
        let bytes = narrow(&[0x1234_5678, 1, 0, 9]);
        assert_eq!(appended(Stack::new(&bytes, false)), [0, 0x1234_5678, 1]);
        let bytes = wide(&[7 << 40, 1, 0, 9]);
        assert_eq!(appended(Stack::new(&bytes, true)), [0, 7 << 40, 1]);
    }

    #[test]
    fn a_stack_may_fill_every_place_or_none() {
        let bytes = wide(&[1, 2, 3]);
        assert_eq!(appended(Stack::new(&bytes, true)), [0, 1, 2, 3]);
        assert_eq!(appended(Stack::new(&[], true)), [0]);
    }

    #[test]
    fn leaves_out_leading_addresses_alone() {
        let below = |addresses: &[u32]| {
            let bytes = narrow(addresses);
            appended(Stack::new(&bytes, false).below(0x80))
        };
        assert_eq!(below(&[0x80, 0x90, 5, 0x81, 0]), [0, 5, 0x81]);
        assert_eq!(below(&[0x80, 0, 5]), [0]); // what is behind the zero stays there
        assert_eq!(below(&[0x80, 0x90]), [0]);
    }

    #[test]
    fn what_is_behind_the_zero_makes_no_difference() {
        let same =
            |a: &[u32], b: &[u32]| Stack::new(&narrow(a), false) == Stack::new(&narrow(b), false);
        assert!(same(&[1, 2, 0], &[1, 2, 0]));
        assert!(same(&[1, 2, 0, 8], &[1, 2, 0, 9]));
        assert!(same(&[1, 2], &[1, 2, 0]));
        assert!(!same(&[1, 2, 3], &[1, 2, 4]));
        assert!(!same(&[1, 2, 0], &[1, 2, 3]));
    }
}
