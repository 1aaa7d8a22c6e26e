//! Which names may be of one person or institution, with what speaks for it.

use std::collections::BTreeMap;

use catalog::{Batch, Blob, CatalogStore};
use jiff::Timestamp;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{
    AuthorityError, AuthorityId, AuthorityKind, Register,
    act::kept_apart,
    census::{Census, Usage, Who},
    institution::{self, Rarity},
    key, person,
    register::read_blobs,
};

const FOUND: &str = "authority/suggestions";

/// Names that meet in one block at most: a greater block holds names that say
/// nothing (`N. V. A.`), and its pairs would be noise.
const MAX_BLOCK: usize = 80;

/// Suggestions kept, best first: more than librarians decide in a year.
const MAX_KEPT: usize = 20_000;

/// Something that speaks for or against two names being of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Evidence {
    /// The same letters, accents and order aside.
    SameLetters,
    /// Initials of one stand for parts of the other.
    Initials,
    /// The same letters under other accents.
    OtherAccents,
    /// Others who stand beside both.
    Companions {
        /// How many.
        n: usize,
    },
    /// Institutions of both.
    Institutions {
        /// How many.
        n: usize,
    },
    /// No work of one within many years of the other's.
    YearsApart {
        /// Years between them.
        n: i32,
    },
    /// Other names fit one of the two as well.
    Rivals {
        /// How many.
        n: usize,
    },
    /// The words of two institutions' names, rare ones counting more.
    Words {
        /// Share of them, 0 to 1.
        share: f32,
    },
}

/// One of two names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Side {
    /// Its authority, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<AuthorityId>,
    /// The name: an authority's preferred one, else the best of those printed.
    pub name: String,
    /// Forms printed in open records.
    pub forms: Vec<String>,
    /// Open records.
    pub n_records: u32,
}

/// Two names that may be of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// Person or institution.
    pub kind: AuthorityKind,
    /// The one to keep: the fuller, better accented name.
    pub keep: Side,
    /// The other one.
    pub other: Side,
    /// How strong the evidence is, 0 to 1; an order, no measured probability.
    pub strength: f32,
    /// What it is made of.
    pub evidence: Vec<Evidence>,
}

/// What the last search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestions {
    /// When.
    pub at: Timestamp,
    /// Open records read.
    pub n_records: u64,
    /// Names in them.
    pub n_names: usize,
    /// Names in blocks too large to compare.
    pub n_crowded: usize,
    /// Strongest first.
    pub list: Vec<Suggestion>,
}

/// Compares the names of the open records, and keeps pairs of a strength of
/// `least` and more.
///
/// # Errors
/// [`AuthorityError::Damaged`], and the catalogue's.
pub fn suggest(
    catalog: &dyn CatalogStore,
    least: f32,
    at: Timestamp,
) -> Result<Suggestions, AuthorityError> {
    let register = Register::load(catalog)?;
    let census = Census::take(catalog, &register)?;
    let mut found = find(&census, &register, least, at);
    let mut batch = Batch::new(at);
    batch.blobs.push(Blob {
        name: FOUND.to_owned(),
        bytes: serde_json::to_vec(&found).expect("a value with only string keys"),
    });
    catalog.apply(batch)?;
    retain_open(&mut found, &register, &kept_apart(catalog)?);
    Ok(found)
}

/// What the last [`suggest`] found and nobody has decided on since; `None`
/// before the first.
///
/// # Errors
/// [`AuthorityError::Damaged`], and the catalogue's.
pub fn suggestions(
    catalog: &dyn CatalogStore,
    register: &Register,
) -> Result<Option<Suggestions>, AuthorityError> {
    let Some(mut found) = read_blobs::<Suggestions>(catalog, FOUND)?.pop() else {
        return Ok(None);
    };
    retain_open(&mut found, register, &kept_apart(catalog)?);
    Ok(Some(found))
}

