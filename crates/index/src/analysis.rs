//! The analyser: the one way from text to tokens, for records and queries.
//!
//! In: text as it stands in a record or a query. Out: tokens with their place,
//! their byte range in that text, and the other forms that they can be found
//! by. Vietnamese syllables are never stemmed; English words are never folded
//! into Vietnamese ones: stems are marked.

use std::ops::Range;

use frostem::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;
use text::{TokenKind, TokenRef, syllable};

/// Links of the chain, as `index/fulltext.toml` lists them. All of them are
/// inside `text::for_each_token`.
#[cfg(test)]
pub(crate) const CHAIN: [&str; 3] = ["normalise", "lowercase", "class"];
/// Derived forms, as `index/fulltext.toml` lists them.
#[cfg(test)]
pub(crate) const DERIVED: [&str; 4] = ["fold", "stem", "part", "pair"];

/// Marks stems in the derived stream, so that the stem of an English word and
/// the bare form of a Vietnamese one are never the same term.
pub const STEM_MARK: char = '~';
/// Marks the parts of codes, addresses and DOIs in the derived stream.
pub const PART_MARK: char = '#';

/// One token of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysedToken {
    /// Bytes of the text that was analysed.
    pub range: Range<usize>,
    /// The token in canonical form, lower-case, accents kept.
    pub exact: String,
    /// The token without accents, when that differs.
    pub folded: Option<String>,
    /// The English stem, when the token can be an English word; it may be the
    /// token itself.
    pub stem: Option<String>,
    /// Whether it can be a Vietnamese syllable, typed with or without accents.
    pub is_syllable: bool,
}

impl AnalysedToken {
    /// Whether it has an accent (or a đ).
    pub fn has_accent(&self) -> bool {
        self.folded.is_some()
    }

    /// The token without accents.
    pub fn bare(&self) -> &str {
        self.folded.as_deref().unwrap_or(&self.exact)
    }
}

/// What kind of word a token is, and its stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordClass {
    /// Can be a Vietnamese syllable, with or without accents.
    Syllable,
    /// Can be an English word.
    English,
    /// Numbers, codes, words of other scripts.
    Other,
}

/// Says what kind of word a token is. Context-free, so that a query of one
/// word is read like the same word in a record.
pub(crate) fn classify(token: &TokenRef<'_>) -> WordClass {
    if token.kind != TokenKind::Word {
        return WordClass::Other;
    }
    let is_bare = token.exact == token.folded;
    if is_bare && syllable::could_be_accentless_vietnamese(token.exact)
        || !is_bare && syllable::is_vietnamese(token.exact)
    {
        WordClass::Syllable
    } else if token.exact.len() > 2 && token.exact.bytes().all(|b| b.is_ascii_lowercase()) {
        WordClass::English
    } else {
        WordClass::Other
    }
}

/// The English stemmer: Snowball's Porter2.
pub(crate) fn stemmer() -> Stemmer {
    Stemmer::new(Algorithm::English)
}

/// Classes and stems of the words seen so far. Words repeat: looking one up
/// costs a tenth of stemming it (measured with `perf record trithuc ingest`).
pub(crate) struct Vocabulary {
    stemmer: Stemmer,
    known: FxHashMap<Box<str>, (WordClass, Option<Box<str>>)>,
}

/// Words remembered before all are forgotten: 4 MiB at most, and more words
/// than the records of an hour of ingest use often.
const MAX_KNOWN: usize = 1 << 16;

impl Vocabulary {
    pub(crate) fn new() -> Self {
        Self {
            stemmer: stemmer(),
            known: FxHashMap::default(),
        }
    }

    /// The class of `token`, and for an English word the stem of `exact`, the
    /// token as it is indexed, where that differs from it.
    pub(crate) fn look_up(
        &mut self,
        token: &TokenRef<'_>,
        exact: &str,
    ) -> (WordClass, Option<&str>) {
        if token.kind != TokenKind::Word {
            return (WordClass::Other, None);
        }
        if !self.known.contains_key(token.exact) {
            if self.known.len() >= MAX_KNOWN {
                self.known.clear();
            }
            let class = classify(token);
            let stem = (class == WordClass::English).then(|| self.stemmer.stem(exact));
            let stem = stem.filter(|stem| stem != exact).map(Into::into);
            self.known.insert(token.exact.into(), (class, stem));
        }
        let (class, stem) = &self.known[token.exact];
        (*class, stem.as_deref())
    }
}

