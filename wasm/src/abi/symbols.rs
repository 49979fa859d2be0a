//! Exports of the symbolizer.

use wasm_bindgen::prelude::wasm_bindgen;

/// Index of the module that contains each address; `u32::MAX` outside all of them.
///
/// `bases` are sorted ascending; `sizes` are in bytes, one a base.
#[wasm_bindgen(js_name = locateModules)]
pub fn locate_modules(bases: &[u64], sizes: &[u32], addresses: &[u64]) -> Vec<u32> {
    addresses
        .iter()
        .map(|&address| {
            let after = bases.partition_point(|&base| base <= address);
            match after.checked_sub(1) {
                Some(i) if address - bases[i] < u64::from(sizes[i]) => i as u32,
                _ => u32::MAX,
            }
        })
        .collect()
}
