//! The details of a record as labelled values.

use std::collections::BTreeMap;

use authorities::AuthorityKind;
use catalog::StoredRecord;
use index::FacetField;
use records::{DocumentFile, Identifier, Link, Record, RecordId, Relation, Scheme};

use crate::{
    locale::Locale,
    metadata::is_web_address,
    pages::{
        authority::name_url,
        hit::{filter_url, record_url},
        labels,
    },
    public::public_place,
    typography::{date, size},
    words::{Words, fill},
};

/// A label with its values; a value may lead somewhere.
pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) values: Vec<(String, Option<String>)>,
}

/// A work that this one has to do with.
pub(crate) struct LinkView {
    pub(crate) relation: &'static str,
    pub(crate) text: String,
    pub(crate) url: Option<String>,
}

/// A file of the work.
pub(crate) struct FileView {
    pub(crate) name: String,
    pub(crate) url: Option<String>,
    pub(crate) about: String,
}

/// What is known about the work, in the order in which a card says it.
pub(crate) fn about(record: &Record, canonical: &str, locale: Locale) -> Vec<Fact> {
    let w = locale.words();
    let r = &w.record;
    let mut facts = Facts::default();
    let kind = record.record_type.as_str();
    facts.filters(w.facet.r#type, FacetField::Type, [kind], locale);
    let year = record.year.map(|year| year.to_string());
    facts.filters(w.facet.year, FacetField::Year, year.as_deref(), locale);
    facts.text(r.date, record.date.as_ref().map(|iso| date(iso, locale)));
    facts.filters(r.venue, FacetField::Venue, record.venue.as_deref(), locale);
    facts.text(r.publisher, record.publisher.clone());
    facts.text(r.volume, record.volume.clone());
    facts.text(r.issue, record.issue.clone());
    facts.text(r.pages, record.pages.clone());
    let language = record.language.as_ref().map(|lang| lang.as_str());
    facts.filters(w.facet.language, FacetField::Language, language, locale);
    facts.add(
        r.identifiers,
        record.identifiers.iter().map(|id| identifier(id, w)),
    );
    facts.add(r.subjects, record.subjects.iter().map(subject(locale)));
    let institutions = record.institutions.iter().map(|name| {
        let url = name_url(AuthorityKind::Institution, name);
        (name.clone(), Some(url))
    });
    facts.add(w.facet.institution, institutions);
    facts.filters(
        w.facet.province,
        FacetField::Province,
        record.province.as_deref(),
        locale,
    );
    let countries = record.country_codes();
    facts.filters(w.facet.country, FacetField::Country, countries, locale);
    let collections = record.collections.iter().map(String::as_str);
    facts.filters(
        w.facet.collection,
        FacetField::Collection,
        collections,
        locale,
    );
    facts.text(
        w.facet.access,
        Some(labels::access(record.access, w).to_owned()),
    );
    facts.text(
        r.embargo_until,
        record.embargo_until.as_ref().map(|day| date(day, locale)),
    );
    facts.add(w.facet.licence, record.licence.iter().map(licence));
    facts.text(r.id, Some(record.id.to_string()));
    facts.add(
        r.share,
        [(canonical.to_owned(), Some(canonical.to_owned()))],
    );
    facts.0
}

#[derive(Default)]
struct Facts(Vec<Fact>);

impl Facts {
    fn add(
        &mut self,
        label: &'static str,
        values: impl IntoIterator<Item = (String, Option<String>)>,
    ) {
        let values: Vec<_> = values.into_iter().collect();
        if !values.is_empty() {
            self.0.push(Fact { label, values });
        }
    }

    fn text(&mut self, label: &'static str, value: Option<String>) {
        self.add(label, value.map(|value| (value, None)));
    }

    /// Values that lead to everything that has them.
    fn filters<'a>(
        &mut self,
        label: &'static str,
        field: FacetField,
        values: impl IntoIterator<Item = &'a str>,
        locale: Locale,
    ) {
        let link = |value| {
            (
                labels::value(field, value, locale),
                Some(filter_url(field, value)),
            )
        };
        self.add(label, values.into_iter().map(link));
    }
}

/// Where an identifier leads: an address of its resolver.
pub(crate) fn identifier_url(raw: &str) -> Option<String> {
    if is_web_address(raw) {
        return Some(raw.to_owned());
    }
    let orcid = raw.len() == 19 && raw.bytes().filter(|b| *b == b'-').count() == 3;
    let ror = raw.len() == 9 && raw.starts_with('0');
    match raw {
        _ if raw.starts_with("10.") => Some(format!("https://doi.org/{raw}")),
        _ if orcid => Some(format!("https://orcid.org/{raw}")),
        _ if ror => Some(format!("https://ror.org/{raw}")),
        _ => None,
    }
}

