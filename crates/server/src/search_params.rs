//! The parameters of a search, the same for the API and the pages.

use index::{FacetField, Filter, InvalidFilter};
use records::{Clearance, Lang};
use search::{Mode, SearchError, SearchRequest, Sort, parse_sort};

use crate::{error::ApiError, params::Params};

/// Most hits in one answer.
pub(crate) const MOST_HITS: usize = 100;
/// Furthest hit that can be paged to: whoever wants all of them exports or
/// harvests; sorting ever deeper pages costs ever more.
pub(crate) const DEEPEST_HIT: usize = 10_000;
/// Longest query in bytes: a pasted abstract fits.
const QUERY_BYTES: usize = 8 * 1024;
/// Most conditions in one search.
const MOST_FILTERS: usize = 100;

/// Reads `q`, `mode`, `limit`, `offset`, `filter`, `facet`, `sort`, `explain`.
///
/// # Errors
/// [`ApiError::InvalidParameter`] with the name of the first wrong parameter.
pub(crate) fn search_request(
    params: &Params,
    clearance: Clearance,
    lang: Lang,
) -> Result<SearchRequest, ApiError> {
    let query = params.get("q").unwrap_or_default();
    if query.len() > QUERY_BYTES {
        let reason = format!("has {} bytes", query.len());
        return Err(ApiError::invalid(
            "q",
            query,
            reason,
            format!("shorten it to {QUERY_BYTES}"),
        ));
    }
    let limit = count(params, "limit", 10, 0, MOST_HITS)?;
    let offset = count(params, "offset", 0, 0, DEEPEST_HIT)?;
    if limit + offset > DEEPEST_HIT {
        return Err(ApiError::invalid(
            "offset",
            &offset.to_string(),
            format!("goes past the first {DEEPEST_HIT} hits"),
            "narrow the search with filters",
        ));
    }
    Ok(SearchRequest {
        mode: params.get("mode").map_or(Ok(Mode::default()), mode)?,
        limit,
        offset,
        filters: filters(params)?,
        facets: facets(params)?,
        sort: params.get("sort").map_or(Ok(Sort::Relevance), sort)?,
        lang,
        explain: params
            .get("explain")
            .map_or(Ok(false), |value| flag("explain", value))?,
        ..SearchRequest::new(query, clearance)
    })
}

/// A whole number between `least` and `most`.
pub(crate) fn count(
    params: &Params,
    name: &str,
    default: usize,
    least: usize,
    most: usize,
) -> Result<usize, ApiError> {
    let Some(value) = params.get(name) else {
        return Ok(default);
    };
    let number = value.parse().ok().filter(|n| (least..=most).contains(n));
    number.ok_or_else(|| {
        let cure = format!("send {least} to {most}");
        ApiError::invalid(name, value, "is not a whole number in range", cure)
    })
}

/// The fields `year_from` and `year_to` of a form as a filter on years has
/// them: `2015..2020`, `2015..`, `..2020`, `2015`; nothing where both are empty.
///
/// # Errors
/// [`ApiError::InvalidParameter`].
pub(crate) fn year_span(params: &Params) -> Result<Option<String>, ApiError> {
    let bound = |name| match params.get(name) {
        None => Ok(String::new()),
        Some(_) => count(params, name, 0, 1000, 2100).map(|year| year.to_string()),
    };
    let (from, to) = (bound("year_from")?, bound("year_to")?);
    Ok(match (from.as_str(), to.as_str()) {
        ("", "") => None,
        (from, to) if from == to => Some(from.to_owned()),
        (from, to) => Some(format!("{from}..{to}")),
    })
}

fn flag(name: &str, value: &str) -> Result<bool, ApiError> {
    match value {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(ApiError::invalid(
            name,
            value,
            "is neither yes nor no",
            "send true or false",
        )),
    }
}

fn mode(value: &str) -> Result<Mode, ApiError> {
    let unknown = |_| {
        ApiError::invalid(
            "mode",
            value,
            "is not known",
            "send hybrid, lexical or semantic",
        )
    };
    value.parse().map_err(unknown)
}

fn sort(value: &str) -> Result<Sort, ApiError> {
    let unknown = |_| {
        ApiError::invalid(
            "sort",
            value,
            "is not known",
            "send relevance, newest, oldest or title",
        )
    };
    parse_sort(value).map_err(unknown)
}

