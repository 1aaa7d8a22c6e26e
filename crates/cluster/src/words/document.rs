//! A record as a point: terms to be narrowed by, texts for phrases, a sparse
//! vector to find candidates by, its streams to be scored by.
//!
//! | key | what | for |
//! |---|---|---|
//! | `t` | terms of all streams, marked with field and stream | matching, document frequencies |
//! | `m`, `f` | main tokens in order, as written and without accents | phrases |
//! | `x` | beginnings of words | `word*` |
//! | `s`, `len` | the streams, the lengths of the fields | the exact score |
//! | `i1`… `t1`… `yn`, `yo` | the order by id, title and year as numbers | sorting |

use std::collections::{BTreeMap, BTreeSet};

use index::{
    Definition, SearchField,
    exact::{
        EncodedTerms, PART_MARK, PLAIN_FIELDS, RecordTerms, STEM_MARK, Stream, TermKey,
        length_factor, saturate, title_key,
    },
};
use qdrant_client::qdrant::{PointId, PointStruct, SparseVector, Vector};
use records::{Record, RecordId};

use super::state::Lengths;
use crate::{
    condition::add_facets,
    generation::point,
    payload::{self, Payload, point_id},
};

/// Bytes of a text that one sorting number holds: a number that is also exact as
/// a floating point number, as ranges are.
const KEY_BYTES: usize = 6;
/// Sorting numbers of an id or a title.
pub(super) const N_KEYS: usize = 4;
/// Names of the sorting numbers of ids.
pub(super) const ID_KEYS: [&str; N_KEYS] = ["i1", "i2", "i3", "i4"];
/// Names of the sorting numbers of titles.
pub(super) const TITLE_KEYS: [&str; N_KEYS] = ["t1", "t2", "t3", "t4"];
/// Where a record without a year stands, in both directions: last.
const NO_YEAR: i64 = 1 << 40;
/// Stands between two texts, so that no phrase reaches across.
const GAP: &str = "|";

/// The letter that marks the terms of a field.
fn letter(field: SearchField) -> char {
    match field {
        SearchField::Title => 't',
        SearchField::Abstract => 'a',
        SearchField::Keyword => 'k',
        SearchField::Author => 'p',
        SearchField::Institution => 'i',
        SearchField::Venue => 'v',
        SearchField::Body => 'b',
        SearchField::Column => 'c',
        SearchField::Identifier => 'n',
    }
}

/// A term as `t` holds it.
pub(super) fn term(key: &TermKey) -> String {
    let mark = match key.stream {
        Stream::Main => '.',
        Stream::Derived => ':',
    };
    format!("{}{mark}{}", letter(key.field), key.text)
}

/// A token as `m`, `f` and `x` hold it.
pub(super) fn in_field(field: SearchField, text: &str) -> String {
    format!("{}.{text}", letter(field))
}

/// The dimension of a term in the sparse vector. Fields share it, names do not.
pub(super) fn dimension(key: &TermKey) -> u32 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[
        u8::from(key.field == SearchField::Identifier),
        u8::from(key.stream == Stream::Derived),
    ]);
    hasher.update(key.text.as_bytes());
    let hash = hasher.finalize();
    let bytes = hash.as_bytes();
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The point of one version of a record.
pub(super) fn version_id(id: &RecordId, born: i64) -> PointId {
    point_id(&["version", id.as_str(), &born.to_string()])
}

/// A record, ready to be written.
pub(super) struct Document {
    pub(super) point: PointStruct,
    /// Lengths of its fields.
    pub(super) lengths: Lengths,
    /// Words for the dictionary.
    pub(super) words: BTreeSet<String>,
}

impl Document {
    /// * `born`: the commit that makes it findable;
    /// * `means`: mean lengths of the fields, for the weights of candidates.
    pub(super) fn new(
        record: &Record,
        born: i64,
        means: &dyn Fn(&Lengths) -> Vec<f32>,
        definition: &Definition,
    ) -> Self {
        let encoded = EncodedTerms::of(record, definition);
        let terms = RecordTerms::from(&encoded);
        let lengths = SearchField::ALL.map(|field| terms.length(field));
        let mut payload = Payload::from([
            ("id".to_owned(), payload::text(record.id.as_str())),
            ("born".to_owned(), born.into()),
            ("t".to_owned(), payload::texts(all_terms(&terms))),
            ("m".to_owned(), payload::text(&sentence(&terms, false))),
            ("f".to_owned(), payload::text(&sentence(&terms, true))),
            ("x".to_owned(), payload::texts(beginnings(&terms))),
            (
                "s".to_owned(),
                payload::texts(encoded.0.into_iter().flatten()),
            ),
            ("len".to_owned(), payload::numbers(lengths.map(i64::from))),
        ]);
        add_facets(&mut payload, record);
        add_sorting(&mut payload, record);
        let vector = Vector::from(weights(&terms, &means(&lengths), definition));
        Self {
            point: point(version_id(&record.id, born), payload, [("lex", vector)]),
            lengths,
            words: words(&terms),
        }
    }
}

fn all_terms(terms: &RecordTerms) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for field in SearchField::ALL {
        for stream in [Stream::Main, Stream::Derived] {
            for (_, text) in terms.tokens(field, stream) {
                all.insert(term(&TermKey {
                    field,
                    stream,
                    text: text.clone(),
                }));
            }
        }
    }
    all
}

/// Whether a derived token is its main token without accents, and not a stem, a
/// part or a pair.
fn is_folded(token: &str) -> bool {
    !token.starts_with([STEM_MARK, PART_MARK]) && !token.contains(' ')
}

