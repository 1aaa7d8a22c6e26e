//! Works that have to do with a work: papers, patents, datasets, tasks; each
//! with what speaks for it.
//!
//! Found when asked, from the catalogue and the indexes as they are then, so a
//! record that came a moment ago is linked both ways and nothing has to be made
//! anew. What speaks for a link:
//! * *stated*: the record names the other one in its links;
//! * *name*: the text of one holds the DOI, number or code of the other;
//! * *title*: the text of one holds the whole title of the other;
//! * *cited*: an entry of the reference list is the title of the other, with its
//!   author or its year;
//! * *similar*: another kind of work that says much the same.
//!
//! **Invariant:** neither end of a link, nor the text quoted for it, is of a
//! record that the clearance does not show.

mod mentions;
mod references;

use std::collections::BTreeMap;

use catalog::Detail;
use index::{FacetField, Filter, FullTextQuery, QueryExpr, Words};
use records::{Identifier, Lang, Record, RecordId, RecordType, Relation, Scheme};

use crate::{
    Highlighted, SearchError, SearchRequest, Searcher, overlap::similarity_of, query::MAX_WORDS,
};
use mentions::{Mention, Source, mention_of_name, mention_of_title, names, sources};

/// Records whose text is looked at for a mention of a name or a title.
const MOST_LOOKED_AT: usize = 20;

/// Words of the shortest title that is looked for: shorter ones are phrases of
/// the language.
const SHORTEST_TITLE: usize = 4;

/// From here on another kind of work counts as saying the same.
const SIMILAR: f64 = 0.5;

/// Similar works, at most.
const MOST_SIMILAR: usize = 5;

/// Kinds of works whose titles stand in the texts of others.
const NAMED_BY_TITLE: [RecordType; 3] = [RecordType::Dataset, RecordType::Task, RecordType::Patent];

/// A work that has to do with another.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundLink {
    /// The other work, without its full text.
    pub record: Record,
    /// Which of the two speaks of the other.
    pub direction: LinkDirection,
    /// What speaks for it.
    pub evidence: LinkEvidence,
}

/// Which of two works speaks of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkDirection {
    /// The one asked about.
    Out,
    /// The other.
    In,
    /// Neither: they are alike.
    Both,
}

impl LinkDirection {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::In => "in",
            Self::Both => "both",
        }
    }
}

/// What speaks for a link.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkEvidence {
    /// The record itself states it.
    Stated {
        /// What the record says that it is to the other.
        relation: Relation,
    },
    /// A name of the one stands in the text of the other.
    Name {
        /// The name.
        identifier: Identifier,
        /// The place, with the name marked.
        quote: Highlighted,
        /// Its page.
        page: Option<u32>,
    },
    /// The title of the one stands in the text of the other.
    Title {
        /// The place, with the title marked.
        quote: Highlighted,
        /// Its page.
        page: Option<u32>,
    },
    /// The reference list of the one cites the other.
    Cited {
        /// The entry, with the title marked.
        quote: Highlighted,
        /// The author of the other that the entry names.
        author: Option<String>,
        /// Its year, where the entry has it.
        year: Option<i32>,
    },
    /// Both say much the same.
    Similar {
        /// The chance that they do, in [0, 1].
        similarity: f64,
        /// Cosine of the mean of the one and the nearest passage of the other.
        cosine: f32,
    },
}

impl LinkEvidence {
    /// The word in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Stated { .. } => "stated",
            Self::Name { .. } => "name",
            Self::Title { .. } => "title",
            Self::Cited { .. } => "cited",
            Self::Similar { .. } => "similar",
        }
    }
}

/// Links by the other record; the first found speaks for it.
type Links = BTreeMap<RecordId, (LinkDirection, LinkEvidence)>;

impl Searcher {
    /// Works that have to do with `id`, stated ones first, then by name, by
    /// title, by citation and by likeness, each by id; `None` when there is no such record
    /// to be seen. Of the request the clearance and the language count.
    ///
    /// # Errors
    /// When a store fails.
    pub fn links(
        &self,
        id: &RecordId,
        request: &SearchRequest,
    ) -> Result<Option<Vec<FoundLink>>, SearchError> {
        let stored = self.catalog.get(id, request.clearance, Detail::Full)?;
        let Some(record) = stored.map(|stored| stored.record) else {
            return Ok(None);
        };
        let mut links = Links::new();
        let sources = sources(&record);
        self.stated(&record, request, &mut links)?;
        self.named_in(&sources, request, &mut links)?;
        self.cited(&record, request, &mut links)?;
        self.titled_in(&record, &sources, request, &mut links)?;
        self.naming(&record, request, &mut links)?;
        self.alike(&record, request, &mut links)?;
        links.remove(id);
        self.shown(links, request).map(Some)
    }

