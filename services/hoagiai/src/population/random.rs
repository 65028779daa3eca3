//! The generator of numbers of the demo: SplitMix64, written out so that a seed gives the same city for ever,
//! whatever a dependency does. Not for secrets.

/// A stream of numbers that depends on nothing but its seed.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream of a seed and of a path below it: what one record draws does not shift what another draws.
    #[must_use]
    pub(crate) fn of(seed: u64, path: &[u64]) -> Self {
        let start = Self(seed ^ 0x9e37_79b9_7f4a_7c15);
        path.iter().fold(start, |mut stream, step| Self(stream.draw() ^ step.wrapping_mul(0xd6e8_feb8_6659_fd93)))
    }

    fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `n` - 1; 0 for `n` = 0.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        let product = (self.draw() >> 32) * u64::from(n);
        u32::try_from(product >> 32).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// Yes, `n` times in a thousand.
    pub(crate) fn per_mille(&mut self, n: u32) -> bool {
        self.below(1000) < n
    }

    /// One of the items, which must be one or more.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(u32::try_from(items.len()).unwrap_or(u32::MAX)) as usize]
    }

    /// One of the items by weight, which must be one or more.
    pub(crate) fn weighted<'a, T>(&mut self, items: &'a [(u32, T)]) -> &'a T {
        let mut at = self.below(items.iter().map(|(weight, _)| weight).sum());
        let found = items.iter().find(|(weight, _)| {
            let here = at < *weight;
            at = at.saturating_sub(*weight);
            here
        });
        &found.unwrap_or(&items[0]).1
    }

    /// Puts the items in another order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(u32::try_from(last + 1).unwrap_or(u32::MAX)) as usize);
        }
    }
}

/// Splits a total by weights into whole numbers that add up to it exactly (largest remainder), each at least `least`
/// where the total allows it.
#[must_use]
pub(crate) fn split(total: u32, weights: &[u32], least: u32) -> Vec<u32> {
    let count = u32::try_from(weights.len()).unwrap_or(u32::MAX);
    let least = if total >= least.saturating_mul(count) { least } else { 0 };
    let rest = u64::from(total - least * count);
    let sum: u64 = weights.iter().map(|w| u64::from(*w)).sum::<u64>().max(1);
    let mut shares: Vec<u32> =
        weights.iter().map(|w| least + u32::try_from(rest * u64::from(*w) / sum).unwrap_or_default()).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(rest * u64::from(weights[*i]) % sum), *i));
    let missing = total - shares.iter().sum::<u32>();
    order.iter().cycle().take(missing as usize).for_each(|i| shares[*i] += 1);
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut stream = Random::of(35, &[1, 2]);
        assert_eq!([stream.below(1000), stream.below(1000), stream.below(1000)], FIRST);
        assert_ne!(Random::of(35, &[2, 1]).draw(), Random::of(35, &[1, 2]).draw());
    }
    const FIRST: [u32; 3] = [170, 233, 797];

    #[test]
    fn shares_add_up_and_respect_the_least() {
        for (total, weights, least) in
            [(10, vec![1, 1, 1], 1), (2, vec![5, 1, 1], 1), (4964, vec![30; 126], 1), (0, vec![1], 3)]
        {
            let shares = split(total, &weights, least);
            assert_eq!(shares.iter().sum::<u32>(), total);
            assert!(total < least * weights.len() as u32 || shares.iter().all(|s| *s >= least));
        }
    }

    #[test]
    fn ranges_and_weights_are_kept() {
        let mut random = Random::of(1, &[]);
        for _ in 0..1000 {
            assert!((3..=5).contains(&random.between(3, 5)));
            assert_ne!(*random.weighted(&[(0, 'a'), (3, 'b'), (0, 'c'), (1, 'd')]), 'c');
        }
        assert_eq!(random.below(0), 0);
    }
}
