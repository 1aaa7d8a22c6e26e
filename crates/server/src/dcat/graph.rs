//! A small graph of statements and the three ways in which it is written:
//! Turtle, JSON-LD and RDF/XML. Subjects are addresses or nodes without a name
//! that hang below one subject, so a tree is enough.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::pages::xml;

/// Prefix and namespace of every vocabulary used.
pub(super) const NAMESPACES: [(&str, &str); 8] = [
    ("adms", "http://www.w3.org/ns/adms#"),
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dct", "http://purl.org/dc/terms/"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("hydra", "http://www.w3.org/ns/hydra/core#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// A thing that is spoken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    /// Its address; `None` for a node without a name.
    pub(super) address: Option<String>,
    /// Its class, as a prefixed name.
    pub(super) class: &'static str,
    /// Property (a prefixed name) and value, in order.
    pub(super) says: Vec<(&'static str, Object)>,
}

/// What is said of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Object {
    /// An address.
    Address(String),
    /// Text, with its language when it has one.
    Text(String, Option<String>),
    /// A value of a type (a prefixed name).
    Typed(String, &'static str),
    /// Another thing, told in place.
    Node(Box<Node>),
}

impl Node {
    pub(super) fn new(address: Option<String>, class: &'static str) -> Self {
        Self {
            address,
            class,
            says: Vec::new(),
        }
    }

    pub(super) fn say(&mut self, property: &'static str, object: Object) -> &mut Self {
        self.says.push((property, object));
        self
    }

    pub(super) fn text(&mut self, property: &'static str, text: &str, lang: Option<&str>) {
        if !text.trim().is_empty() {
            let lang = lang.filter(|lang| *lang != "und").map(str::to_owned);
            self.say(property, Object::Text(text.to_owned(), lang));
        }
    }

    pub(super) fn address(&mut self, property: &'static str, address: impl Into<String>) {
        self.say(property, Object::Address(address.into()));
    }
}

/// Writes things as Turtle.
pub(super) fn turtle(nodes: &[Node]) -> String {
    let mut out = String::new();
    for (prefix, namespace) in NAMESPACES {
        let _ = writeln!(out, "@prefix {prefix}: <{namespace}> .");
    }
    for node in nodes {
        let address = node.address.as_deref().unwrap_or_default();
        let _ = write!(out, "\n{} ", iri(address));
        turtle_says(&mut out, node, 1);
        out.push_str(" .\n");
    }
    out
}

fn turtle_says(out: &mut String, node: &Node, depth: usize) {
    let _ = write!(out, "a {}", node.class);
    for (property, object) in &node.says {
        let _ = write!(out, " ;\n{}{property} ", "  ".repeat(depth));
        match object {
            Object::Address(address) => out.push_str(&iri(address)),
            Object::Text(text, None) => out.push_str(&quoted(text)),
            Object::Text(text, Some(lang)) => {
                let _ = write!(out, "{}@{lang}", quoted(text));
            }
            Object::Typed(value, kind) => {
                let _ = write!(out, "{}^^{kind}", quoted(value));
            }
            Object::Node(node) => match &node.address {
                Some(address) => out.push_str(&iri(address)),
                None => {
                    out.push_str("[ ");
                    turtle_says(out, node, depth + 1);
                    out.push_str(" ]");
                }
            },
        }
    }
}

/// What an IRI may not hold is percent-encoded (RFC 3987).
fn iri(address: &str) -> String {
    let mut out = String::from("<");
    for c in address.chars() {
        match c {
            '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\' | '\0'..=' ' => {
                let _ = write!(out, "%{:02X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('>');
    out
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Writes things as JSON-LD.
pub(super) fn json_ld(nodes: &[Node]) -> String {
    let context: Map<String, Value> = NAMESPACES
        .iter()
        .map(|(prefix, namespace)| ((*prefix).to_owned(), json!(namespace)))
        .collect();
    let graph: Vec<Value> = nodes.iter().map(json_node).collect();
    json!({ "@context": context, "@graph": graph }).to_string()
}

fn json_node(node: &Node) -> Value {
    let mut out = Map::new();
    if let Some(address) = &node.address {
        out.insert(
            "@id".to_owned(),
            json!(iri(address).trim_matches(['<', '>'])),
        );
    }
    out.insert("@type".to_owned(), json!(node.class));
    for (property, object) in &node.says {
        let value = match object {
            Object::Address(address) => json!({ "@id": iri(address).trim_matches(['<', '>']) }),
            Object::Text(text, None) => json!(text),
            Object::Text(text, Some(lang)) => json!({ "@value": text, "@language": lang }),
            Object::Typed(value, kind) => json!({ "@value": value, "@type": kind }),
            Object::Node(node) => match &node.address {
                Some(address) => json!({ "@id": address }),
                None => json_node(node),
            },
        };
        let values = out
            .entry((*property).to_owned())
            .or_insert_with(|| json!([]));
        values
            .as_array_mut()
            .expect("properties are lists; only @-keys are not")
            .push(value);
    }
    Value::Object(out)
}

/// Writes things as RDF/XML.
pub(super) fn rdf_xml(nodes: &[Node]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF");
    for (prefix, namespace) in NAMESPACES {
        let _ = write!(out, "\n  xmlns:{prefix}=\"{namespace}\"");
    }
    out.push_str(">\n");
    for node in nodes {
        xml_node(&mut out, node);
    }
    out.push_str("</rdf:RDF>\n");
    out
}

fn xml_node(out: &mut String, node: &Node) {
    let about = node.address.as_deref().map_or_else(String::new, |address| {
        format!(" rdf:about=\"{}\"", xml_iri(address))
    });
    let _ = writeln!(out, "<{}{about}>", node.class);
    for (property, object) in &node.says {
        xml_object(out, property, object);
    }
    let _ = writeln!(out, "</{}>", node.class);
}

fn xml_object(out: &mut String, property: &str, object: &Object) {
    let points_to = |out: &mut String, address: &str| {
        let _ = writeln!(out, "<{property} rdf:resource=\"{}\"/>", xml_iri(address));
    };
    match object {
        Object::Address(address) => points_to(out, address),
        Object::Text(text, lang) => {
            let lang = lang.as_deref().map(|lang| format!(" xml:lang=\"{lang}\""));
            let lang = lang.unwrap_or_default();
            let _ = writeln!(out, "<{property}{lang}>{}</{property}>", xml(text));
        }
        Object::Typed(value, kind) => {
            let (prefix, name) = kind.split_once(':').unwrap_or(("xsd", kind));
            let known = NAMESPACES.iter().find(|(known, _)| *known == prefix);
            let kind = format!("{}{name}", known.map_or("", |(_, namespace)| namespace));
            let value = xml(value);
            let _ = writeln!(
                out,
                "<{property} rdf:datatype=\"{kind}\">{value}</{property}>"
            );
        }
        Object::Node(node) => match &node.address {
            Some(address) => points_to(out, address),
            None => {
                let _ = writeln!(out, "<{property}>");
                xml_node(out, node);
                let _ = writeln!(out, "</{property}>");
            }
        },
    }
}

fn xml_iri(address: &str) -> String {
    xml(iri(address).trim_matches(['<', '>']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text_in_every_form() {
        let mut node = Node::new(Some("https://a.vn/x y>".into()), "dcat:Dataset");
        node.text("dct:title", "\"a\\ \n<b>\u{1}", Some("vi"));
        let nodes = [node];
        let ttl = turtle(&nodes);
        assert!(
            ttl.contains("<https://a.vn/x%20y%3E> a dcat:Dataset"),
            "{ttl}"
        );
        assert!(
            ttl.contains("dct:title \"\\\"a\\\\ \\n<b>\\u0001\"@vi ."),
            "{ttl}"
        );
        assert!(rdf_xml(&nodes).contains("&lt;b&gt;"));
        let json: Value = serde_json::from_str(&json_ld(&nodes)).unwrap();
        assert_eq!(json["@graph"][0]["dct:title"][0]["@language"], "vi");
    }
}
