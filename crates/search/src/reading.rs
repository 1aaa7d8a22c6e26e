//! How a query of plain words is read: leftover keystrokes are decoded, missing
//! accents restored, terms said in their other names.
//!
//! Everything that is added to what was typed is named in a notice, and other
//! readings are offered as suggestions. A query with operators, phrases or
//! fields is taken as it stands.

mod evidence;

use index::{Definition, FullTextError, QueryExpr};
use text::Restorer;

use crate::{
    Notice, Terms,
    query::{ParsedQuery, WantedText},
};
pub(crate) use evidence::Evidence;

/// Other readings that are offered, at most.
const MAX_SUGGESTIONS: usize = 3;
/// Readings of the model among which the index chooses.
const N_READINGS: usize = 12;
/// Readings that are embedded: each costs what a query costs, and the fifth
/// adds less than .002 (nDCG@10 on `d2l-vi2en` without accents, by meaning: one .639, two
/// .644, three .648, four .651, eight .654).
const MAX_MEANT: usize = 4;
/// English of fewer words may look like syllables throughout (`the cat sat on
/// the mat`).
const SURE_WORDS: usize = 8;
/// Formulas and names stand in Vietnamese questions too.
const SURE_SHARE: f64 = 0.8;
/// A reading less probable than this, beside the best, is not offered.
const MIN_SHARE_OF_BEST: f32 = 0.1;

/// Reads a plain query; changes what is searched and highlighted, and adds its
/// notices. Returns other queries that may be meant, the likeliest first.
pub(crate) fn read(
    parsed: &mut ParsedQuery,
    terms: &Terms,
    evidence: &Evidence<'_>,
) -> Result<Vec<String>, FullTextError> {
    let QueryExpr::Words(words) = &mut parsed.expr else {
        return Ok(Vec::new());
    };
    if !parsed.is_plain {
        return Ok(Vec::new());
    }
    let typed = words.text.clone();
    let weights = Definition::built_in().variants;
    let mut added = Vec::new();
    let decoded = text::keystrokes(&typed);
    if !decoded.words.is_empty() {
        // Kept as typed beside it: `as` and `CO2` can be keys, and words.
        words.others.push((typed.clone(), 1.0));
        parsed.wanted.push(WantedText::Words(decoded.text.clone()));
        added.push(decoded.text.clone());
        words.text = decoded.text;
    }
    let read = words.text.clone();
    let readings = readings(&read, evidence)?;
    parsed.meant = meant(&typed, &read, &readings);
    let suggestions = offered(&readings);
    let restored = suggestions.first().filter(|text| **text != read).cloned();
    if let Some(restored) = &restored {
        words.variants.push((restored.clone(), weights.restored));
        added.push(restored.clone());
    }
    for expansion in terms.expand(restored.as_deref().unwrap_or(&read)) {
        words.others.push((expansion.query, weights.synonym));
        parsed
            .wanted
            .push(WantedText::Words(expansion.term.clone()));
        added.push(expansion.term);
    }
    if !added.is_empty() {
        let text = added.join("; ");
        parsed.notices.push(Notice::AlsoRead { text });
    }
    let mut offered = suggestions;
    offered.insert(0, read);
    offered.retain(|text| *text != typed);
    offered.dedup();
    offered.truncate(MAX_SUGGESTIONS);
    Ok(offered)
}

/// Ways to set the accents of a query.
#[derive(Default)]
struct Readings {
    /// Best first, with the logarithms of their weights.
    found: Vec<(f32, String)>,
    /// Whether the index lets the best one stand for the query.
    is_allowed: bool,
}

