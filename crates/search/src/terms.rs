//! Terms that say the same: synonyms, abbreviations and translations.
//!
//! In: a list that librarians edit, `index/terms.txt` of the repository (compiled
//! in) or one of an installation. A line is one thing and its names, `=` between
//! them. Out: for a query, the same query with a term said in another way.
//!
//! Terms act when a query is read: the index holds nothing of them, so a change
//! of the list needs no rebuild.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::LazyLock,
};

use index::{AnalysedToken, analyse};

/// Most words of a query whose terms are looked up: a longer text says the
/// same thing in several ways by itself.
const MAX_QUERY_WORDS: usize = 30;
/// Most other ways a query is said in.
const MAX_EXPANSIONS: usize = 3;

static BUILT_IN: LazyLock<Terms> = LazyLock::new(|| {
    Terms::parse(include_str!("../../../index/terms.txt"))
        .expect("index/terms.txt is read by a test of this crate")
});

/// Why a list of terms is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} of the list of terms has {fault}; write `term = other term`, one thing a line"
)]
pub struct InvalidTerms {
    /// Which line, from 1.
    pub line: usize,
    fault: &'static str,
}

/// A list of terms, ready to be looked up.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// The names of each thing, in the order of the list.
    things: Vec<Vec<Term>>,
    /// Names by the key of their first token: thing and name.
    by_first: BTreeMap<String, Vec<(usize, usize)>>,
}

#[derive(Debug, Clone)]
struct Term {
    text: String,
    tokens: Vec<AnalysedToken>,
}

/// A query said in another way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion {
    /// The whole query, one term in it replaced.
    pub query: String,
    /// What was put in.
    pub term: String,
}

impl Terms {
    /// The list that is compiled in, `index/terms.txt`.
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Reads a list: a line is names of one thing with `=` between them; empty
    /// lines and lines that start with `#` are passed over.
    ///
    /// # Errors
    /// [`InvalidTerms`] names the first line that has fewer than two names, or
    /// one without a word.
    pub fn parse(text: &str) -> Result<Self, InvalidTerms> {
        let mut terms = Self::default();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                terms.add_line(line).map_err(|fault| InvalidTerms {
                    line: at + 1,
                    fault,
                })?;
            }
        }
        Ok(terms)
    }

    fn add_line(&mut self, line: &str) -> Result<(), &'static str> {
        let term = |text: &str| Term {
            tokens: analyse(text),
            text: text.trim().to_owned(),
        };
        let names: Vec<Term> = line.split('=').map(term).collect();
        if names.len() < 2 {
            return Err("one name only");
        }
        if names.iter().any(|name| name.tokens.is_empty()) {
            return Err("a name without a word");
        }
        let thing = self.things.len();
        for (at, name) in names.iter().enumerate() {
            let first = key(&name.tokens[0]).to_owned();
            self.by_first.entry(first).or_default().push((thing, at));
        }
        self.things.push(names);
        Ok(())
    }

    /// This list and `more` in one.
    #[must_use]
    pub fn with(&self, more: &Self) -> Self {
        let mut all = self.clone();
        let shift = all.things.len();
        all.things.extend(more.things.iter().cloned());
        for (first, places) in &more.by_first {
            let moved = places.iter().map(|(thing, name)| (thing + shift, *name));
            all.by_first.entry(first.clone()).or_default().extend(moved);
        }
        all
    }

    /// The query said in other ways, at most three: each has one of its terms (the
    /// longest at its place) replaced by another name of the same thing.
    pub fn expand(&self, query: &str) -> Vec<Expansion> {
        let tokens = analyse(query);
        if tokens.len() > MAX_QUERY_WORDS {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let places = self.matches(query, &tokens[at..]);
            let len = places.iter().map(|(_, _, len)| *len).max().unwrap_or(0);
            for (thing, name, _) in places.iter().filter(|place| place.2 == len) {
                let range = tokens[at].range.start..tokens[at + len - 1].range.end;
                found.extend(self.others(*thing, *name, query, &range));
            }
            at += len.max(1);
        }
        let mut seen = BTreeSet::new();
        found.retain(|expansion: &Expansion| seen.insert(expansion.query.clone()));
        found.truncate(MAX_EXPANSIONS);
        found
    }

    /// Names that `tokens` begins with: thing, name and number of tokens.
    fn matches(&self, query: &str, tokens: &[AnalysedToken]) -> Vec<(usize, usize, usize)> {
        let places = self.by_first.get(key(&tokens[0])).into_iter().flatten();
        let is_here = |(thing, name): &&(usize, usize)| {
            let term = &self.things[*thing][*name];
            let n = term.tokens.len();
            tokens.len() >= n
                && tokens
                    .iter()
                    .zip(&term.tokens)
                    .all(|(token, wanted)| is_same(token, wanted, n))
                && is_written_alike(&query[tokens[0].range.clone()], term)
        };
        places
            .filter(is_here)
            .map(|(thing, name)| (*thing, *name, self.things[*thing][*name].tokens.len()))
            .collect()
    }

    fn others<'a>(
        &'a self,
        thing: usize,
        name: usize,
        query: &'a str,
        range: &'a Range<usize>,
    ) -> impl Iterator<Item = Expansion> + 'a {
        let names = self.things[thing].iter().enumerate();
        names
            .filter(move |(at, _)| *at != name)
            .map(|(_, term)| Expansion {
                query: format!(
                    "{}{}{}",
                    &query[..range.start],
                    term.text,
                    &query[range.end..]
                ),
                term: term.text.clone(),
            })
    }
}

