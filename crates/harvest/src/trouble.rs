//! What is done when a source fails: broken records are asked for alone, lists
//! whose tokens wear out begin again, windows that fail go on in halves.

use percent_encoding::percent_decode_str;
use rustc_hash::FxHashSet;

use crate::{
    HarvestError,
    answer::{self, Page, PageRecord, Refusal, What},
    harvester::{List, Run},
    source::{FEW_ATTEMPTS, NoAnswer, Trouble},
    window::Window,
    writer::Aside,
};

/// A list that wears out its token this often without an end is halved.
const MAX_RESTARTS: u32 = 3;

/// Windows that fail one after the other, with nothing that comes between: from
/// a century down to a second is 32 halvings, so more means that all fails.
const MAX_FAILURES: u32 = 40;

/// Pages of identifiers in one second or day; more is a list without an end.
const MAX_IDENTIFIER_PAGES: usize = 10_000;

/// The request for one record.
pub(crate) fn alone<'a>(identifier: &'a str, prefix: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("verb", "GetRecord"),
        ("metadataPrefix", prefix),
        ("identifier", identifier),
    ]
}

/// What a request for one record asks for: repository, prefix, identifier;
/// `None` for another address.
pub fn asked_alone(address: &str) -> Option<(String, String, String)> {
    let is_web = address.starts_with("http://") || address.starts_with("https://");
    // A base URL may have parameters of its own.
    let (url, query) = address.split_once("verb=GetRecord&").filter(|_| is_web)?;
    let url = url.strip_suffix(['?', '&'])?;
    let value = |name: &str| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(known, _)| *known == name)?;
        let value = percent_decode_str(value).decode_utf8().ok()?;
        Some(value.into_owned())
    };
    Some((
        url.to_owned(),
        value("metadataPrefix")?,
        value("identifier")?,
    ))
}