fn identifier(id: &Identifier, w: &'static Words) -> (String, Option<String>) {
    let (name, url) = match id.scheme {
        Scheme::Doi => (w.scheme.doi, Some(format!("https://doi.org/{}", id.value))),
        Scheme::Handle => (w.scheme.handle, identifier_url(&id.value)),
        Scheme::Arxiv => {
            let number = id
                .value
                .trim_start_matches("arXiv:")
                .trim_start_matches("arxiv:");
            (
                w.scheme.arxiv,
                Some(format!("https://arxiv.org/abs/{number}")),
            )
        }
        Scheme::Url => (w.scheme.url, identifier_url(&id.value)),
        Scheme::Isbn => (w.scheme.isbn, None),
        Scheme::Issn => (w.scheme.issn, None),
        Scheme::Patent => (w.scheme.patent, None),
        Scheme::Task => (w.scheme.task, None),
        Scheme::Oai => (w.scheme.oai, None),
        Scheme::Source => (w.scheme.source, None),
    };
    (format!("{name}: {}", id.value), url)
}

fn subject(locale: Locale) -> impl Fn(&records::Subject) -> (String, Option<String>) {
    move |subject| match subject.scheme.as_str() {
        "khcn" => {
            let label = labels::value(FacetField::Field, &subject.code, locale);
            (label, Some(filter_url(FacetField::Field, &subject.code)))
        }
        "free" => (subject.code.clone(), None),
        scheme => (format!("{}: {}", scheme.to_uppercase(), subject.code), None),
    }
}

fn licence(licence: &String) -> (String, Option<String>) {
    let url = is_web_address(licence).then(|| licence.clone());
    let spdx = || format!("https://spdx.org/licenses/{licence}.html");
    let is_spdx = licence
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-.+".contains(&b));
    (licence.clone(), url.or_else(|| is_spdx.then(spdx)))
}

/// Works that this one has to do with. What the visitor may not see keeps its
/// name, as the record says it, and leads nowhere.
pub(crate) fn links(
    record: &Record,
    linked: &BTreeMap<RecordId, Record>,
    locale: Locale,
) -> Vec<LinkView> {
    let w = locale.words();
    let view = |link: &Link| {
        let seen = RecordId::new(&link.target)
            .ok()
            .and_then(|id| linked.get(&id));
        let (text, url) = match seen {
            Some(other) => (
                other.display_title(&locale.lang()).to_owned(),
                Some(record_url(&other.id)),
            ),
            None => (link.target.clone(), identifier_url(&link.target)),
        };
        LinkView {
            relation: relation(link.relation, w),
            text,
            url,
        }
    };
    record.links.iter().map(view).collect()
}

fn relation(relation: Relation, w: &'static Words) -> &'static str {
    match relation {
        Relation::Cites => w.relation.cites,
        Relation::ResultOf => w.relation.result_of,
        Relation::Uses => w.relation.uses,
        Relation::VersionOf => w.relation.version_of,
        Relation::TranslationOf => w.relation.translation_of,
        Relation::PartOf => w.relation.part_of,
        Relation::RelatedTo => w.relation.related_to,
    }
}

/// The files, with where each is had (`urls`, in the same order).
pub(crate) fn files(record: &Record, urls: &[Option<String>], locale: Locale) -> Vec<FileView> {
    let w = locale.words();
    let view = |(file, url): (&DocumentFile, &Option<String>)| {
        let counted = |label, n: Option<u64>| n.map(|n| fill(label, &[("n", &n.to_string())]));
        let kind = labels::file_kind(&file.media_type).to_owned();
        let mut about = vec![kind, size(file.bytes, locale)];
        match file.rows {
            None => about.extend(counted(w.record.file_pages, file.pages.map(u64::from))),
            rows => about.extend(counted(w.record.file_rows, rows)),
        }
        FileView {
            name: file.name.clone(),
            url: url.clone(),
            about: about.join(" · "),
        }
    };
    record.files.iter().zip(urls).map(view).collect()
}

/// Where the record came from and when it changed.
pub(crate) fn provenance(stored: &StoredRecord, locale: Locale) -> Vec<Fact> {
    let r = &locale.words().record;
    let origin = &stored.record.provenance;
    let day = |at: jiff::Timestamp| date(&at.strftime("%Y-%m-%d").to_string(), locale);
    let mut facts = Facts::default();
    facts.text(
        r.source,
        Some(public_place(&origin.source)).filter(|text| !text.is_empty()),
    );
    facts.text(r.place, origin.place.clone());
    facts.text(
        r.format,
        Some(origin.format.clone()).filter(|text| !text.is_empty()),
    );
    facts.add(
        r.remarks,
        origin.remarks.iter().map(|remark| (remark.clone(), None)),
    );
    facts.text(r.version, Some(stored.version.to_string()));
    facts.text(r.created, Some(day(stored.created_at)));
    facts.text(r.updated, Some(day(stored.updated_at)));
    facts.0
}
