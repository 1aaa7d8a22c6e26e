//! What a repository answers: the envelope of OAI-PMH, and the records of a
//! page, each whole or known to be lost.
//!
//! Invariant: every `header` on a page is in exactly one of its records or its
//! lost identifiers, however broken the page is.

use formats::{Limits, Parsed, RecordFormat, XmlFormat};
use rustc_hash::FxHashSet;

use crate::scan;

/// A refusal in the words of OAI-PMH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: String,
    pub(crate) message: String,
}

/// A page of records.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) records: Vec<PageRecord>,
    /// Identifiers on the page whose record cannot be read.
    pub(crate) lost: Vec<String>,
    /// Records without an identifier: their bytes.
    pub(crate) unnamed: Vec<Vec<u8>>,
    /// Where the list goes on.
    pub(crate) token: Option<String>,
}

/// A record of a page.
#[derive(Debug)]
pub(crate) struct PageRecord {
    pub(crate) identifier: String,
    pub(crate) raw: Vec<u8>,
    pub(crate) what: What,
}

/// What the source says about a record.
#[derive(Debug)]
pub(crate) enum What {
    /// It is there.
    Is(Box<Parsed>),
    /// It is gone.
    Deleted,
    /// It cannot be read: the reason.
    Unreadable(String),
}

/// The text of an answer; bytes that are no UTF-8 are replaced, which only the
/// envelope is read from.
pub(crate) fn text(body: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(body)
}

/// Why an answer is not the whole answer of a repository.
pub(crate) fn damage(body: &[u8]) -> Option<&'static str> {
    let text = text(body);
    if scan::all(&text, "OAI-PMH").next().is_none() {
        return Some("the answer is not OAI-PMH");
    }
    let end = text.trim_end().rsplit("</").next().unwrap_or_default();
    let is_whole = end.trim_end_matches('>').trim().rsplit(':').next() == Some("OAI-PMH");
    (!is_whole).then_some("the answer breaks off before its end")
}

/// The refusal that an answer is, if it is one. What stands after the first
/// record is none of the envelope.
pub(crate) fn refusal(text: &str) -> Option<Refusal> {
    let end = scan::all(text, "header").next().map(|header| header.start);
    let error = scan::all(&text[..end.unwrap_or(text.len())], "error").next()?;
    Some(Refusal {
        code: error.attribute("code")?,
        message: error.text().unwrap_or_default(),
    })
}

/// The text of the first element of a name.
pub(crate) fn value(text: &str, name: &str) -> Option<String> {
    scan::all(text, name).next()?.text()
}

/// The texts of all elements of a name.
pub(crate) fn values(text: &str, name: &str) -> Vec<String> {
    scan::all(text, name)
        .filter_map(|found| found.text())
        .collect()
}

/// Where a list goes on; `None` at its end.
pub(crate) fn token(text: &str) -> Option<String> {
    scan::all(text, "resumptionToken").last()?.text()
}

/// The identifiers of all headers, in order.
pub(crate) fn identifiers(text: &str) -> Vec<String> {
    let headers = scan::all(text, "header");
    headers
        .filter_map(|header| header.first("identifier")?.text())
        .collect()
}

impl Page {
    pub(crate) fn read(body: &[u8]) -> Self {
        let text = text(body);
        let mut page = Self {
            records: Vec::new(),
            lost: Vec::new(),
            unnamed: Vec::new(),
            token: token(&text),
        };
        let entries = XmlFormat.entries(Box::new(body), Limits::default());
        // Memory does not fail to be read.
        for entry in entries.map_while(Result::ok) {
            page.add(entry);
        }
        let found: FxHashSet<&str> = page.records.iter().map(|r| r.identifier.as_str()).collect();
        let lost = identifiers(&text);
        page.lost = lost
            .into_iter()
            .filter(|id| !found.contains(id.as_str()))
            .collect();
        page.lost.dedup();
        page
    }

    fn add(&mut self, entry: formats::RawEntry) {
        match Header::of(&text(&entry.bytes)) {
            Header::None => {}
            Header::Unnamed => self.unnamed.push(entry.bytes),
            Header::Of(identifier, is_deleted) => {
                let what = match XmlFormat.parse(&entry) {
                    _ if is_deleted => What::Deleted,
                    Ok(parsed) => What::Is(Box::new(parsed)),
                    Err(error) => What::Unreadable(error.to_string()),
                };
                self.records.push(PageRecord {
                    identifier,
                    raw: entry.bytes,
                    what,
                });
            }
        }
    }

