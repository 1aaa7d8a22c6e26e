//! `/search/advanced`: a form for those who do not want to learn how queries are
//! written. It makes the query and the filters of the usual search of what was
//! filled in, and leads there.

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

/// Conditions in the form.
const N_ROWS: usize = 4;

/// Fields of text that a condition may name, in the order of the form.
const FIELDS: [SearchField; 9] = [
    SearchField::Title,
    SearchField::Abstract,
    SearchField::Keyword,
    SearchField::Author,
    SearchField::Institution,
    SearchField::Venue,
    SearchField::Body,
    SearchField::Column,
    SearchField::Identifier,
];

/// Languages that a filter may name.
const LANGUAGES: [&str; 8] = ["vi", "en", "fr", "de", "ru", "zh", "ja", "ko"];

/// How the words of a condition stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    All,
    Any,
    Phrase,
    None,
}

impl How {
    const EVERY: [Self; 4] = [Self::All, Self::Phrase, Self::Any, Self::None];

    fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::Phrase => "phrase",
            Self::None => "none",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|how| how.as_str() == word)
    }
}

/// What can be chosen: the value that is sent, and the word that is read.
type Choice = (String, String);

struct RowView {
    n: usize,
    field: String,
    how: String,
    text: String,
}

#[derive(Template)]
#[template(path = "advanced.html")]
struct AdvancedPage {
    f: Frame,
    query: String,
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
    let of_facet =
        |field: FacetField, value: &str| (value.to_owned(), labels::value(field, value, w));
    let row = |n| RowView {
        n,
        field: String::new(),
        how: How::EVERY[(n - 1) % How::EVERY.len()].as_str().to_owned(),
        text: String::new(),
    };
    AdvancedPage {
        f: Frame::new(visit, "search"),
        query: visit.params.get("q").unwrap_or_default().to_owned(),
        rows: (1..=N_ROWS).map(row).collect(),
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
        subjects: ["1", "2", "3", "4", "5", "6"]
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
        parts.extend(condition(field, how.unwrap_or(How::All), text));
    }
    if parts.is_empty() {
        return Ok(free.to_owned());
    }
    if !free.is_empty() {
        parts.insert(0, format!("({free})"));
    }
    Ok(parts.join(" AND "))
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

/// A condition as a query writes it; nothing for one without a word.
fn condition(field: Option<SearchField>, how: How, text: &str) -> Option<String> {
    let of_field = |word: &str| match field {
        Some(field) => format!("{}:{word}", field.as_str()),
        None => word.to_owned(),
    };
    // Marks of the query language are not what people search for here.
    let bare = text.replace(['"', '“', '”', '„'], " ");
    let words: Vec<&str> = bare
        .split_whitespace()
        .filter(|word| word.contains(char::is_alphanumeric))
        .collect();
    if words.is_empty() {
        return None;
    }
    if how == How::Phrase {
        return Some(of_field(&format!("\"{}\"", words.join(" "))));
    }
    let joint = if how == How::All { " AND " } else { " OR " };
    let parts: Vec<String> = words.iter().map(|word| of_field(&quoted(word))).collect();
    let joined = match &parts[..] {
        [one] => one.clone(),
        _ => format!("({})", parts.join(joint)),
    };
    Some(match how {
        How::None => format!("NOT {joined}"),
        _ => joined,
    })
}

/// A word that means itself: in quotes where the query language would read
/// something else in it.
fn quoted(word: &str) -> String {
    let is_operator = ["AND", "OR", "NOT", "TO", "VÀ", "HOẶC", "KHÔNG"].contains(&word);
    match word.chars().all(char::is_alphanumeric) && !is_operator {
        true => word.to_owned(),
        false => format!("\"{word}\""),
    }
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
