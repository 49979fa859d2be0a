//! Binary search for queries that come in order: each begins where the previous one ended.

use std::convert::Infallible;

/// Number of elements at the start, of `length`, for which `is_before` is true; it is false for all others.
///
/// Searches around `near` in doubling steps, so that a result close to it takes two or three comparisons, no matter how
/// many elements there are. Fails if `is_before` does.
pub fn try_partition_point_near<E>(
    length: usize,
    near: usize,
    mut is_before: impl FnMut(usize) -> Result<bool, E>,
) -> Result<usize, E> {
    let mut low = near.min(length);
    let mut high = low;
    let mut step = 1;
    while low > 0 && !is_before(low - 1)? {
        high = low - 1;
        low = high.saturating_sub(step);
        step *= 2;
    }
    step = 1;
    while high < length && is_before(high)? {
        low = high + 1;
        high = length.min(low + step);
        step *= 2;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(middle)? {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// [`try_partition_point_near`] for a predicate that cannot fail.
pub fn partition_point_near(
    length: usize,
    near: usize,
    mut is_before: impl FnMut(usize) -> bool,
) -> usize {
    let Ok(point) =
        try_partition_point_near(length, near, |index| Ok::<_, Infallible>(is_before(index)));
    point
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_the_same_from_everywhere() {
        for length in 0..20 {
            for point in 0..=length {
                for near in 0..=length + 1 {
                    let found = partition_point_near(length, near, |index| index < point);
                    assert_eq!(found, point, "of {length} from {near}");
                }
            }
        }
    }

    #[test]
    fn an_answer_nearby_takes_few_looks() {
        for point in [500_000, 500_001] {
            let mut looks = 0;
            partition_point_near(1_000_000, 500_000, |index| {
                looks += 1;
                index < point
            });
            assert!(looks <= 4, "{looks}");
        }
    }

    #[test]
    fn a_look_that_fails_ends_the_search() {
        let found =
            try_partition_point_near(10, 5, |index| if index > 6 { Err(index) } else { Ok(true) });
        assert!(found.is_err());
    }
}
