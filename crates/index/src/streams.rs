//! Text of one field as the index takes it: two streams of tokens with places.
//!
//! The main stream has one token a place. The derived stream has, at the same
//! places, the other forms by which those tokens can be found. They are two
//! fields of the index and not two tokens at one place of one field, because a
//! second token would count for the length of the text.
//!
//! Invariant: a form that equals its main token is not derived; a place in one
//! stream is the same place in the other.

use text::TokenRef;

use crate::{
    AnalyserDefinition,
    analysis::{PART_MARK, STEM_MARK, Vocabulary, WordClass},
};

/// Tokens with places, written into one string: tokens end in `\n`; one that
/// is not at the place after the token before it starts with its distance, a
/// run of `\u{1}` digits: see [`EncodedStream::push`].
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct EncodedStream {
    bytes: String,
    last_place: Option<u32>,
}

/// Starts the distance of a token from the one before it.
const DISTANCE: char = '\u{1}';

impl EncodedStream {
    fn push(&mut self, place: u32, marks: &[char], parts: &[&str]) {
        let distance = self.last_place.map_or(place + 1, |last| place - last);
        if distance != 1 {
            self.bytes.push(DISTANCE);
            self.bytes.push_str(&distance.to_string());
            self.bytes.push(DISTANCE);
        }
        self.last_place = Some(place);
        self.bytes.extend(marks);
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                self.bytes.push(' ');
            }
            self.bytes.push_str(part);
        }
        self.bytes.push('\n');
    }

    /// The encoded tokens.
    pub(crate) fn as_str(&self) -> &str {
        &self.bytes
    }

    /// The encoded tokens.
    pub(crate) fn into_string(self) -> String {
        self.bytes
    }
}

/// Reads an encoded stream: places and tokens in order.
pub(crate) struct Decoder<'a> {
    rest: &'a str,
    next_place: u32,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(encoded: &'a str) -> Self {
        Self {
            rest: encoded,
            next_place: 0,
        }
    }
}

impl<'a> Iterator for Decoder<'a> {
    type Item = (u32, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let (mut token, rest) = self.rest.split_once('\n')?;
        self.rest = rest;
        if let Some(marked) = token.strip_prefix(DISTANCE) {
            let (digits, bare) = marked.split_once(DISTANCE)?;
            let distance: u32 = digits.parse().ok()?;
            self.next_place = (self.next_place + distance).saturating_sub(1);
            token = bare;
        }
        let place = self.next_place;
        self.next_place += 1;
        Some((place, token))
    }
}

/// Collects the texts of one field.
pub(crate) struct FieldStreams<'a> {
    definition: &'a AnalyserDefinition,
    vocabulary: &'a mut Vocabulary,
    main: EncodedStream,
    derived: EncodedStream,
    place: u32,
    before: Option<Syllable>,
}

/// The syllable before the current token, when both can be a pair.
#[derive(Default)]
struct Syllable {
    exact: String,
    folded: String,
    end: usize,
}

impl<'a> FieldStreams<'a> {
    pub(crate) fn new(definition: &'a AnalyserDefinition, vocabulary: &'a mut Vocabulary) -> Self {
        Self {
            definition,
            vocabulary,
            main: EncodedStream::default(),
            derived: EncodedStream::default(),
            place: 0,
            before: None,
        }
    }

    /// Adds one text; the next one stands `text_gap` places further.
    pub(crate) fn push_text(&mut self, text: &str) {
        let start = self.place;
        text::for_each_token(text, |token| {
            self.push_token(text, token);
            text::for_each_part(text, token, |part| {
                self.derived
                    .push(self.place, &[PART_MARK], &[self.cut(part.exact)]);
            });
            self.place += 1;
        });
        self.before = None;
        if self.place > start {
            self.place += self.definition.text_gap;
        }
    }

    /// Adds a token as it is.
    pub(crate) fn push_verbatim(&mut self, token: &str) {
        let clean: String = token.chars().filter(|c| !c.is_control()).collect();
        self.main.push(self.place, &[], &[&clean]);
        self.place += 1 + self.definition.text_gap;
    }

    /// The main and the derived stream; `None` for one without tokens.
    pub(crate) fn finish(self) -> (Option<String>, Option<String>) {
        let some =
            |stream: EncodedStream| (!stream.as_str().is_empty()).then(|| stream.into_string());
        (some(self.main), some(self.derived))
    }

