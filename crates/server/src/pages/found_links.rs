//! Works that have to do with a work, as its page shows them.

use search::links::{FoundLink, LinkDirection, LinkEvidence};

use crate::{
    locale::Locale,
    pages::{
        hit::{Stretch, record_url, stretches},
        labels,
    },
    words::fill,
};

/// Characters of a quoted place: more than is ever quoted.
const QUOTE_CHARS: usize = 600;

/// A work, and what speaks for the link.
pub(super) struct FoundView {
    pub(super) url: String,
    pub(super) title: String,
    pub(super) kind: &'static str,
    pub(super) why: String,
    pub(super) quote: Vec<Stretch>,
}

/// What the record states itself stands elsewhere on the page.
pub(super) fn found_links(found: &[FoundLink], locale: Locale) -> Vec<FoundView> {
    let is_found = |link: &&FoundLink| !matches!(link.evidence, LinkEvidence::Stated { .. });
    found
        .iter()
        .filter(is_found)
        .map(|link| view(link, locale))
        .collect()
}

fn view(link: &FoundLink, locale: Locale) -> FoundView {
    let w = locale.words();
    let why = match (&link.evidence, link.direction) {
        (LinkEvidence::Name { identifier, .. }, LinkDirection::Out) => {
            fill(w.link.names, &[("name", &identifier.value)])
        }
        (LinkEvidence::Name { identifier, .. }, _) => {
            fill(w.link.named_by, &[("name", &identifier.value)])
        }
        (LinkEvidence::Title { .. }, LinkDirection::Out) => w.link.titles.to_owned(),
        (LinkEvidence::Title { .. }, _) => w.link.titled_by.to_owned(),
        (LinkEvidence::Cited { .. }, _) => w.link.cites.to_owned(),
        (LinkEvidence::Similar { similarity, .. }, _) => {
            let percent = format!("{:.0} %", similarity * 100.0);
            fill(w.link.alike, &[("percent", &percent)])
        }
        (LinkEvidence::Stated { .. }, _) => String::new(),
    };
    let (quote, page) = match &link.evidence {
        LinkEvidence::Name { quote, page, .. } | LinkEvidence::Title { quote, page } => {
            (stretches(quote, QUOTE_CHARS), *page)
        }
        LinkEvidence::Cited { quote, .. } => (stretches(quote, QUOTE_CHARS), None),
        _ => (Vec::new(), None),
    };
    let page = page.map(|page| fill(w.compare.page, &[("n", &page.to_string())]));
    FoundView {
        url: record_url(&link.record.id),
        title: link.record.display_title(&locale.lang()).to_owned(),
        kind: labels::kind(link.record.record_type, w),
        why: page.map_or(why.clone(), |page| format!("{why}, {page}")),
        quote,
    }
}
