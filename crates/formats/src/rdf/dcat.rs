//! The description of a dataset in DCAT as a record.

use oxrdf::{NamedOrBlankNode, Term};
use records::{AgentKind, AgentRole, RecordId, RecordType, Relation, Scheme};

use super::{BASE, graph::Graph};
use crate::{EntryError, Parsed, fields::Fields};

/// Prefixes as DCAT-AP names them; schema.org is written with and without `s`.
const PREFIXES: [(&str, &str); 9] = [
    ("dct", "http://purl.org/dc/terms/"),
    ("dc", "http://purl.org/dc/elements/1.1/"),
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("adms", "http://www.w3.org/ns/adms#"),
    ("schema", "http://schema.org/"),
];

/// The addresses that short names stand for.
fn long(names: &[&str]) -> Vec<String> {
    let one = |name: &&str| {
        let (prefix, local) = name.split_once(':')?;
        let (_, address) = PREFIXES.iter().find(|(known, _)| *known == prefix)?;
        Some(format!("{address}{local}"))
    };
    names.iter().filter_map(one).collect()
}

struct Reader<'a> {
    graph: &'a Graph,
    dataset: String,
}

pub(super) fn read(graph: &Graph) -> Result<Parsed, EntryError> {
    let Some(subject) = graph.first() else {
        return Err(EntryError::Nothing);
    };
    let mut fields = Fields::default();
    fields.set_record_type(RecordType::Dataset);
    let reader = Reader {
        graph,
        dataset: subject.to_string(),
    };
    if let NamedOrBlankNode::NamedNode(name) = subject
        && !name.as_str().starts_with(BASE)
    {
        let address = name.as_str();
        fields.guess_identifier(address);
        let id = RecordId::from_text(address)
            .filter(|_| records::Identifier::new(Scheme::Doi, address).is_none());
        fields.set(
            "id",
            id.map(|id| id.as_str().to_owned()).unwrap_or_default(),
        );
    }
    reader.read_texts(&mut fields);
    reader.read_agents(&mut fields);
    reader.read_rest(&mut fields);
    fields.into_parsed("dcat")
}

impl Reader<'_> {
    fn all(&self, names: &[&str]) -> Vec<&Term> {
        self.graph.objects(&self.dataset, &long(names))
    }

    fn read_texts(&self, fields: &mut Fields) {
        for (name, predicates) in [
            ("title", ["dct:title", "dc:title", "schema:name"]),
            (
                "abstract",
                ["dct:description", "dc:description", "schema:description"],
            ),
            (
                "keywords",
                ["dcat:keyword", "dc:subject", "schema:keywords"],
            ),
        ] {
            for term in self.all(&predicates) {
                if let Term::Literal(text) = term {
                    let plain = text
                        .value()
                        .split_whitespace()
                        .collect::<Vec<_>>()
                        .join(" ");
                    fields.push_text(name, text.language(), &plain);
                }
            }
        }
    }

    fn read_agents(&self, fields: &mut Fields) {
        for creator in self.all(&["dct:creator", "dc:creator", "schema:creator"]) {
            let kind = match self.is_person(creator) {
                true => AgentKind::Person,
                false => AgentKind::Organisation,
            };
            fields.push_agent(&self.name_of(creator), kind, AgentRole::Author);
        }
        for contributor in self.all(&["dct:contributor"]) {
            fields.push_agent(
                &self.name_of(contributor),
                AgentKind::Organisation,
                AgentRole::Contributor,
            );
        }
        for publisher in self.all(&["dct:publisher", "dc:publisher", "schema:publisher"]) {
            fields.set("publisher", self.name_of(publisher));
        }
    }

    fn is_person(&self, agent: &Term) -> bool {
        let kinds = self.graph.objects(
            &agent.to_string(),
            &["http://www.w3.org/1999/02/22-rdf-syntax-ns#type".to_owned()],
        );
        let named = |kind: &&Term| matches!(kind, Term::NamedNode(kind) if kind.as_str().ends_with("Person"));
        matches!(agent, Term::Literal(_)) || kinds.iter().any(named)
    }

    /// The name of an agent; a bare address names nobody.
    fn name_of(&self, agent: &Term) -> String {
        if let Term::Literal(name) = agent {
            return name.value().to_owned();
        }
        let names = long(&[
            "foaf:name",
            "vcard:fn",
            "schema:name",
            "rdfs:label",
            "skos:prefLabel",
            "dct:title",
        ]);
        literals(&self.graph.objects(&agent.to_string(), &names))
            .next()
            .unwrap_or_default()
            .to_owned()
    }

    fn read_rest(&self, fields: &mut Fields) {
        for id in self.all(&[
            "dct:identifier",
            "adms:identifier",
            "dc:identifier",
            "schema:identifier",
        ]) {
            match id {
                Term::Literal(id) => fields.guess_identifier(id.value()),
                Term::NamedNode(id) => fields.guess_identifier(id.as_str()),
                Term::BlankNode(_) => {
                    let notations = self
                        .graph
                        .objects(&id.to_string(), &long(&["skos:notation"]));
                    literals(&notations).for_each(|id| fields.guess_identifier(id));
                }
            }
        }
        for names in [
            ["dct:issued", "schema:datePublished"],
            ["dct:created", "dct:modified"],
        ] {
            literals(&self.all(&names)).for_each(|date| fields.set_date(date));
        }
        for term in self.all(&["dct:language", "dc:language", "schema:inLanguage"]) {
            // `http://publications.europa.eu/resource/authority/language/ENG`
            let word = plain(term);
            let word = word
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default();
            if records::Lang::parse(word).as_str() != "und" {
                fields.set("language", word);
            }
        }
        for page in self.all(&["dcat:landingPage", "foaf:page"]) {
            fields.push_identifier(Scheme::Url, &plain(page));
        }
        for theme in self.all(&["dcat:theme", "dct:subject"]) {
            let label = self.name_of(theme);
            let address = plain(theme);
            let last = address.rsplit(['/', '#']).next().unwrap_or_default();
            fields.push_subject("theme", if label.is_empty() { last } else { &label });
        }
        let distributions = self.all(&["dcat:distribution", "schema:distribution"]);
        let rights = long(&["dct:license", "dct:accessRights", "schema:license"]);
        let mut stated = self.graph.objects(&self.dataset, &rights);
        for distribution in &distributions {
            stated.extend(self.graph.objects(&distribution.to_string(), &rights));
        }
        stated
            .into_iter()
            .for_each(|term| fields.push_rights(&plain(term)));
        for part in self.all(&["dct:isPartOf", "dcat:inSeries"]) {
            fields.push_link(Relation::PartOf, &plain(part));
        }
        for version in self.all(&["dct:isVersionOf", "dcat:isVersionOf"]) {
            fields.push_link(Relation::VersionOf, &plain(version));
        }
    }
}

fn literals<'t>(terms: &[&'t Term]) -> impl Iterator<Item = &'t str> {
    let found: Vec<&'t str> = terms
        .iter()
        .filter_map(|term| match term {
            Term::Literal(text) => Some(text.value()),
            _ => None,
        })
        .collect();
    found.into_iter()
}

fn plain(term: &Term) -> String {
    match term {
        Term::NamedNode(node) => node.as_str().to_owned(),
        Term::Literal(text) => text.value().to_owned(),
        Term::BlankNode(_) => String::new(),
    }
}
