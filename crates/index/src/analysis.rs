//! The analyser: the one way from text to tokens, for records and queries.
//!
//! In: text as it stands in a record or a query. Out: tokens with their place,
//! their byte range in that text, and the other forms that they can be found
//! by. Vietnamese syllables are never stemmed; English words are never folded
//! into Vietnamese ones: stems are marked.

use std::ops::Range;

use frostem::{Algorithm, Stemmer};
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
pub(crate) const STEM_MARK: char = '~';
/// Marks the parts of codes, addresses and DOIs in the derived stream.
pub(crate) const PART_MARK: char = '#';

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

/// Runs the chain over `text`.
pub fn analyse(text: &str) -> Vec<AnalysedToken> {
    let stemmer = stemmer();
    let mut tokens = Vec::new();
    text::for_each_token(text, |token| {
        let class = classify(&token);
        tokens.push(AnalysedToken {
            range: token.start..token.end,
            exact: token.exact.to_owned(),
            folded: (token.folded != token.exact).then(|| token.folded.to_owned()),
            stem: (class == WordClass::English).then(|| stemmer.stem(token.exact).into_owned()),
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
    fn a_token_points_at_the_original_bytes() {
        let text = "Bie\u{302}\u{301}n đổi";
        let tokens = analyse(text);
        assert_eq!(&text[tokens[0].range.clone()], "Bie\u{302}\u{301}n");
        assert_eq!(tokens[0].exact, "biến");
        assert_eq!(tokens[0].bare(), "bien");
        assert!(tokens[1].has_accent() && tokens[1].is_syllable);
    }
}
