//! The filters beside the results: every value is a link that adds it to the
//! search or takes it away.

use std::collections::BTreeMap;

use index::FacetField;
use search::{FacetCount, Filter};

use crate::{locale::Locale, pages::labels, params::Params, typography::number, words::fill};

/// The fields beside the results, in order, and whether they stand open.
pub(crate) const SHOWN: [(FacetField, bool); 11] = [
    (FacetField::Type, true),
    (FacetField::Year, true),
    (FacetField::Field, true),
    (FacetField::Language, true),
    (FacetField::Institution, false),
    (FacetField::Province, false),
    (FacetField::Country, false),
    (FacetField::Venue, false),
    (FacetField::Author, false),
    (FacetField::Collection, false),
    (FacetField::Licence, false),
];

/// Values shown at once; the others are behind "more".
const N_SHOWN: usize = 8;

/// One field with its values.
pub(crate) struct FacetView {
    pub(crate) label: &'static str,
    pub(crate) open: bool,
    pub(crate) is_year: bool,
    pub(crate) values: Vec<ValueView>,
    pub(crate) more: Vec<ValueView>,
    pub(crate) more_label: String,
}

/// One value of a field.
pub(crate) struct ValueView {
    pub(crate) url: String,
    pub(crate) label: String,
    pub(crate) count: String,
    pub(crate) active: bool,
}

/// A filter that is on, with the address that takes it away.
pub(crate) struct ActiveView {
    pub(crate) url: String,
    pub(crate) text: String,
    pub(crate) label: String,
}

/// The fields that have something to choose.
pub(crate) fn facet_views(
    counted: &BTreeMap<FacetField, Vec<FacetCount>>,
    params: &Params,
    locale: Locale,
) -> Vec<FacetView> {
    let views = SHOWN.into_iter().filter_map(|(field, open)| {
        let mut counts = counted.get(&field)?.clone();
        if field == FacetField::Year {
            counts.sort_by(|a, b| b.value.cmp(&a.value));
        }
        (!counts.is_empty()).then(|| facet_view(field, open, &counts, params, locale))
    });
    views.collect()
}

/// Shows collections by their titles.
pub(crate) fn name_collections(
    facets: &mut [FacetView],
    titles: &BTreeMap<String, String>,
    locale: Locale,
) {
    let field = labels::field(FacetField::Collection, locale.words());
    for facet in facets.iter_mut().filter(|facet| facet.label == field) {
        for value in facet.values.iter_mut().chain(&mut facet.more) {
            if let Some(title) = titles.get(&value.label) {
                value.label.clone_from(title);
            }
        }
    }
}

fn facet_view(
    field: FacetField,
    open: bool,
    counts: &[FacetCount],
    params: &Params,
    locale: Locale,
) -> FacetView {
    let w = locale.words();
    let mut values: Vec<ValueView> = counts
        .iter()
        .map(|counted| value_view(field, counted, params, locale))
        .collect();
    let any_active = values.iter().any(|value| value.active);
    // "Show 1 more" would take the room of the one.
    let cut = if values.len() <= N_SHOWN + 1 {
        values.len()
    } else {
        N_SHOWN
    };
    let more = values.split_off(cut);
    FacetView {
        label: labels::field(field, w),
        open: open || any_active,
        is_year: field == FacetField::Year,
        more_label: fill(w.search.more_values, &[("n", &more.len().to_string())]),
        values,
        more,
    }
}

fn value_view(
    field: FacetField,
    counted: &FacetCount,
    params: &Params,
    locale: Locale,
) -> ValueView {
    let filter = format!("{field}:{}", counted.value);
    let active = params.all("filter").any(|other| other == filter);
    let changed = if active {
        params.removing("filter", &filter)
    } else {
        params.adding("filter", &filter)
    };
    ValueView {
        url: changed.to_url("/search"),
        label: labels::value(field, &counted.value, locale),
        count: number(counted.count, locale),
        active,
    }
}

/// The filters that are on, in the order they were chosen.
pub(crate) fn active_views(params: &Params, locale: Locale) -> Vec<ActiveView> {
    let w = locale.words();
    let filters = params
        .all("filter")
        .filter_map(|raw| Some((raw, raw.parse::<Filter>().ok()?)));
    let views = filters.map(|(raw, filter)| {
        let field = labels::field(filter.field, w);
        let value = labels::value(filter.field, &filter.value, locale);
        ActiveView {
            url: params.removing("filter", raw).to_url("/search"),
            label: fill(
                w.search.remove_filter,
                &[("field", field), ("value", &value)],
            ),
            text: format!("{field}: {value}"),
        }
    });
    views.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(values: &[(&str, u64)]) -> Vec<FacetCount> {
        let count = |(value, n): &(&str, u64)| FacetCount {
            value: (*value).into(),
            count: *n,
        };
        values.iter().map(count).collect()
    }

    #[test]
    fn a_value_adds_itself_or_takes_itself_away() {
        let params = Params::parse("q=a&filter=type:paper").unwrap();
        let counted =
            BTreeMap::from([(FacetField::Type, counts(&[("paper", 3), ("patent", 1_000)]))]);
        let views = facet_views(&counted, &params, Locale::Vi);
        let [paper, patent] = &views[0].values[..] else {
            panic!()
        };
        assert!(paper.active && paper.url == "/search?q=a");
        assert_eq!(
            patent.url,
            "/search?q=a&filter=type%3Apaper&filter=type%3Apatent"
        );
        assert_eq!(
            (patent.label.as_str(), patent.count.as_str()),
            ("Sáng chế", "1.000")
        );
    }

    #[test]
    fn years_stand_newest_first_and_long_lists_are_folded() {
        let years: Vec<(String, u64)> = (2000..2020).map(|y| (y.to_string(), 1)).collect();
        let years: Vec<(&str, u64)> = years.iter().map(|(y, n)| (y.as_str(), *n)).collect();
        let counted = BTreeMap::from([(FacetField::Year, counts(&years))]);
        let views = facet_views(&counted, &Params::default(), Locale::En);
        assert_eq!(views[0].values[0].label, "2019");
        assert_eq!((views[0].values.len(), views[0].more.len()), (8, 12));
        assert_eq!(views[0].more_label, "Show 12 more");
    }
}
