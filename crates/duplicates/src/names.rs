//! Names of persons: the same one in natural order, inverted, without accents,
//! with initials.
//!
//! Vietnamese names are family, middle, given (*Nguyễn Văn An*) and come
//! inverted from foreign indexes (*An, Nguyen Van*; *An Van Nguyen*; *Nguyen
//! V. A.*). No order is trusted here: a name is the set of its parts.

use crate::grams::letters;

/// A name as its parts, folded, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName {
    parts: Vec<Box<str>>,
}

impl PersonName {
    /// The parts of a name; `None` when it has no letter, or stands for others
    /// (`et al.`, *và cộng sự*, *nnk.*: "and others").
    pub fn new(name: &str) -> Option<Self> {
        let letters = letters(name);
        let stands_for_others = ["et al", "va cong su", "nnk", "va nnk", "others"];
        if stands_for_others.contains(&letters.as_str()) {
            return None;
        }
        let mut parts: Vec<Box<str>> = letters.split(' ').map(Box::from).collect();
        parts.retain(|part| part.chars().any(char::is_alphabetic));
        parts.sort();
        (!parts.is_empty()).then_some(Self { parts })
    }

    /// Its parts joined: equal for names that differ in order and accents only.
    pub fn key(&self) -> String {
        self.parts.join(" ")
    }

    fn n_whole(&self) -> usize {
        self.parts.iter().filter(|part| part.len() > 1).count()
    }
}

/// How surely two names are of one person, in 0..=1: 1 for the same parts in
/// any order; 0.9 when initials stand for the parts that differ, and 0.8 when
/// one name also has fewer parts; 0.7 when the letters are nearly the same
/// (misread ones); else 0.
pub fn are_one_person(a: &PersonName, b: &PersonName) -> f32 {
    if a.parts == b.parts {
        return 1.0;
    }
    let (few, many) = if a.parts.len() <= b.parts.len() {
        (a, b)
    } else {
        (b, a)
    };
    if few.n_whole() >= 1 && fits(few, many) {
        return if few.parts.len() == many.parts.len() {
            0.9
        } else {
            0.8
        };
    }
    let (x, y) = (a.key(), b.key());
    let longer = x.chars().count().max(y.chars().count());
    // One letter in six: what bad scans do to names, and less than what parts
    // two common names of one family (`Tran Thi Hoa`, `Tran Thi Hong`: 2 of 12).
    if longer >= 6 && distance(&x, &y, longer / 6) <= longer / 6 {
        return 0.7;
    }
    0.0
}

/// Whether each part of `few` is a part of `many`, or its initial, or has its
/// initial there, each part used once, and one whole part at least is shared.
/// A name of one part alone is no proof against one of several.
fn fits(few: &PersonName, many: &PersonName) -> bool {
    if few.parts.len() == 1 && many.parts.len() > 1 {
        return false;
    }
    let mut is_used = vec![false; many.parts.len()];
    let mut left = Vec::new();
    let mut n_whole = 0;
    for part in &few.parts {
        let same = (0..many.parts.len()).find(|i| !is_used[*i] && many.parts[*i] == *part);
        match same {
            Some(i) => {
                is_used[i] = true;
                n_whole += usize::from(part.len() > 1);
            }
            None => left.push(part),
        }
    }
    let all_fit = left.iter().all(|part| {
        let fit = (0..many.parts.len()).find(|i| !is_used[*i] && is_initial(part, &many.parts[*i]));
        fit.is_some_and(|i| {
            is_used[i] = true;
            true
        })
    });
    all_fit && n_whole >= 1
}

fn is_initial(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.chars().count() == 1 && long.starts_with(short)
}

/// Levenshtein distance, or `most + 1` as soon as it must be greater.
fn distance(a: &str, b: &str, most: usize) -> usize {
    let b: Vec<char> = b.chars().collect();
    let n_a = a.chars().count();
    if n_a.abs_diff(b.len()) > most {
        return most + 1;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        let mut least = row[0];
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
            least = least.min(row[j + 1]);
        }
        if least > most {
            return most + 1;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> f32 {
        are_one_person(&PersonName::new(a).unwrap(), &PersonName::new(b).unwrap())
    }

    #[test]
    fn one_vietnamese_name_in_all_its_orders() {
        for other in [
            "NGUYEN VAN AN",
            "An, Nguyễn Văn",
            "An Van Nguyen",
            "Nguyen, Van An",
        ] {
            assert_eq!(same("Nguyễn Văn An", other), 1.0, "{other}");
        }
        assert_eq!(same("Nguyễn Văn An", "Nguyen V. A."), 0.9);
        assert_eq!(same("Nguyễn Văn An", "A. Nguyen"), 0.8);
        assert_eq!(same("Christopher D. Manning", "C. Manning"), 0.8);
        assert_eq!(same("Nguyễn Văn An", "Nguyễn Vãn Ân"), 1.0);
        assert_eq!(same("Christopher Manning", "Christophcr Mannlng"), 0.7);
    }

    #[test]
    fn others_are_others() {
        for other in ["Nguyễn Văn Bình", "Trần Văn An", "Nguyễn", "Lê Thị An"] {
            assert_eq!(same("Nguyễn Văn An", other), 0.0, "{other}");
        }
        assert_eq!(PersonName::new("et al."), None);
        assert_eq!(PersonName::new("và cộng sự"), None);
        assert_eq!(PersonName::new("***"), None);
    }
}
