//! XML elements, escaped and clean of what XML 1.0 does not allow.

use quick_xml::escape::escape;

pub(super) const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// A growing XML text.
#[derive(Default)]
pub(super) struct Xml(String);

impl Xml {
    /// Opens an element; attribute values are escaped.
    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.0.push('<');
        self.0.push_str(name);
        for (name, value) in attributes {
            let value = clean(value);
            self.0.push_str(&format!(" {name}=\"{}\"", escape(&value)));
        }
        self.0.push('>');
        self
    }

    /// Closes an element.
    pub(super) fn close(&mut self, name: &str) -> &mut Self {
        self.0.push_str(&format!("</{name}>\n"));
        self
    }

    /// An element with a text; none for an empty text.
    pub(super) fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        let text = clean(text);
        if text.trim().is_empty() {
            return;
        }
        self.open(name, attributes);
        self.0.push_str(&escape(text.trim()));
        self.close(name);
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

/// Without the control characters that XML 1.0 has no way to write.
fn clean(text: &str) -> String {
    let is_allowed = |c: &char| {
        matches!(c, '\t' | '\n' | '\r') || (*c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
    };
    text.chars().filter(is_allowed).collect()
}