fn retain_open(found: &mut Suggestions, register: &Register, apart: &[(String, String)]) {
    found.list.retain(|suggestion| {
        let current = |side: &Side| match side.id {
            Some(id) => register.get(id).map(|authority| authority.id),
            None => register
                .resolve(suggestion.kind, &side.name, None)
                .map(|authority| authority.id),
        };
        let sides = [&suggestion.keep, &suggestion.other];
        let is_gone = |side: &&Side| side.id.is_some_and(|id| register.get(id).is_none());
        let are_one = current(sides[0]).is_some() && current(sides[0]) == current(sides[1]);
        let pair = apart_pair(&suggestion.keep.name, &suggestion.other.name);
        !are_one && !sides.iter().any(is_gone) && !apart.contains(&pair)
    });
}

/// Two names as they are remembered to be of two.
pub(crate) fn apart_pair(a: &str, b: &str) -> (String, String) {
    let (a, b) = (key::spelled(a), key::spelled(b));
    if a <= b { (a, b) } else { (b, a) }
}

fn find(census: &Census, register: &Register, least: f32, at: Timestamp) -> Suggestions {
    let mut names: Vec<(&Who, &Usage)> = census.usages.iter().collect();
    names.sort_by(|a, b| a.0.cmp(b.0));
    let (persons, institutions): (Vec<_>, Vec<_>) = names
        .iter()
        .partition(|(who, _)| kind(who) == AuthorityKind::Person);
    let (mut pairs, n_crowded) = of_persons(&persons, register);
    pairs.extend(of_institutions(&institutions, register));
    let mut list: Vec<Suggestion> = pairs
        .into_iter()
        .filter(|(_, _, strength, _)| *strength >= least)
        .map(|(a, b, strength, evidence)| suggestion(a, b, register, strength, evidence))
        .collect();
    list.sort_by(|a, b| {
        let names = |s: &Suggestion| (s.keep.name.clone(), s.other.name.clone());
        b.strength
            .total_cmp(&a.strength)
            .then_with(|| names(a).cmp(&names(b)))
    });
    list.truncate(MAX_KEPT);
    Suggestions {
        at,
        n_records: census.n_records,
        n_names: names.len(),
        n_crowded,
        list,
    }
}

fn kind(who: &Who) -> AuthorityKind {
    match who {
        Who::Known(id) => id.kind(),
        Who::Identified(kind, _) | Who::Named(kind, _) => *kind,
    }
}

type Named<'a> = (&'a Who, &'a Usage);
type Pair<'a> = (Named<'a>, Named<'a>, f32, Vec<Evidence>);

/// Places in `names` that share a block, the greatest blocks left out, and how
/// many names those hold.
fn meetings(blocks: FxHashMap<String, Vec<usize>>) -> (Vec<(usize, usize)>, usize) {
    let mut met = Vec::new();
    let mut n_crowded = 0;
    for places in blocks.into_values() {
        if places.len() > MAX_BLOCK {
            n_crowded += places.len();
            continue;
        }
        for (n, a) in places.iter().enumerate() {
            met.extend(places[n + 1..].iter().map(|b| (*a, *b)));
        }
    }
    met.sort_unstable();
    met.dedup();
    (met, n_crowded)
}

fn of_persons<'a>(names: &[Named<'a>], register: &Register) -> (Vec<Pair<'a>>, usize) {
    let mut blocks: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (place, (_, usage)) in names.iter().enumerate() {
        for block in person::blocks(usage) {
            blocks.entry(block).or_default().push(place);
        }
    }
    let (met, n_crowded) = meetings(blocks);
    let mut compared = Vec::new();
    let mut rivals: BTreeMap<usize, usize> = BTreeMap::new();
    for (a, b) in met {
        if are_two(names[a].0, names[b].0, register) {
            continue;
        }
        if let Some((evidence, odds)) = person::compare(names[a].1, names[b].1) {
            *rivals.entry(a).or_default() += 1;
            *rivals.entry(b).or_default() += 1;
            compared.push((a, b, odds, evidence));
        }
    }
    let pairs = compared.into_iter().map(|(a, b, odds, mut evidence)| {
        // What fits many names is weak evidence for each of them.
        let n = rivals[&a].max(rivals[&b]) - 1;
        if n > 0 {
            evidence.push(Evidence::Rivals { n });
        }
        let odds = odds - (1.0 + n as f32).ln();
        (names[a], names[b], 1.0 / (1.0 + (-odds).exp()), evidence)
    });
    (pairs.collect(), n_crowded)
}

