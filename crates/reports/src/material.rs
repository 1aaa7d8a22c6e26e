//! Gathers what a library holds about a selection: counts by year and type,
//! institutions, provinces, and the records that stand as evidence.

use std::{collections::BTreeMap, sync::Arc};

use authorities::Register;
use catalog::{CatalogError, CatalogStore, Detail, TopicId, TopicStore};
use index::{FacetField, Filter, InvalidFilter, YearRange};
use records::{ChangeSeq, Clearance, Lang, Record, RecordType, Year};
use search::{Mode, SearchError, SearchRequest, SearchResponse, Searcher};
use trends::CountSeries;

use crate::{arrivals::SharedArrivals, selection::Selection};

/// The stores of one library, and what whoever asks may see of it.
#[derive(Clone)]
pub struct Sources<'a> {
    /// Finds and counts records.
    pub searcher: &'a Searcher,
    /// Holds them.
    pub catalogue: &'a dyn CatalogStore,
    /// Topics, where the library keeps any.
    pub topics: Option<&'a dyn TopicStore>,
    /// Persons and institutions: former and other names are counted as one.
    pub register: Arc<Register>,
    /// When records arrived.
    pub arrivals: Arc<SharedArrivals>,
    /// What may be seen: nothing else is counted.
    pub clearance: Clearance,
}

/// Why nothing could be gathered.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// There is no such topic, or none of its records may be seen.
    #[error("there is no topic {0}; `trithuc topics list` shows them all")]
    NoTopic(TopicId),
    /// The query cannot be read, or the index failed.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// The catalogue failed.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A range of years that the index refuses: not reachable by a reader.
    #[error(transparent)]
    Filter(#[from] InvalidFilter),
}

/// Counts of one value.
pub type Counted = (String, u64);

/// What a library holds about a selection.
#[derive(Debug, Clone)]
pub struct Material {
    /// What it is about.
    pub selection: Selection,
    /// The name of the topic, Vietnamese first and English first; `None` for
    /// what a query finds.
    pub topic_names: Option<[String; 2]>,
    /// Counts a year, beside those of the whole library.
    pub series: CountSeries,
    /// Counts of each type in the years of the series.
    pub by_type: BTreeMap<RecordType, Vec<f64>>,
    /// Records found, with and without a year.
    pub n_records: u64,
    /// Those of them without a year, which no count by year has.
    pub n_without_year: u64,
    /// Institutions with their records, most first.
    pub institutions: Vec<Counted>,
    /// Provinces with their records, most first.
    pub provinces: Vec<Counted>,
    /// Codes of countries with their records, most first.
    pub countries: Vec<Counted>,
    /// Records that stand for the selection, best first.
    pub evidence: Vec<Record>,
    /// What the reader should know about how the query was read.
    pub notices: Vec<String>,
    /// State of the catalogue.
    pub seq: ChangeSeq,
}

/// Records that stand as evidence.
const N_EVIDENCE: usize = 10;
/// Institutions, provinces and countries that are kept: a page of them.
const N_VALUES: usize = 15;
/// Members of a topic whose records are read for institutions and types: the
/// most central ones; topics are smaller than this by far.
const N_MEMBERS: usize = 20_000;

/// Gathers everything about a selection.
///
/// # Errors
/// [`GatherError`].
pub fn gather(
    sources: &Sources<'_>,
    selection: &Selection,
    lang: &Lang,
) -> Result<Material, GatherError> {
    match selection {
        Selection::Topic(id) => gather_topic(sources, *id),
        Selection::Found { query, filters } => {
            let filters = &as_counted(sources, filters);
            let wanted = Wanted {
                query,
                filters,
                lang,
            };
            gather_found(sources, selection, &wanted)
        }
    }
}

/// Counts a year of a selection and of the whole library.
///
/// # Errors
/// [`GatherError`].
pub fn count(sources: &Sources<'_>, selection: &Selection) -> Result<CountSeries, GatherError> {
    count_within(sources, selection, &whole(sources)?)
}

/// As [`count`], with the counts of the whole library at hand.
pub(crate) fn count_within(
    sources: &Sources<'_>,
    selection: &Selection,
    whole: &ByYear,
) -> Result<CountSeries, GatherError> {
    let counts = match selection {
        Selection::Topic(id) => topic(sources, *id)?.by_year,
        Selection::Found { query, filters } => {
            let (lang, filters) = (&Lang::vi(), &as_counted(sources, filters));
            let wanted = Wanted {
                query,
                filters,
                lang,
            };
            by_year(sources, &wanted, &[])?.0
        }
    };
    Ok(series(&counts, &within(selection, whole.clone())))
}

