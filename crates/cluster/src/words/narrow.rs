//! From a plan to a filter of the cluster: exactly the records that match, where
//! a filter can say so; else more, to be looked at one by one.

use std::collections::BTreeMap;

use index::{
    InvalidFilter,
    exact::{Bag, Group, Lookup, PhraseLookup, Plan, Stream},
};
use qdrant_client::qdrant::{Condition, Filter};

use super::document::{in_field, term};
use crate::condition::{all, any, of_values};

/// Ways to write a phrase whose words are typed partly with accents, partly
/// without; with more, the records are looked at.
const MAX_SPELLINGS: usize = 128;
/// Parts of the filter of one bag of words. More parts make fewer totals rough and
/// cost the engine a little each: p95 of a question of d2l-en2vi is 127 ms with 100,
/// 138 with 400, 133 with 1,500; of alqac2024-vi, whose questions are long, 210 with
/// 400 and 240 with 1,500 (`eval retrieval … --mode lexical`, one node).
const MAX_PARTS: usize = 400;
/// Words that a question with too many is judged by, at most: half of 13 words
/// of one mass have 1,716 choices already.
const MOST_HEAVIEST: usize = 24;

/// Words that are written so without accents, by that.
pub(super) type Spellings = BTreeMap<String, Vec<String>>;

/// What records match.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    clippy::large_enum_variant,
    reason = "a handful lives at a time, while a filter is made"
)]
pub(super) enum Matching {
    All,
    Nothing,
    /// Those that meet the condition.
    Only(Condition),
}

/// A filter, and what it is worth.
pub(super) struct Narrowed {
    pub(super) matching: Matching,
    /// Whether what it lets through matches; else it lets through more.
    pub(super) is_exact: bool,
    /// Whether a long question was judged by its heaviest words: good for counting
    /// about how many records match, not for saying which.
    pub(super) is_rough: bool,
}

/// What becomes of a bag with more words than a filter holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LongBags {
    /// Its heaviest words judge.
    Heaviest,
    /// It lets everything through: whoever asks looks at the records.
    Open,
}

/// Makes filters.
pub(super) struct Narrower<'a> {
    /// Other spellings of bare words in phrases.
    pub(super) spellings: &'a Spellings,
    pub(super) long_bags: LongBags,
}

fn exactly(matching: Matching) -> Narrowed {
    Narrowed {
        matching,
        is_exact: true,
        is_rough: false,
    }
}

