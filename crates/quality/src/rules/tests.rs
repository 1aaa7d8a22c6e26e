//! Every rule, both ways: a record that it asks and that holds, and one that
//! fails. A rule without both cases fails the test.

mod cases;

use std::collections::BTreeMap;

use cases::{EN, VI, cases, id};
use jiff::Timestamp;
use proptest::prelude::*;
use records::{AccessLevel, Record, RecordId};
use serde_json::{Value, json};

use crate::{Census, Look, Rule, Verdict, judge};

fn record(fields: Value) -> Record {
    let mut whole = json!({
        "id": "x", "type": "paper", "access": "open",
        "provenance": {"source": "", "format": ""},
    });
    let object = whole.as_object_mut().unwrap();
    object.extend(fields.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

/// A library in which two names have a usual way of writing, `co` is there
/// with results, and `trung` is a duplicate.
fn census() -> Census {
    let mut census = Census::default();
    let usual = json!({"venue": "Tạp chí Hóa học", "institutions": ["Viện Hóa học"], "id": "co"});
    for _ in 0..5 {
        census.count(&record(usual.clone()));
    }
    let links = json!([{"relation": "result_of", "target": "nv-co-ket-qua"}]);
    census.count(&record(json!({"links": links})));
    census.count_duplicates([RecordId::new("trung").unwrap()]);
    census
}

fn verdict(rule: &str, fields: Value, updated_at: &str) -> Verdict {
    let record = record(fields);
    let look = Look {
        record: &record,
        has_body: false,
        updated_at: updated_at.parse().unwrap(),
        now: now(),
        census: &census(),
    };
    Rule::find(rule).unwrap().judge(&look)
}

const TODAY: &str = "2026-11-23T08:00:00Z";
#[test]
fn every_rule_holds_and_fails_where_a_librarian_says_so() {
    let mut seen: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (rule, fields, holds) in cases() {
        let found = verdict(rule, fields.clone(), TODAY);
        assert_eq!(
            found == Verdict::Holds,
            holds,
            "{rule}: {found:?}: {fields}"
        );
        assert_ne!(found, Verdict::DoesNotApply, "{rule}: {fields}");
        seen.entry(rule).or_default()[usize::from(holds)] += 1;
    }
    let old = verdict(
        "kept-up",
        json!({"type": "dataset"}),
        "2023-01-01T00:00:00Z",
    );
    assert_eq!(old, Verdict::Fails("2023-01-01".into()));
    seen.entry("kept-up").or_default()[0] += 1;
    for rule in Rule::all() {
        let n = seen.get(rule.id).copied().unwrap_or_default();
        assert!(n[0] > 0 && n[1] > 0, "{} lacks a case: {n:?}", rule.id);
    }
}

#[test]
fn rules_ask_nothing_of_records_that_they_are_not_for() {
    for (rule, fields) in [
        ("year-plausible", json!({})),
        ("dates-agree", json!({})),
        ("numbers-valid", id("doi", "10.1/a")),
        ("pages-in-order", json!({"pages": "e0123"})),
        ("pages-in-order", json!({"pages": "12"})),
        ("language-true", json!({"title": {"vi": "Lúa"}})),
        ("abstract", json!({"type": "book"})),
        (
            "both-languages",
            json!({"language": "en", "title": {"en": EN}}),
        ),
        ("keywords", json!({"type": "patent"})),
        ("venue", json!({"type": "patent"})),
        ("official-number", json!({})),
        ("variables", json!({})),
        ("accents", json!({"title": {"en": EN}})),
        ("names", json!({})),
        ("kept-up", json!({})),
        ("results-linked", json!({"type": "task", "year": 2026})),
        (
            "licence",
            json!({"access": "restricted", "type": "dataset"}),
        ),
        (
            "author-names-persist",
            json!({"year": 1999, "agents": [{"name": "A"}]}),
        ),
    ] {
        assert_eq!(
            verdict(rule, fields, TODAY),
            Verdict::DoesNotApply,
            "{rule}"
        );
    }
}

#[test]
fn a_fault_is_shown_as_it_stands() {
    let found = verdict("venue-spelling", json!({"venue": "Tap chi Hoa hoc"}), TODAY);
    assert_eq!(
        found,
        Verdict::Fails("Tap chi Hoa hoc → Tạp chí Hóa học".into())
    );
    let long = format!("{VI} {VI} \u{FFFD}\n{VI}");
    let Verdict::Fails(shown) = verdict("characters", json!({"title": {"vi": long}}), TODAY) else {
        panic!("the broken character is not seen");
    };
    assert!(
        shown.chars().count() < 120 && shown.contains("\u{FFFD}␊"),
        "{shown}"
    );
    let found = verdict("exchange-minimum", json!({"title": {"vi": VI}}), TODAY);
    let missing = "creator, date, description, publisher, identifier";
    assert_eq!(found, Verdict::Fails(missing.into()));
}

fn judged(record: &Record) -> crate::Judgement {
    judge(&Look {
        record,
        has_body: false,
        updated_at: now(),
        now: now(),
        census: &census(),
    })
}

#[test]
fn a_score_is_the_weight_that_holds() {
    let good = record(json!({"identifiers": [{"scheme": "doi", "value": "10.1/a"}]}));
    let judgement = judged(&good);
    // `persistent-name` (2) holds, `exchange-minimum` (2) fails.
    assert_eq!(judgement.criteria[5], Some(50.0));
    // Nothing to check.
    assert_eq!(judgement.criteria[0], None);
    let applying: Vec<f64> = judgement.criteria.into_iter().flatten().collect();
    let mean = applying.iter().sum::<f64>() / f64::from(u32::try_from(applying.len()).unwrap());
    assert!((judgement.overall - mean).abs() < 1e-9);
}

proptest! {
    #[test]
    fn any_text_anywhere_is_judged(text in ".{0,120}", date in "[0-9-]{0,12}", level in 0..4_usize) {
        let mut record = record(json!({
            "title": {"vi": text, "en": text}, "abstract": {"vi": text}, "venue": text,
            "agents": [{"name": text, "identifier": text}], "keywords": {"en": [text, text]},
            "pages": text, "date": date, "embargo_until": date, "licence": text, "year": 2020,
            "subjects": [{"scheme": "ipc", "code": text}, {"scheme": "khcn", "code": date},
                         {"scheme": "ddc", "code": text}],
            "identifiers": [{"scheme": "isbn", "value": date}, {"scheme": "url", "value": text}],
            "links": [{"relation": "cites", "target": text}],
        }));
        record.access = AccessLevel::ALL[level];
        let judgement = judged(&record);
        prop_assert!((0.0..=100.0).contains(&judgement.overall));
        prop_assert!(judgement.criteria.into_iter().flatten().all(|s| (0.0..=100.0).contains(&s)));
    }

    #[test]
    fn spans_of_digits_never_overflow(first in "[0-9]{1,25}", last in "[0-9]{1,25}") {
        verdict("pages-in-order", json!({"pages": format!("{first}-{last}")}), TODAY);
    }
}

#[test]
fn names_differ_and_every_rule_is_in_the_documentation() {
    let page = include_str!("../../../../docs/quality.md");
    let mut names: Vec<&str> = Rule::all().map(|rule| rule.id).collect();
    for rule in Rule::all() {
        let row = format!(
            "| `{}` | {} | {} | {} |",
            rule.id, rule.weight, rule.asks.en, rule.cure.en
        );
        assert!(page.contains(&row), "docs/quality.md lacks: {row}");
        assert!((1..=3).contains(&rule.weight), "{}", rule.id);
    }
    let n_rows = page
        .lines()
        .filter(|line| line.starts_with("| `") && !line.contains("trithuc q"));
    assert_eq!(n_rows.count(), names.len());
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Rule::all().count());
}
