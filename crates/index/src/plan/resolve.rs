//! Every kind of question but plain words, brought down to groups of terms.

use super::{
    Bag, Group, Lookup, PhraseLookup, Plan, Source, Statistics, Stream, TermKey, idf,
    words::{PLAIN_FIELDS, plan_words},
};
use crate::{AnalysedToken, Definition, QueryExpr, SearchField, analyse, streams::cut};

/// Brings a question down to terms.
/// What it asks of the statistics does not hang on their answers: one that is asked
/// twice is asked the same.
pub fn plan(expr: &QueryExpr, definition: &Definition, statistics: &dyn Statistics) -> Plan {
    let go = |inner: &QueryExpr| plan(inner, definition, statistics);
    match expr {
        QueryExpr::All => Plan::All,
        QueryExpr::Nothing => Plan::Nothing,
        QueryExpr::Words(words) if words.field == Some(SearchField::Identifier) => {
            plan_identifier(&words.text, definition, statistics)
        }
        QueryExpr::Words(words) => plan_words(words, definition, statistics),
        QueryExpr::Phrase {
            field: Some(SearchField::Identifier),
            text,
            ..
        } => plan_identifier(text, definition, statistics),
        QueryExpr::Phrase { field, text, slop } => {
            plan_phrase(*field, text, *slop, definition, statistics)
        }
        QueryExpr::Prefix { field, text } => plan_prefix(*field, text, definition, statistics),
        QueryExpr::Value(filter) => Plan::Value {
            field: filter.field,
            value: filter.value.clone(),
        },
        QueryExpr::Ids(ids) => Plan::Ids(ids.clone()),
        QueryExpr::And(parts) => Plan::And(parts.iter().map(go).collect()),
        QueryExpr::Or(parts) => Plan::Or(parts.iter().map(go).collect()),
        QueryExpr::AndNot(wanted, unwanted) => {
            Plan::AndNot(Box::new(go(wanted)), Box::new(go(unwanted)))
        }
    }
}

/// The form of an identifier in the index and in a query.
pub(crate) fn identifier_token(raw: &str, max_token_bytes: usize) -> String {
    let clean: String = raw
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .flat_map(char::to_lowercase)
        .collect();
    cut(&clean, max_token_bytes).to_owned()
}

fn plan_identifier(raw: &str, definition: &Definition, statistics: &dyn Statistics) -> Plan {
    let key = TermKey {
        field: SearchField::Identifier,
        stream: Stream::Main,
        text: identifier_token(raw, definition.analyser.max_token_bytes),
    };
    let df = statistics.n_holding(&key);
    let group = Group {
        label: key.text.clone(),
        idf: idf(statistics.n_records(), df),
        boost: 1.0,
        mass: 1.0,
        sources: vec![Source {
            field: key.field,
            weight: definition.fields.get(key.field).weight,
            lookup: Lookup::Term(key),
        }],
    };
    single(group, df)
}

fn single(group: Group, n_holding: u64) -> Plan {
    if n_holding == 0 {
        return Plan::Nothing;
    }
    Plan::Bag(Bag {
        threshold: group.mass * 0.5,
        groups: vec![group],
    })
}

/// Terms that may stand at one place of a phrase: the token as typed, and for a
/// bare token the accented ones that fold to it.
fn place_terms(token: &AnalysedToken, field: SearchField, max_bytes: usize) -> Vec<TermKey> {
    let text = cut(&token.exact, max_bytes);
    let key = |stream| TermKey {
        field,
        stream,
        text: text.to_owned(),
    };
    if token.has_accent() {
        vec![key(Stream::Main)]
    } else {
        vec![key(Stream::Main), key(Stream::Derived)]
    }
}

fn plan_phrase(
    field: Option<SearchField>,
    text: &str,
    slop: u32,
    definition: &Definition,
    statistics: &dyn Statistics,
) -> Plan {
    let tokens = analyse(text);
    let fields = field.map_or(PLAIN_FIELDS.to_vec(), |field| vec![field]);
    let mut sources = Vec::new();
    let mut best_idf = 0.0_f32;
    for field in fields {
        let places: Vec<Vec<TermKey>> = tokens
            .iter()
            .map(|token| place_terms(token, field, definition.analyser.max_token_bytes))
            .map(|keys| keep_held(keys, statistics))
            .collect();
        if places.is_empty() || places.iter().any(Vec::is_empty) {
            continue;
        }
        best_idf = best_idf.max(places.iter().map(|keys| place_idf(keys, statistics)).sum());
        sources.push(Source {
            field,
            weight: definition.fields.get(field).weight,
            lookup: phrase_lookup(places, slop),
        });
    }
    let n_sources = sources.len() as u64;
    let group = Group {
        label: format!("\"{}\"", text.trim()),
        idf: best_idf,
        boost: 1.0,
        mass: 1.0,
        sources,
    };
    single(group, n_sources)
}

fn keep_held(keys: Vec<TermKey>, statistics: &dyn Statistics) -> Vec<TermKey> {
    keys.into_iter()
        .filter(|key| statistics.n_holding(key) > 0)
        .collect()
}

fn place_idf(keys: &[TermKey], statistics: &dyn Statistics) -> f32 {
    let n_holding = keys.iter().map(|key| statistics.n_holding(key)).sum();
    idf(statistics.n_records(), n_holding)
}

fn phrase_lookup(mut places: Vec<Vec<TermKey>>, slop: u32) -> Lookup {
    match places.as_mut_slice() {
        [keys] if keys.len() == 1 => Lookup::Term(keys.remove(0)),
        _ => Lookup::Phrase(PhraseLookup { places, slop }),
    }
}

fn plan_prefix(
    field: Option<SearchField>,
    text: &str,
    definition: &Definition,
    statistics: &dyn Statistics,
) -> Plan {
    let mut tokens = analyse(text);
    let Some(last) = tokens.pop() else {
        return Plan::Nothing;
    };
    let fields = field.map_or(PLAIN_FIELDS.to_vec(), |field| vec![field]);
    let prefix = Plan::Prefix {
        fields,
        prefix: last.exact,
    };
    // `nano-par*`: the parts before the last are whole words.
    let head = &text[..last.range.start];
    if tokens.is_empty() {
        return prefix;
    }
    let before = plan_phrase(field, head, 0, definition, statistics);
    Plan::And(vec![before, prefix])
}