/// The likeliest ways to set the accents of `query`; none when it has them, or
/// is not Vietnamese.
fn readings(query: &str, evidence: &Evidence<'_>) -> Result<Readings, FullTextError> {
    if !text::detect(query).accentless && !is_surely_vietnamese(query) {
        let sure = text::restore(query);
        let is_allowed = sure != query && evidence.allows(query, &sure)?;
        return Ok(Readings {
            found: if is_allowed {
                vec![(0.0, sure)]
            } else {
                Vec::new()
            },
            is_allowed,
        });
    }
    let readings = Restorer::embedded().restorations(query, N_READINGS);
    let mut found: Vec<(f32, String)> = Vec::new();
    for reading in &readings {
        let lead = evidence.lead(&reading.text, &readings[0].text)?;
        found.push((reading.probability.ln() + lead, reading.text.clone()));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let is_allowed = match found.first() {
        Some((_, likeliest)) => evidence.allows(query, likeliest)?,
        None => false,
    };
    Ok(Readings { found, is_allowed })
}

/// The readings that are searched and offered.
fn offered(readings: &Readings) -> Vec<String> {
    let Some((best, _)) = readings.found.first().filter(|_| readings.is_allowed) else {
        return Vec::new();
    };
    let floor = best + MIN_SHARE_OF_BEST.ln();
    let likely = readings.found.iter().take(MAX_SUGGESTIONS);
    likely
        .filter(|(score, _)| *score >= floor)
        .map(|(_, text)| text.clone())
        .collect()
}

/// What to look for by meaning, with weights: the likeliest readings. An index
/// of English records says nothing on how Vietnamese words are written, so a
/// text that is Vietnamese by itself needs no leave of it.
fn meant(typed: &str, read: &str, readings: &Readings) -> Vec<(String, f32)> {
    let stands = readings.is_allowed || is_surely_vietnamese(read);
    let Some((best, _)) = readings.found.first().filter(|_| stands) else {
        let is_other = typed != read;
        return is_other
            .then(|| (read.to_owned(), 1.0))
            .into_iter()
            .collect();
    };
    let likely = readings.found.iter().take(MAX_MEANT);
    likely
        .map(|(score, text)| (text.clone(), (score - best).exp()))
        .collect()
}

/// Whether a text is Vietnamese without accents, whatever the records hold: by
/// the language model, or because nearly all of its words are syllables. Of
/// 1,182 English questions (scifact, d2l) none is taken for it.
fn is_surely_vietnamese(query: &str) -> bool {
    let words = index::analyse(query);
    let is_bare = words
        .iter()
        .all(|word| word.exact == text::fold(&word.exact));
    if words.len() < SURE_WORDS || !is_bare {
        return false;
    }
    let n_syllables = words.iter().filter(|word| word.is_syllable).count();
    text::detect(query).accentless || n_syllables as f64 >= SURE_SHARE * words.len() as f64
}

#[cfg(test)]
mod tests {
    use index::{FullTextStore, TantivyStore};
    use records::{ChangeSeq, Clearance, Lang, Localised, Record, RecordId, RecordType};

    use super::*;
    use crate::query;

    /// Read beside an index that holds these titles.
    fn read_beside(titles: &[&str], typed: &str) -> (ParsedQuery, Vec<String>) {
        let place = tempfile::tempdir().unwrap();
        let store = TantivyStore::open(place.path()).unwrap();
        let record = |(i, title): (usize, &&str)| {
            let id = RecordId::new(format!("r{i}")).unwrap();
            let mut record = Record::new(id, RecordType::ALL[0]);
            record.title = Localised::one(Lang::vi(), (*title).to_owned());
            record
        };
        let records: Vec<Record> = titles.iter().enumerate().map(record).collect();
        store.upsert(&records).unwrap();
        store.commit(ChangeSeq(1)).unwrap();
        let ask = |text: &str| store.n_holding(text, Clearance::Staff);
        let mut parsed = query::parse(typed).unwrap();
        let suggestions = read(&mut parsed, Terms::built_in(), &Evidence::new(&ask)).unwrap();
        (parsed, suggestions)
    }

    fn read_of(typed: &str) -> (ParsedQuery, Vec<String>) {
        read_beside(&[], typed)
    }

    fn words(parsed: &ParsedQuery) -> &index::Words {
        match &parsed.expr {
            QueryExpr::Words(words) => words,
            other => panic!("no plain words: {other:?}"),
        }
    }

    #[test]
    fn missing_accents_are_restored_beside_what_was_typed() {
        let (parsed, suggestions) = read_of("o nhiem nguon nuoc");
        assert_eq!(words(&parsed).text, "o nhiem nguon nuoc");
        assert_eq!(words(&parsed).variants[0].0, "ô nhiễm nguồn nước");
        assert_eq!(suggestions[0], "ô nhiễm nguồn nước");
        assert!(
            matches!(&parsed.notices[..], [Notice::AlsoRead { text }] if text.contains("ô nhiễm"))
        );
    }

    #[test]
    fn keystrokes_are_decoded_and_kept_as_typed_too() {
        let (parsed, suggestions) = read_of("phast trieenr beenf vuwngx");
        assert_eq!(words(&parsed).text, "phát triển bền vững");
        assert_eq!(words(&parsed).others[0].0, "phast trieenr beenf vuwngx");
        assert_eq!(suggestions[0], "phát triển bền vững");
    }

    #[test]
    fn terms_are_said_in_their_other_names() {
        let (parsed, _) = read_of("hoc may trong nong nghiep");
        let others: Vec<&str> = words(&parsed)
            .others
            .iter()
            .map(|(text, _)| text.as_str())
            .collect();
        assert!(
            others.contains(&"machine learning trong nông nghiệp"),
            "{others:?}"
        );
        assert!(
            parsed
                .wanted
                .contains(&WantedText::Words("machine learning".into()))
        );
    }

    #[test]
    fn queries_with_accents_in_english_or_with_operators_stay_as_they_are() {
        for typed in [
            "đất phèn ở Long An",
            "soil moisture under irrigation",
            "\"dat phen\"",
            "dat AND phen",
            "title:dat",
            "",
        ] {
            let (parsed, suggestions) = read_of(typed);
            assert_eq!(suggestions, Vec::<String>::new(), "{typed}");
            assert_eq!(parsed, query::parse(typed).unwrap(), "{typed}");
        }
    }

    /// Records in English write none of the words; they say nothing against a
    /// long question in Vietnamese, but the words as typed are theirs to judge.
    #[test]
    fn a_long_question_is_meant_in_vietnamese_whatever_the_records_hold() {
        let titles = ["The cat can do the long run on land", "Hay may do no harm"];
        let typed = "chung ta co the xac dinh ham mat do cua bien ngau nhien lien tuc";
        let (parsed, _) = read_beside(&titles, typed);
        let (likeliest, weight) = &parsed.meant[0];
        assert!(likeliest.contains("xác định hàm mật độ"), "{likeliest}");
        assert_eq!(*weight, 1.0);
        assert!((2..=MAX_MEANT).contains(&parsed.meant.len()));
        assert!(parsed.meant.is_sorted_by(|a, b| a.1 >= b.1));
        for typed in [
            "we study the yield of rice under salt stress in the delta",
            "the cat sat on the mat",
        ] {
            let (english, _) = read_beside(&titles, typed);
            assert!(english.meant.is_empty(), "{:?}", english.meant);
        }
        let (accented, _) = read_of("xác định hàm mật độ của biến ngẫu nhiên liên tục");
        assert!(accented.meant.is_empty());
    }

    #[test]
    fn of_two_readings_the_one_that_the_records_write_is_meant() {
        let titles = [
            "Học máy trong chẩn đoán ung thư",
            "Chẩn đoán hình ảnh",
            "Đoạn đường sắt",
        ];
        let (parsed, suggestions) = read_beside(&titles, "trong chan doan");
        assert_eq!(words(&parsed).variants[0].0, "trong chẩn đoán");
        assert_eq!(suggestions[0], "trong chẩn đoán");
    }

    #[test]
    fn words_that_the_records_write_without_accents_get_none() {
        let english = [
            "The cat sat on the mat",
            "Machine learning for the rice plant",
            "A hot man can do the long run on land",
        ];
        let vietnamese = [
            "Thế đất và thể chế",
            "Cất cánh",
            "Ôn tập, ổn định",
            "Mất mùa",
        ];
        let titles = [english.as_slice(), vietnamese.as_slice()].concat();
        for typed in english.into_iter().chain(["the cat", "rice on the land"]) {
            let (parsed, suggestions) = read_beside(&titles, typed);
            assert_eq!(suggestions, Vec::<String>::new(), "{typed}");
            assert!(words(&parsed).variants.is_empty(), "{typed}");
        }
        let (parsed, _) = read_beside(&titles, "mat mua");
        assert_eq!(words(&parsed).variants[0].0, "mất mùa");
    }
}