    fn shown(&self, links: Links, request: &SearchRequest) -> Result<Vec<FoundLink>, SearchError> {
        let ids: Vec<RecordId> = links.keys().cloned().collect();
        let records = self
            .catalog
            .get_many(&ids, request.clearance, Detail::Summary)?;
        let found = records.into_iter().zip(links.into_values());
        let mut found: Vec<FoundLink> = found
            .filter_map(|(stored, (direction, evidence))| {
                Some(FoundLink {
                    record: stored?.record,
                    direction,
                    evidence,
                })
            })
            .collect();
        // Stable: the map was in the order of ids.
        found.sort_by_key(|link| match link.evidence {
            LinkEvidence::Stated { .. } => 0,
            LinkEvidence::Name { .. } => 1,
            LinkEvidence::Title { .. } => 2,
            LinkEvidence::Cited { .. } => 3,
            LinkEvidence::Similar { .. } => 4,
        });
        Ok(found)
    }

    /// What the record itself names: records by id or by an identifier.
    fn stated(
        &self,
        record: &Record,
        request: &SearchRequest,
        links: &mut Links,
    ) -> Result<(), SearchError> {
        let targets: Vec<Identifier> = record
            .links
            .iter()
            .filter_map(|link| Identifier::guess(&link.target))
            .collect();
        let resolved = self.catalog.resolve(&targets, request.clearance)?;
        for (target, ids) in targets.iter().zip(resolved) {
            let link = record
                .links
                .iter()
                .find(|link| Identifier::guess(&link.target).as_ref() == Some(target));
            let Some(link) = link else { continue };
            let by_id = RecordId::new(&link.target).ok();
            for id in ids.into_iter().chain(by_id) {
                let relation = link.relation;
                let found = (LinkDirection::Out, LinkEvidence::Stated { relation });
                links.entry(id).or_insert(found);
            }
        }
        Ok(())
    }

