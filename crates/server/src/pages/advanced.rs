//! `/search/advanced`: a form for those who do not want to learn how queries are
//! written. It makes the query and the filters of the usual search of what was
//! filled in, and leads there.

mod condition;
mod filled;

use askama::Template;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use index::{FacetField, SearchField};
use records::RecordType;
use search::{Mode, Sort, sort_word};

use crate::{
    error::ApiError,
    pages::{
        frame::{Frame, respond},
        labels,
    },
    params::Params,
    search_params::year_span,
    visit::Visit,
    words::Words,
};

use condition::{Condition, FIELDS, How, joined};
use filled::Filled;

/// Conditions in the form.
const N_ROWS: usize = 4;

/// Languages that a filter may name.
const LANGUAGES: [&str; 8] = ["vi", "en", "fr", "de", "ru", "zh", "ja", "ko"];

/// Fields of science that a filter may name.
const SUBJECTS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

/// What can be chosen: the value that is sent, and the word that is read.
type Choice = (String, String);

struct RowView {
    n: usize,
    field: String,
    how: String,
    text: String,
}

impl RowView {
    /// The row numbered `n`, as the search fills it.
    fn of(n: usize, filled: Option<&Condition>) -> Self {
        let usual = How::EVERY[(n - 1) % How::EVERY.len()];
        let field = filled.and_then(|row| row.field);
        Self {
            n,
            field: field.map_or_else(String::new, |field| field.as_str().to_owned()),
            how: filled.map_or(usual, |row| row.how).as_str().to_owned(),
            text: filled.map_or_else(String::new, |row| row.text.clone()),
        }
    }
}

#[derive(Template)]
#[template(path = "advanced.html")]
struct AdvancedPage {
    f: Frame,
    filled: Filled,
    year_from: String,
    year_to: String,
    rows: Vec<RowView>,
    fields: Vec<Choice>,
    hows: Vec<Choice>,
    kinds: Vec<Choice>,
    languages: Vec<Choice>,
    subjects: Vec<Choice>,
    sorts: Vec<Choice>,
    modes: Vec<Choice>,
}

/// `GET /search/advanced`; with `go`, the way to the results.
pub(crate) async fn show_advanced(visit: Visit) -> Result<Response, ApiError> {
    if visit.params.get("go").is_some() {
        let url = search_of(&visit.params)?.to_url("/search");
        return Ok(Redirect::to(&url).into_response());
    }
    respond(&page(&visit), &visit, StatusCode::OK)
}

fn page(visit: &Visit) -> AdvancedPage {
    let w = visit.locale.words();
    let of_facet = |field: FacetField, value: &str| {
        (value.to_owned(), labels::value(field, value, visit.locale))
    };
    let filled = Filled::of(&visit.params);
    AdvancedPage {
        f: Frame::new(visit, "search"),
        year_from: filled.value("year_from"),
        year_to: filled.value("year_to"),
        rows: (1..=N_ROWS)
            .map(|n| RowView::of(n, filled.rows.get(n - 1)))
            .collect(),
        filled,
        fields: FIELDS.map(|field| field_choice(field, w)).to_vec(),
        hows: How::EVERY
            .map(|one| {
                choice(
                    one.as_str(),
                    w.advanced.get(&format!("how_{}", one.as_str())),
                )
            })
            .to_vec(),
        kinds: RecordType::ALL
            .map(|kind| (kind.as_str().to_owned(), labels::kind(kind, w).to_owned()))
            .to_vec(),
        languages: LANGUAGES
            .map(|code| of_facet(FacetField::Language, code))
            .to_vec(),
        subjects: SUBJECTS
            .map(|code| of_facet(FacetField::Field, code))
            .to_vec(),
        sorts: [Sort::Relevance, Sort::Newest, Sort::Oldest, Sort::Title]
            .map(|sort| {
                let word = sort_word(sort);
                choice(word, w.search.get(&format!("sort_{word}")))
            })
            .to_vec(),
        modes: [Mode::Hybrid, Mode::Lexical, Mode::Semantic]
            .map(|one| {
                choice(
                    one.as_str(),
                    w.advanced.get(&format!("mode_{}", one.as_str())),
                )
            })
            .to_vec(),
    }
}

