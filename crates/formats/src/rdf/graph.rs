//! A graph in memory: what each subject says, in the order of the file.

use std::collections::{HashMap, HashSet};

use oxrdf::{NamedOrBlankNode, Term, Triple};

use super::{BASE, Syntax};

/// Triples kept of one file; a national catalogue has a tenth of it.
const MAX_TRIPLES: usize = 5_000_000;
/// Errors told of one file.
const MAX_ERRORS: usize = 20;
/// Steps from a dataset to what describes it: dataset, distribution, agent,
/// its name.
const MAX_STEPS: usize = 4;

const TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const DATASETS: [&str; 4] = [
    "http://www.w3.org/ns/dcat#Dataset",
    "http://www.w3.org/ns/dcat#DatasetSeries",
    "http://rdfs.org/ns/void#Dataset",
    "http://schema.org/Dataset",
];

/// A graph.
#[derive(Default)]
pub(super) struct Graph {
    order: Vec<String>,
    subjects: HashMap<String, Vec<Triple>>,
}

/// Line and reason, for people.
type Problem = (u64, String);

impl Graph {
    /// Reads as much as can be read.
    pub(super) fn read(bytes: &[u8], syntax: Syntax) -> (Self, Vec<Problem>) {
        let mut graph = Self::default();
        let mut problems = Vec::new();
        let mut n_triples = 0_usize;
        let mut take = |read: Result<Triple, Problem>| {
            match read {
                Ok(triple) => {
                    n_triples += 1;
                    graph.push(triple);
                }
                Err(problem) => problems.push(problem),
            }
            let is_full = n_triples == MAX_TRIPLES;
            if is_full {
                problems.push((1, format!("the graph has more than {MAX_TRIPLES} triples")));
            }
            !is_full && problems.len() < MAX_ERRORS
        };
        match syntax {
            Syntax::Turtle => {
                let parser = oxttl::TurtleParser::new()
                    .with_base_iri(BASE)
                    .expect("a valid address");
                for triple in parser.for_slice(bytes) {
                    let triple = triple
                        .map_err(|error| (error.location().start.line + 1, error.to_string()));
                    if !take(triple) {
                        break;
                    }
                }
            }
            Syntax::Xml => {
                let parser = oxrdfxml::RdfXmlParser::new()
                    .with_base_iri(BASE)
                    .expect("a valid address");
                for triple in parser.for_slice(bytes) {
                    // After an error this parser has lost its place.
                    let is_error = triple.is_err();
                    if !take(triple.map_err(|error| (1, error.to_string()))) || is_error {
                        break;
                    }
                }
            }
            Syntax::JsonLd => {
                let parser = oxjsonld::JsonLdParser::new()
                    .with_base_iri(BASE)
                    .expect("a valid address");
                for quad in parser.for_slice(bytes) {
                    let is_error = quad.is_err();
                    let triple = quad
                        .map(Triple::from)
                        .map_err(|error| (1, error.to_string()));
                    if !take(triple) || is_error {
                        break;
                    }
                }
            }
        }
        (graph, problems)
    }

    fn push(&mut self, triple: Triple) {
        let name = triple.subject.to_string();
        if !self.subjects.contains_key(&name) {
            self.order.push(name.clone());
        }
        self.subjects.entry(name).or_default().push(triple);
    }

    fn is_dataset(&self, name: &str) -> bool {
        self.triples(name).iter().any(|triple| {
            let is_named = |term: &Term| matches!(term, Term::NamedNode(node) if DATASETS.contains(&node.as_str()));
            triple.predicate.as_str() == TYPE && is_named(&triple.object)
        })
    }

    fn triples(&self, name: &str) -> &[Triple] {
        self.subjects
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The names of all datasets, in the order of the file.
    pub(super) fn datasets(&self) -> Vec<&str> {
        let all = self.order.iter().map(String::as_str);
        all.filter(|name| self.is_dataset(name)).collect()
    }

    /// What is said of a dataset and of what describes it, as N-Triples; the
    /// dataset first. Other datasets are named only.
    pub(super) fn description(&self, dataset: &str) -> String {
        let mut lines = String::new();
        let mut seen = HashSet::from([dataset.to_owned()]);
        let mut next = vec![dataset.to_owned()];
        for _ in 0..MAX_STEPS {
            for name in std::mem::take(&mut next) {
                for triple in self.triples(&name) {
                    lines.push_str(&format!("{triple} .\n"));
                    let object = triple.object.to_string();
                    if self.subjects.contains_key(&object)
                        && !self.is_dataset(&object)
                        && seen.insert(object.clone())
                    {
                        next.push(object);
                    }
                }
            }
        }
        lines
    }

    /// The first subject.
    pub(super) fn first(&self) -> Option<&NamedOrBlankNode> {
        let name = self.order.first()?;
        self.triples(name).first().map(|triple| &triple.subject)
    }

    /// What a subject says under one of these predicates, in order.
    pub(super) fn objects(&self, subject: &str, predicates: &[String]) -> Vec<&Term> {
        let triples = self.triples(subject).iter();
        let found =
            triples.filter(|triple| predicates.iter().any(|p| p == triple.predicate.as_str()));
        found.map(|triple| &triple.object).collect()
    }
}