    /// Records whose names stand in the text.
    fn named_in(
        &self,
        sources: &[Source<'_>],
        request: &SearchRequest,
        links: &mut Links,
    ) -> Result<(), SearchError> {
        let names = names(sources);
        let resolved = self.catalog.resolve(&names, request.clearance)?;
        for (identifier, ids) in names.into_iter().zip(resolved) {
            if ids.is_empty() {
                continue;
            }
            let Some(Mention { quote, page }) = mention_of_name(sources, &identifier.value) else {
                continue;
            };
            for id in ids {
                let evidence = LinkEvidence::Name {
                    identifier: identifier.clone(),
                    quote: quote.clone(),
                    page,
                };
                links.entry(id).or_insert((LinkDirection::Out, evidence));
            }
        }
        Ok(())
    }

    /// Datasets, tasks and patents whose titles stand in the text.
    fn titled_in(
        &self,
        record: &Record,
        sources: &[Source<'_>],
        request: &SearchRequest,
        links: &mut Links,
    ) -> Result<(), SearchError> {
        let about: Vec<&str> = record
            .title
            .iter()
            .chain(record.abstract_text.iter())
            .flat_map(|(_, text)| text.split_whitespace())
            .chain(
                sources
                    .iter()
                    .flat_map(|source| source.text.split_whitespace()),
            )
            .take(MAX_WORDS)
            .collect();
        let filters: Vec<Filter> = NAMED_BY_TITLE
            .iter()
            .map(|kind| Filter::new(FacetField::Type, kind.as_str()))
            .collect();
        let words = QueryExpr::Words(Words {
            text: about.join(" "),
            min_share: Some(0.0),
            ..Words::default()
        });
        for other in self.looked_at(words, filters, request)? {
            let mention = titles(&other).find_map(|title| mention_of_title(sources, title));
            if let Some(Mention { quote, page }) = mention {
                let evidence = LinkEvidence::Title { quote, page };
                links
                    .entry(other.id)
                    .or_insert((LinkDirection::Out, evidence));
            }
        }
        Ok(())
    }

    /// Records whose text holds a name or the title of this one.
    fn naming(
        &self,
        record: &Record,
        request: &SearchRequest,
        links: &mut Links,
    ) -> Result<(), SearchError> {
        let names = record
            .identifiers
            .iter()
            .filter(|name| name.names_one_work() || name.scheme == Scheme::Patent);
        for identifier in names {
            for other in self.holding(&identifier.value, request)? {
                let Some(Mention { quote, page }) =
                    mention_of_name(&sources(&other), &identifier.value)
                else {
                    continue;
                };
                let evidence = LinkEvidence::Name {
                    identifier: identifier.clone(),
                    quote,
                    page,
                };
                links
                    .entry(other.id)
                    .or_insert((LinkDirection::In, evidence));
            }
        }
        for title in titles(record) {
            for other in self.holding(title, request)? {
                // Of one title: the same work twice, which is another matter.
                if titles(&other).any(|theirs| text::fold(theirs) == text::fold(title)) {
                    continue;
                }
                if let Some(Mention { quote, page }) = mention_of_title(&sources(&other), title) {
                    let evidence = LinkEvidence::Title { quote, page };
                    links
                        .entry(other.id)
                        .or_insert((LinkDirection::In, evidence));
                }
            }
        }
        Ok(())
    }

    /// Other kinds of works that say much the same.
    fn alike(
        &self,
        record: &Record,
        request: &SearchRequest,
        links: &mut Links,
    ) -> Result<(), SearchError> {
        let Some(meaning) = self.meaning() else {
            return Ok(());
        };
        let others = RecordType::ALL
            .into_iter()
            .filter(|kind| *kind != record.record_type);
        let request = SearchRequest {
            filters: others
                .map(|kind| Filter::new(FacetField::Type, kind.as_str()))
                .collect(),
            limit: MOST_SIMILAR,
            passages: false,
            ..request.clone()
        };
        let found = self.similar(&record.id, &request)?;
        let by_meaning = found.filter(|found| found.mode == crate::Mode::Semantic);
        for hit in by_meaning.into_iter().flat_map(|found| found.hits) {
            let cosine = hit.score as f32;
            let same_language = shares_language(record, &hit.record);
            let similarity = similarity_of(&meaning, cosine, same_language);
            if let Some(similarity) = similarity.filter(|similarity| *similarity >= SIMILAR) {
                let evidence = LinkEvidence::Similar { similarity, cosine };
                links
                    .entry(hit.id)
                    .or_insert((LinkDirection::Both, evidence));
            }
        }
        Ok(())
    }

    /// Whole records that hold these words one after the other.
    fn holding(&self, text: &str, request: &SearchRequest) -> Result<Vec<Record>, SearchError> {
        let phrase = QueryExpr::Phrase {
            field: None,
            text: text.to_owned(),
            slop: 0,
        };
        self.looked_at(phrase, Vec::new(), request)
    }

    fn looked_at(
        &self,
        expr: QueryExpr,
        filters: Vec<Filter>,
        request: &SearchRequest,
    ) -> Result<Vec<Record>, SearchError> {
        let query = FullTextQuery {
            filters,
            limit: MOST_LOOKED_AT,
            ..FullTextQuery::new(expr, request.clearance)
        };
        self.read(&query, Detail::Full)
    }

    /// The records that a question finds, without their full texts.
    fn records_of(&self, query: &FullTextQuery) -> Result<Vec<Record>, SearchError> {
        self.read(query, Detail::Summary)
    }

    fn read(&self, query: &FullTextQuery, detail: Detail) -> Result<Vec<Record>, SearchError> {
        let page = self.full_text.search(query)?;
        let ids: Vec<RecordId> = page.hits.into_iter().map(|hit| hit.id).collect();
        let records = self.catalog.get_many(&ids, query.clearance, detail)?;
        Ok(records
            .into_iter()
            .flatten()
            .map(|stored| stored.record)
            .collect())
    }
}

/// Titles long enough to be looked for.
fn titles(record: &Record) -> impl Iterator<Item = &str> {
    let titles = record.title.iter().map(|(_, title)| title.as_str());
    titles.filter(|title| text::tokenise(title).len() >= SHORTEST_TITLE)
}

/// Whether two records have a title in one language, or one of them in none
/// that is known: then the stricter scale counts.
fn shares_language(a: &Record, b: &Record) -> bool {
    let langs = |record: &Record| -> Vec<Lang> {
        let titles = record.title.iter().map(|(lang, _)| lang.clone());
        titles.filter(|lang| *lang != Lang::und()).collect()
    };
    let (a, b) = (langs(a), langs(b));
    a.is_empty() || b.is_empty() || a.iter().any(|lang| b.contains(lang))
}

#[cfg(test)]
mod tests;