/// What a token is looked up by: its English stem, or its bare form.
fn key(token: &AnalysedToken) -> &str {
    token.stem.as_deref().unwrap_or(token.bare())
}

/// A bare syllable stands for an accented one only inside a longer term: alone
/// it has too many readings.
fn is_same(token: &AnalysedToken, wanted: &AnalysedToken, n_tokens: usize) -> bool {
    token.exact == wanted.exact
        || token.stem.is_some() && token.stem == wanted.stem
        || n_tokens > 1 && !token.has_accent() && token.exact == wanted.bare()
}

/// An abbreviation that is also a syllable (`AI`, `ai` "who") must be in
/// capitals.
fn is_written_alike(typed: &str, term: &Term) -> bool {
    let is_ambiguous = term.tokens.len() == 1
        && term.tokens[0].is_syllable
        && term.text.chars().all(char::is_uppercase);
    !is_ambiguous || typed.chars().all(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        let list = "# names\nhọc máy = machine learning = ML\n\nbiến đổi khí hậu = climate change\nAI = trí tuệ nhân tạo\n";
        Terms::parse(list).unwrap()
    }

    fn queries(query: &str) -> Vec<String> {
        let found = terms().expand(query);
        found.into_iter().map(|expansion| expansion.query).collect()
    }

    #[test]
    fn the_list_of_the_repository_is_read() {
        assert!(Terms::built_in().things.len() > 100);
        let found = Terms::built_in().expand("biến đổi khí hậu");
        assert!(
            found
                .iter()
                .any(|expansion| expansion.term == "climate change")
        );
    }

    #[test]
    fn a_term_is_said_in_its_other_names() {
        assert_eq!(
            queries("ứng dụng học máy trong y tế"),
            [
                "ứng dụng machine learning trong y tế",
                "ứng dụng ML trong y tế"
            ]
        );
        assert_eq!(
            queries("effects of Climate Changes"),
            ["effects of biến đổi khí hậu"]
        );
        assert_eq!(queries("bien doi khi hau"), ["climate change"]);
        assert_eq!(queries("lúa gạo"), Vec::<String>::new());
    }

    #[test]
    fn an_abbreviation_that_is_a_syllable_must_be_in_capitals() {
        assert_eq!(queries("AI trong y tế"), ["trí tuệ nhân tạo trong y tế"]);
        assert_eq!(queries("ai là tác giả"), Vec::<String>::new());
    }

    #[test]
    fn a_list_with_a_fault_is_refused_by_its_line() {
        assert_eq!(Terms::parse("a b = c\nlone").unwrap_err().line, 2);
        assert_eq!(Terms::parse("# ok\n\nx = ").unwrap_err().line, 3);
    }

    #[test]
    fn two_lists_work_together() {
        let more = Terms::parse("lúa = rice").unwrap();
        let all = terms().with(&more);
        assert_eq!(all.expand("lúa")[0].query, "rice");
        assert_eq!(all.expand("học máy").len(), 2);
    }
}