    fn cut<'t>(&self, token: &'t str) -> &'t str {
        cut(token, self.definition.max_token_bytes)
    }

    fn push_token(&mut self, text: &str, token: TokenRef<'_>) {
        let max_bytes = self.definition.max_token_bytes;
        let (exact, folded) = (cut(token.exact, max_bytes), cut(token.folded, max_bytes));
        self.main.push(self.place, &[], &[exact]);
        if folded != exact {
            self.derived.push(self.place, &[], &[folded]);
        }
        let (class, stem) = self.vocabulary.look_up(&token, exact);
        if let Some(stem) = stem {
            self.derived.push(self.place, &[STEM_MARK], &[stem]);
        }
        if class == WordClass::Syllable {
            self.push_pair(text, &token);
        } else {
            self.before = None;
        }
    }

    /// A pair stands at the place of its second syllable.
    fn push_pair(&mut self, text: &str, token: &TokenRef<'_>) {
        let mut before = self.before.take().unwrap_or_default();
        if !before.exact.is_empty() && is_soft_break(&text[before.end..token.start]) {
            let exact = [before.exact.as_str(), token.exact];
            let folded = [before.folded.as_str(), token.folded];
            self.derived.push(self.place, &[], &exact);
            if exact != folded {
                self.derived.push(self.place, &[], &folded);
            }
        }
        before.exact.clear();
        before.exact.push_str(token.exact);
        before.folded.clear();
        before.folded.push_str(token.folded);
        before.end = token.end;
        self.before = Some(before);
    }
}

/// Whether two syllables with this between them can be one word.
pub(crate) fn is_soft_break(between: &str) -> bool {
    between.len() <= 8
        && between
            .chars()
            .all(|c| c.is_whitespace() || "-‐‑·".contains(c))
}

/// The longest head of `token` of at most `max_bytes` bytes.
pub(crate) fn cut(token: &str, max_bytes: usize) -> &str {
    if token.len() <= max_bytes {
        return token;
    }
    let end = (0..=max_bytes)
        .rev()
        .find(|i| token.is_char_boundary(*i))
        .unwrap_or(0);
    &token[..end]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Definition;

    type Placed = Vec<(u32, String)>;

    fn streams(texts: &[&str]) -> (Placed, Placed) {
        let mut vocabulary = Vocabulary::new();
        let mut streams = FieldStreams::new(&Definition::built_in().analyser, &mut vocabulary);
        for text in texts {
            streams.push_text(text);
        }
        let (main, derived) = streams.finish();
        let read = |encoded: Option<String>| {
            Decoder::new(&encoded.unwrap_or_default())
                .map(|(place, token)| (place, token.to_owned()))
                .collect()
        };
        (read(main), read(derived))
    }

    #[test]
    fn forms_stand_at_the_place_of_their_token() {
        let (main, derived) = streams(&["Khoa học computers"]);
        let expect = |rows: &[(u32, &str)]| {
            rows.iter()
                .map(|(place, token)| (*place, (*token).to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(main, expect(&[(0, "khoa"), (1, "học"), (2, "computers")]));
        assert_eq!(
            derived,
            expect(&[(1, "hoc"), (1, "khoa học"), (1, "khoa hoc"), (2, "~comput")])
        );
    }

    #[test]
    fn no_pair_reaches_over_a_stop_or_into_the_next_text() {
        let (_, derived) = streams(&["ban. hanh", "ban", "hanh"]);
        assert_eq!(derived, []);
    }

    #[test]
    fn the_second_text_stands_further_off() {
        let gap = Definition::built_in().analyser.text_gap;
        let (main, _) = streams(&["alpha", "beta"]);
        assert_eq!(main[1], (1 + gap, "beta".to_owned()));
    }

    proptest! {
        #[test]
        fn places_grow_and_any_text_is_read_back(texts in prop::collection::vec(".{0,60}", 0..4)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let n_tokens: usize = texts.iter().map(|t| text::tokenise(t).len()).sum();
            let (main, derived) = streams(&texts);
            prop_assert_eq!(main.len(), n_tokens);
            prop_assert!(main.is_sorted_by(|a, b| a.0 < b.0));
            prop_assert!(derived.is_sorted_by(|a, b| a.0 <= b.0));
            let last = main.last().map_or(0, |(place, _)| *place);
            prop_assert!(derived.iter().all(|(place, _)| *place <= last));
        }
    }
}
