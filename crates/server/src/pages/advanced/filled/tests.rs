//! The way from the form to a search and back.

use proptest::prelude::*;

use super::{
    super::{condition::FIELDS, search_of},
    *,
};

fn search(query: &str, filters: &[&str]) -> Params {
    let mut search = Params::default();
    if !query.is_empty() {
        search = search.adding("q", query);
    }
    filters
        .iter()
        .fold(search, |search, filter| search.adding("filter", filter))
}

/// What a browser sends of the form.
fn sent(filled: &Filled) -> Params {
    let mut form = Params::default()
        .adding("go", "1")
        .adding("q", &filled.free);
    for (row, n) in filled.rows.iter().zip(1..) {
        let field = row.field.map_or("", |field| field.as_str());
        form = form.adding(&format!("in{n}"), field);
        form = form.adding(&format!("how{n}"), row.how.as_str());
        form = form.adding(&format!("text{n}"), &row.text);
    }
    for (name, value) in &filled.chosen {
        form = form.adding(name, value);
    }
    filled
        .kept
        .iter()
        .fold(form, |form, kept| form.adding("filter", kept))
}

fn again(search: &Params) -> Params {
    search_of(&sent(&Filled::of(search))).unwrap()
}

fn rows(filled: &Filled) -> Vec<(&str, &str, &str)> {
    let row = |row: &'_ Condition| {
        let field = row.field.map_or("", |field| field.as_str());
        (field, row.how.as_str())
    };
    let rows = filled.rows.iter();
    rows.map(|one| (row(one).0, row(one).1, one.text.as_str()))
        .collect()
}

#[test]
fn a_query_is_taken_apart() {
    let filled = Filled::of(&search(
        "(lúa OR ngô khoai) AND (title:lúa AND title:mặn) AND author:\"Nguyễn An\" AND NOT (a OR b)",
        &[
            "type:paper",
            "type:patent",
            "language:vi",
            "year:2015..",
            "venue:Tạp chí",
        ],
    ));
    assert_eq!(filled.free, "lúa OR ngô khoai");
    assert_eq!(
        rows(&filled),
        [
            ("title", "all", "lúa mặn"),
            ("author", "phrase", "Nguyễn An"),
            ("", "none", "a b")
        ]
    );
    assert_eq!(filled.kept, ["venue:Tạp chí"]);
    assert!(filled.has("type", "paper") && filled.has("type", "patent"));
    assert_eq!(
        (
            filled.value("language").as_str(),
            filled.value("year_from").as_str()
        ),
        ("vi", "2015")
    );
}

#[test]
fn what_no_row_can_say_stays_as_it_is() {
    for query in [
        "",
        "lúa",
        "lúa gạo",
        "lúa OR title:ngô AND title:khoai",
        "lúa ngô AND title:khoai",
        "title:lúa AND -ngô",
        "title:(lúa OR ngô) AND NOT (a b)",
        "title:lúa AND (mặn OR phèn hạn)",
        "“lúa AND ngô”",
        "lúa AND (ngô",
        "lúa AND",
        "\"lúa AND title:ngô",
        "year:2015..2020 OR lúa",
    ] {
        let filled = Filled::of(&search(query, &[]));
        assert_eq!((filled.free.as_str(), filled.rows.len()), (query, 0));
    }
    let filters = [
        "language:vi",
        "language:en",
        "year:1..3",
        "year:2015",
        "field:9",
        "type:sách",
    ];
    let filled = Filled::of(&search("", &filters));
    assert_eq!(filled.kept, filters);
}

fn word() -> impl Strategy<Value = String> {
    let odd = vec![
        "AND", "NOT", "COVID-19", "C++", "a:b", "(x)", "VÀ", "-z", "title",
    ];
    prop_oneof![
        "[a-zđêư]{1,6}",
        prop::sample::select(odd).prop_map(str::to_owned)
    ]
}

fn row() -> impl Strategy<Value = Condition> {
    let field = prop::option::of(prop::sample::select(&FIELDS[..]));
    let how = prop::sample::select(&How::EVERY[..]);
    let text = prop::collection::vec(word(), 0..4).prop_map(|words| words.join(" "));
    (field, how, text).prop_map(|(field, how, text)| Condition { field, how, text })
}

fn filled() -> impl Strategy<Value = Filled> {
    let free = prop::sample::select(vec![
        "",
        "lúa",
        "lúa gạo",
        "a OR b",
        "-z",
        "a AND (b OR c d)",
    ]);
    let filter = prop::sample::select(vec!["venue:x", "year:2015..2015", "author:Lê An"]);
    let chosen = prop::sample::subsequence(
        vec![
            ("type", "paper"),
            ("type", "task"),
            ("language", "vi"),
            ("field", "2"),
            ("year_from", "2015"),
            ("year_to", "2020"),
            ("sort", "newest"),
            ("mode", "lexical"),
        ],
        0..=8,
    );
    let rows = prop::collection::vec(row(), 0..=N_ROWS);
    (free, rows, chosen, prop::option::of(filter)).prop_map(|(free, rows, chosen, kept)| Filled {
        free: free.to_owned(),
        rows,
        chosen: chosen
            .into_iter()
            .map(|(name, value)| (name, value.to_owned()))
            .collect(),
        kept: kept.into_iter().map(str::to_owned).collect(),
    })
}

proptest! {
    /// Whatever a form asks for: the form that its search fills asks for the
    /// same again, word for word.
    #[test]
    fn from_the_form_to_the_search_and_back(filled in filled()) {
        let asked = search_of(&sent(&filled)).unwrap();
        prop_assert_eq!(again(&asked), asked);
    }

    /// Whatever stands in a query: on the second way nothing changes any more,
    /// and no word is lost on the first.
    #[test]
    fn any_query_comes_back(query in "[a-c:\"() -]{0,20}|(AND |NOT |OR |a |title:b |\\(|\\) ?|\"c d\" ){0,8}") {
        let once = again(&search(&query, &[]));
        prop_assert_eq!(again(&once), once.clone());
        let letters = |text: &str| {
            let mut all: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).collect();
            all.sort_unstable();
            all
        };
        prop_assert_eq!(letters(once.get("q").unwrap_or_default()), letters(&query));
    }
}
