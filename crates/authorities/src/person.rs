//! How likely two names with what surrounds them are of one person.

use duplicates::{PersonName, are_one_person};

use crate::{census::Usage, key, suggest::Evidence};

/// Blocks in which names of one person meet: the same letters in any order, and
/// a shared whole part with the same initials.
pub(crate) fn blocks(usage: &Usage) -> Vec<String> {
    let mut blocks = Vec::new();
    for form in usage.names() {
        let Some(name) = PersonName::new(form) else {
            continue;
        };
        let letters = name.key();
        let parts: Vec<&str> = letters.split(' ').collect();
        if parts.len() < 2 {
            continue;
        }
        let mut initials: Vec<char> = parts
            .iter()
            .filter_map(|part| part.chars().next())
            .collect();
        initials.sort_unstable();
        let initials: String = initials.into_iter().collect();
        let whole = parts.iter().filter(|part| part.chars().count() > 1);
        blocks.extend(whole.map(|part| format!("{part}|{initials}")));
        blocks.push(letters);
    }
    blocks.sort();
    blocks.dedup();
    blocks
}

/// What the names and their surroundings say, and the log odds of it; `None`
/// for names of two.
pub(crate) fn compare(a: &Usage, b: &Usage) -> Option<(Vec<Evidence>, f32)> {
    let (name, mut odds) = names(a, b)?;
    let mut evidence = vec![name];
    let n_companions = shared(&a.companions, &b.companions);
    if n_companions > 0 {
        evidence.push(Evidence::Companions { n: n_companions });
        odds += if n_companions > 1 { 4.0 } else { 2.5 };
    } else if a.companions.len() > 4 && b.companions.len() > 4 {
        odds -= 1.0;
    }
    let n_institutions = shared(&a.institutions, &b.institutions);
    if n_institutions > 0 {
        evidence.push(Evidence::Institutions { n: n_institutions });
        odds += 1.5;
    }
    if let (Some(a), Some(b)) = (a.years, b.years) {
        let gap = (a.0 - b.1).max(b.0 - a.1);
        if gap > LONGEST_PAUSE {
            evidence.push(Evidence::YearsApart { n: gap });
            odds -= 2.0;
        }
    }
    Some((evidence, odds))
}

/// Years between two works of one person, rarely more.
const LONGEST_PAUSE: i32 = 15;

/// The best that any two of their names say.
fn names(a: &Usage, b: &Usage) -> Option<(Evidence, f32)> {
    let mut best: Option<(Evidence, f32)> = None;
    for one in a.names() {
        for other in b.names() {
            let said = two_names(one, other);
            if let Some(said) = said
                && best.as_ref().is_none_or(|(_, odds)| *odds < said.1)
            {
                best = Some(said);
            }
        }
    }
    best
}

fn two_names(a: &str, b: &str) -> Option<(Evidence, f32)> {
    let likeness = are_one_person(&PersonName::new(a)?, &PersonName::new(b)?);
    if likeness >= 1.0 {
        // Accents part Vietnamese names (*An*, *Ân*) unless one has none.
        let other_accents = key::has_accents(a) && key::has_accents(b) && !same_accents(a, b);
        return Some(if other_accents {
            (Evidence::OtherAccents, -3.0)
        } else {
            (Evidence::SameLetters, 0.5)
        });
    }
    (likeness >= 0.9).then_some((Evidence::Initials, -1.5))
}

/// The same parts with the same accents, in any order.
fn same_accents(a: &str, b: &str) -> bool {
    let parts = |name: &str| {
        let spelled = key::spelled(name);
        let mut parts: Vec<String> = spelled.split(' ').map(str::to_owned).collect();
        parts.sort();
        parts
    };
    parts(a) == parts(b)
}

/// How many two sorted lists share.
fn shared(a: &[u32], b: &[u32]) -> usize {
    a.iter()
        .filter(|hash| b.binary_search(hash).is_ok())
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(name: &str, companions: &[u32]) -> Usage {
        Usage::of_name(name, companions)
    }

    fn odds(a: &Usage, b: &Usage) -> f32 {
        compare(a, b).map_or(f32::NEG_INFINITY, |(_, odds)| odds)
    }

    #[test]
    fn a_name_without_accents_is_likely_the_same_and_initials_need_a_companion() {
        let an = usage("Nguyễn Văn An", &[1, 2, 3]);
        assert!(odds(&an, &usage("Nguyen Van An", &[])) > 0.0);
        assert!(odds(&an, &usage("An, Nguyen Van", &[])) > 0.0);
        assert!(odds(&an, &usage("A. V. Nguyen", &[])) < 0.0);
        assert!(odds(&an, &usage("A. V. Nguyen", &[2])) > 0.0);
        assert!(odds(&an, &usage("Nguyễn Văn Ân", &[2])) < 0.0);
        assert_eq!(
            odds(&an, &usage("Nguyễn Văn Bình", &[1, 2])),
            f32::NEG_INFINITY
        );
    }

    #[test]
    fn names_that_can_be_one_meet_in_a_block() {
        let an = blocks(&usage("Nguyễn Văn An", &[]));
        for other in ["Nguyen Van An", "An V. Nguyen", "N. V. An", "A. V. Nguyen"] {
            let meets = blocks(&usage(other, &[]))
                .iter()
                .any(|block| an.contains(block));
            assert!(meets, "{other}");
        }
        assert!(
            !blocks(&usage("Trần Thị Bình", &[]))
                .iter()
                .any(|block| an.contains(block))
        );
    }
}
