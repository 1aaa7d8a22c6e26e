//! Whether the records that are meant are written in the language of the
//! question: where they are not, words see little.

use catalog::Detail;
use index::vectors::VectorHit;
use records::{Clearance, Lang, Record, RecordId};

use crate::{Meaning, SearchError, SearchRequest, Searcher};

/// Below this the language of a text is anyone's guess.
const SURE: f32 = 0.6;

/// Nearest records whose languages are looked at: a page of results.
const PROBED: usize = 10;

/// The language of a text, where it is one of the two that the words of the
/// library are made for, beyond doubt.
fn sure_language(text: &str) -> Option<Lang> {
    let found = text::detect(text);
    let is_sure = ["vi", "en"].contains(&found.lang) && found.confidence >= SURE;
    is_sure.then(|| Lang::parse(found.lang))
}

impl Searcher {
    /// The share of the nearest records that have a title or an abstract in the
    /// language of the question; of one without either, the passage that is
    /// near tells. 1 where the language of the question cannot be told.
    ///
    /// * `texts`: readings of the question, the likeliest first.
    pub(crate) fn same_language(
        &self,
        meaning: &Meaning,
        texts: &[(String, f32)],
        nearest: &[VectorHit],
        request: &SearchRequest,
    ) -> Result<f64, SearchError> {
        let likeliest = texts.first().and_then(|(text, _)| sure_language(text));
        let Some(asked) = likeliest else {
            return Ok(1.0);
        };
        let hits = &nearest[..nearest.len().min(PROBED)];
        let ids: Vec<RecordId> = hits.iter().map(|hit| hit.id.clone()).collect();
        let clearance = request.clearance;
        let records = self.catalog.get_many(&ids, clearance, Detail::Summary)?;
        let (mut n_same, mut n) = (0, 0);
        for (hit, stored) in hits.iter().zip(records) {
            let Some(stored) = stored else { continue };
            n += 1;
            let speaks = match says(&stored.record, &asked) {
                Some(speaks) => speaks,
                None => passage_speaks(meaning, hit, clearance, &asked)?,
            };
            n_same += usize::from(speaks);
        }
        Ok(if n == 0 {
            1.0
        } else {
            n_same as f64 / n as f64
        })
    }
}

/// Whether title or abstract are in a language; `None` where the record does
/// not say of any of its texts.
fn says(record: &Record, asked: &Lang) -> Option<bool> {
    let titles = record.title.iter().map(|(lang, _)| lang);
    let abstracts = record.abstract_text.iter().map(|(lang, _)| lang);
    let mut known = titles.chain(abstracts).filter(|lang| **lang != Lang::und());
    let first = known.next()?;
    Some(first == asked || known.any(|lang| lang == asked))
}

fn passage_speaks(
    meaning: &Meaning,
    hit: &VectorHit,
    clearance: Clearance,
    asked: &Lang,
) -> Result<bool, SearchError> {
    let passage = meaning.vectors.passage(&hit.id, hit.passage, clearance)?;
    let language = passage.and_then(|passage| sure_language(&passage.text));
    Ok(language.is_none_or(|language| language == *asked))
}

#[cfg(test)]
mod tests {
    use records::RecordType;

    use super::*;

    #[test]
    fn a_record_speaks_the_languages_of_its_texts() {
        let mut record = Record::new(RecordId::new("a").unwrap(), RecordType::Paper);
        assert_eq!(says(&record, &Lang::vi()), None);
        record.title.set(Lang::und(), "XYZ".into());
        assert_eq!(says(&record, &Lang::vi()), None);
        record.title.set(Lang::en(), "Rice".into());
        assert_eq!(says(&record, &Lang::vi()), Some(false));
        record.abstract_text.set(Lang::vi(), "Lúa".into());
        assert_eq!(says(&record, &Lang::vi()), Some(true));
        assert_eq!(says(&record, &Lang::en()), Some(true));
    }

    #[test]
    fn only_what_is_sure_counts() {
        assert_eq!(
            sure_language("ô nhiễm nguồn nước sông Nhuệ"),
            Some(Lang::vi())
        );
        assert_eq!(
            sure_language("we learn how to work with probability"),
            Some(Lang::en())
        );
        assert_eq!(sure_language("10.1000/xyz"), None);
    }
}
