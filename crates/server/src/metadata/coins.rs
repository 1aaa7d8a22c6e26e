//! `COinS`: an OpenURL in a span, which reference managers read off lists.

use records::{Record, RecordType, Scheme};

use super::own_title;
use crate::params::encode;

/// How the OpenURL standard sees a kind of work.
struct Genre {
    /// Metadata format (`info:ofi/fmt:kev:mtx:…`).
    format: &'static str,
    /// Genre within the format; empty when it has none.
    genre: &'static str,
    title_key: &'static str,
    maker_key: &'static str,
    venue_key: Option<&'static str>,
}

fn genre(record_type: RecordType) -> Genre {
    let of = |format, genre, title_key, maker_key, venue_key| Genre {
        format,
        genre,
        title_key,
        maker_key,
        venue_key,
    };
    match record_type {
        RecordType::Thesis => of("dissertation", "", "rft.title", "rft.au", Some("rft.inst")),
        RecordType::Patent => of("patent", "", "rft.title", "rft.inventor", None),
        RecordType::Book => of("book", "book", "rft.btitle", "rft.au", None),
        RecordType::Report => of("book", "report", "rft.btitle", "rft.au", None),
        RecordType::Paper => of(
            "journal",
            "article",
            "rft.atitle",
            "rft.au",
            Some("rft.jtitle"),
        ),
        RecordType::Dataset | RecordType::Task | RecordType::Other => {
            of("dc", "", "rft.title", "rft.creator", None)
        }
    }
}

/// OpenURL `ContextObject` in a span (Z39.88-2004, key/encoded-value form):
/// what goes into the `title` attribute.
pub(crate) fn coins(record: &Record) -> String {
    let genre = genre(record.record_type);
    let mut pairs = vec![
        ("ctx_ver", "Z39.88-2004".to_owned()),
        (
            "rft_val_fmt",
            format!("info:ofi/fmt:kev:mtx:{}", genre.format),
        ),
        ("rft.genre", genre.genre.to_owned()),
        (genre.title_key, own_title(record).to_owned()),
    ];
    let makers = record.creators();
    pairs.extend(makers.map(|maker| (genre.maker_key, maker.name.clone())));
    let year = || record.year.map(|year| year.to_string());
    let venue = genre.venue_key.zip(record.venue.as_deref());
    let named = |scheme| record.identifier(scheme);
    let doi = named(Scheme::Doi).map(|doi| format!("info:doi/{doi}"));
    let parts = [
        ("rft.date", record.date.clone().or_else(year)),
        (
            genre.venue_key.unwrap_or_default(),
            venue.map(|(_, name)| name.to_owned()),
        ),
        ("rft.pub", record.publisher.clone()),
        ("rft.volume", record.volume.clone()),
        ("rft.issue", record.issue.clone()),
        ("rft.pages", record.pages.clone()),
        ("rft.issn", named(Scheme::Issn).map(str::to_owned)),
        ("rft.isbn", named(Scheme::Isbn).map(str::to_owned)),
        ("rft.number", named(Scheme::Patent).map(str::to_owned)),
        ("rft_id", doi),
    ];
    pairs.extend(
        parts
            .into_iter()
            .filter_map(|(key, value)| Some((key, value?))),
    );
    let filled = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    let encoded: Vec<String> = filled
        .map(|(key, value)| format!("{key}={}", encode(&value)))
        .collect();
    encoded.join("&")
}
