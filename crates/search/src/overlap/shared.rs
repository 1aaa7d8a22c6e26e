//! Runs of words that two texts share, word for word.
//!
//! Words are compared without accents and case, so that a copy is found in
//! whatever way it was typed. Found greedily from left to right, the longest
//! run first at each place; a run is found once for each of its places in the
//! other text.

use std::{
    collections::{HashMap, hash_map::DefaultHasher},
    hash::{Hash as _, Hasher as _},
    ops::Range,
};

/// Words of the shortest run that counts. Measured on the passages of the
/// Vietnamese sets: names of laws and set phrases of offices end below it, see
/// `docs/overlap.md`.
pub(super) const MIN_RUN: usize = 8;

/// Places of the same run in the text that is compared: more is a form letter.
const MOST_PLACES: usize = 8;

/// A text as its words.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    keys: Vec<u64>,
    /// Bytes of each word in the text.
    places: Vec<Range<usize>>,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let mut words = Self::default();
        for token in text::tokenise(text) {
            // Keys live in one process only: any hash will do.
            let mut hasher = DefaultHasher::new();
            token.folded.hash(&mut hasher);
            words.keys.push(hasher.finish());
            words.places.push(token.start..token.end);
        }
        words
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The bytes that a set of words takes up: neighbours as one range.
    pub(super) fn marks(&self, is_shared: &[bool]) -> Vec<Range<usize>> {
        let mut marks: Vec<Range<usize>> = Vec::new();
        let mut was_shared = false;
        for (place, shared) in self.places.iter().zip(is_shared) {
            match marks.last_mut() {
                Some(last) if *shared && was_shared => last.end = place.end,
                _ if *shared => marks.push(place.clone()),
                _ => {}
            }
            was_shared = *shared;
        }
        marks
    }

    fn gram(&self, at: usize) -> Option<&[u64]> {
        self.keys.get(at..at + MIN_RUN)
    }
}

/// The passages of one text, ready to be compared with others.
pub(super) struct Finder<'a> {
    own: &'a [Words],
    places: HashMap<&'a [u64], Vec<(usize, usize)>>,
}

/// Words that one passage of ours and one of theirs share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shared {
    /// Which passage of ours.
    pub(super) own: usize,
    /// For each word of ours whether it is shared.
    pub(super) in_own: Vec<bool>,
    /// For each word of theirs.
    pub(super) in_theirs: Vec<bool>,
}

impl Shared {
    /// Words of ours that are shared.
    pub(super) fn n_words(&self) -> usize {
        self.in_own.iter().filter(|shared| **shared).count()
    }
}

impl<'a> Finder<'a> {
    pub(super) fn new(own: &'a [Words]) -> Self {
        let mut places: HashMap<&[u64], Vec<(usize, usize)>> = HashMap::new();
        for (passage, words) in own.iter().enumerate() {
            for at in 0..words.len() {
                let Some(gram) = words.gram(at) else { break };
                let known = places.entry(gram).or_default();
                if known.len() < MOST_PLACES {
                    known.push((passage, at));
                }
            }
        }
        Self { own, places }
    }

    /// What each of our passages shares with a passage of theirs, in our order.
    pub(super) fn find(&self, theirs: &Words) -> Vec<Shared> {
        let mut found: Vec<Shared> = Vec::new();
        let mut at = 0;
        while let Some(gram) = theirs.gram(at) {
            let mut longest = 0;
            for &(passage, start) in self.places.get(gram).into_iter().flatten() {
                let own = &self.own[passage];
                let ours = own.keys[start..].iter();
                let n = ours.zip(&theirs.keys[at..]).take_while(|(a, b)| a == b);
                let n = n.count();
                longest = longest.max(n);
                let shared = entry(&mut found, passage, own.len(), theirs.len());
                shared.in_own[start..start + n].fill(true);
                shared.in_theirs[at..at + n].fill(true);
            }
            at += longest.max(1);
        }
        found.sort_by_key(|shared| shared.own);
        found
    }
}

fn entry(found: &mut Vec<Shared>, own: usize, n_own: usize, n_theirs: usize) -> &mut Shared {
    let known = found.iter().position(|shared| shared.own == own);
    let at = known.unwrap_or_else(|| {
        found.push(Shared {
            own,
            in_own: vec![false; n_own],
            in_theirs: vec![false; n_theirs],
        });
        found.len() - 1
    });
    &mut found[at]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OURS: &str =
        "Đề tài nghiên cứu chọn tạo giống lúa chịu mặn cho đồng bằng sông Cửu Long đến năm 2030";

    #[test]
    fn a_copy_is_marked_in_both_texts_however_it_was_typed() {
        let own = [Words::of("Chuyện khác hẳn."), Words::of(OURS)];
        let theirs_text =
            "Năm ngoái: CHON TAO GIONG LUA chịu mặn cho đồng bằng sông Cửu Long, rồi thôi.";
        let theirs = Words::of(theirs_text);
        let found = Finder::new(&own).find(&theirs);
        assert_eq!(found.len(), 1);
        let shared = &found[0];
        assert_eq!((shared.own, shared.n_words()), (1, 12));
        let ours = own[1].marks(&shared.in_own);
        assert_eq!(ours.len(), 1);
        assert!(OURS[ours[0].clone()].starts_with("chọn tạo"));
        assert!(OURS[ours[0].clone()].ends_with("Cửu Long"));
        let theirs = theirs.marks(&shared.in_theirs);
        assert!(theirs_text[theirs[0].clone()].starts_with("CHON TAO"));
    }

    #[test]
    fn a_short_phrase_is_no_copy() {
        let own = [Words::of(OURS)];
        let theirs = Words::of("Giống lúa chịu mặn cho đồng bằng của miền Trung");
        assert!(Finder::new(&own).find(&theirs).is_empty());
    }

    proptest! {
        #[test]
        fn runs_are_the_same_words_on_both_sides(
            ours in prop::collection::vec("[abc]", 0..60),
            theirs in prop::collection::vec("[abc]", 0..60),
        ) {
            let (ours, theirs) = (ours.join(" "), theirs.join(" "));
            let own = [Words::of(&ours)];
            let other = Words::of(&theirs);
            for shared in Finder::new(&own).find(&other) {
                prop_assert!(shared.n_words() >= MIN_RUN);
                prop_assert!(shared.in_theirs.iter().filter(|s| **s).count() >= MIN_RUN);
                for mark in other.marks(&shared.in_theirs) {
                    // Runs may lie side by side, so a mark is made of runs.
                    let head: String = theirs[mark].split(' ').take(MIN_RUN).collect::<Vec<_>>().join(" ");
                    prop_assert!(ours.contains(&head));
                }
            }
            if own[0].len() >= MIN_RUN {
                let itself = Finder::new(&own).find(&own[0]);
                prop_assert_eq!(itself[0].n_words(), own[0].len());
            }
        }
    }
}