/// The conditions of a search.
///
/// # Errors
/// [`ApiError::InvalidParameter`].
pub(crate) fn filters(params: &Params) -> Result<Vec<Filter>, ApiError> {
    let mut filters = Vec::new();
    for value in params.all("filter") {
        if filters.len() == MOST_FILTERS {
            return Err(ApiError::TooManyParameters { most: MOST_FILTERS });
        }
        filters.push(
            value
                .parse()
                .map_err(|error| invalid_filter(&error, value))?,
        );
    }
    Ok(filters)
}

fn facets(params: &Params) -> Result<Vec<FacetField>, ApiError> {
    let mut facets = Vec::new();
    for value in params.all("facet") {
        let names: Vec<&str> = FacetField::ALL.iter().map(|field| field.as_str()).collect();
        let unknown = |_| {
            let cure = format!("send one of {}", names.join(", "));
            ApiError::invalid("facet", value, "is not a facet field", cure)
        };
        let field: FacetField = value.parse().map_err(unknown)?;
        if !facets.contains(&field) {
            facets.push(field);
        }
    }
    Ok(facets)
}

fn invalid_filter(error: &InvalidFilter, value: &str) -> ApiError {
    ApiError::invalid(
        "filter",
        value,
        format!("is not understood ({error})"),
        "write FIELD:VALUE, for example type:patent or year:2010..2020",
    )
}

/// What a failed search means to the caller.
pub(crate) fn search_error(error: SearchError, query: &str) -> ApiError {
    match error {
        SearchError::BadQuery {
            position,
            message,
            cure,
        } => {
            let query = query.to_owned();
            ApiError::InvalidQuery {
                query,
                position,
                message,
                cure,
            }
        }
        SearchError::BadFilter(error) => invalid_filter(&error, ""),
        SearchError::Unavailable { mode, reason } => {
            ApiError::invalid("mode", mode.as_str(), reason, "send another mode")
        }
        error @ (SearchError::FullText(_)
        | SearchError::Catalog(_)
        | SearchError::Vectors(_)
        | SearchError::Embed(_)) => ApiError::unavailable(error),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &str) -> Result<SearchRequest, ApiError> {
        search_request(&Params::parse(query)?, Clearance::Public, Lang::vi())
    }

    #[test]
    fn everything_that_the_command_line_takes_is_read() {
        let request = read(
            "q=l%C3%BAa&mode=lexical&limit=5&offset=10&sort=newest&explain=true\
             &filter=type:paper&filter=year:2010..2020&facet=type&facet=year&facet=type",
        )
        .unwrap();
        assert_eq!(
            (request.query.as_str(), request.limit, request.offset),
            ("lúa", 5, 10)
        );
        assert_eq!(request.facets, [FacetField::Type, FacetField::Year]);
        assert_eq!(
            request.filters[1],
            Filter::new(FacetField::Year, "2010..2020")
        );
        assert!(request.explain && request.mode == Mode::Lexical && request.sort == Sort::Newest);
    }

    #[test]
    fn the_wrong_parameter_is_named() {
        for (query, name) in [
            ("limit=ten", "limit"),
            ("limit=101", "limit"),
            ("offset=-1", "offset"),
            ("offset=9999&limit=100", "offset"),
            ("mode=fast", "mode"),
            ("sort=random", "sort"),
            ("filter=year", "filter"),
            ("filter=year:soon", "filter"),
            ("facet=colour", "facet"),
            ("explain=maybe", "explain"),
        ] {
            let error = read(query).unwrap_err();
            assert_eq!(error.parameter(), Some(name), "{query}");
        }
        let long = format!("q={}", "a".repeat(QUERY_BYTES + 1));
        assert_eq!(read(&long).unwrap_err().parameter(), Some("q"));
    }

    proptest! {
        #[test]
        fn no_text_in_any_parameter_panics(
            name in "(q|mode|limit|offset|filter|facet|sort|explain)",
            value in ".{0,60}",
        ) {
            let pair = Params::default().adding(&name, &value).to_url("");
            let _ = read(pair.trim_start_matches('?'));
        }
    }
}
