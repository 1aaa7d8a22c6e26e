//! What the score of one document is made of.

use tantivy::DocId;

use super::{
    node::{BagNode, Combine, Node},
    snapshot::Segment,
};
use crate::{Definition, ScorePart, plan::saturate};

/// The parts of the score of `doc`, from the largest; they sum to the score.
/// `node` must be newly opened.
pub(super) fn explain(
    node: &mut Node,
    segment: &Segment,
    doc: DocId,
    definition: &Definition,
) -> Vec<ScorePart> {
    let mut parts = parts_of(node, segment, doc, definition);
    parts.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| (a.field, &a.term).cmp(&(b.field, &b.term)))
    });
    parts
}

fn parts_of(
    node: &mut Node,
    segment: &Segment,
    doc: DocId,
    definition: &Definition,
) -> Vec<ScorePart> {
    let go = |part: &mut Node| parts_of(part, segment, doc, definition);
    match node {
        Node::All | Node::Nothing | Node::Set(_) | Node::Condition(_) => Vec::new(),
        Node::And(parts, _) => parts.iter_mut().flat_map(go).collect(),
        Node::AndNot(wanted, ..) => go(wanted),
        Node::Bag(bag) => explain_bag(bag, segment, doc, definition),
        Node::Or(parts, combine, _) => {
            let all = parts.iter_mut().map(go);
            match combine {
                Combine::Sum => all.flatten().collect(),
                Combine::Best => all
                    .max_by(|a, b| sum(a).total_cmp(&sum(b)))
                    .unwrap_or_default(),
            }
        }
    }
}

fn sum(parts: &[ScorePart]) -> f32 {
    parts.iter().map(|part| part.score).sum()
}

/// A part of an "or" adds to the score only when it matches as a whole, so the
/// mass is weighed here as in the search.
fn explain_bag(
    bag: &mut BagNode,
    segment: &Segment,
    doc: DocId,
    definition: &Definition,
) -> Vec<ScorePart> {
    let mut parts = Vec::new();
    let mut mass = 0.0;
    for group in &mut bag.groups {
        let mut found = Vec::new();
        for source in &mut group.sources {
            if source.postings.seek(doc) == doc {
                let frequency = source.postings.frequency();
                let factor = segment.lengths[source.field as usize].inverse_factor(doc);
                let tf = source.weight * frequency as f32 * factor;
                let part = ScorePart {
                    term: source.term.clone(),
                    field: source.field.as_str(),
                    field_weight: definition.fields.get(source.field).weight,
                    frequency,
                    score: 0.0,
                };
                found.push((part, tf));
            }
        }
        let tf: f32 = found.iter().map(|(_, tf)| tf).sum();
        if tf > 0.0 {
            mass += group.mass;
            let score = group.idf * group.boost * saturate(tf, definition.ranking.k1);
            parts.extend(found.into_iter().map(|(part, own)| ScorePart {
                score: score * own / tf,
                ..part
            }));
        }
    }
    if mass < bag.threshold {
        Vec::new()
    } else {
        parts
    }
}