impl Run<'_> {
    /// What cannot be read on the page is asked for alone; what cannot be read
    /// alone either is set aside.
    pub(crate) fn mend(&self, page: Page, asides: &mut Vec<Aside>) -> Vec<PageRecord> {
        let mut records = Vec::with_capacity(page.records.len());
        let lost = "its XML is broken in the list of the source";
        let lost = page
            .lost
            .into_iter()
            .map(|id| (id, lost.to_owned(), Vec::new()));
        let mut broken: Vec<_> = lost.collect();
        for record in page.records {
            match record.what {
                What::Unreadable(reason) => broken.push((record.identifier, reason, record.raw)),
                _ => records.push(record),
            }
        }
        for (identifier, reason, raw) in broken {
            match self.ask_alone(&identifier, reason) {
                Ok(record) => records.push(record),
                Err(reason) => {
                    let address = alone(&identifier, &self.request.prefix);
                    asides.push(Aside {
                        address: self.source.address(&address),
                        reason,
                        raw,
                    });
                }
            }
        }
        for raw in page.unnamed {
            let hash = blake3::hash(&raw).to_hex();
            asides.push(Aside {
                address: format!("{}#{}", self.request.url, &hash[..16]),
                reason: "the record has no identifier; tell the operators of the source".to_owned(),
                raw,
            });
        }
        records
    }

    fn ask_alone(&self, identifier: &str, reason: String) -> Result<PageRecord, String> {
        let arguments = alone(identifier, &self.request.prefix);
        let body = self.source.ask_times(FEW_ATTEMPTS, &arguments);
        let body = body.map_err(|error| match error {
            NoAnswer::Refused(refusal) => format!(
                "{reason}; alone the source refuses it ({}: {})",
                refusal.code, refusal.message
            ),
            NoAnswer::Fails(trouble) => format!(
                "{reason}; alone it fails ({}); harvest it again later",
                trouble.reason
            ),
            NoAnswer::Wait(_) => format!("{reason}; harvest it again later"),
        })?;
        let mut found = Page::read(&body).records.into_iter();
        match found.find(|record| record.identifier == identifier) {
            Some(PageRecord {
                what: What::Unreadable(reason),
                ..
            }) => Err(reason),
            Some(record) => Ok(record),
            None => Err(format!("{reason}; harvest it again later")),
        }
    }

    /// The source says no.
    pub(crate) fn refused(
        &mut self,
        refusal: Refusal,
        window: &Window,
    ) -> Result<(), HarvestError> {
        match refusal.code.as_str() {
            "noRecordsMatch" => {
                self.n_failures = 0;
                self.next_window()
            }
            "badResumptionToken" if self.state.token.is_some() => {
                if self.list.n_restarts == MAX_RESTARTS {
                    let reason = "the tokens of the source wear out before its list ends";
                    return self.narrow(window, reason.into());
                }
                let n_restarts = self.list.n_restarts + 1;
                self.report.notice(format!(
                    "the source refused its resumption token ({}); the list of {} begins again",
                    refusal.message,
                    window.shown()
                ));
                self.restart_list();
                self.list = List::restarted(n_restarts);
                self.save()
            }
            _ => Err(HarvestError::Refused {
                code: refusal.code,
                message: refusal.message,
            }),
        }
    }

    /// A window that fails goes on in halves; one that has none, record by
    /// record.
    pub(crate) fn narrow(&mut self, window: &Window, trouble: Trouble) -> Result<(), HarvestError> {
        self.n_failures += 1;
        let url = self
            .source
            .address(&self.arguments("ListRecords", window, &self.state.token));
        let is_hopeless = trouble.is_final && self.state.n_records == 0;
        if self.n_failures > MAX_FAILURES || is_hopeless {
            return Err(HarvestError::Unreachable {
                url,
                reason: trouble.reason,
            });
        }
        // A source that is down as a whole does not come back in halves.
        let identity = self.source.identify()?;
        let (granularity, earliest) = (identity.granularity, identity.earliest);
        match window.halves(granularity, earliest, self.identity.now) {
            Some((earlier, later)) => {
                self.report.notice(format!(
                    "the list of {} fails ({}); it goes on in halves",
                    window.shown(),
                    trouble.reason
                ));
                self.state.windows.pop();
                self.state.windows.extend([later, earlier]);
                self.restart_list();
                self.save()
            }
            None => self.one_by_one(window, url, trouble),
        }
    }

    /// The records of a window that cannot be halved, each alone.
    fn one_by_one(
        &mut self,
        window: &Window,
        url: String,
        trouble: Trouble,
    ) -> Result<(), HarvestError> {
        let damaged = trouble.damaged.unwrap_or_default();
        let mut page = Page::read(&damaged);
        let mut asides = Vec::new();
        match self.identifiers(window) {
            Ok(listed) => page.expect(listed),
            Err(why) => asides.push(Aside {
                address: url,
                reason: format!(
                    "the list of {} fails ({}) and so does that of its identifiers ({why}); \
                     harvest it again later",
                    window.shown(),
                    trouble.reason
                ),
                raw: damaged,
            }),
        }
        let mut state = self.state.clone();
        state.windows.pop();
        state.token = None;
        self.list = List::default();
        self.write(page, asides, state)
    }

    /// All identifiers of a window, whatever is wrong with the records.
    fn identifiers(&self, window: &Window) -> Result<Vec<String>, String> {
        let mut all = Vec::new();
        let mut token = None;
        let mut tokens = FxHashSet::default();
        for _ in 0..MAX_IDENTIFIER_PAGES {
            let arguments = self.arguments("ListIdentifiers", window, &token);
            let body = match self.source.ask_times(FEW_ATTEMPTS, &arguments) {
                Ok(body) => body,
                Err(NoAnswer::Refused(refusal)) if refusal.code == "noRecordsMatch" => break,
                Err(NoAnswer::Refused(refusal)) => return Err(refusal.message),
                Err(NoAnswer::Fails(trouble)) => return Err(trouble.reason),
                Err(NoAnswer::Wait(wait)) => {
                    return Err(format!("the source asks to wait {} s", wait.as_secs()));
                }
            };
            let text = answer::text(&body);
            all.extend(answer::identifiers(&text));
            token = answer::token(&text);
            if token
                .as_ref()
                .is_none_or(|next| !tokens.insert(next.clone()))
            {
                break;
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_record_says_what_was_asked_for() {
        let read = |address: &str| {
            let (url, prefix, identifier) = asked_alone(address)?;
            Some([url, prefix, identifier].join(" "))
        };
        let plain =
            "https://a.vn/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai%3Aa%3A1%262";
        assert_eq!(
            read(plain).as_deref(),
            Some("https://a.vn/oai oai_dc oai:a:1&2")
        );
        let own = "http://a.vn/?x=1&verb=GetRecord&metadataPrefix=marcxml&identifier=7";
        assert_eq!(read(own).as_deref(), Some("http://a.vn/?x=1 marcxml 7"));
        for other in [
            "https://a.vn/oai#0123",
            "https://a.vn/oai?verb=ListRecords&metadataPrefix=oai_dc",
            "/srv/verb=GetRecord&metadataPrefix=a&identifier=b",
            "https://a.vn/oai?verb=GetRecord&identifier=7",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
