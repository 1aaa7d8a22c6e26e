//! What the tokeniser gives: a token of the original text in index form.

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TokenKind {
    /// Letters: a Vietnamese syllable, or a word of another language. One
    /// ideograph or kana is a word.
    Word,
    /// A whole number with its separators: `2020`, `1.234.567,89`, `3.2.1`.
    Number,
    /// Letters and digits in one piece: `CO₂` (`co2`), `H5N1`, `25kg`.
    Code,
    /// A DOI without its resolver: `10.1000/182`.
    Doi,
    /// An e-mail address.
    Email,
    /// A web address.
    Url,
}

impl TokenKind {
    /// Whether [`for_each_part`](crate::for_each_part) may find smaller tokens inside.
    #[must_use]
    pub fn has_parts(self) -> bool {
        !matches!(self, Self::Word | Self::Number)
    }
}

/// One token, its forms borrowed from the scanner that found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenRef<'a> {
    /// First byte in the original text.
    pub start: usize,
    /// One past the last byte in the original text.
    pub end: usize,
    /// Index form with accents, see [`Token::exact`].
    pub exact: &'a str,
    /// Index form without accents, see [`Token::folded`].
    pub folded: &'a str,
    /// What it is made of.
    pub kind: TokenKind,
}

/// One token that owns its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// First byte in the original text.
    pub start: usize,
    /// One past the last byte in the original text.
    pub end: usize,
    /// Index form with accents: lower case, canonical Unicode and tone place,
    /// compatibility forms folded (`CO₂` is `co2`), and one spelling for an i/y
    /// class (`kỹ` and `kĩ` are both `kĩ`, `quí` and `quý` both `quý`). Made to
    /// be compared, not shown; to show, take the bytes of the original.
    pub exact: String,
    /// [`fold`](crate::fold) of `exact`: what a person types without accents.
    pub folded: String,
    /// What it is made of.
    pub kind: TokenKind,
}

impl From<TokenRef<'_>> for Token {
    fn from(token: TokenRef<'_>) -> Self {
        Self {
            start: token.start,
            end: token.end,
            exact: token.exact.to_owned(),
            folded: token.folded.to_owned(),
            kind: token.kind,
        }
    }
}
