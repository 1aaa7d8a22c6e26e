//! What speaks for and against two sketches being one work.

use records::{Identifier, Lang};
use serde::{Deserialize, Serialize};

use crate::{
    grams::{containment, jaccard, sketched_jaccard},
    names::are_one_person,
    sketch::{ABSTRACT_HASHES, Sketch, Title},
};

/// Numbers in the vector of [`features`].
pub const N_FEATURES: usize = 23;

/// One thing that was compared, for people to read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Evidence {
    /// Both carry this name of one work.
    SameIdentifier {
        /// The name.
        identifier: Identifier,
    },
    /// Both carry a name of the same kind, and not the same one.
    OtherIdentifier,
    /// The titles: of one language where both have it, else the most alike.
    Title {
        /// Jaccard similarity of the trigrams of their words, 0..=1.
        similarity: f32,
        /// Share of the shorter one that lies in the longer one, 0..=1.
        contained: f32,
        /// Whether they hold other numbers (parts or years of a series), or one
        /// is about another publication (an erratum).
        other_numbers: bool,
        /// Whether the records have no title in the same language.
        other_language: bool,
    },
    /// The authors.
    Authors {
        /// Authors of the shorter list found in the longer one; a name that
        /// fits by its initials counts less than 1.
        shared: f32,
        /// Length of the shorter list.
        of: usize,
        /// Length of the longer list.
        of_longer: usize,
    },
    /// The years.
    Year {
        /// Years between them.
        apart: u32,
    },
    /// The pages.
    Pages {
        /// Whether they begin (and end) on the same page.
        same: bool,
    },
    /// Volume and issue.
    Volume {
        /// Whether they are the same.
        same: bool,
    },
    /// Journal, proceedings, university.
    Venue {
        /// Jaccard similarity of the trigrams of their words, 0..=1.
        similarity: f32,
    },
    /// The abstracts, in the pair of languages in which they are most alike.
    Abstract {
        /// Estimated Jaccard similarity of their pieces of five letters, 0..=1.
        similarity: f32,
    },
    /// Numbers of two digits and more in titles and abstracts, where both
    /// records have three of them: they survive a translation.
    Figures {
        /// Share of the smaller set that lies in the larger one, 0..=1.
        contained: f32,
    },
}

/// Everything that can be compared between two records, in a fixed order; what
/// one of them lacks is left out.
pub fn compare(a: &Sketch, b: &Sketch) -> Vec<Evidence> {
    let mut evidence = Vec::with_capacity(8);
    evidence.extend(identifiers(a, b));
    evidence.extend(titles(a, b));
    evidence.extend(authors(a, b));
    if let (Some(x), Some(y)) = (a.year, b.year) {
        let apart = x.abs_diff(y);
        evidence.push(Evidence::Year { apart });
    }
    if let (Some(x), Some(y)) = (a.pages, b.pages) {
        let ends = x.1.is_none() || y.1.is_none() || x.1 == y.1;
        let same = x.0 == y.0 && ends;
        evidence.push(Evidence::Pages { same });
    }
    if let (Some(x), Some(y)) = (a.volume, b.volume) {
        let issues = x.1.is_none() || y.1.is_none() || x.1 == y.1;
        let same = x.0 == y.0 && issues;
        evidence.push(Evidence::Volume { same });
    }
    if !a.venue.is_empty() && !b.venue.is_empty() {
        let similarity = jaccard(&a.venue, &b.venue);
        evidence.push(Evidence::Venue { similarity });
    }
    let both = a
        .abstracts
        .iter()
        .flat_map(|x| b.abstracts.iter().map(move |y| (x, y)));
    let similarity = both.map(|(x, y)| sketched_jaccard(x, y, ABSTRACT_HASHES));
    if let Some(similarity) = similarity.max_by(f32::total_cmp) {
        evidence.push(Evidence::Abstract { similarity });
    }
    if a.figures.len() >= MIN_FIGURES && b.figures.len() >= MIN_FIGURES {
        let contained = containment(&a.figures, &b.figures);
        evidence.push(Evidence::Figures { contained });
    }
    evidence
}

/// Fewer numbers are shared by chance.
const MIN_FIGURES: usize = 3;

fn identifiers(a: &Sketch, b: &Sketch) -> Option<Evidence> {
    let shared = a.identifiers.iter().find(|i| b.identifiers.contains(i));
    if let Some(identifier) = shared {
        let identifier = identifier.clone();
        return Some(Evidence::SameIdentifier { identifier });
    }
    let is_other = a
        .identifiers
        .iter()
        .any(|x| b.identifiers.iter().any(|y| x.scheme == y.scheme));
    is_other.then_some(Evidence::OtherIdentifier)
}

