//! Marks in the original text what a query looks for, and picks the passage
//! that shows best why a record was found.
//!
//! The shown text is analysed again by the index's own analyser, so marks fall
//! on the bytes of the original whatever its Unicode form.

use std::{collections::BTreeSet, ops::Range};

use index::{AnalysedToken, TokenView, analyse, for_each_token, is_stop_word};

use crate::{Highlighted, query::WantedText};

/// Longest snippet in bytes; about three lines on a page.
const SNIPPET_BYTES: usize = 280;

/// What is looked for, ready to be compared with tokens.
#[derive(Debug, Clone, Default)]
pub struct Highlighter {
    words: Vec<AnalysedToken>,
    phrases: Vec<Vec<AnalysedToken>>,
    prefixes: Vec<String>,
}

/// A place that matches, and the number of the wanted text it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Match {
    range: Range<usize>,
    wanted: usize,
}

impl Highlighter {
    /// Looks for these texts. Words that stand in nearly every text are marked
    /// only when nothing else is asked for.
    pub fn new(wanted: &[WantedText]) -> Self {
        let mut this = Self::default();
        for text in wanted {
            match text {
                WantedText::Words(text) => this.words.extend(analyse(text)),
                WantedText::Phrase(text) => this.phrases.push(analyse(text)),
                WantedText::Prefix(text) => {
                    this.prefixes.extend(analyse(text).pop().map(|t| t.exact));
                }
            }
        }
        this.phrases.retain(|phrase| !phrase.is_empty());
        let is_stop = |token: &AnalysedToken| is_stop_word(&token.exact);
        let has_other = !this.phrases.is_empty() || !this.prefixes.is_empty();
        if has_other || !this.words.iter().all(is_stop) {
            this.words.retain(|token| !is_stop(token));
        }
        let mut seen = BTreeSet::new();
        this.words.retain(|token| seen.insert(token.exact.clone()));
        this
    }

    /// How many different texts are looked for.
    pub fn n_wanted(&self) -> usize {
        self.words.len() + self.phrases.len() + self.prefixes.len()
    }

    /// `text` with all its marks.
    pub fn mark(&self, text: &str) -> Highlighted {
        let (_, matches) = self.read(text);
        Highlighted {
            marks: join(matches.into_iter().map(|found| found.range).collect(), text),
            text: text.to_owned(),
        }
    }

    /// The passage of `text` with the most different wanted texts, at most
    /// [`SNIPPET_BYTES`] long, and how many of them it shows; the beginning of
    /// the text and 0 when nothing matches.
    pub fn snippet(&self, text: &str) -> (Highlighted, usize) {
        let (tokens, matches) = self.read(text);
        let (start, n_shown) = best_window(&matches);
        let range = passage(text, &tokens, start);
        let shown = &text[range.clone()];
        let inside = matches
            .into_iter()
            .map(|found| found.range)
            .filter(|mark| range.start <= mark.start && mark.end <= range.end)
            .map(|mark| mark.start - range.start..mark.end - range.start);
        let highlighted = Highlighted {
            marks: join(inside.collect(), shown),
            text: shown.to_owned(),
        };
        (highlighted, n_shown)
    }

    /// The bytes of every token, and everything that matches, both in order of
    /// the text.
    fn read(&self, text: &str) -> (Vec<Range<usize>>, Vec<Match>) {
        let (mut tokens, mut found) = (Vec::with_capacity(text.len() / 6), Vec::new());
        for_each_token(text, |token| {
            let range = token.range();
            tokens.push(range.clone());
            let mut add = |wanted: usize| {
                found.push(Match {
                    range: range.clone(),
                    wanted,
                });
            };
            let word = self.words.iter().position(|word| is_form_of(token, word));
            word.into_iter().for_each(&mut add);
            let starts = |prefix: &String| {
                token.exact().starts_with(prefix.as_str())
                    || token.bare().starts_with(prefix.as_str())
            };
            let prefix = self.prefixes.iter().position(starts);
            let n_before = self.words.len() + self.phrases.len();
            prefix.into_iter().for_each(|i| add(n_before + i));
        });
        if !self.phrases.is_empty() {
            self.find_phrases(text, &mut found);
            found.sort_by_key(|found| found.range.start);
        }
        (tokens, found)
    }

    fn find_phrases(&self, text: &str, found: &mut Vec<Match>) {
        let tokens = analyse(text);
        for at in 0..tokens.len() {
            for (i, phrase) in self.phrases.iter().enumerate() {
                if starts_with(&tokens[at..], phrase) {
                    let end = tokens[at + phrase.len() - 1].range.end;
                    found.push(Match {
                        range: tokens[at].range.start..end.min(text.len()),
                        wanted: self.words.len() + i,
                    });
                }
            }
        }
    }
}

/// Whether a token of a text is a form of a word of the query, by the rules by
/// which the index finds it.
fn is_form_of(token: &TokenView<'_>, word: &AnalysedToken) -> bool {
    let one_is_bare = !token.has_accent() || !word.has_accent();
    token.exact() == word.exact
        || one_is_bare && token.bare() == word.bare()
        || word.stem.as_ref().is_some_and(|stem| token.has_stem(stem))
}