/// Filters on another name of an institution mean the name that it is counted
/// under.
fn as_counted(sources: &Sources<'_>, filters: &[Filter]) -> Vec<Filter> {
    let filters = filters.iter().cloned();
    filters
        .map(|filter| sources.register.as_counted(filter))
        .collect()
}

struct Wanted<'a> {
    query: &'a str,
    filters: &'a [Filter],
    lang: &'a Lang,
}

pub(crate) type ByYear = BTreeMap<i32, u64>;

/// Counts of the whole library, as far as it may be seen.
pub(crate) fn whole(sources: &Sources<'_>) -> Result<ByYear, GatherError> {
    let lang = &Lang::vi();
    let everything = Wanted {
        query: "",
        filters: &[],
        lang,
    };
    Ok(by_year(sources, &everything, &[])?.0)
}

/// Values that one facet gives back at most; see `index::FullTextQuery`.
const MOST_VALUES: usize = 100;
/// Stretches that years are asked in where one answer does not hold them all.
const STRETCH: i32 = 50;

/// Counts by year, exact whatever their number, and the answer with the other
/// facets.
fn by_year(
    sources: &Sources<'_>,
    wanted: &Wanted<'_>,
    facets: &[FacetField],
) -> Result<(ByYear, SearchResponse), GatherError> {
    let mut fields = vec![FacetField::Year];
    fields.extend(facets);
    let whole = ask(sources, wanted, &[], &fields)?;
    let mut counts = years_of(&whole);
    // A second condition on the year would widen the first one.
    let is_narrowed = wanted.filters.iter().any(|f| f.field == FacetField::Year);
    if counts.len() >= MOST_VALUES && !is_narrowed {
        counts.clear();
        let mut from = Year::MIN;
        while from <= Year::MAX {
            let until = (from + STRETCH - 1).min(Year::MAX);
            let stretch = format!("year:{from:04}..{until:04}").parse()?;
            counts.extend(years_of(&ask(sources, wanted, &[stretch], &fields)?));
            from = until + 1;
        }
    }
    Ok((counts, whole))
}

fn ask(
    sources: &Sources<'_>,
    wanted: &Wanted<'_>,
    more: &[Filter],
    facets: &[FacetField],
) -> Result<SearchResponse, GatherError> {
    let request = SearchRequest {
        mode: Mode::Lexical,
        limit: if more.is_empty() { N_EVIDENCE } else { 0 },
        filters: wanted.filters.iter().chain(more).cloned().collect(),
        facets: facets.to_vec(),
        lang: wanted.lang.clone(),
        passages: false,
        ..SearchRequest::new(wanted.query, sources.clearance)
    };
    Ok(sources.searcher.search(&request)?)
}

fn years_of(answer: &SearchResponse) -> ByYear {
    let values = answer.facets.get(&FacetField::Year).into_iter().flatten();
    values
        .filter_map(|counted| Some((counted.value.parse().ok()?, counted.count)))
        .collect()
}

/// Counts in the years of the whole library, from its first to its last.
pub(crate) fn series(counts: &ByYear, whole: &ByYear) -> CountSeries {
    let first = whole.first_key_value().map_or(0, |(year, _)| *year);
    let last = whole.last_key_value().map_or(-1, |(year, _)| *year);
    CountSeries {
        first_year: first,
        counts: aligned(counts, first, last),
        totals: aligned(whole, first, last),
    }
}

fn aligned(counts: &ByYear, first: i32, last: i32) -> Vec<f64> {
    (first..=last)
        .map(|year| counts.get(&year).copied().unwrap_or(0) as f64)
        .collect()
}

/// The years that the conditions of a selection leave.
fn within(selection: &Selection, mut whole: ByYear) -> ByYear {
    let Selection::Found { filters, .. } = selection else {
        return whole;
    };
    let years = filters.iter().filter(|f| f.field == FacetField::Year);
    let ranges: Vec<YearRange> = years.filter_map(|f| f.value.parse().ok()).collect();
    whole.retain(|year, _| ranges.is_empty() || ranges.iter().any(|r| r.contains(*year)));
    whole
}

