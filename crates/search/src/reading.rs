//! How a query of plain words is read: leftover keystrokes are decoded, missing
//! accents restored, terms said in their other names.
//!
//! Everything that is added to what was typed is named in a notice, and other
//! readings are offered as suggestions. A query with operators, phrases or
//! fields is taken as it stands.

use index::{Definition, QueryExpr};
use text::Restorer;

use crate::{
    Notice, Terms,
    query::{ParsedQuery, WantedText},
};

/// Other readings that are offered, at most.
const MAX_SUGGESTIONS: usize = 3;
/// A reading less probable than this, beside the best, is not offered.
const MIN_SHARE_OF_BEST: f32 = 0.1;

/// Reads a plain query; changes what is searched and highlighted, and adds its
/// notices. Returns other queries that may be meant, the likeliest first.
pub(crate) fn read(parsed: &mut ParsedQuery, terms: &Terms) -> Vec<String> {
    let QueryExpr::Words(words) = &mut parsed.expr else {
        return Vec::new();
    };
    if !parsed.is_plain {
        return Vec::new();
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
    let suggestions = restorations(&read);
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
    offered
}

/// The likeliest ways to set the accents of `query`, best first; empty when it
/// has them, or is not Vietnamese.
fn restorations(query: &str) -> Vec<String> {
    let restorer = Restorer::embedded();
    if !text::detect(query).accentless {
        let sure = restorer.restore(query);
        return if sure == query {
            Vec::new()
        } else {
            vec![sure]
        };
    }
    let found = restorer.restorations(query, MAX_SUGGESTIONS);
    let best = found.first().map_or(0.0, |best| best.probability);
    let near = found
        .into_iter()
        .filter(|other| other.probability >= best * MIN_SHARE_OF_BEST);
    near.map(|restoration| restoration.text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query;

    fn read_of(typed: &str) -> (ParsedQuery, Vec<String>) {
        let mut parsed = query::parse(typed).unwrap();
        let suggestions = read(&mut parsed, Terms::built_in());
        (parsed, suggestions)
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
            let mut parsed = query::parse(typed).unwrap();
            let before = parsed.clone();
            assert_eq!(
                read(&mut parsed, Terms::built_in()),
                Vec::<String>::new(),
                "{typed}"
            );
            assert_eq!(parsed, before, "{typed}");
        }
    }
}
