//! The words of an entry that may name somebody, and what vouches for them when
//! they are erased.
//!
//! A seal is SHA-256, lower-case hex, over the salt (32 hex digits, random), a
//! line feed, and the word. The chain holds the seal; the salt stands beside the
//! word. Whoever erases a word removes its salt with it: what is left is a
//! number from which no name can be guessed, because nobody can try names
//! against it without the salt.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// A word of an entry that may name somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// Who acted.
    Actor,
    /// What it was done to.
    Object,
    /// What came of it.
    Detail,
}

impl Word {
    /// All of them, in the order of an entry.
    pub const ALL: [Self; 3] = [Self::Actor, Self::Object, Self::Detail];

    /// Its field in the entry.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Actor => "actor",
            Self::Object => "object",
            Self::Detail => "detail",
        }
    }
}

/// What stands beside a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Salt {
    /// Nothing: an entry from before there were seals.
    Never,
    /// The salt of its seal.
    Kept(String),
    /// The word was erased; the entry that says so.
    Erased(u64),
}

impl Salt {
    /// The salt, while it is there.
    pub fn kept(&self) -> Option<&str> {
        match self {
            Self::Kept(salt) => Some(salt),
            Self::Never | Self::Erased(_) => None,
        }
    }

    /// The entry that says that the word was erased.
    pub fn erased_by(&self) -> Option<u64> {
        match self {
            Self::Erased(number) => Some(*number),
            Self::Never | Self::Kept(_) => None,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text {
            "-" => Some(Self::Never),
            text => match text.strip_prefix('@') {
                Some(number) => number.parse().ok().map(Self::Erased),
                None => is_hex(text, 32).then(|| Self::Kept(text.to_owned())),
            },
        }
    }
}

/// What vouches for the three words of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealing {
    /// What the chain holds in the place of the words; `None` in entries from
    /// before there were seals: there it holds the words.
    pub seals: Option<[String; 3]>,
    /// What stands beside each word.
    pub salts: [Salt; 3],
}

impl Sealing {
    /// Of an entry from before there were seals.
    pub(crate) fn none() -> Self {
        Self {
            seals: None,
            salts: [Salt::Never, Salt::Never, Salt::Never],
        }
    }

    /// Seals three words with new salts.
    pub(crate) fn of(words: [&str; 3]) -> Self {
        let salts = words.map(|_| random_salt());
        let seals = [0, 1, 2].map(|at| seal(&salts[at], words[at]));
        Self {
            seals: Some(seals),
            salts: salts.map(Salt::Kept),
        }
    }

    /// Whether the words are the sealed ones, as far as they are not erased.
    pub(crate) fn vouches_for(&self, words: [&str; 3]) -> bool {
        let Some(seals) = &self.seals else {
            return self.salts.iter().all(|salt| salt.kept().is_none());
        };
        let mut each = self.salts.iter().zip(words).zip(seals);
        each.all(|((salt, word), sealed)| match salt {
            Salt::Never => false,
            Salt::Kept(salt) => seal(salt, word) == *sealed,
            Salt::Erased(_) => true,
        })
    }

    /// Whether any word was erased.
    pub fn is_erased(&self) -> bool {
        self.salts.iter().any(|salt| salt.erased_by().is_some())
    }

    /// The salts that are there, in the order of [`Word::ALL`]; `None` in an entry
    /// without seals.
    pub fn kept_salts(&self) -> Option<[Option<&str>; 3]> {
        self.seals.as_ref()?;
        Some(self.salts.each_ref().map(Salt::kept))
    }

    /// The entries that say that words were erased, in the order of [`Word::ALL`];
    /// `None` where none was.
    pub fn erased_by(&self) -> Option<[Option<u64>; 3]> {
        let by = self.salts.each_ref().map(Salt::erased_by);
        self.is_erased().then_some(by)
    }

    /// The two columns of the table.
    pub(crate) fn columns(&self) -> [Option<String>; 2] {
        let salt = |salt: &Salt| match salt {
            Salt::Never => "-".to_owned(),
            Salt::Kept(salt) => salt.clone(),
            Salt::Erased(number) => format!("@{number}"),
        };
        let is_plain = *self == Self::none();
        let salts = (!is_plain).then(|| self.salts.each_ref().map(salt).join(" "));
        [self.seals.as_ref().map(|seals| seals.join(" ")), salts]
    }

    /// Reads them; `None` for what no program writes.
    pub(crate) fn read(seals: Option<&str>, salts: Option<&str>) -> Option<Self> {
        let seals = match seals {
            None => None,
            Some(text) => Some(three(text, |seal| {
                is_hex(seal, 64).then(|| seal.to_owned())
            })?),
        };
        let salts = match salts {
            None => Self::none().salts,
            Some(text) => three(text, Salt::parse)?,
        };
        Some(Self { seals, salts })
    }
}

fn three<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<[T; 3]> {
    let read: Option<Vec<T>> = text.split(' ').map(read).collect();
    read?.try_into().ok()
}

fn is_hex(text: &str, n_digits: usize) -> bool {
    text.len() == n_digits && text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn seal(salt: &str, word: &str) -> String {
    hex(&Sha256::digest(format!("{salt}\n{word}")))
}

fn random_salt() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("a system without random bytes cannot serve at all");
    hex(&bytes)
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
