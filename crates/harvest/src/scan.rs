//! Elements in XML that may be broken: found by their tags alone, so that
//! damage in one place hides nothing in another.
//!
//! Only for the few elements of the OAI-PMH envelope, none of which lies within
//! another one of its name. What a record says is read by `formats`.

use quick_xml::escape::unescape;

/// An element as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    attributes: &'a str,
    content: &'a str,
    /// Where its start tag begins, in bytes.
    pub(crate) start: usize,
}

impl<'a> Found<'a> {
    /// An attribute, trimmed; `None` when it is missing or blank.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        while let Some(at) = rest.find(name) {
            let is_whole = rest[..at].is_empty() || rest[..at].ends_with(char::is_whitespace);
            rest = &rest[at + name.len()..];
            let Some(value) = rest.trim_start().strip_prefix('=') else {
                continue;
            };
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| "\"'".contains(*c));
            if let (true, Some(quote)) = (is_whole, quote) {
                let value = value[1..].split(quote).next().unwrap_or_default();
                return plain(value);
            }
        }
        None
    }

    /// Its text, trimmed; `None` when it is blank.
    pub(crate) fn text(&self) -> Option<String> {
        plain(self.content)
    }

    /// Its first element of a name.
    pub(crate) fn first(&self, name: &str) -> Option<Found<'a>> {
        all(self.content, name).next()
    }
}

fn plain(raw: &str) -> Option<String> {
    let raw = raw.trim();
    let raw = raw
        .strip_prefix("<![CDATA[")
        .and_then(|raw| raw.strip_suffix("]]>"))
        .unwrap_or(raw);
    let text = unescape(raw).map_or_else(|_| raw.to_owned(), |text| text.into_owned());
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// All elements of a name without prefix, in order. One that nobody closes
/// ends where the next one of its name begins.
pub(crate) fn all<'a>(xml: &'a str, name: &str) -> impl Iterator<Item = Found<'a>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = tag(xml, at, name, false)?;
        let open_end = start + xml[start..].find('>')?;
        at = open_end + 1;
        let head = &xml[start + 1..open_end];
        let is_empty = head.ends_with('/');
        let head = head.trim_end_matches('/');
        let attributes = head.find(char::is_whitespace).map_or("", |at| &head[at..]);
        let content = if is_empty {
            ""
        } else {
            let next = tag(xml, at, name, false).unwrap_or(xml.len());
            let end = tag(&xml[..next], at, name, true).unwrap_or(next);
            &xml[at..end]
        };
        Some(Found {
            attributes,
            content,
            start,
        })
    })
}

/// Where the next tag of the name begins, from byte `from` on.
fn tag(xml: &str, from: usize, name: &str, is_end: bool) -> Option<usize> {
    let mut tags = xml[from..].match_indices('<').map(|(at, _)| from + at);
    tags.find(|start| {
        let rest = &xml[start + 1..];
        let rest = match is_end {
            true => rest.strip_prefix('/'),
            false => Some(rest),
        };
        rest.is_some_and(|rest| {
            let end = rest.find(|c: char| c.is_whitespace() || "></".contains(c));
            let whole = &rest[..end.unwrap_or(rest.len())];
            whole.rsplit(':').next() == Some(name)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_elsewhere_hides_no_element() {
        let xml = "<a><header status = 'deleted'><identifier>oai:x:1 &amp; 2</identifier>\
                   </header> < broken & <b c=\"</a> <o:header><o:identifier>oai:x:2";
        let found: Vec<_> = all(xml, "header").collect();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].attribute("status").as_deref(), Some("deleted"));
        let id = found[0].first("identifier").unwrap();
        assert_eq!(id.text().as_deref(), Some("oai:x:1 & 2"));
        let id = found[1].first("identifier").unwrap();
        assert_eq!(id.text().as_deref(), Some("oai:x:2"));
    }

    #[test]
    fn an_empty_token_is_none() {
        for xml in [
            "<resumptionToken/>",
            "<resumptionToken cursor=\"9\"> </resumptionToken>",
        ] {
            assert_eq!(all(xml, "resumptionToken").next().unwrap().text(), None);
        }
        let token = all(
            "<resumptionToken>a&lt;b</resumptionToken>",
            "resumptionToken",
        )
        .next();
        assert_eq!(token.unwrap().text().as_deref(), Some("a<b"));
    }

    #[test]
    fn other_names_and_attributes_do_not_count() {
        assert!(all("<records/><myrecord/>", "record").next().is_none());
        let error = all("<error xcode='no' code=\"badVerb\">?</error>", "error").next();
        assert_eq!(error.unwrap().attribute("code").as_deref(), Some("badVerb"));
    }
}
