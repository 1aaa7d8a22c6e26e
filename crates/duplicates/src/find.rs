//! From sketches to pairs that are one work, with what speaks for it.

use rayon::prelude::*;
use records::{RecordId, RecordType};
use serde::{Deserialize, Serialize};

use crate::{candidates::candidates, compare, evidence::Evidence, probability, sketch::Sketch};

/// What one record is to another of the same work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SameAs {
    /// Two descriptions of one publication: they can be merged.
    Duplicate,
    /// Two publications of one work (report, article, thesis; conference and
    /// journal; preprint and article): they stay apart, linked.
    Version,
}

/// Two records of one work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The smaller id.
    pub a: RecordId,
    /// The greater id.
    pub b: RecordId,
    /// What they are to each other.
    pub same_as: SameAs,
    /// How likely they are one work, 0..=1.
    pub probability: f32,
    /// What was compared.
    pub evidence: Vec<Evidence>,
}

/// What [`find`] found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Likeliest first, ties by ids.
    pub pairs: Vec<Pair>,
    /// Pairs compared.
    pub n_compared: usize,
    /// Records that share their keys with so many others that they were not
    /// compared with all of them under that key.
    pub n_crowded: usize,
}

/// All pairs whose probability is at least `least`. The order of the sketches
/// does not matter; of two sketches of one id either may be taken.
///
/// 100,000 records: measured by `examples/measure.rs`.
pub fn find(sketches: &[Sketch], least: f32) -> Found {
    let (places, n_crowded) = candidates(sketches);
    let n_compared = places.len();
    let mut pairs: Vec<Pair> = places
        .into_par_iter()
        .filter_map(|(a, b)| pair(&sketches[a as usize], &sketches[b as usize], least))
        .collect();
    pairs.par_sort_by(|x, y| {
        let likelier = y.probability.total_cmp(&x.probability);
        likelier.then_with(|| (&x.a, &x.b).cmp(&(&y.a, &y.b)))
    });
    Found {
        pairs,
        n_compared,
        n_crowded,
    }
}

fn pair(a: &Sketch, b: &Sketch, least: f32) -> Option<Pair> {
    let (a, b) = if a.id <= b.id { (a, b) } else { (b, a) };
    if a.id == b.id {
        return None;
    }
    let evidence = compare(a, b);
    let probability = probability(&evidence);
    (probability >= least).then(|| Pair {
        a: a.id.clone(),
        b: b.id.clone(),
        same_as: same_as(a, b, &evidence),
        probability,
        evidence,
    })
}

/// Two publications, as far as can be seen: other kinds of works, other names
/// of the same scheme, or another year in another venue.
fn same_as(a: &Sketch, b: &Sketch, evidence: &[Evidence]) -> SameAs {
    let is_known = |kind: RecordType| kind != RecordType::Other;
    let other_kind =
        a.record_type != b.record_type && is_known(a.record_type) && is_known(b.record_type);
    let mut other_year = false;
    let mut other_venue = false;
    let mut other_name = false;
    for one in evidence {
        match one {
            Evidence::OtherIdentifier => other_name = true,
            Evidence::Year { apart } => other_year = *apart > 0,
            // Below a third even abbreviations of one name seldom fall.
            Evidence::Venue { similarity } => other_venue = *similarity < 0.3,
            _ => {}
        }
    }
    if other_kind || other_name || (other_year && other_venue) {
        SameAs::Version
    } else {
        SameAs::Duplicate
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use records::{Agent, Identifier, Lang, Record, Scheme, Year};

    use super::*;

    fn record(id: &str, title: &str, author: &str, year: i32) -> Record {
        let mut record = Record::new(RecordId::new(id).unwrap(), RecordType::Paper);
        record.title.set(Lang::vi(), title.to_owned());
        record.agents = vec![Agent::author(author)];
        record.year = Year::new(year).ok();
        record
    }

    #[test]
    fn a_shared_doi_brings_records_together_that_share_nothing_else() {
        let mut a = record("a", "Lúa chịu mặn", "Nguyễn Văn An", 2020);
        let mut b = record("b", "Rice", "N. V. A.", 2020);
        for record in [&mut a, &mut b] {
            record
                .identifiers
                .extend(Identifier::new(Scheme::Doi, "10.1/x"));
        }
        let found = find(&[Sketch::new(&a), Sketch::new(&b)], 0.5);
        assert_eq!(found.pairs.len(), 1);
    }

    #[test]
    fn a_crowd_of_one_title_is_parted_by_its_authors() {
        let crowd: Vec<Record> = (0..300)
            .map(|n| {
                record(
                    &format!("r{n}"),
                    "Lời nói đầu",
                    &format!("Họ{} Tên{n}", n % 7),
                    1900 + n,
                )
            })
            .collect();
        let mut sketches: Vec<Sketch> = crowd.iter().map(Sketch::new).collect();
        sketches.push(Sketch::new(&record(
            "twin",
            "LOI NOI DAU",
            "Tên5 Họ5",
            1905,
        )));
        let found = find(&sketches, 0.5);
        assert!(
            found
                .pairs
                .iter()
                .any(|pair| pair.a.as_str() == "r5" && pair.b.as_str() == "twin")
        );
    }

    proptest! {
        #[test]
        fn the_order_of_the_records_does_not_matter(
            words in prop::collection::vec("[a-e]{1,3} [a-e]{1,3} [a-e]{2,9}", 2..20),
            turn in 0_usize..20,
        ) {
            let records = words.iter().enumerate();
            let mut sketches: Vec<Sketch> = records
                .map(|(n, title)| Sketch::new(&record(&n.to_string(), title, &title[..3], 2000)))
                .collect();
            let found = find(&sketches, 0.1);
            let n = sketches.len();
            sketches.rotate_left(turn % n);
            sketches.swap(0, n - 1);
            prop_assert_eq!(find(&sketches, 0.1), found);
        }
    }
}
