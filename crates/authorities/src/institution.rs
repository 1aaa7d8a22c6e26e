//! How alike two names of institutions are: the same words, short forms
//! written out, weighted by how rare they are.

use rustc_hash::FxHashMap;

use crate::key;

/// Short forms of Vietnamese and English names of institutions, folded, and
/// what they stand for.
const SHORT: [(&str, &str); 34] = [
    ("dh", "dai hoc"),
    ("dhqg", "dai hoc quoc gia"),
    ("dhqghn", "dai hoc quoc gia ha noi"),
    ("vnu", "dai hoc quoc gia"),
    ("dhbk", "dai hoc bach khoa"),
    ("dhsp", "dai hoc su pham"),
    ("dhkhtn", "dai hoc khoa hoc tu nhien"),
    ("khtn", "khoa hoc tu nhien"),
    ("khxh", "khoa hoc xa hoi"),
    ("nv", "nhan van"),
    ("kh", "khoa hoc"),
    ("cn", "cong nghe"),
    ("khcn", "khoa hoc cong nghe"),
    ("cntt", "cong nghe thong tin"),
    ("cnsh", "cong nghe sinh hoc"),
    ("hv", "hoc vien"),
    ("tt", "trung tam"),
    ("ttnc", "trung tam nghien cuu"),
    ("nc", "nghien cuu"),
    ("bv", "benh vien"),
    ("bvtv", "bao ve thuc vat"),
    ("nn", "nong nghiep"),
    ("ptnt", "phat trien nong thon"),
    ("ntts", "nuoi trong thuy san"),
    ("hn", "ha noi"),
    ("hcm", "ho chi minh"),
    ("tphcm", "ho chi minh"),
    ("vn", "viet nam"),
    ("vietnam", "viet nam"),
    ("hanoi", "ha noi"),
    ("univ", "university"),
    ("inst", "institute"),
    ("dept", "department"),
    ("sci", "science"),
];

/// Words that say nothing about which one it is. *Trường*: school, before the
/// name of any university; *thành phố*, *TP*: city.
const EMPTY: [&str; 10] = [
    "truong", "cua", "va", "thanh", "pho", "tp", "of", "the", "and", "for",
];

/// The words of a name, short forms written out, each once, sorted.
pub(crate) fn words(name: &str) -> Vec<String> {
    let folded = key::folded(&name.replace('&', " "));
    let written_out = folded.split(' ').flat_map(|word| {
        let long = SHORT.iter().find(|(short, _)| *short == word);
        long.map_or(word, |(_, long)| long).split(' ')
    });
    let mut words: Vec<String> = written_out
        .filter(|word| !word.is_empty() && !EMPTY.contains(word))
        .map(str::to_owned)
        .collect();
    words.sort();
    words.dedup();
    words
}

/// How rare words are among the names of a library.
#[derive(Default)]
pub(crate) struct Rarity {
    n_names: f32,
    counts: FxHashMap<String, f32>,
}

impl Rarity {
    /// Counts over the words of all names.
    pub(crate) fn of<'a>(names: impl Iterator<Item = &'a [String]>) -> Self {
        let mut rarity = Self::default();
        for words in names {
            rarity.n_names += 1.0;
            for word in words {
                *rarity.counts.entry(word.clone()).or_default() += 1.0;
            }
        }
        rarity
    }

    /// In how many names a word stands.
    pub(crate) fn count(&self, word: &str) -> f32 {
        self.counts.get(word).copied().unwrap_or(1.0)
    }

    fn weight(&self, word: &str) -> f32 {
        (1.0 + self.n_names / self.count(word)).ln()
    }

    /// The weight of the shared words in that of all words, 0 to 1.
    pub(crate) fn likeness(&self, a: &[String], b: &[String]) -> f32 {
        let sum = |words: &mut dyn Iterator<Item = &String>| -> f32 {
            words.map(|word| self.weight(word)).sum()
        };
        let shared = sum(&mut a.iter().filter(|word| b.contains(word)));
        let all = sum(&mut a.iter()) + sum(&mut b.iter()) - shared;
        if all > 0.0 { shared / all } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_university_in_many_spellings() {
        let names = [
            "Trường Đại học Bách khoa Hà Nội",
            "ĐH Bách khoa Hà Nội",
            "ĐHBK HN",
            "Dai hoc Bach Khoa, Hanoi",
        ];
        for name in names {
            assert_eq!(words(name), words(names[0]), "{name}");
        }
        assert_ne!(words("Đại học Bách khoa Đà Nẵng"), words(names[0]));
    }

    #[test]
    fn rare_words_count_more() {
        let names = [
            "Đại học Huế",
            "Đại học Vinh",
            "Đại học Nông Lâm Huế",
            "Đại học Y Dược Huế",
        ];
        let words: Vec<Vec<String>> = names.iter().map(|name| words(name)).collect();
        let rarity = Rarity::of(words.iter().map(Vec::as_slice));
        assert!(rarity.likeness(&words[0], &words[1]) < 0.6);
        assert_eq!(rarity.likeness(&words[0], &words[0]), 1.0);
    }
}