/// The main tokens in order.
fn sentence(terms: &RecordTerms, folded: bool) -> String {
    let mut sentence = String::new();
    for field in PLAIN_FIELDS {
        let derived = terms.tokens(field, Stream::Derived);
        let bare: BTreeMap<u32, &str> = derived
            .iter()
            .filter(|(_, token)| folded && is_folded(token))
            .map(|(place, token)| (*place, token.as_str()))
            .collect();
        let mut next = None;
        for (place, token) in terms.tokens(field, Stream::Main) {
            if next.is_some_and(|next| next != *place) {
                sentence.push_str(GAP);
                sentence.push(' ');
            }
            next = Some(place + 1);
            let token = bare.get(place).copied().unwrap_or(token);
            sentence.push_str(&in_field(field, token));
            sentence.push(' ');
        }
    }
    sentence
}

/// Every beginning of every word, with and without accents.
fn beginnings(terms: &RecordTerms) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for field in SearchField::ALL {
        let main = terms.tokens(field, Stream::Main).iter();
        let derived = terms.tokens(field, Stream::Derived).iter();
        let tokens = main.chain(derived.filter(|(_, token)| is_folded(token)));
        for (_, token) in tokens {
            let ends = token.char_indices().map(|(at, c)| at + c.len_utf8());
            all.extend(ends.map(|end| in_field(field, &token[..end])));
        }
    }
    all
}

/// Words that can be misspelled, and words that are other words without accents.
fn words(terms: &RecordTerms) -> BTreeSet<String> {
    let tokens = PLAIN_FIELDS
        .iter()
        .flat_map(|field| terms.tokens(*field, Stream::Main));
    tokens
        .map(|(_, token)| token)
        .filter(|token| token.chars().all(char::is_alphabetic) || text::fold(token) != **token)
        .cloned()
        .collect()
}

/// For each term the saturated frequency that it would have in BM25F if it were
/// the only form of its word that the record holds. Terms of all plain fields
/// share one dimension.
fn weights(terms: &RecordTerms, means: &[f32], definition: &Definition) -> SparseVector {
    let mut frequencies: BTreeMap<u32, f32> = BTreeMap::new();
    for field in SearchField::ALL {
        let weights = definition.fields.get(field);
        let length = terms.length(field) as f32;
        let factor = length_factor(weights.b, length, means[field as usize]);
        for stream in [Stream::Main, Stream::Derived] {
            for (_, text) in terms.tokens(field, stream) {
                let key = TermKey {
                    field,
                    stream,
                    text: text.clone(),
                };
                *frequencies.entry(dimension(&key)).or_default() += weights.weight / factor;
            }
        }
    }
    let k1 = definition.ranking.k1;
    SparseVector {
        indices: frequencies.keys().copied().collect(),
        values: frequencies.values().map(|tf| saturate(*tf, k1)).collect(),
    }
}

fn add_sorting(payload: &mut Payload, record: &Record) {
    let title = title_key(record);
    let ids = ID_KEYS.iter().zip(sorting_numbers(record.id.as_str()));
    let titles = TITLE_KEYS.iter().zip(sorting_numbers(&title));
    for (key, number) in ids.chain(titles) {
        payload.insert((*key).to_owned(), number.into());
    }
    let year = record.year.map(|year| i64::from(year.get()));
    payload.insert("yn".to_owned(), year.map_or(NO_YEAR, |y| -y).into());
    payload.insert("yo".to_owned(), year.unwrap_or(NO_YEAR).into());
    payload.insert("tk".to_owned(), payload::text(&title));
}

/// The first bytes of a text as numbers in the same order.
fn sorting_numbers(text: &str) -> [i64; N_KEYS] {
    let bytes = text.as_bytes();
    std::array::from_fn(|at| {
        (0..KEY_BYTES).fold(0, |number, i| {
            let byte = bytes.get(at * KEY_BYTES + i).copied().unwrap_or(0);
            number * 256 + i64::from(byte)
        })
    })
}

#[cfg(test)]
mod tests {
    use records::{Lang, Localised, RecordType};

    use super::*;

    fn terms(title: &str) -> RecordTerms {
        let mut record = Record::new(RecordId::new("a1").unwrap(), RecordType::Paper);
        record.title = Localised::one(Lang::vi(), title.into());
        RecordTerms::from(&EncodedTerms::of(&record, Definition::built_in()))
    }

    #[test]
    fn numbers_order_like_texts() {
        let texts = ["", "a", "ab", "abcdefg", "abcdefh", "b", "đ"];
        let numbers = texts.map(sorting_numbers);
        assert!(numbers.is_sorted(), "{numbers:?}");
    }

    #[test]
    fn a_sentence_has_its_words_in_order_with_and_without_accents() {
        let terms = terms("Học máy, học sâu");
        assert_eq!(sentence(&terms, false), "t.học t.máy t.học t.sâu ");
        assert_eq!(sentence(&terms, true), "t.hoc t.may t.hoc t.sau ");
    }

    #[test]
    fn every_beginning_can_be_found() {
        let found = beginnings(&terms("Học"));
        for beginning in ["t.h", "t.họ", "t.học", "t.ho", "t.hoc", "n.a", "n.a1"] {
            assert!(found.contains(beginning), "{beginning}: {found:?}");
        }
        assert_eq!(found.len(), 7);
    }

    #[test]
    fn a_word_that_stands_more_often_weighs_more_but_not_as_much_more() {
        let weight = |title: &str| {
            let key = TermKey {
                field: SearchField::Title,
                stream: Stream::Main,
                text: "alpha".into(),
            };
            let vector = weights(&terms(title), &[10.0; 9], Definition::built_in());
            let at = vector.indices.iter().position(|d| *d == dimension(&key));
            vector.values[at.unwrap()]
        };
        let (once, twice) = (weight("alpha beta"), weight("alpha alpha"));
        assert!(twice > once && twice < 2.0 * once, "{once} {twice}");
    }
}