fn gather_found(
    sources: &Sources<'_>,
    selection: &Selection,
    wanted: &Wanted<'_>,
) -> Result<Material, GatherError> {
    let fields = [
        FacetField::Type,
        FacetField::Institution,
        FacetField::Province,
        FacetField::Country,
    ];
    let seq = sources.catalogue.status()?.seq;
    let whole = whole(sources)?;
    let (counts, answer) = by_year(sources, wanted, &fields)?;
    let series = series(&counts, &within(selection, whole));
    let mut by_type = BTreeMap::new();
    for counted in answer.facets.get(&FacetField::Type).into_iter().flatten() {
        let Ok(kind) = counted.value.parse::<RecordType>() else {
            continue;
        };
        // A filter on the type itself would be widened by a second one.
        let is_narrowed = wanted.filters.iter().any(|f| f.field == FacetField::Type);
        let counts = if is_narrowed {
            counts.clone()
        } else {
            let only = Filter::new(FacetField::Type, counted.value.clone());
            years_of(&ask(sources, wanted, &[only], &[FacetField::Year])?)
        };
        let counts = aligned(&counts, series.first_year, series.last_year());
        by_type.insert(kind, counts);
        if is_narrowed {
            break;
        }
    }
    let values = |field| {
        let values = answer.facets.get(&field).into_iter().flatten();
        let pairs = values.map(|counted| (counted.value.clone(), counted.count));
        pairs.take(N_VALUES).collect()
    };
    Ok(Material {
        selection: selection.clone(),
        topic_names: None,
        by_type,
        n_records: answer.total,
        n_without_year: answer.total.saturating_sub(counts.values().sum()),
        institutions: values(FacetField::Institution),
        provinces: values(FacetField::Province),
        countries: values(FacetField::Country),
        notices: answer.notices,
        evidence: answer.hits.into_iter().map(|hit| hit.record).collect(),
        series,
        seq,
    })
}

fn topic(sources: &Sources<'_>, id: TopicId) -> Result<catalog::StoredTopic, GatherError> {
    let list = match sources.topics {
        Some(store) => store.topics(sources.clearance)?,
        None => None,
    };
    let topics = list.into_iter().flat_map(|list| list.topics);
    let mut found = topics.filter(|topic| topic.id == id);
    found.next().ok_or(GatherError::NoTopic(id))
}

/// The institutions of a record as the index counts them.
fn counted_institutions(sources: &Sources<'_>, record: &Record) -> Vec<String> {
    if sources.register.is_empty() {
        return record.institutions.clone();
    }
    sources.register.as_indexed(record.clone()).institutions
}

fn gather_topic(sources: &Sources<'_>, id: TopicId) -> Result<Material, GatherError> {
    let seq = sources.catalogue.status()?.seq;
    let topic = topic(sources, id)?;
    let store = sources.topics.ok_or(GatherError::NoTopic(id))?;
    let series = series(&topic.by_year, &whole(sources)?);
    let members = store.topic_members(id, sources.clearance, N_MEMBERS)?;
    let mut by_type: BTreeMap<RecordType, ByYear> = BTreeMap::new();
    let (mut institutions, mut provinces) = (BTreeMap::new(), BTreeMap::new());
    let mut countries = BTreeMap::new();
    let mut evidence = Vec::new();
    for chunk in members.chunks(1_000) {
        let ids: Vec<_> = chunk.iter().map(|(id, _)| id.clone()).collect();
        let found = sources
            .catalogue
            .get_many(&ids, sources.clearance, Detail::Summary)?;
        for record in found.into_iter().flatten().map(|stored| stored.record) {
            if let Some(year) = record.year {
                let counts = by_type.entry(record.record_type).or_default();
                *counts.entry(year.get()).or_default() += 1;
            }
            for name in counted_institutions(sources, &record) {
                *institutions.entry(name).or_default() += 1;
            }
            if let Some(name) = &record.province {
                *provinces.entry(name.clone()).or_default() += 1;
            }
            for code in record.country_codes() {
                *countries.entry(code.to_owned()).or_default() += 1;
            }
            if evidence.len() < N_EVIDENCE {
                evidence.push(record);
            }
        }
    }
    let (first, last) = (series.first_year, series.last_year());
    let by_type = by_type
        .into_iter()
        .map(|(kind, counts)| (kind, aligned(&counts, first, last)));
    Ok(Material {
        selection: Selection::Topic(id),
        topic_names: Some([topic.title(true), topic.title(false)]),
        by_type: by_type.collect(),
        n_records: topic.n_records,
        n_without_year: (topic.n_records).saturating_sub(topic.by_year.values().sum()),
        institutions: most(institutions),
        provinces: most(provinces),
        countries: most(countries),
        evidence,
        notices: Vec::new(),
        series,
        seq,
    })
}

/// The values with the most records; ties by name.
fn most(counts: BTreeMap<String, u64>) -> Vec<Counted> {
    let mut pairs: Vec<Counted> = counts.into_iter().collect();
    pairs.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    pairs.truncate(N_VALUES);
    pairs
}