fn titles(a: &Sketch, b: &Sketch) -> Option<Evidence> {
    let alike = |x: &Title, y: &Title| {
        (
            is_one_language(x, y),
            jaccard(&x.trigrams, &y.trigrams),
            x.letters == y.letters,
        )
    };
    let pairs = a
        .titles
        .iter()
        .flat_map(|x| b.titles.iter().map(move |y| (x, y)));
    let best =
        pairs.max_by(|(x, y), (v, w)| alike(x, y).partial_cmp(&alike(v, w)).expect("no NaN"));
    best.map(|(x, y)| Evidence::Title {
        similarity: jaccard(&x.trigrams, &y.trigrams),
        contained: containment(&x.trigrams, &y.trigrams),
        other_numbers: are_other_numbers(x, y) || x.is_about_another != y.is_about_another,
        other_language: !is_one_language(x, y),
    })
}

/// A language that is not known may be any.
fn is_one_language(x: &Title, y: &Title) -> bool {
    x.lang == y.lang || [&x.lang, &y.lang].contains(&&Lang::und())
}

/// Whether each title has a number that the other lacks, or one has and the
/// other, no shorter, has none.
fn are_other_numbers(x: &Title, y: &Title) -> bool {
    let lacks = |a: &Title, b: &Title| a.numbers.iter().any(|n| !b.numbers.contains(n));
    let (x_lacks, y_lacks) = (lacks(y, x), lacks(x, y));
    match (x_lacks, y_lacks) {
        (true, true) => true,
        (true, false) => x.numbers.is_empty() && x.letters.len() + 4 >= y.letters.len(),
        (false, true) => y.numbers.is_empty() && y.letters.len() + 4 >= x.letters.len(),
        (false, false) => false,
    }
}

fn authors(a: &Sketch, b: &Sketch) -> Option<Evidence> {
    let (few, many) = if a.authors.len() <= b.authors.len() {
        (&a.authors, &b.authors)
    } else {
        (&b.authors, &a.authors)
    };
    if few.is_empty() {
        return None;
    }
    let mut is_taken = vec![false; many.len()];
    let mut shared = 0.0;
    for name in few {
        let fits = (0..many.len())
            .filter(|i| !is_taken[*i])
            .map(|i| (are_one_person(name, &many[i]), i));
        if let Some((fit, i)) = best(fits).filter(|(fit, _)| *fit > 0.0) {
            is_taken[i] = true;
            shared += fit;
        }
    }
    Some(Evidence::Authors {
        shared,
        of: few.len(),
        of_longer: many.len(),
    })
}

/// The best fit, the first of equals.
fn best(fits: impl Iterator<Item = (f32, usize)>) -> Option<(f32, usize)> {
    fits.reduce(|best, next| if next.0 > best.0 { next } else { best })
}

/// The evidence as numbers, each in 0..=1: what is there, what is missing, and
/// the products that one number alone does not say (a title without an author
/// is weak, authors without a title are weak).
pub fn features(evidence: &[Evidence]) -> [f32; N_FEATURES] {
    let mut x = [0.0; N_FEATURES];
    x[0] = 1.0;
    let (mut has_title, mut has_authors) = (false, false);
    let (mut title, mut people) = (0.0_f32, 0.0_f32);
    let (mut same_year, mut same_pages) = (0.0, 0.0);
    for one in evidence {
        match one {
            Evidence::SameIdentifier { .. } => x[1] = 1.0,
            Evidence::OtherIdentifier => x[2] = 1.0,
            Evidence::Title {
                similarity,
                contained,
                other_numbers,
                other_language,
            } => {
                has_title = true;
                if *other_language && *similarity < 0.5 {
                    has_title = false;
                    x[20] = 1.0;
                    continue;
                }
                title = similarity.max(contained * 0.9);
                x[3] = *similarity;
                x[4] = *contained;
                x[5] = f32::from(u8::from(*other_numbers));
                x[6] = f32::from(u8::from(*similarity > 0.999));
            }
            Evidence::Authors {
                shared,
                of,
                of_longer,
            } => {
                has_authors = true;
                people = shared / *of as f32;
                x[7] = people;
                x[8] = shared / *of_longer as f32;
                // Two people together are rarer than one.
                x[9] = (shared.min(4.0) - 1.0).max(0.0) / 3.0;
            }
            Evidence::Year { apart } => {
                same_year = f32::from(u8::from(*apart == 0));
                x[10] = same_year;
                x[11] = (*apart).min(4) as f32 / 4.0;
            }
            Evidence::Pages { same } => {
                same_pages = f32::from(u8::from(*same));
                x[12] = same_pages;
                x[13] = 1.0 - same_pages;
            }
            Evidence::Volume { same } => x[14] = if *same { 0.0 } else { 1.0 },
            Evidence::Venue { similarity } => x[15] = *similarity,
            Evidence::Figures { contained } => {
                x[21] = *contained;
                x[22] = f32::from(u8::from(*contained < 0.3));
            }
            // Of a translation the abstract is another one, too.
            Evidence::Abstract { .. } if x[20] > 0.0 => {}
            Evidence::Abstract { similarity } => {
                x[16] = *similarity;
                // Two abstracts that share next to nothing.
                x[17] = f32::from(u8::from(*similarity < 0.1));
            }
        }
    }
    x[18] = title * people;
    x[19] = same_pages * people * same_year;
    if !has_title {
        x[3] = 0.3;
    }
    if !has_authors {
        x[7] = 0.5;
    }
    x
}
