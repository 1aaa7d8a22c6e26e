//! Which texts go through the encoder together.

/// Tokens of one forward pass at most, unless a single text has more, so that
/// the rows of a layer stay near the processor and threads get even shares. A
/// guess, not tuned; `cargo run --release -p embed --example speed` compares.
pub(crate) const MAX_TOKENS: usize = 512;

/// Groups of places in `lengths`, similar lengths together, at most
/// `max_tokens` tokens a group where more than one text is in it.
///
/// Every place is in one group. Equal lengths keep their order.
pub(crate) fn plan(lengths: &[usize], max_tokens: usize) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..lengths.len()).collect();
    // Longest first: what is left at the end is small.
    order.sort_by_key(|&place| (std::cmp::Reverse(lengths[place]), place));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut n_tokens = 0;
    for place in order {
        match groups.last_mut() {
            Some(group) if n_tokens + lengths[place] <= max_tokens => {
                group.push(place);
                n_tokens += lengths[place];
            }
            _ => {
                groups.push(vec![place]);
                n_tokens = lengths[place];
            }
        }
    }
    groups
}

/// Tokens a group when `n_threads` share `n_tokens`: no thread should wait for
/// another that has all the work.
pub(crate) fn share(n_tokens: usize, n_threads: usize) -> usize {
    n_tokens.div_ceil(n_threads.max(1)).clamp(1, MAX_TOKENS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_text_is_in_one_group_within_the_limit(
            lengths in proptest::collection::vec(1_usize..300, 0..60),
            max_tokens in 1_usize..700,
        ) {
            let groups = plan(&lengths, max_tokens);
            let mut places: Vec<usize> = groups.concat();
            places.sort_unstable();
            prop_assert_eq!(places, (0..lengths.len()).collect::<Vec<_>>());
            for group in groups {
                let total: usize = group.iter().map(|&place| lengths[place]).sum();
                prop_assert!(group.len() == 1 || total <= max_tokens);
            }
        }
    }

    #[test]
    fn two_threads_share_a_batch_evenly() {
        let lengths = [128; 8];
        let groups = plan(&lengths, share(8 * 128, 4));
        assert_eq!(groups.len(), 4);
        assert!(groups.iter().all(|group| group.len() == 2));
    }
}