fn starts_with(tokens: &[AnalysedToken], phrase: &[AnalysedToken]) -> bool {
    tokens.len() >= phrase.len()
        && tokens.iter().zip(phrase).all(|(token, word)| {
            token.exact == word.exact || !word.has_accent() && token.bare() == word.exact
        })
}

/// Marks without overlaps; marks with nothing but a space between are one.
fn join(ranges: Vec<Range<usize>>, text: &str) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end || is_space(&text[last.end..range.start]) => {
                last.end = last.end.max(range.end);
            }
            _ => joined.push(range),
        }
    }
    joined
}

fn is_space(between: &str) -> bool {
    between.len() <= 2 && between.chars().all(char::is_whitespace)
}

/// Where the best window begins, and how many different texts it shows. The
/// first of equally good windows.
fn best_window(matches: &[Match]) -> (usize, usize) {
    let mut best = (0, 0, 0);
    for (i, first) in matches.iter().enumerate() {
        let limit = first.range.start + SNIPPET_BYTES * 3 / 4;
        let inside = matches[i..]
            .iter()
            .take_while(|m| m.range.end <= limit)
            .take(200);
        let different: BTreeSet<usize> = inside.clone().map(|m| m.wanted).collect();
        let score = (different.len(), inside.count());
        if score > (best.1, best.2) {
            best = (first.range.start, score.0, score.1);
        }
    }
    (best.0, best.1)
}

/// The bytes to show around `start`: from the beginning of its sentence when
/// that is near, else from a word before it, to a whole word.
fn passage(text: &str, tokens: &[Range<usize>], start: usize) -> Range<usize> {
    let near = start.saturating_sub(SNIPPET_BYTES / 4);
    let starts = tokens.iter().map(|token| token.start);
    let mut before = starts.filter(|at| (near..=start).contains(at));
    let is_sentence = |at: &usize| {
        let gap = text[..*at].trim_end();
        gap.is_empty() || gap.ends_with(['.', '!', '?', ':', ';'])
    };
    let from = before
        .clone()
        .rfind(is_sentence)
        .or(before.next())
        .unwrap_or(start);
    let is_short = text.len() - from <= SNIPPET_BYTES;
    let until = if is_short {
        text.trim_end().len()
    } else {
        let fits = |token: &&Range<usize>| token.end <= from + SNIPPET_BYTES;
        let last = tokens.iter().rfind(fits).map_or(from, |token| token.end);
        last.max(from)
    };
    // Show a short text whole.
    if text.len() <= SNIPPET_BYTES {
        return 0..text.len();
    }
    from.min(until)..until
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Highlighter {
        Highlighter::new(&[WantedText::Words(text.into())])
    }

    fn shown(highlighted: &Highlighted) -> Vec<&str> {
        let marks = highlighted.marks.iter();
        marks.map(|mark| &highlighted.text[mark.clone()]).collect()
    }

    #[test]
    fn marks_fall_on_the_original_bytes() {
        let nfd = "Tác động của bie\u{302}\u{301}n đo\u{302}\u{309}i khí hậu";
        let marked = words("biến đổi").mark(nfd);
        assert_eq!(shown(&marked), ["bie\u{302}\u{301}n đo\u{302}\u{309}i"]);
    }

    #[test]
    fn a_bare_word_marks_accented_ones_and_an_accented_word_no_others() {
        assert_eq!(shown(&words("bien").mark("biến và biển")), ["biến", "biển"]);
        assert_eq!(
            shown(&words("biến").mark("biến, biển, bien")),
            ["biến", "bien"]
        );
        assert_eq!(
            shown(&words("compute").mark("Computing now")),
            ["Computing"]
        );
    }

    #[test]
    fn a_phrase_is_marked_whole_and_a_prefix_by_words() {
        let phrase = Highlighter::new(&[WantedText::Phrase("khí hậu".into())]);
        assert_eq!(shown(&phrase.mark("khí nhà kính, khí hậu")), ["khí hậu"]);
        let prefix = Highlighter::new(&[WantedText::Prefix("ng".into())]);
        assert_eq!(shown(&prefix.mark("công nghệ, người")), ["nghệ", "người"]);
    }

    #[test]
    fn the_snippet_is_the_window_with_most_of_the_query() {
        let filler = "Một câu không có gì để tìm ở đây cả. ".repeat(30);
        let text = format!("Gạo. {filler} Lúa gạo vùng hạn mặn. {filler}");
        let (snippet, n_shown) = words("lúa gạo hạn mặn").snippet(&text);
        assert_eq!(n_shown, 4);
        assert!(snippet.text.starts_with("Lúa gạo"), "{}", snippet.text);
        assert!(snippet.text.len() <= SNIPPET_BYTES);
    }

    proptest! {
        #[test]
        fn marks_are_in_order_apart_and_on_characters(text in ".{0,400}", query in ".{0,30}") {
            let highlighter = words(&query);
            for highlighted in [highlighter.mark(&text), highlighter.snippet(&text).0] {
                let mut end = 0;
                for mark in &highlighted.marks {
                    prop_assert!(end <= mark.start && mark.start < mark.end);
                    prop_assert!(highlighted.text.get(mark.clone()).is_some());
                    end = mark.end;
                }
                prop_assert!(text.contains(&highlighted.text));
            }
        }
    }
}
