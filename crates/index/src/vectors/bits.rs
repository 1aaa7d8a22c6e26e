//! Sets of small numbers as bits.

/// A set of numbers from 0; grows as numbers are added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// Adds a number.
    pub(super) fn insert(&mut self, number: u32) {
        let word = number as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (number % 64);
    }

    /// Takes a number out.
    pub(super) fn remove(&mut self, number: u32) {
        if let Some(word) = self.0.get_mut(number as usize / 64) {
            *word &= !(1 << (number % 64));
        }
    }

    /// Whether the number is in the set.
    pub(super) fn contains(&self, number: u32) -> bool {
        let word = self.0.get(number as usize / 64);
        word.is_some_and(|word| word >> (number % 64) & 1 == 1)
    }

    /// Keeps what is in both.
    pub(super) fn intersect(&mut self, other: &Self) {
        self.0.truncate(other.0.len());
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
        }
    }

    /// How many numbers are in the set.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }
}

impl FromIterator<u32> for Bits {
    fn from_iter<T: IntoIterator<Item = u32>>(numbers: T) -> Self {
        let mut bits = Self::default();
        numbers.into_iter().for_each(|number| bits.insert(number));
        bits
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The numbers, from the smallest.
    fn numbers(bits: &Bits) -> Vec<u32> {
        let all = 0..bits.0.len() as u32 * 64;
        all.filter(|number| bits.contains(*number)).collect()
    }

    proptest! {
        #[test]
        fn they_are_sets(
            a in proptest::collection::btree_set(0_u32..300, 0..40),
            b in proptest::collection::btree_set(0_u32..300, 0..40),
        ) {
            let mut bits: Bits = a.iter().copied().collect();
            prop_assert_eq!(numbers(&bits), a.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(bits.len(), a.len());
            bits.intersect(&b.iter().copied().collect());
            let both: Vec<u32> = a.intersection(&b).copied().collect();
            prop_assert_eq!(numbers(&bits), both.clone());
            for number in &both {
                bits.remove(*number);
                prop_assert!(!bits.contains(*number));
            }
            prop_assert_eq!(bits.len(), 0);
        }
    }
}