fn choice(value: &str, word: Option<&'static str>) -> Choice {
    (value.to_owned(), word.unwrap_or(value).to_owned())
}

fn field_choice(field: SearchField, w: &'static Words) -> Choice {
    choice(field.as_str(), w.searched.get(field.as_str()))
}

/// The usual search that the form asks for.
///
/// # Errors
/// [`ApiError::InvalidParameter`] names what is none of the form's choices.
fn search_of(form: &Params) -> Result<Params, ApiError> {
    let mut search = Params::default();
    let query = query(form)?;
    if !query.is_empty() {
        search = search.adding("q", &query);
    }
    for (name, field) in [
        ("type", FacetField::Type),
        ("language", FacetField::Language),
        ("field", FacetField::Field),
    ] {
        for value in form.all(name) {
            search = search.adding("filter", &format!("{}:{value}", field.as_str()));
        }
    }
    if let Some(span) = year_span(form)? {
        search = search.adding("filter", &format!("year:{span}"));
    }
    for kept in form.all("filter") {
        search = search.adding("filter", kept);
    }
    for (name, usual) in [
        ("sort", sort_word(Sort::Relevance)),
        ("mode", Mode::default().as_str()),
    ] {
        if let Some(value) = form.get(name).filter(|value| *value != usual) {
            search = search.adding(name, value);
        }
    }
    Ok(search)
}

/// The query that the free text and the conditions make together.
fn query(form: &Params) -> Result<String, ApiError> {
    let free = form.get("q").unwrap_or_default().trim();
    let mut parts = Vec::new();
    for n in 1..=N_ROWS {
        let text = form.get(&format!("text{n}")).unwrap_or_default();
        let field = choice_of(form, &format!("in{n}"), |word| {
            FIELDS.into_iter().find(|field| field.as_str() == word)
        })?;
        let how = choice_of(form, &format!("how{n}"), How::of)?;
        let row = Condition {
            field,
            how: how.unwrap_or(How::All),
            text: text.to_owned(),
        };
        parts.extend(row.query());
    }
    Ok(joined(free, parts))
}

fn choice_of<T>(
    form: &Params,
    name: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, ApiError> {
    let Some(word) = form.get(name) else {
        return Ok(None);
    };
    let cure = "send one of the form's choices";
    let known = read(word).ok_or_else(|| ApiError::invalid(name, word, "is not known", cure));
    known.map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(form: &str) -> String {
        let search = search_of(&Params::parse(form).unwrap()).unwrap();
        let pairs: Vec<String> = search
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join(" & ")
    }

    #[test]
    fn conditions_become_a_query() {
        assert_eq!(made("q=+l%C3%BAa+"), "q=lúa");
        assert_eq!(
            made("in1=title&how1=all&text1=lúa+mặn&how2=none&text2=ngô"),
            "q=(title:lúa AND title:mặn) AND NOT ngô"
        );
        assert_eq!(
            made("q=lúa OR ngô&in1=author&how1=phrase&text1=Nguyễn+\"An\""),
            "q=(lúa OR ngô) AND author:\"Nguyễn An\""
        );
        assert_eq!(made("how1=any&text1=pin+C++"), "q=(pin OR C)");
        assert_eq!(made("text1=COVID-19+AND"), "q=(\"COVID-19\" AND \"AND\")");
        assert_eq!(made("text1=-+%22&how1=none"), "");
    }

    #[test]
    fn the_rest_becomes_filters_and_what_is_usual_is_left_out() {
        assert_eq!(
            made("type=paper&type=patent&language=vi&year_from=2015&sort=relevance&mode=lexical"),
            "filter=type:paper & filter=type:patent & filter=language:vi & filter=year:2015.. & mode=lexical"
        );
        for (form, named) in [
            ("year_from=x", "year_from"),
            ("in1=nowhere&text1=a", "in1"),
            ("how3=perhaps", "how3"),
        ] {
            let refused = search_of(&Params::parse(form).unwrap());
            let Err(ApiError::InvalidParameter { name, .. }) = refused else {
                panic!("{form} is taken")
            };
            assert_eq!(name, named);
        }
    }
}
