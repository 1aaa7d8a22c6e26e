//! What queries mean, what is refused, and that nothing breaks the parser.

use index::{FacetField, Filter, QueryExpr, SearchField, Words};
use proptest::prelude::*;

use super::{BadQuery, MAX_WORDS, WantedText, parse, parse_plain};

fn expr(query: &str) -> QueryExpr {
    parse(query)
        .unwrap_or_else(|bad| panic!("{query}: {bad:?}"))
        .expr
}

fn bad(query: &str) -> BadQuery {
    parse(query)
        .err()
        .unwrap_or_else(|| panic!("{query} is accepted"))
}

fn words(text: &str) -> QueryExpr {
    words_in(None, text)
}

fn words_in(field: Option<SearchField>, text: &str) -> QueryExpr {
    QueryExpr::Words(Words {
        field,
        text: text.into(),
        ..Words::default()
    })
}

fn not(wanted: QueryExpr, unwanted: QueryExpr) -> QueryExpr {
    QueryExpr::AndNot(Box::new(wanted), Box::new(unwanted))
}

#[test]
fn words_that_stand_together_stay_together() {
    assert_eq!(expr("biến đổi  khí hậu"), words("biến đổi khí hậu"));
    assert_eq!(
        expr("Deep learning (DL) for rice"),
        words("Deep learning DL for rice")
    );
    assert_eq!(expr("vi-rút - tên: 10:30"), words("vi-rút - tên: 10:30"));
    assert_eq!(expr(""), QueryExpr::All);
    assert_eq!(expr("*"), QueryExpr::All);
    assert!(parse("lúa gạo").unwrap().is_plain && !parse("lúa OR gạo").unwrap().is_plain);
}

#[test]
fn a_country_is_found_by_any_of_its_names() {
    for query in ["country:VN", "nước:\"Việt Nam\"", "country:vietnam"] {
        let filter = index::Filter::new(FacetField::Country, "VN");
        assert_eq!(expr(query), QueryExpr::Value(filter), "{query}");
    }
}

#[test]
fn operators_bind_not_then_and_then_or() {
    assert_eq!(
        expr("a b AND c OR d NOT e"),
        QueryExpr::Or(vec![
            QueryExpr::And(vec![words("a b"), words("c")]),
            not(words("d"), words("e")),
        ])
    );
    assert_eq!(expr("lúa -ngô"), not(words("lúa"), words("ngô")));
    assert_eq!(expr("-ngô"), not(QueryExpr::All, words("ngô")));
    assert_eq!(
        expr("(a OR b) AND c"),
        QueryExpr::And(vec![
            QueryExpr::Or(vec![words("a"), words("b")]),
            words("c")
        ])
    );
    assert_eq!(
        expr("a +b c"),
        QueryExpr::And(vec![words("a"), words("b"), words("c")])
    );
    assert_eq!(expr("các loại: lúa"), words("các loại: lúa"));
    assert_eq!(
        expr("a (title:lúa)"),
        QueryExpr::And(vec![words("a"), words_in(Some(SearchField::Title), "lúa")])
    );
}

#[test]
fn fields_phrases_prefixes_and_ranges() {
    let title = Some(SearchField::Title);
    assert_eq!(expr("tiêu_đề:lúa"), words_in(title, "lúa"));
    assert_eq!(
        expr("title:(lúa OR gạo)"),
        QueryExpr::Or(vec![words_in(title, "lúa"), words_in(title, "gạo")])
    );
    assert_eq!(
        expr("\"mạng nơ ron\"~3"),
        QueryExpr::Phrase {
            field: None,
            text: "mạng nơ ron".into(),
            slop: 3
        }
    );
    assert_eq!(
        expr("author:ngu*"),
        QueryExpr::Prefix {
            field: Some(SearchField::Author),
            text: "ngu".into()
        }
    );
    for (query, value) in [
        ("year:2015", "2015"),
        ("năm:2010..2020", "2010..2020"),
        ("year:[2010 TO 2020]", "2010..2020"),
        ("year:[* TO 2020]", "*..2020"),
        ("year:>=2010", "2010.."),
        ("year:<2010", "..2009"),
    ] {
        let filter = Filter::new(FacetField::Year, value);
        assert_eq!(expr(query), QueryExpr::Value(filter), "{query}");
    }
    assert_eq!(
        expr("doi:10.1000/182"),
        words_in(Some(SearchField::Identifier), "10.1000/182")
    );
}

#[test]
fn what_is_excluded_is_not_highlighted() {
    let wanted = parse("lúa \"đồng bằng\" xu* -ngô").unwrap().wanted;
    assert_eq!(
        wanted,
        [
            WantedText::Words("lúa".into()),
            WantedText::Phrase("đồng bằng".into()),
            WantedText::Prefix("xu".into()),
        ]
    );
}

#[test]
fn a_bad_query_is_refused_with_its_place_and_the_cure() {
    for (query, position, word) in [
        ("lúa \"gạo", 5, "quote"),
        ("lúa (gạo", 5, "bracket"),
        ("lúa) gạo", 4, "bracket"),
        ("()", 0, "empty"),
        ("AND lúa", 0, "operator"),
        ("lúa AND", 8, "ends"),
        ("lúa OR OR gạo", 8, "operator"),
        ("NOT", 3, "ends"),
        ("title:", 6, "no value"),
        ("title: lúa", 6, "no value"),
        ("year:abc", 5, "year"),
        ("year:[2010 TO", 5, "range"),
        ("type:poem", 5, "type"),
        ("colour:red", 0, "field"),
    ] {
        let bad = bad(query);
        assert_eq!(bad.position, position, "{query}: {bad:?}");
        assert!(bad.message.contains(word), "{query}: {bad:?}");
        assert!(!bad.cure.is_empty());
    }
}

#[test]
fn long_and_deep_queries_are_cut_or_refused() {
    let long = "từ ".repeat(10_000);
    let parsed = parse(&long).unwrap();
    assert_eq!(parsed.notices.len(), 1, "{:?}", parsed.notices);
    let QueryExpr::Words(words) = parsed.expr else {
        panic!("plain words stay plain");
    };
    assert_eq!(words.text.split_whitespace().count(), MAX_WORDS);
    assert!(bad(&"(".repeat(100_000)).message.contains("nested"));
    assert!(bad(&"a OR ".repeat(10_000)).message.contains("clauses"));
    let huge = "x".repeat(1 << 20);
    assert!(!parse(&huge).unwrap().notices.is_empty());
}

proptest! {
    #[test]
    fn any_text_is_answered(query in ".{0,200}") {
        if let Err(bad) = parse(&query) {
            prop_assert!(bad.position <= query.len());
            prop_assert!(query.is_char_boundary(bad.position));
        }
        prop_assert!(parse_plain(&query).is_plain);
    }

    #[test]
    fn any_pile_of_operators_is_answered(parts in prop::collection::vec(
        prop::sample::select(vec!["(", ")", "\"", "AND", "OR", "NOT", "-", "+", "*", "~2", "year:",
            "title:", "[", "]", "..", "lúa", " ", "a*", ":"]), 0..40)) {
        let query = parts.concat();
        if let Err(bad) = parse(&query) {
            prop_assert!(bad.position <= query.len());
        }
    }
}