    /// Makes lost what ought to be on the page and is not.
    pub(crate) fn expect(&mut self, identifiers: Vec<String>) {
        let found = self.records.iter().map(|record| record.identifier.clone());
        let mut known: FxHashSet<String> = found.chain(self.lost.iter().cloned()).collect();
        let new = identifiers.into_iter();
        self.lost.extend(new.filter(|id| known.insert(id.clone())));
    }

    /// A page of which only the identifiers are known.
    pub(crate) fn of_lost(identifiers: &[String]) -> Self {
        Self {
            lost: identifiers.to_vec(),
            ..Self::default()
        }
    }

    /// Tells pages apart: a hash of the identifiers on it.
    pub(crate) fn fingerprint(&self) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        let found = self.records.iter().map(|record| &record.identifier);
        for identifier in found.chain(&self.lost) {
            hasher.update(identifier.as_bytes()).update(b"\n");
        }
        hasher.finalize()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.lost.is_empty() && self.unnamed.is_empty()
    }
}

/// What stands at the head of an entry.
enum Header {
    /// No record, or several of which none can be trusted: their identifiers
    /// are lost.
    None,
    /// A record that does not say its identifier.
    Unnamed,
    /// Identifier, and whether the record is deleted.
    Of(String, bool),
}

impl Header {
    fn of(raw: &str) -> Self {
        let is_record = scan::all(raw, "record")
            .next()
            .is_some_and(|r| r.start == 0);
        let mut headers = scan::all(raw, "header");
        let (first, second) = (headers.next(), headers.next());
        if !is_record || second.is_some() {
            return Self::None;
        }
        let identifier = first.and_then(|header| header.first("identifier")?.text());
        let status = first.and_then(|header| header.attribute("status"));
        match identifier {
            Some(identifier) => Self::Of(identifier, status.as_deref() == Some("deleted")),
            None => Self::Unnamed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(n: u32, title: &str) -> String {
        format!(
            "<record><header><identifier>oai:x:{n}</identifier><datestamp>2024-01-01</datestamp>\
             </header><metadata><dc><title>{title}</title></dc></metadata></record>"
        )
    }

    fn page(records: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><OAI-PMH><responseDate>2024-01-01T00:00:00Z</responseDate>\
             <ListRecords>{records}<resumptionToken>t1</resumptionToken></ListRecords></OAI-PMH>"
        )
    }

    #[test]
    fn each_header_is_a_record_or_lost() {
        let good = record(1, "Lúa & ngô") + &record(3, "Đậu");
        let open = record(2, "Một").replace("</metadata></record>", "");
        let xml = page(&(open + &good));
        let read = Page::read(xml.as_bytes());
        let mut all: Vec<&str> = read.records.iter().map(|r| r.identifier.as_str()).collect();
        all.extend(read.lost.iter().map(String::as_str));
        all.sort_unstable();
        assert_eq!(all, ["oai:x:1", "oai:x:2", "oai:x:3"]);
        assert_eq!(read.token.as_deref(), Some("t1"));
        assert_eq!(damage(xml.as_bytes()), None);
    }

    #[test]
    fn what_is_no_whole_answer_is_said() {
        let xml = page(&record(1, "Lúa"));
        assert!(damage(&xml.as_bytes()[..xml.len() - 5]).is_some());
        assert!(damage(b"<html><body>Sorry</body></html>").is_some());
        assert!(damage(b"").is_some());
    }

    #[test]
    fn a_refusal_is_told_from_a_record_about_errors() {
        let refused = "<OAI-PMH><error code='noRecordsMatch'>none</error></OAI-PMH>";
        assert_eq!(refusal(refused).unwrap().code, "noRecordsMatch");
        assert_eq!(refusal(&page(&record(1, "<error code='x'/>"))), None);
    }

    #[test]
    fn a_deletion_is_no_record() {
        let gone = record(1, "x").replace("<header>", "<header status=\"deleted\">");
        let read = Page::read(page(&gone).as_bytes());
        assert!(matches!(read.records[0].what, What::Deleted));
    }
}
