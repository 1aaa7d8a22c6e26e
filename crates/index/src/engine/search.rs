//! Answers one question from one snapshot.

use records::RecordId;
use tantivy::TERMINATED;

use super::{
    collect::{Best, Ranked, page},
    columns::{Condition, ConditionError, by_field},
    cursor::{WINDOW, ones},
    explain::explain,
    facets::FacetCounter,
    node::{Node, Window},
    open::open,
    snapshot::{Segment, Snapshot},
};
use crate::{
    Definition, FullTextHit, FullTextPage, FullTextQuery,
    plan::{Plan, plan},
};

/// Why a search failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Condition(#[from] ConditionError),
    #[error(transparent)]
    Engine(#[from] tantivy::TantivyError),
    #[error(transparent)]
    Read(#[from] std::io::Error),
}

/// Answers `query`.
pub(super) fn search(
    snapshot: &Snapshot,
    query: &FullTextQuery,
    definition: &Definition,
) -> Result<FullTextPage, Failure> {
    let plan = plan(&query.expr, definition, snapshot);
    let mut counters: Vec<FacetCounter<'_>> = query
        .facets
        .iter()
        .map(|field| FacetCounter::new(*field, snapshot))
        .collect();
    let mut found = Vec::with_capacity(snapshot.segments.len());
    let mut total = 0;
    for (at, segment) in snapshot.segments.iter().enumerate() {
        let mut run = Run::new(snapshot, segment, &plan, query, definition)?;
        run.each_window(|docs, segment| {
            total += docs.len() as u64;
            for counter in &mut counters {
                counter.count(at, segment, docs);
            }
        });
        found.push(run.best.finish(at, segment));
    }
    let hits = page(&found, query.offset, query.limit);
    let hits: Result<Vec<FullTextHit>, Failure> = hits
        .into_iter()
        .map(|hit| finish_hit(hit, snapshot, &plan, query, definition))
        .collect();
    let facets = query.facets.iter().copied().zip(counters);
    Ok(FullTextPage {
        total,
        hits: hits?,
        facets: facets
            .map(|(field, counter)| (field, counter.finish(query.facet_limit)))
            .collect(),
    })
}

fn finish_hit(
    hit: Ranked,
    snapshot: &Snapshot,
    plan: &Plan,
    query: &FullTextQuery,
    definition: &Definition,
) -> Result<FullTextHit, Failure> {
    let segment = &snapshot.segments[hit.segment];
    let parts = if query.explain {
        let mut node = open(plan, segment, snapshot)?;
        explain(&mut node, segment, hit.doc, definition)
    } else {
        Vec::new()
    };
    let id = RecordId::new(&hit.id).map_err(|_| {
        std::io::Error::new(
            std::io::ErrorKind::InvalidData,
            "a document of the index has no readable id",
        )
    })?;
    Ok(FullTextHit {
        id,
        score: hit.score,
        parts,
    })
}

/// The walk over one segment.
struct Run<'a> {
    segment: &'a Segment,
    node: Node,
    conditions: Vec<Condition>,
    query: &'a FullTextQuery,
    k1: f32,
    best: Best,
}

impl<'a> Run<'a> {
    fn new(
        snapshot: &Snapshot,
        segment: &'a Segment,
        plan: &Plan,
        query: &'a FullTextQuery,
        definition: &Definition,
    ) -> Result<Self, Failure> {
        let conditions: Result<Vec<Condition>, ConditionError> = by_field(&query.filters)
            .into_iter()
            .map(|(field, values)| Condition::new(field, &values, &segment.columns))
            .collect();
        Ok(Self {
            segment,
            node: open(plan, segment, snapshot)?,
            conditions: conditions?,
            query,
            k1: definition.ranking.k1,
            best: Best::new(query.sort, query.offset.saturating_add(query.limit)),
        })
    }

    /// Walks over all windows that can match; gives each window's matches.
    fn each_window(&mut self, mut visit: impl FnMut(&[u32], &Segment)) {
        let max_doc = self.segment.reader.max_doc();
        let mut window = Window::new();
        let mut docs = Vec::with_capacity(WINDOW);
        let mut base = 0;
        loop {
            base = self.node.skip_to(base);
            if base == TERMINATED || base >= max_doc {
                return;
            }
            let end = max_doc.min(base + WINDOW as u32);
            self.node
                .fill(self.segment, self.k1, base, end, &mut window);
            docs.clear();
            for at in ones(&window.bits) {
                let doc = base + at as u32;
                if self.is_wanted(doc) {
                    docs.push(doc);
                    self.best.push(self.segment, doc, window.scores[at]);
                }
            }
            visit(&docs, self.segment);
            base = end;
        }
    }

    /// Alive, visible to whoever asks, and meets all conditions.
    fn is_wanted(&self, doc: u32) -> bool {
        let columns = &self.segment.columns;
        !self.segment.reader.is_deleted(doc)
            && columns.is_visible(doc, self.query.clearance)
            && self.conditions.iter().all(|c| c.holds(doc, columns))
    }
}
