//! A citation ready to copy, in the manner of APA 7 (American Psychological
//! Association, *Publication Manual*, 7th ed., 2020, ch. 9-10), with one
//! difference: names stand as the document prints them. Vietnamese names are
//! never inverted, and no rule can tell family from given name in the others.

use records::{Record, RecordType, Scheme};

use crate::{locale::Locale, metadata::is_web_address};

/// A stretch of a citation and whether it is in italics.
pub(crate) type Stretch = (String, bool);

/// Authors that are all named; above that, the first 19, an ellipsis and the
/// last (APA 7, §9.8).
const ALL_NAMED: usize = 20;

/// The citation of a record, in stretches.
pub(crate) fn apa(record: &Record, locale: Locale) -> Vec<Stretch> {
    let mut out = Stretches::default();
    let names = names(record, locale);
    let year = record
        .year
        .map_or_else(|| no_date(locale).to_owned(), |year| year.to_string());
    let title = match &record.language {
        Some(lang) => record.display_title(lang),
        None => record.display_title(&locale.lang()),
    };
    let title = title.trim_end_matches('.');
    let in_a_venue = record.record_type == RecordType::Paper && record.venue.is_some();
    // A work without a maker begins with its title (§9.12).
    if names.is_empty() {
        out.add(title, !in_a_venue);
        out.add(&format!(". ({year})."), false);
    } else {
        let stop = if names.ends_with('.') { "" } else { "." };
        out.add(&format!("{names}{stop} ({year}). "), false);
        out.add(title, !in_a_venue);
        out.add(&description(record, locale), false);
        out.add(".", false);
    }
    if in_a_venue {
        venue(record, &mut out);
    } else {
        let publisher = record.publisher.as_ref().or(record.venue.as_ref());
        if let Some(publisher) = publisher.filter(|_| record.record_type != RecordType::Thesis) {
            out.add(&format!(" {}.", publisher.trim_end_matches('.')), false);
        }
    }
    if let Some(address) = address(record) {
        out.add(&format!(" {address}"), false);
    }
    out.0
}

#[derive(Default)]
struct Stretches(Vec<Stretch>);

impl Stretches {
    fn add(&mut self, text: &str, italic: bool) {
        match self.0.last_mut() {
            Some((last, same)) if *same == italic => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push((text.to_owned(), italic)),
        }
    }
}

fn no_date(locale: Locale) -> &'static str {
    match locale {
        Locale::Vi => "không rõ năm",
        Locale::En => "n.d.",
    }
}

fn names(record: &Record, locale: Locale) -> String {
    let names: Vec<&str> = record.creators().map(|agent| agent.name.trim()).collect();
    let and = match locale {
        Locale::Vi => "và",
        Locale::En => "&",
    };
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, second] => format!("{first} {and} {second}"),
        [most @ .., last] if names.len() <= ALL_NAMED => {
            format!("{} {and} {last}", most.join(", "))
        }
        [most @ .., last] => format!("{}, … {last}", most[..ALL_NAMED - 1].join(", ")),
    }
}

/// What kind of work it is, in brackets, where the title does not tell.
fn description(record: &Record, locale: Locale) -> String {
    let kinds = &locale.words().kind;
    match record.record_type {
        RecordType::Dataset => format!(" [{}]", kinds.dataset),
        RecordType::Thesis => match record.venue.as_ref().or(record.publisher.as_ref()) {
            Some(university) => format!(" [{}, {university}]", kinds.thesis),
            None => format!(" [{}]", kinds.thesis),
        },
        RecordType::Patent => match record.identifier(Scheme::Patent) {
            Some(number) => format!(" ({} {number})", kinds.patent),
            None => format!(" [{}]", kinds.patent),
        },
        RecordType::Task => match record.identifier(Scheme::Task) {
            Some(number) => format!(" ({} {number})", kinds.task),
            None => format!(" [{}]", kinds.task),
        },
        RecordType::Report => format!(" [{}]", kinds.report),
        RecordType::Paper | RecordType::Book | RecordType::Other => String::new(),
    }
}

fn venue(record: &Record, out: &mut Stretches) {
    out.add(" ", false);
    out.add(
        record
            .venue
            .as_deref()
            .unwrap_or_default()
            .trim_end_matches('.'),
        true,
    );
    if let Some(volume) = &record.volume {
        out.add(", ", true);
        out.add(volume, true);
    }
    if let Some(issue) = &record.issue {
        let gap = if record.volume.is_some() { "" } else { ", " };
        out.add(&format!("{gap}({issue})"), false);
    }
    if let Some(pages) = &record.pages {
        out.add(&format!(", {}", pages.replace('-', "–")), false);
    }
    out.add(".", false);
}

fn address(record: &Record) -> Option<String> {
    if let Some(doi) = record.identifier(Scheme::Doi) {
        return Some(format!("https://doi.org/{doi}"));
    }
    let handle = record
        .identifier(Scheme::Handle)
        .filter(|handle| is_web_address(handle));
    handle
        .or_else(|| record.identifier(Scheme::Url))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use records::{Agent, Identifier, Lang, RecordId, Year};

    use super::*;

    fn record(record_type: RecordType) -> Record {
        let mut record = Record::new(RecordId::new("x").unwrap(), record_type);
        record.title.set(Lang::vi(), "Giống lúa chịu mặn".into());
        record.language = Some(Lang::vi());
        record.year = Some(Year::new(2021).unwrap());
        record
    }

    fn text(record: &Record, locale: Locale) -> String {
        let stretches = apa(record, locale).into_iter();
        stretches
            .map(|(text, italic)| if italic { format!("*{text}*") } else { text })
            .collect()
    }

    #[test]
    fn an_article_with_all_its_parts() {
        let mut article = record(RecordType::Paper);
        article.agents = ["Nguyễn Văn Đức", "Trần Thị Bình", "Lê An"]
            .map(Agent::author)
            .into();
        article.venue = Some("Tạp chí Khoa học Cần Thơ".into());
        article.volume = Some("57".into());
        article.issue = Some("3".into());
        article.pages = Some("12-19".into());
        article
            .identifiers
            .extend(Identifier::new(Scheme::Doi, "10.1/x"));
        assert_eq!(
            text(&article, Locale::Vi),
            "Nguyễn Văn Đức, Trần Thị Bình và Lê An. (2021). Giống lúa chịu mặn. \
             *Tạp chí Khoa học Cần Thơ, 57*(3), 12–19. https://doi.org/10.1/x"
        );
    }

    #[test]
    fn works_that_are_no_articles_say_what_they_are() {
        let mut thesis = record(RecordType::Thesis);
        thesis.agents.push(Agent::author("Lê An"));
        thesis.venue = Some("Đại học Cần Thơ".into());
        assert_eq!(
            text(&thesis, Locale::En),
            "Lê An. (2021). *Giống lúa chịu mặn* [Thesis, Đại học Cần Thơ]."
        );
        let mut nobody = record(RecordType::Dataset);
        nobody.year = None;
        assert_eq!(text(&nobody, Locale::En), "*Giống lúa chịu mặn*. (n.d.).");
    }

    #[test]
    fn twenty_one_authors_are_cut_to_twenty() {
        let mut article = record(RecordType::Paper);
        article.agents = (1..=21).map(|n| Agent::author(format!("A{n}"))).collect();
        let cited = text(&article, Locale::En);
        assert!(
            cited.contains("A19, … A21. (2021)") && !cited.contains("A20"),
            "{cited}"
        );
    }
}