/// Names of institutions that share less than this are of two.
const LEAST_LIKENESS: f32 = 0.6;

fn of_institutions<'a>(names: &[Named<'a>], register: &Register) -> Vec<Pair<'a>> {
    let spellings: Vec<Vec<Vec<String>>> = names
        .iter()
        .map(|(_, usage)| usage.names().map(institution::words).collect())
        .collect();
    let rarity = Rarity::of(spellings.iter().flatten().map(Vec::as_slice));
    let mut blocks: FxHashMap<String, Vec<usize>> = FxHashMap::default();
    for (place, spellings) in spellings.iter().enumerate() {
        let mut words: Vec<&String> = spellings.iter().flatten().collect();
        words.sort();
        words.dedup();
        for word in words
            .into_iter()
            .filter(|word| rarity.count(word) <= MAX_BLOCK as f32)
        {
            blocks.entry(word.clone()).or_default().push(place);
        }
    }
    let mut pairs = Vec::new();
    for (a, b) in meetings(blocks).0 {
        if are_two(names[a].0, names[b].0, register) {
            continue;
        }
        let likeness = |one: &Vec<String>| {
            let others = spellings[b].iter().map(|other| rarity.likeness(one, other));
            others.fold(0.0, f32::max)
        };
        let share = spellings[a].iter().map(likeness).fold(0.0, f32::max);
        if share >= LEAST_LIKENESS {
            let strength = 0.95 * (share - LEAST_LIKENESS) / (1.0 - LEAST_LIKENESS);
            pairs.push((
                names[a],
                names[b],
                strength,
                vec![Evidence::Words { share }],
            ));
        }
    }
    pairs
}

/// Different identifiers are of two.
fn are_two(a: &Who, b: &Who, register: &Register) -> bool {
    let identifiers = |who: &Who| match who {
        Who::Known(id) => register.get(*id).map(|found| found.identifiers.clone()),
        Who::Identified(_, identifier) => Some(vec![identifier.clone()]),
        Who::Named(..) => None,
    };
    let (a, b) = (
        identifiers(a).unwrap_or_default(),
        identifiers(b).unwrap_or_default(),
    );
    !a.is_empty() && !b.is_empty() && !a.iter().any(|identifier| b.contains(identifier))
}

fn suggestion(
    a: Named<'_>,
    b: Named<'_>,
    register: &Register,
    strength: f32,
    evidence: Vec<Evidence>,
) -> Suggestion {
    let (a_side, b_side) = (side(a, register), side(b, register));
    let worth = |side: &Side| {
        let n_initials = side
            .name
            .split_whitespace()
            .filter(|part| part.trim_end_matches('.').chars().count() < 2);
        (
            std::cmp::Reverse(n_initials.count()),
            key::has_accents(&side.name),
            side.id.is_some(),
            side.n_records,
        )
    };
    let (keep, other) = if worth(&b_side) > worth(&a_side) {
        (b_side, a_side)
    } else {
        (a_side, b_side)
    };
    Suggestion {
        kind: kind(a.0),
        keep,
        other,
        strength,
        evidence,
    }
}

fn side((who, usage): Named<'_>, register: &Register) -> Side {
    let known = match who {
        Who::Known(id) => register.get(*id),
        _ => None,
    };
    Side {
        id: known.map(|authority| authority.id),
        name: known.map_or_else(|| usage.best_form().to_owned(), |found| found.name.clone()),
        forms: usage.forms.keys().cloned().collect(),
        n_records: usage.n_records,
    }
}
