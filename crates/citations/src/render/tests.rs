//! Citations as a reader would write them.

use proptest::prelude::*;
use records::{Agent, Identifier, Lang, Record, RecordId, RecordType, Scheme, Year};

use super::*;

fn record(record_type: RecordType) -> Record {
    let mut record = Record::new(RecordId::new("x").unwrap(), record_type);
    record.title.set(Lang::vi(), "Giống lúa chịu mặn".into());
    record.language = Some(Lang::vi());
    record.year = Some(Year::new(2021).unwrap());
    record
}

fn article() -> Record {
    let mut article = record(RecordType::Paper);
    article.agents = ["Nguyễn Văn Đức", "Trần Thị Bình", "John A. Smith"]
        .map(Agent::author)
        .into();
    article.venue = Some("Tạp chí Khoa học Cần Thơ".into());
    article.volume = Some("57".into());
    article.issue = Some("3".into());
    article.pages = Some("12-19".into());
    article
        .identifiers
        .extend(Identifier::new(Scheme::Doi, "10.1/x"));
    article
}

fn text(record: &Record, style: Style, lang: &str) -> String {
    let citation = cite(record, style, lang).unwrap();
    let stretches = citation.0.into_iter();
    stretches
        .map(|(text, italic)| if italic { format!("*{text}*") } else { text })
        .collect()
}

#[test]
fn vietnamese_names_stay_whole_and_others_follow_the_style() {
    assert_eq!(
        text(&article(), Style::Apa, "vi"),
        "Nguyễn Văn Đức, Trần Thị Bình, & Smith, J. A. (2021). Giống lúa chịu mặn. \
         *Tạp chí Khoa học Cần Thơ*, *57*(3), 12–19. https://doi.org/10.1/x"
    );
    assert_eq!(
        text(&article(), Style::Ieee, "vi"),
        "Nguyễn Văn Đức, Trần Thị Bình, và J. A. Smith, “Giống lúa chịu mặn”, \
         *Tạp chí Khoa học Cần Thơ*, tập 57, số 3, tr 12–19, 2021, doi: 10.1/x."
    );
}

#[test]
fn a_vietnamese_title_keeps_its_case_among_english_terms() {
    let mla = text(&article(), Style::Mla, "en");
    assert!(mla.contains("“Giống lúa chịu mặn.”"), "{mla}");
    let mut english = article();
    english.title = Default::default();
    english
        .title
        .set(Lang::en(), "Salt-tolerant rice of the delta".into());
    english.language = Some(Lang::en());
    let mla = text(&english, Style::Mla, "en");
    assert!(mla.contains("“Salt-Tolerant Rice of the Delta.”"), "{mla}");
}

#[test]
fn numbers_of_patents_and_tasks_stay_as_they_are() {
    let mut patent = record(RecordType::Patent);
    patent.agents.push(Agent::author("Lê An"));
    patent
        .identifiers
        .extend(Identifier::new(Scheme::Patent, "VN 1-0001234"));
    for style in Style::ALL {
        let cited = text(&patent, style, "vi");
        assert!(
            cited.contains("Lê An") || cited.contains("LÊ AN"),
            "{style}: {cited}"
        );
        assert!(!cited.contains("1–"), "{style}: {cited}");
    }
    let apa = text(&patent, Style::Apa, "vi");
    assert!(apa.contains("VN 1-0001234"), "{apa}");
}

#[test]
fn works_without_a_date_or_a_maker_have_a_citation_in_every_style() {
    for record_type in [
        RecordType::Dataset,
        RecordType::Thesis,
        RecordType::Report,
        RecordType::Task,
        RecordType::Book,
        RecordType::Other,
    ] {
        let mut nobody = record(record_type);
        nobody.year = None;
        for (style, lang) in Style::ALL.into_iter().flat_map(|s| [(s, "vi"), (s, "en")]) {
            let cited = text(&nobody, style, lang);
            assert!(
                cited.contains("chịu mặn"),
                "{record_type:?} {style}: {cited}"
            );
            assert_eq!(cited.trim(), cited, "{style}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_record_has_a_citation_or_says_why_not(
        title in "\\PC{0,40}", name in "\\PC{0,20}", venue in "\\PC{0,20}",
        volume in "[0-9a-z &,–-]{0,8}", pages in "[0-9A-Za-z ,;–-]{0,12}", year in 1i32..3000,
    ) {
        let mut record = record(RecordType::Paper);
        record.title.set(Lang::vi(), title);
        record.agents.push(Agent::author(name));
        record.venue = Some(venue);
        record.volume = Some(volume);
        record.pages = Some(pages);
        record.year = Year::new(year).ok();
        for style in Style::ALL {
            match cite(&record, style, "vi") {
                Ok(citation) => {
                    prop_assert!(citation.0.iter().all(|(text, _)| !text.is_empty()));
                }
                Err(error) => prop_assert!(matches!(error, CitationError::Style(_)), "{error}"),
            }
        }
    }
}