impl Narrower<'_> {
    /// The filter of a plan.
    pub(super) fn narrow(&self, plan: &Plan) -> Result<Narrowed, InvalidFilter> {
        Ok(match plan {
            Plan::All => exactly(Matching::All),
            Plan::Nothing => exactly(Matching::Nothing),
            Plan::Bag(bag) => self.bag(bag),
            Plan::Prefix { fields, prefix } => {
                let beginnings: Vec<String> = fields
                    .iter()
                    .map(|field| in_field(*field, prefix))
                    .collect();
                exactly(Matching::Only(Condition::matches("x", beginnings)))
            }
            Plan::Ids(ids) => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                exactly(match ids.is_empty() {
                    true => Matching::Nothing,
                    false => Matching::Only(Condition::matches("id", ids)),
                })
            }
            Plan::Value { field, value } => {
                exactly(Matching::Only(of_values(*field, &[value.as_str()])?))
            }
            Plan::And(parts) => self.and(parts)?,
            Plan::Or(parts) | Plan::Best(parts) => self.or(parts)?,
            Plan::AndNot(wanted, unwanted) => self.and_not(wanted, unwanted)?,
        })
    }

    fn and(&self, parts: &[Plan]) -> Result<Narrowed, InvalidFilter> {
        let (mut conditions, mut is_exact, mut is_rough) = (Vec::new(), true, false);
        for part in parts {
            let narrowed = self.narrow(part)?;
            is_exact &= narrowed.is_exact;
            is_rough |= narrowed.is_rough;
            match narrowed.matching {
                Matching::All => {}
                Matching::Nothing => return Ok(exactly(Matching::Nothing)),
                Matching::Only(condition) => conditions.push(condition),
            }
        }
        let matching = match conditions.is_empty() {
            true => Matching::All,
            false => Matching::Only(all(conditions)),
        };
        Ok(Narrowed {
            matching,
            is_exact,
            is_rough,
        })
    }

    fn or(&self, parts: &[Plan]) -> Result<Narrowed, InvalidFilter> {
        let (mut conditions, mut is_exact, mut is_rough) = (Vec::new(), true, false);
        for part in parts {
            let narrowed = self.narrow(part)?;
            is_exact &= narrowed.is_exact;
            is_rough |= narrowed.is_rough;
            match narrowed.matching {
                Matching::All => return Ok(narrowed),
                Matching::Nothing => {}
                Matching::Only(condition) => conditions.push(condition),
            }
        }
        let matching = match conditions.is_empty() {
            true => Matching::Nothing,
            false => Matching::Only(any(conditions)),
        };
        Ok(Narrowed {
            matching,
            is_exact,
            is_rough,
        })
    }

    fn and_not(&self, wanted: &Plan, unwanted: &Plan) -> Result<Narrowed, InvalidFilter> {
        // What an open bag lets through would all be taken away.
        let closed = Narrower {
            long_bags: LongBags::Heaviest,
            ..*self
        };
        let (wanted, unwanted) = (self.narrow(wanted)?, closed.narrow(unwanted)?);
        // A filter that lets too much through would take too much away.
        if !unwanted.is_exact {
            return Ok(Narrowed {
                is_exact: false,
                ..wanted
            });
        }
        let is_exact = wanted.is_exact;
        let is_rough = wanted.is_rough || unwanted.is_rough;
        let not = |condition: &Condition| Condition::from(Filter::must_not([condition.clone()]));
        let matching = match (wanted.matching, &unwanted.matching) {
            (Matching::Nothing, _) | (_, Matching::All) => Matching::Nothing,
            (wanted, Matching::Nothing) => wanted,
            (Matching::All, Matching::Only(condition)) => Matching::Only(not(condition)),
            (Matching::Only(wanted), Matching::Only(condition)) => {
                Matching::Only(all(vec![wanted, not(condition)]))
            }
        };
        Ok(Narrowed {
            matching,
            is_exact,
            is_rough,
        })
    }

    /// Words of which enough must be held: see [`Bag::threshold`].
    fn bag(&self, bag: &Bag) -> Narrowed {
        let mut weighed = Vec::new();
        let mut is_exact = true;
        for group in bag.groups.iter().filter(|group| group.mass > 0.0) {
            let (condition, exact) = self.group(group);
            is_exact &= exact;
            weighed.push((group.mass, condition));
        }
        weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
        let judged = enough(&weighed, bag.threshold, &mut 0);
        let is_rough = judged.is_none();
        let matching = match (judged, self.long_bags) {
            (Some(condition), _) => condition.map_or(Matching::Nothing, Matching::Only),
            (None, LongBags::Open) => Matching::All,
            (None, LongBags::Heaviest) => {
                of_heaviest(&weighed, bag.threshold).map_or(Matching::Nothing, Matching::Only)
            }
        };
        Narrowed {
            matching,
            is_exact,
            is_rough,
        }
    }

    fn group(&self, group: &Group) -> (Condition, bool) {
        let mut terms = Vec::new();
        let mut ways = Vec::new();
        let mut is_exact = true;
        for source in &group.sources {
            match &source.lookup {
                Lookup::Term(key) => terms.push(term(key)),
                Lookup::Phrase(phrase) => {
                    let (condition, exact) = self.phrase(phrase);
                    is_exact &= exact;
                    ways.push(condition);
                }
            }
        }
        if !terms.is_empty() {
            ways.push(Condition::matches("t", terms));
        }
        let condition = match ways.len() {
            1 => ways.swap_remove(0),
            _ => any(ways),
        };
        (condition, is_exact)
    }

    fn phrase(&self, phrase: &PhraseLookup) -> (Condition, bool) {
        if let Some(condition) = self.exact_phrase(phrase) {
            return (condition, true);
        }
        let places = phrase.places.iter().map(|keys| {
            let terms: Vec<String> = keys.iter().map(term).collect();
            Condition::matches("t", terms)
        });
        (all(places.collect()), false)
    }

    /// The phrase in all of its spellings; `None` where they are too many, or the
    /// words may stand apart.
    fn exact_phrase(&self, phrase: &PhraseLookup) -> Option<Condition> {
        let field = phrase.places.first()?.first()?.field;
        if phrase.slop > 0 {
            return None;
        }
        let words = phrase.places.iter().map(|keys| keys[0].text.as_str());
        let words: Vec<&str> = words.collect();
        let written = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| in_field(field, word)).collect();
            words.join(" ")
        };
        if words.iter().all(|word| text::fold(word) == *word) {
            return Some(Condition::matches_phrase("f", written(&words)));
        }
        let mut spelled: Vec<Vec<&str>> = vec![Vec::new()];
        for keys in &phrase.places {
            let ways = self.spellings_of(keys);
            if spelled.len() * ways.len() > MAX_SPELLINGS {
                return None;
            }
            let longer = spelled.iter().flat_map(|before| {
                let ways = ways.iter();
                ways.map(move |way| [before.as_slice(), &[*way]].concat())
            });
            spelled = longer.collect();
        }
        let phrases = spelled.iter().map(|words| written(words));
        let phrases = phrases.map(|phrase| Condition::matches_phrase("m", phrase));
        let mut phrases: Vec<Condition> = phrases.collect();
        match phrases.len() {
            0 => None,
            1 => Some(phrases.swap_remove(0)),
            _ => Some(any(phrases)),
        }
    }

    /// The words that may stand at one place.
    fn spellings_of<'p>(&'p self, keys: &'p [index::exact::TermKey]) -> Vec<&'p str> {
        let mut ways = Vec::new();
        for key in keys {
            match key.stream {
                Stream::Main => ways.push(key.text.as_str()),
                Stream::Derived => {
                    let known = self.spellings.get(&key.text);
                    ways.extend(known.into_iter().flatten().map(String::as_str));
                }
            }
        }
        ways
    }
}

