//! Records of one publication together: what a librarian decides on at once.

use std::collections::BTreeMap;

use records::RecordId;
use serde::Serialize;

use crate::find::{Pair, SameAs};

/// Records that are duplicates of one another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Group {
    /// Their ids, sorted; two at least.
    pub ids: Vec<RecordId>,
    /// The pairs between them, likeliest first.
    pub pairs: Vec<Pair>,
}

/// Joins duplicates that hang together. Versions join nothing. The group with
/// the likeliest pair comes first, ties by ids.
pub fn groups(pairs: &[Pair]) -> Vec<Group> {
    let duplicates = || {
        pairs
            .iter()
            .filter(|pair| pair.same_as == SameAs::Duplicate)
    };
    let mut root: BTreeMap<&RecordId, &RecordId> = BTreeMap::new();
    for pair in duplicates() {
        let (a, b) = (top(&root, &pair.a), top(&root, &pair.b));
        // The smaller id stands for the group.
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        root.insert(low, low);
        root.insert(high, low);
    }
    let mut members: BTreeMap<&RecordId, Group> = BTreeMap::new();
    for id in root.keys().copied() {
        let group = members.entry(top(&root, id)).or_insert_with(|| Group {
            ids: Vec::new(),
            pairs: Vec::new(),
        });
        group.ids.push(id.clone());
    }
    for pair in duplicates() {
        if let Some(group) = members.get_mut(top(&root, &pair.a)) {
            group.pairs.push(pair.clone());
        }
    }
    let mut groups: Vec<Group> = members.into_values().collect();
    let best = |group: &Group| group.pairs.first().map_or(0.0, |pair| pair.probability);
    groups.sort_by(|x, y| best(y).total_cmp(&best(x)).then_with(|| x.ids.cmp(&y.ids)));
    groups
}

fn top<'a>(root: &BTreeMap<&'a RecordId, &'a RecordId>, id: &'a RecordId) -> &'a RecordId {
    let mut id = id;
    while let Some(next) = root.get(id).filter(|next| **next != id) {
        id = next;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(a: &str, b: &str, same_as: SameAs) -> Pair {
        Pair {
            a: RecordId::new(a).unwrap(),
            b: RecordId::new(b).unwrap(),
            same_as,
            probability: 0.9,
            evidence: Vec::new(),
        }
    }

    #[test]
    fn chains_hang_together_and_versions_stay_apart() {
        let pairs = [
            pair("c", "d", SameAs::Duplicate),
            pair("a", "c", SameAs::Duplicate),
            pair("x", "y", SameAs::Duplicate),
            pair("d", "x", SameAs::Version),
        ];
        let found: Vec<_> = groups(&pairs)
            .iter()
            .map(|group| {
                group
                    .ids
                    .iter()
                    .map(RecordId::as_str)
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect();
        assert_eq!(found, ["a c d", "x y"]);
    }
}
