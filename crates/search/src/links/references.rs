//! Works of the library that a reference list cites: an entry, as printed, is
//! matched to a record by its title and by who wrote it or when.

use index::{FullTextQuery, QueryExpr, SearchField, Words};
use records::Record;

use super::{
    LinkDirection, LinkEvidence, Links,
    mentions::{Mention, Source, mention_of_title},
    titles,
};
use crate::{SearchError, SearchRequest, Searcher};

/// Entries that are looked up: a thesis has some hundred, and each costs a
/// search of titles.
const MOST_ENTRIES: usize = 200;

/// Words of an entry that are looked at: one without an end is no entry.
const MOST_WORDS: usize = 80;

/// Records whose titles share most words with an entry.
const CANDIDATES: usize = 5;

impl Searcher {
    /// Records that the reference list of `record` cites.
    pub(super) fn cited(
        &self,
        record: &Record,
        request: &SearchRequest,
        links: &mut Links,
    ) -> Result<(), SearchError> {
        for entry in record.references.iter().take(MOST_ENTRIES) {
            let words: Vec<&str> = entry.split_whitespace().take(MOST_WORDS).collect();
            let entry = words.join(" ");
            let titles = QueryExpr::Words(Words {
                field: Some(SearchField::Title),
                text: entry.clone(),
                min_share: Some(0.0),
                ..Words::default()
            });
            let query = FullTextQuery {
                limit: CANDIDATES,
                ..FullTextQuery::new(titles, request.clearance)
            };
            for other in self.records_of(&query)? {
                if let Some(evidence) = citation(&entry, &other) {
                    links
                        .entry(other.id)
                        .or_insert((LinkDirection::Out, evidence));
                    break;
                }
            }
        }
        Ok(())
    }
}

/// What speaks for it that `entry` cites `other`; `None` where the title is not
/// in it, or neither an author nor the year is.
fn citation(entry: &str, other: &Record) -> Option<LinkEvidence> {
    let source = [Source {
        text: entry,
        page: None,
    }];
    let Mention { quote, .. } = titles(other).find_map(|title| mention_of_title(&source, title))?;
    let title = quote.text.get(quote.marks.first()?.clone())?;
    // Who wrote it and when stand around the title, not in it.
    let words = folded(&entry.replacen(title, " ", 1));
    let author = other
        .agents
        .iter()
        .find(|agent| is_named(&agent.name, &words))
        .map(|agent| agent.name.clone());
    let year = other
        .year
        .map(records::Year::get)
        .filter(|year| words.contains(&year.to_string()));
    (author.is_some() || year.is_some()).then_some(LinkEvidence::Cited {
        quote,
        author,
        year,
    })
}

/// Whether the family or the given name stands among the words: `Nguyễn Văn
/// Đức` is cited as `Nguyen V.D.` and as `N. V. Đức`.
fn is_named(name: &str, words: &[String]) -> bool {
    let parts = folded(name);
    let ends = [parts.first(), parts.last()];
    let is_there = |part: &&String| part.chars().count() > 1 && words.contains(part);
    ends.iter().flatten().any(is_there)
}

fn folded(text: &str) -> Vec<String> {
    let words = text::tokenise(text).into_iter();
    words.map(|word| word.folded).collect()
}

#[cfg(test)]
mod tests {
    use records::{Agent, Lang, RecordId, RecordType, Year};

    use super::*;

    fn work() -> Record {
        let mut record = Record::new(RecordId::new("a").unwrap(), RecordType::Paper);
        record
            .title
            .set(Lang::vi(), "Dự báo độ mặn bằng học máy".into());
        record.agents = vec![Agent::author("Nguyễn Văn Đức")];
        record.year = Year::new(2019).ok();
        record
    }

    #[test]
    fn an_entry_is_matched_however_its_author_is_written() {
        for (entry, author, year) in [
            (
                "[3] Nguyen V.D. (2019). DU BAO DO MAN BANG HOC MAY, Tạp chí Thủy lợi 5.",
                true,
                Some(2019),
            ),
            (
                "N. V. Đức, “Dự báo độ mặn\nbằng học máy,” 2018.",
                true,
                None,
            ),
            (
                "Trần B. Dự báo độ mặn bằng học máy. 2019",
                false,
                Some(2019),
            ),
        ] {
            let Some(LinkEvidence::Cited {
                quote,
                author: named,
                year: when,
            }) = citation(entry, &work())
            else {
                panic!("{entry}")
            };
            assert_eq!((named.is_some(), when), (author, year), "{entry}");
            let title = &quote.text[quote.marks[0].clone()];
            assert_eq!(text::fold(title).split_whitespace().count(), 7);
        }
    }

    #[test]
    fn a_title_alone_or_another_title_is_no_citation() {
        for entry in [
            "Trần B. Dự báo độ mặn bằng học máy. 2011",
            "Nguyễn Văn Đức (2019). Dự báo độ mặn bằng mô hình số.",
            "",
        ] {
            assert_eq!(citation(entry, &work()), None, "{entry}");
        }
    }
}