/// The words of phrases whose other spellings must be known; see
/// [`Narrower::spellings`].
pub(super) fn bare_words(plan: &Plan, found: &mut Vec<String>) {
    match plan {
        Plan::Bag(bag) => {
            let sources = bag.groups.iter().flat_map(|group| &group.sources);
            for source in sources {
                let Lookup::Phrase(phrase) = &source.lookup else {
                    continue;
                };
                let keys = phrase.places.iter().flatten();
                let derived = keys.filter(|key| key.stream == Stream::Derived);
                found.extend(derived.map(|key| key.text.clone()));
            }
        }
        Plan::And(parts) | Plan::Or(parts) | Plan::Best(parts) => {
            parts.iter().for_each(|part| bare_words(part, found));
        }
        Plan::AndNot(wanted, unwanted) => {
            bare_words(wanted, found);
            bare_words(unwanted, found);
        }
        _ => {}
    }
}

/// The condition that groups of at least `needed` mass are held, the heaviest
/// group first. `Some(None)`: never; `None`: it would have too many parts.
#[allow(
    clippy::option_option,
    reason = "a condition that never holds is not one that is too long"
)]
fn enough(
    weighed: &[(f32, Condition)],
    needed: f32,
    n_parts: &mut usize,
) -> Option<Option<Condition>> {
    let reachable: f32 = weighed.iter().map(|(mass, _)| mass).sum();
    if weighed.is_empty() || reachable < needed {
        return Some(None);
    }
    *n_parts += weighed.len();
    if *n_parts > MAX_PARTS {
        return None;
    }
    let conditions = |weighed: &[(f32, Condition)]| -> Vec<Condition> {
        let conditions = weighed.iter().map(|(_, condition)| condition.clone());
        conditions.collect()
    };
    let lightest = weighed.last().map_or(0.0, |(mass, _)| *mass);
    if reachable - lightest < needed {
        return Some(Some(all(conditions(weighed))));
    }
    // Each of these is enough alone.
    let n_alone = weighed.partition_point(|(mass, _)| *mass >= needed);
    let mut ways = conditions(&weighed[..n_alone]);
    // With the first of the others, or without it.
    for at in n_alone..weighed.len() {
        let (mass, condition) = &weighed[at];
        let rest = &weighed[at + 1..];
        if let Some(rest) = enough(rest, needed - mass, n_parts)? {
            ways.push(all(vec![condition.clone(), rest]));
        }
    }
    Some((!ways.is_empty()).then(|| any(ways)))
}

/// The same by the heaviest words alone, as many as fit: a record holds the share
/// of their mass that it should hold of all.
///
/// The engine has a condition that counts (`min_should`), but reckons with every
/// choice of so many of its parts: with 64 of 128, memory without end.
fn of_heaviest(weighed: &[(f32, Condition)], needed: f32) -> Option<Condition> {
    let mass = |weighed: &[(f32, Condition)]| -> f32 { weighed.iter().map(|(m, _)| m).sum() };
    let share = needed / mass(weighed);
    let fits = |n: usize| {
        let heaviest = &weighed[..n];
        enough(heaviest, share * mass(heaviest), &mut 0)
    };
    let mut tried = (1..weighed.len().min(MOST_HEAVIEST)).rev();
    tried.find_map(fits).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(masses: impl Iterator<Item = f32>) -> Vec<(f32, Condition)> {
        let one = |(at, mass)| (mass, Condition::matches("t", vec![format!("b.{at}")]));
        masses.enumerate().map(one).collect()
    }

    fn n_words(condition: &Condition) -> usize {
        format!("{condition:?}").matches("b.").count()
    }

    #[test]
    fn a_question_that_fits_is_judged_by_all_of_its_words() {
        let weighed = words((0..8).map(|_| 1.0));
        let condition = enough(&weighed, 8.0, &mut 0).flatten().unwrap();
        assert_eq!(n_words(&condition), 8);
    }

    #[test]
    fn a_long_question_is_judged_by_its_heaviest_words_in_parts_that_are_few() {
        let weighed = words((0..128).map(|at| 200.0 - at as f32));
        let needed = 0.5 * weighed.iter().map(|(mass, _)| mass).sum::<f32>();
        assert_eq!(enough(&weighed, needed, &mut 0), None, "too many choices");
        let condition = of_heaviest(&weighed, needed).unwrap();
        let text = format!("{condition:?}");
        assert!(text.contains("b.0\"") && text.contains("b.5\""), "{text}");
        assert!(!text.contains("b.127"), "the lightest do not tell");
        assert!(n_words(&condition) <= MAX_PARTS, "{}", n_words(&condition));
        assert!(
            !text.contains("min_should: Some"),
            "the engine chokes on it"
        );
    }
}
