//! Text in more than one language, without ever mixing the languages.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

/// A language: two- or three-letter ISO 639 code in lower case; `und` when it
/// is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Lang(String);

impl Lang {
    /// Vietnamese.
    pub fn vi() -> Self {
        Self("vi".into())
    }

    /// English.
    pub fn en() -> Self {
        Self("en".into())
    }

    /// Not known.
    pub fn und() -> Self {
        Self("und".into())
    }

    /// Reads a code as records carry it: `vi`, `vie`, `vi-VN`, `VI_vn`,
    /// `English`, `Tiếng Việt`. Anything else that is not two or three ASCII
    /// letters becomes `und`.
    pub fn parse(raw: &str) -> Self {
        let lower = raw.trim().to_lowercase();
        let head = lower.split(['-', '_']).next().unwrap_or_default();
        let code = match head {
            "vie" | "vn" | "vietnamese" | "tiếng việt" => "vi",
            "eng" | "english" | "tiếng anh" => "en",
            "fre" | "fra" | "french" | "tiếng pháp" => "fr",
            "ger" | "deu" | "german" => "de",
            "rus" | "russian" | "tiếng nga" => "ru",
            "chi" | "zho" | "chinese" => "zh",
            "jpn" | "japanese" => "ja",
            "kor" | "korean" => "ko",
            other if matches!(other.len(), 2 | 3) => other,
            _ => "und",
        };
        if code.bytes().all(|b| b.is_ascii_lowercase()) {
            Self(code.to_owned())
        } else {
            Self::und()
        }
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Lang {
    fn from(raw: String) -> Self {
        Self::parse(&raw)
    }
}

impl From<Lang> for String {
    fn from(lang: Lang) -> Self {
        lang.0
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One value per language, in the order of the codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Localised<T>(BTreeMap<Lang, T>);

/// A title, an abstract: one text per language.
pub type LocalisedText = Localised<String>;

impl<T> Default for Localised<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Localised<T> {
    /// One value in one language.
    pub fn one(lang: Lang, value: T) -> Self {
        Self(BTreeMap::from([(lang, value)]))
    }

    /// Sets the value of `lang`; gives back the one it replaces.
    pub fn set(&mut self, lang: Lang, value: T) -> Option<T> {
        self.0.insert(lang, value)
    }

    /// The value in exactly this language.
    pub fn get(&self, lang: &Lang) -> Option<&T> {
        self.0.get(lang)
    }

    /// The value in `lang`; else in Vietnamese, English, or the first language
    /// there is, with the language it is in.
    pub fn prefer(&self, lang: &Lang) -> Option<(&Lang, &T)> {
        [lang, &Lang::vi(), &Lang::en()]
            .into_iter()
            .find_map(|wanted| self.0.get_key_value(wanted))
            .or_else(|| self.0.first_key_value())
    }

    /// All languages and values, by language code.
    pub fn iter(&self) -> impl Iterator<Item = (&Lang, &T)> {
        self.0.iter()
    }

    /// Whether there is no value at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> FromIterator<(Lang, T)> for Localised<T> {
    fn from_iter<I: IntoIterator<Item = (Lang, T)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_codes_as_records_carry_them() {
        for (raw, code) in [
            ("vie", "vi"),
            ("vi-VN", "vi"),
            ("English", "en"),
            ("Tiếng Việt", "vi"),
            ("", "und"),
            ("???", "und"),
            ("fil", "fil"),
        ] {
            assert_eq!(Lang::parse(raw).as_str(), code, "{raw}");
        }
    }

    #[test]
    fn prefers_the_asked_language_then_vietnamese_then_english() {
        let mut title = LocalisedText::one(Lang::en(), "Rice".into());
        assert_eq!(title.prefer(&Lang::vi()).unwrap().1, "Rice");
        title.set(Lang::vi(), "Lúa".into());
        assert_eq!(title.prefer(&Lang::parse("fr")).unwrap().1, "Lúa");
        assert_eq!(title.prefer(&Lang::en()).unwrap().1, "Rice");
    }
}