/// A token of a text while the text is read: [`AnalysedToken`] without copies.
pub struct TokenView<'a> {
    token: TokenRef<'a>,
    stemmer: &'a Stemmer,
}

impl TokenView<'_> {
    /// Bytes of the text that is read.
    pub fn range(&self) -> Range<usize> {
        self.token.start..self.token.end
    }

    /// The token in canonical form, lower-case, accents kept.
    pub fn exact(&self) -> &str {
        self.token.exact
    }

    /// The token without accents.
    pub fn bare(&self) -> &str {
        self.token.folded
    }

    /// Whether it has an accent (or a đ).
    pub fn has_accent(&self) -> bool {
        self.token.exact != self.token.folded
    }

    /// Whether it can be an English word whose stem is `stem`.
    pub fn has_stem(&self, stem: &str) -> bool {
        // Porter2 never changes the first letter.
        self.token.exact.as_bytes().first() == stem.as_bytes().first()
            && classify(&self.token) == WordClass::English
            && self.stemmer.stem(self.token.exact) == stem
    }
}

/// Runs the chain over `text` and calls `visit` with each token in its order.
pub fn for_each_token(text: &str, mut visit: impl FnMut(&TokenView<'_>)) {
    let stemmer = stemmer();
    text::for_each_token(text, |token| {
        visit(&TokenView {
            token,
            stemmer: &stemmer,
        });
    });
}

/// Runs the chain over `text`.
pub fn analyse(text: &str) -> Vec<AnalysedToken> {
    let mut tokens = Vec::new();
    for_each_token(text, |view| {
        let class = classify(&view.token);
        let stem = |view: &TokenView<'_>| view.stemmer.stem(view.exact()).into_owned();
        tokens.push(AnalysedToken {
            range: view.range(),
            exact: view.exact().to_owned(),
            folded: view.has_accent().then(|| view.bare().to_owned()),
            stem: (class == WordClass::English).then(|| stem(view)),
            is_syllable: class == WordClass::Syllable,
        });
    });
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stems(text: &str) -> Vec<Option<String>> {
        analyse(text).into_iter().map(|token| token.stem).collect()
    }

    #[test]
    fn stemming_touches_english_words_only() {
        assert_eq!(stems("computing"), [Some("comput".to_owned())]);
        assert_eq!(stems("khoa học máy tính"), vec![None; 4]);
        assert_eq!(stems("khoa hoc may tinh"), vec![None; 4]);
        assert_eq!(stems("2020 h5n1"), vec![None; 2]);
    }

    #[test]
    fn a_view_says_what_the_token_says() {
        let text = "Computing tác động, skies lying ponies 2020 (H5N1)";
        let (tokens, mut n) = (analyse(text), 0);
        for_each_token(text, |view| {
            let token = &tokens[n];
            assert_eq!(
                (view.range(), view.exact()),
                (token.range.clone(), token.exact.as_str())
            );
            assert_eq!(
                (view.bare(), view.has_accent()),
                (token.bare(), token.has_accent())
            );
            assert!(token.stem.iter().all(|stem| view.has_stem(stem)));
            assert!(token.stem.is_some() || !view.has_stem(view.exact()));
            n += 1;
        });
        assert_eq!(n, tokens.len());
    }

    #[test]
    fn a_known_word_is_what_it_was_when_new() {
        let mut vocabulary = Vocabulary::new();
        let mut read = |text: &str| {
            let mut found = Vec::new();
            text::for_each_token(text, |token| {
                let (class, stem) = vocabulary.look_up(&token, token.exact);
                found.push((class, stem.map(str::to_owned)));
            });
            found
        };
        let text = "computers học hoc compute 2020";
        let first = read(text);
        assert_eq!(first[0], (WordClass::English, Some("comput".to_owned())));
        assert_eq!(read(text), first);
    }

    #[test]
    fn a_token_points_at_the_original_bytes() {
        let text = "Bie\u{302}\u{301}n đổi";
        let tokens = analyse(text);
        assert_eq!(&text[tokens[0].range.clone()], "Bie\u{302}\u{301}n");
        assert_eq!(tokens[0].exact, "biến");
        assert_eq!(tokens[0].bare(), "bien");
        assert!(tokens[1].has_accent() && tokens[1].is_syllable);
    }
}
