//! Opens a plan on one segment: terms become postings, prefixes become sets of
//! documents, values become conditions on columns.

use records::RecordId;
use tantivy::{BitSet, DocSet as _, TERMINATED, Term, schema::IndexRecordOption};

use super::{
    columns::Condition,
    cursor::TermCursor,
    node::{BagNode, Combine, GroupNode, Node, Postings, Scratch, SourceNode},
    phrase::PhraseCursor,
    search::Failure,
    snapshot::{Segment, Snapshot},
};
use crate::{
    SearchField,
    plan::{Group, Lookup, PhraseLookup, Plan, Stream, TermKey},
};

/// Opens a plan on one segment.
pub(super) fn open(plan: &Plan, segment: &Segment, snapshot: &Snapshot) -> Result<Node, Failure> {
    let all = |parts: &[Plan]| -> Result<Vec<Node>, Failure> {
        parts
            .iter()
            .map(|part| open(part, segment, snapshot))
            .collect()
    };
    Ok(match plan {
        Plan::All => Node::All,
        Plan::Nothing => Node::Nothing,
        Plan::Bag(bag) => {
            let groups: Result<Vec<GroupNode>, Failure> = bag
                .groups
                .iter()
                .map(|group| open_group(group, segment, snapshot))
                .collect();
            Node::Bag(BagNode::new(groups?, bag.threshold))
        }
        Plan::Prefix { fields, prefix } => Node::Set(docs_with_prefix(fields, prefix, segment)?),
        Plan::Ids(ids) => Node::Set(docs_of(ids, segment, snapshot)?),
        Plan::Value { field, value } => {
            Node::Condition(Condition::new(*field, &[value], &segment.columns)?)
        }
        Plan::And(parts) => Node::And(all(parts)?, Scratch::default()),
        Plan::Or(parts) => Node::Or(all(parts)?, Combine::Sum, Scratch::default()),
        Plan::Best(parts) => Node::Or(all(parts)?, Combine::Best, Scratch::default()),
        Plan::AndNot(wanted, unwanted) => Node::AndNot(
            Box::new(open(wanted, segment, snapshot)?),
            Box::new(open(unwanted, segment, snapshot)?),
            Scratch::default(),
        ),
    })
}

fn open_group(group: &Group, segment: &Segment, snapshot: &Snapshot) -> Result<GroupNode, Failure> {
    let mut sources = Vec::new();
    for source in &group.sources {
        let postings = match &source.lookup {
            Lookup::Term(key) => {
                open_term(key, segment, snapshot)?.map(|c| Postings::Term(Box::new(c)))
            }
            Lookup::Phrase(phrase) => open_phrase(phrase, segment, snapshot)?.map(Postings::Phrase),
        };
        sources.extend(postings.map(|postings| SourceNode {
            field: source.field,
            weight: source.weight,
            term: match &source.lookup {
                Lookup::Term(key) => key.text.clone(),
                Lookup::Phrase(_) => group.label.clone(),
            },
            postings,
        }));
    }
    Ok(GroupNode {
        idf: group.idf,
        boost: group.boost,
        mass: group.mass,
        sources,
    })
}

fn open_term(
    key: &TermKey,
    segment: &Segment,
    snapshot: &Snapshot,
) -> Result<Option<TermCursor>, Failure> {
    let Some(info) = segment.term_info(key, &snapshot.fields) else {
        return Ok(None);
    };
    let inverted = segment.inverted(key.field, key.stream);
    let postings =
        inverted.read_block_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
    Ok(Some(TermCursor::new(postings)))
}

fn open_phrase(
    phrase: &PhraseLookup,
    segment: &Segment,
    snapshot: &Snapshot,
) -> Result<Option<PhraseCursor>, Failure> {
    let mut places = Vec::new();
    for keys in &phrase.places {
        let mut terms = Vec::new();
        for key in keys {
            let term =
                Term::from_field_text(snapshot.fields.text(key.field, key.stream), &key.text);
            let inverted = segment.inverted(key.field, key.stream);
            let option = IndexRecordOption::WithFreqsAndPositions;
            terms.extend(inverted.read_postings(&term, option)?);
        }
        if terms.is_empty() {
            return Ok(None);
        }
        places.push(terms);
    }
    Ok(Some(PhraseCursor::new(places, phrase.slop)))
}

/// The documents of these records.
fn docs_of(ids: &[RecordId], segment: &Segment, snapshot: &Snapshot) -> Result<BitSet, Failure> {
    let mut docs = BitSet::with_max_value(segment.reader.max_doc());
    let field = snapshot.fields.id;
    let inverted = segment.reader.inverted_index(field)?;
    for id in ids {
        let term = Term::from_field_text(field, id.as_str());
        let postings = inverted.read_postings(&term, IndexRecordOption::Basic)?;
        if let Some(mut postings) = postings {
            while postings.doc() != TERMINATED {
                docs.insert(postings.doc());
                postings.advance();
            }
        }
    }
    Ok(docs)
}

/// All documents with a word that starts with `prefix`, accents as typed; a
/// bare prefix also finds accented words.
fn docs_with_prefix(
    fields: &[SearchField],
    prefix: &str,
    segment: &Segment,
) -> Result<BitSet, Failure> {
    let mut docs = BitSet::with_max_value(segment.reader.max_doc());
    for field in fields {
        for stream in [Stream::Main, Stream::Derived] {
            let inverted = segment.inverted(*field, stream);
            let mut terms = inverted
                .terms()
                .range()
                .ge(prefix.as_bytes())
                .into_stream()?;
            while terms.advance() {
                if !terms.key().starts_with(prefix.as_bytes()) {
                    break;
                }
                let info = terms.value().clone();
                let mut postings =
                    inverted.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
                while !postings.docs().is_empty() {
                    for doc in postings.docs() {
                        docs.insert(*doc);
                    }
                    postings.advance();
                }
            }
        }
    }
    Ok(docs)
}
