//! CSV with a header; [`crate::TableFormat`] reads it back.

use records::{Lang, Record, Scheme};

pub(super) const HEADER: &str = "id,type,title_vi,title_en,title,authors,year,venue,volume,issue,pages,publisher,doi,url,\
     language,keywords_vi,keywords_en,abstract_vi,abstract_en,abstract,institutions,province,countries,field,collections,access,licence\r\n";

pub(super) fn write(record: &Record) -> String {
    let (vi, en) = (Lang::vi(), Lang::en());
    let text = |lang: &Lang, texts: &records::LocalisedText| texts.get(lang).cloned();
    // A text in neither language goes to the column without one.
    let other = |texts: &records::LocalisedText| match (texts.get(&vi), texts.get(&en)) {
        (None, None) => texts.iter().next().map(|(_, text)| text.clone()),
        _ => None,
    };
    let keywords = |lang: &Lang| record.keywords.get(lang).map(|words| words.join("; "));
    let authors: Vec<&str> = record.creators().map(|agent| agent.name.as_str()).collect();
    let fields = record.subjects.iter().filter(|s| s.scheme == "khcn");
    let fields: Vec<&str> = fields.map(|subject| subject.code.as_str()).collect();
    let named = |scheme| record.identifier(scheme).map(str::to_owned);
    let cells = [
        Some(record.id.to_string()),
        Some(record.record_type.to_string()),
        text(&vi, &record.title),
        text(&en, &record.title),
        other(&record.title),
        Some(authors.join("; ")),
        record.year.map(|year| year.to_string()),
        record.venue.clone(),
        record.volume.clone(),
        record.issue.clone(),
        record.pages.clone(),
        record.publisher.clone(),
        named(Scheme::Doi),
        named(Scheme::Url),
        record.language.as_ref().map(Lang::to_string),
        keywords(&vi),
        keywords(&en),
        text(&vi, &record.abstract_text),
        text(&en, &record.abstract_text),
        other(&record.abstract_text),
        Some(record.institutions.join("; ")),
        record.province.clone(),
        Some(record.country_codes().join("; ")),
        Some(fields.join("; ")),
        Some(record.collections.join("; ")),
        Some(record.access.to_string()),
        record.licence.clone(),
    ];
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let cells = cells.map(Option::unwrap_or_default);
    let written = writer.write_record(cells.each_ref().map(|cell| guarded(cell)));
    written.expect("a row is written to memory");
    let row = writer.into_inner().expect("a row is written to memory");
    String::from_utf8(row).expect("cells are UTF-8")
}

/// A cell that a spreadsheet would run as a formula gets a leading apostrophe
/// (OWASP, CSV injection); the apostrophe is taken off when it is read back.
fn guarded(cell: &str) -> String {
    if cell.starts_with(['=', '+', '@', '\t']) || (cell.starts_with('-') && cell.len() > 1) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
