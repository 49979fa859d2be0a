//! Which module an address is in.

/// Index of no module.
pub const NO_MODULE: u32 = u32::MAX;

/// Index of the module that contains each address, [`NO_MODULE`] outside all of them.
///
/// `bases` ascend; `sizes` are in bytes, one per base.
pub fn locate(bases: &[u64], sizes: &[u32], addresses: &[u64]) -> Vec<u32> {
    let locate_one = |&address: &u64| {
        let index = bases
            .partition_point(|&base| base <= address)
            .checked_sub(1)?;
        let inside = address - bases[index] < u64::from(*sizes.get(index)?);
        inside.then_some(index as u32)
    };
    addresses
        .iter()
        .map(|address| locate_one(address).unwrap_or(NO_MODULE))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_in_the_module_that_reaches_it() {
        let (bases, sizes) = ([0x1000, 0x7ffe_0000_0000], [0x1000, 0x10]);
        let addresses = [0, 0xfff, 0x1000, 0x1fff, 0x2000, 0x7ffe_0000_000f, u64::MAX];
        let expected = [NO_MODULE, NO_MODULE, 0, 0, NO_MODULE, 1, NO_MODULE];
        assert_eq!(locate(&bases, &sizes, &addresses), expected);
    }
}
