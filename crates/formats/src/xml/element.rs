//! An XML element with all that is in it, read forgivingly: prefixes do not
//! count, entities of HTML are known, an element that is not closed ends with
//! its parent. No entity is ever fetched or expanded from a DTD.

use quick_xml::{
    Reader,
    escape::{resolve_html5_entity, resolve_predefined_entity},
    events::{BytesStart, Event},
};

use unicode_normalization::UnicodeNormalization;

/// Elements within elements; deeper ones are no record that anyone wrote.
const MAX_DEPTH: usize = 200;

/// An element.
#[derive(Debug, Default)]
pub(crate) struct Element {
    /// Its name without prefix.
    pub(crate) name: String,
    /// Names without prefix, in order.
    attributes: Vec<(String, String)>,
    content: Vec<Node>,
}

#[derive(Debug)]
enum Node {
    Element(Element),
    Text(String),
}

/// What was read, and how many elements nobody closed.
pub(crate) struct Read {
    pub(crate) root: Element,
    pub(crate) n_unclosed: usize,
}

/// Reads one element. The error is for people.
pub(crate) fn read(xml: &str) -> Result<Read, String> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut open: Vec<Element> = Vec::new();
    let mut n_unclosed = 0;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(format!("{error} at byte {}", reader.error_position())),
        };
        match event {
            Event::Start(tag) => {
                if open.len() == MAX_DEPTH {
                    return Err(format!("more than {MAX_DEPTH} elements within each other"));
                }
                open.push(start(&tag));
            }
            Event::Empty(tag) => {
                let element = start(&tag);
                match open.last_mut() {
                    Some(parent) => parent.content.push(Node::Element(element)),
                    None => {
                        return Ok(Read {
                            root: element,
                            n_unclosed,
                        });
                    }
                }
            }
            Event::End(tag) => {
                let name = tag.local_name().as_ref().to_owned();
                if let Some(root) = close(&mut open, &name, &mut n_unclosed) {
                    return Ok(Read { root, n_unclosed });
                }
            }
            Event::Text(text) => push_text(&mut open, &text),
            Event::CData(text) => push_text(&mut open, &text),
            Event::GeneralRef(name) => {
                let text = match name.resolve_char_ref() {
                    Ok(Some(character)) => character.to_string(),
                    _ => entity(&name),
                };
                push_text(&mut open, &text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Err(match open.first() {
        Some(root) => format!("element `{}` is not closed", root.name),
        None => "there is no element in it".to_owned(),
    })
}

fn start(tag: &BytesStart<'_>) -> Element {
    let mut element = Element {
        name: tag.local_name().as_ref().to_owned(),
        ..Element::default()
    };
    for attribute in tag.attributes().with_checks(false).flatten() {
        let raw = &attribute.value;
        let value = quick_xml::escape::unescape_with(raw, |name| {
            resolve_predefined_entity(name).or_else(|| resolve_html5_entity(name))
        });
        let value = value.map_or_else(|_| raw.to_string(), |value| value.into_owned());
        let name = attribute.key.local_name().as_ref().to_owned();
        element.attributes.push((name, value));
    }
    element
}

/// Ends the element `name` with all that is open in it; gives the root when
/// that ends. An end of what is not open is passed over.
fn close(open: &mut Vec<Element>, name: &str, n_unclosed: &mut usize) -> Option<Element> {
    let at = open.iter().rposition(|element| element.name == name)?;
    *n_unclosed += open.len() - at - 1;
    while open.len() > at {
        let element = open.pop()?;
        match open.last_mut() {
            Some(parent) => parent.content.push(Node::Element(element)),
            None => return Some(element),
        }
    }
    None
}

fn push_text(open: &mut [Element], text: &str) {
    let Some(element) = open.last_mut() else {
        return;
    };
    match element.content.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        _ => element.content.push(Node::Text(text.to_owned())),
    }
}

/// What a named entity stands for; one that is not known stays as it is.
fn entity(name: &str) -> String {
    let known = resolve_predefined_entity(name).or_else(|| resolve_html5_entity(name));
    known.map_or_else(|| format!("&{name};"), |text| text.nfc().collect())
}

impl Element {
    /// An attribute, by its name without prefix; trimmed, `None` when blank.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The language that the element states for its text.
    pub(crate) fn lang(&self) -> Option<&str> {
        self.attribute("lang")
    }

    /// The elements right in this one.
    pub(crate) fn children(&self) -> impl Iterator<Item = &Element> {
        self.content.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// All elements at a path of names, `titles/title`, in order.
    pub(crate) fn all(&self, path: &str) -> Vec<&Element> {
        let mut found = vec![self];
        for name in path.split('/') {
            found = found
                .into_iter()
                .flat_map(Element::children)
                .filter(|element| element.name == name)
                .collect();
        }
        found
    }

    /// The first element at a path of names.
    pub(crate) fn first(&self, path: &str) -> Option<&Element> {
        self.all(path).into_iter().next()
    }

    /// The text of the first element at a path, empty when there is none.
    pub(crate) fn text_at(&self, path: &str) -> String {
        self.first(path).map(Element::text).unwrap_or_default()
    }

    /// All elements of a name, at any depth, in order; not those within one.
    pub(crate) fn find_all<'a>(&'a self, name: &str) -> Vec<&'a Element> {
        let mut found = Vec::new();
        self.gather(name, &mut found);
        found
    }

    fn gather<'a>(&'a self, name: &str, found: &mut Vec<&'a Element>) {
        for child in self.children() {
            if child.name == name {
                found.push(child);
            } else {
                child.gather(name, found);
            }
        }
    }

    /// The first element of a name, at any depth.
    pub(crate) fn find(&self, name: &str) -> Option<&Element> {
        self.children().find_map(|child| match child.name == name {
            true => Some(child),
            false => child.find(name),
        })
    }

    /// The text of the first element of a name at any depth.
    pub(crate) fn text_of(&self, name: &str) -> String {
        self.find(name).map(Element::text).unwrap_or_default()
    }

    /// The text right in it, blanks kept, without the ends of its lines.
    pub(crate) fn raw_text(&self) -> String {
        let texts = self.content.iter().filter_map(|node| match node {
            Node::Text(text) => Some(text.as_str()),
            Node::Element(_) => None,
        });
        texts
            .collect::<String>()
            .trim_matches(['\n', '\r', '\t'])
            .to_owned()
    }

    /// All text in it, white space made one space.
    pub(crate) fn text(&self) -> String {
        self.text_without(&[])
    }

    /// All text in it but what stands in elements of these names.
    pub(crate) fn text_without(&self, left_out: &[&str]) -> String {
        let mut text = String::new();
        self.write_text(&mut text, left_out, &[]);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// All text in it, a line for each element of the names in `blocks`.
    pub(crate) fn lines(&self, blocks: &[&str], left_out: &[&str]) -> String {
        let mut text = String::new();
        self.write_text(&mut text, left_out, blocks);
        let lines = text
            .split('\u{c}')
            .map(|line| line.split_whitespace().collect::<Vec<_>>());
        let lines: Vec<String> = lines.map(|words| words.join(" ")).collect();
        let filled: Vec<&str> = lines
            .iter()
            .map(String::as_str)
            .filter(|l| !l.is_empty())
            .collect();
        filled.join("\n")
    }

    fn write_text(&self, text: &mut String, left_out: &[&str], blocks: &[&str]) {
        for node in &self.content {
            match node {
                Node::Text(part) => text.push_str(part),
                Node::Element(element) if left_out.contains(&element.name.as_str()) => {}
                Node::Element(element) => {
                    let is_block = blocks.contains(&element.name.as_str());
                    if is_block {
                        text.push('\u{c}');
                    }
                    element.write_text(text, left_out, blocks);
                    if is_block {
                        text.push('\u{c}');
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_prefixes_and_forgotten_ends() {
        let read = read("<a:r x:lang='vi'><b>&angst; R&amp;D &#x1b0;&nope;<c>d</b><b>e</b></a:r>")
            .unwrap();
        assert_eq!(
            (read.root.name.as_str(), read.root.lang()),
            ("r", Some("vi"))
        );
        assert_eq!(read.n_unclosed, 1);
        let texts: Vec<String> = read.root.all("b").into_iter().map(Element::text).collect();
        assert_eq!(texts, ["\u{c5} R&D ư&nope;d", "e"]);
    }

    #[test]
    fn bombs_and_depths_do_no_harm() {
        let laughs = "<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><r>&b;</r>";
        assert_eq!(read(laughs).unwrap().root.text(), "&b;");
        let deep = "<a>".repeat(100_000);
        assert!(read(&deep).err().unwrap().contains("within each other"));
        assert!(
            read("<a><b></b>")
                .err()
                .unwrap()
                .contains("`a` is not closed")
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(xml in "(<a>|</a>|<b c='|\"|>|&|;|<!\\[CDATA\\[|]]>|<!--|x|đ){0,40}") {
            let _ = read(&xml);
        }
    }
}
