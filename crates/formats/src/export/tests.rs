//! Round trips where the format is read too; the right shape elsewhere.

use records::{
    AccessLevel, Agent, AgentKind, AgentRole, Identifier, Localised, RecordId, RecordType, Year,
};

use super::*;
use crate::{Kind, Limits, Parsed};

/// A record with everything that tends to break formats.
fn sample() -> Record {
    let mut record = Record::new(RecordId::new("dt_01|ẵ").unwrap(), RecordType::Paper);
    record.title = Localised::one(
        Lang::vi(),
        "Lúa \"chịu mặn\" & <đất> 50% ở đồng bằng".to_owned(),
    );
    record.title.set(
        Lang::en(),
        "Salt-tolerant rice: a_b {c} #1, in the $ delta".to_owned(),
    );
    record.abstract_text = Localised::one(Lang::vi(), "Đoạn một, \"hai\"; ba.".to_owned());
    record.keywords = Localised::one(Lang::vi(), vec!["lúa".to_owned(), "mặn".to_owned()]);
    record.agents = vec![
        Agent::author("Nguyễn Văn Đức"),
        Agent::author("Ludwig van Beethoven"),
        Agent::author("Martin Luther King Jr."),
        Agent::organisation("Viện Lúa và Cây trồng", AgentRole::Author),
    ];
    record.year = Some(Year::new(2019).unwrap());
    record.venue = Some("Tạp chí Khoa học & Công nghệ".to_owned());
    record.volume = Some("12".to_owned());
    record.issue = Some("3".to_owned());
    record.pages = Some("12-19".to_owned());
    record.language = Some(Lang::vi());
    record.identifiers = vec![Identifier::new(Scheme::Doi, "10.1000/a_b(1)").unwrap()];
    record
}

use records::Scheme;

fn read_back(kind: Kind, text: &str) -> Parsed {
    let format = kind.format();
    let entries = format.entries(Box::new(text.as_bytes()), Limits::default());
    let entries: Vec<_> = entries.map(|entry| entry.unwrap()).collect();
    assert_eq!(entries.len(), 1, "{text}");
    format.parse(&entries[0]).unwrap()
}

fn assert_same_work(found: &Record, wanted: &Record, text: &str) {
    assert_eq!(found.id, wanted.id, "{text}");
    assert_eq!(found.title, wanted.title, "{text}");
    assert_eq!(found.abstract_text, wanted.abstract_text, "{text}");
    assert_eq!(found.keywords, wanted.keywords, "{text}");
    assert_eq!(found.year, wanted.year);
    assert_eq!(found.venue, wanted.venue, "{text}");
    assert_eq!(
        (&found.volume, &found.issue),
        (&wanted.volume, &wanted.issue)
    );
    assert_eq!(found.pages, wanted.pages);
    assert_eq!(found.record_type, wanted.record_type);
    assert_eq!(
        found.identifier(Scheme::Doi),
        wanted.identifier(Scheme::Doi)
    );
}

#[test]
fn bibtex_ris_json_and_csv_are_read_back_as_they_were_written() {
    let record = sample();
    for (format, kind) in [
        (ExportFormat::Bibtex, Kind::Bibtex),
        (ExportFormat::Ris, Kind::Ris),
        (ExportFormat::Json, Kind::JsonLines),
        (ExportFormat::Csv, Kind::Csv),
    ] {
        let text = write_one(format, &record, None);
        assert_eq!(Kind::sniff(text.as_bytes(), "x"), Some(kind));
        let found = read_back(kind, &text).record;
        assert_same_work(&found, &record, &text);
        let names = |record: &Record| -> Vec<String> {
            record
                .agents
                .iter()
                .map(|agent| agent.name.clone())
                .collect()
        };
        assert_eq!(names(&found), names(&record), "{text}");
        if format != ExportFormat::Csv {
            assert_eq!(found.agents[3].kind, AgentKind::Organisation, "{text}");
        }
    }
}

#[test]
fn every_type_comes_back_from_bibtex_and_ris() {
    for record_type in RecordType::ALL {
        let record = Record {
            record_type,
            ..sample()
        };
        for (format, kind) in [
            (ExportFormat::Bibtex, Kind::Bibtex),
            (ExportFormat::Ris, Kind::Ris),
        ] {
            let text = write_one(format, &record, None);
            assert_eq!(
                read_back(kind, &text).record.record_type,
                record_type,
                "{text}"
            );
        }
    }
}

#[test]
fn xml_is_well_formed_whatever_the_text() {
    let mut record = sample();
    record.venue = Some("]]> &amp; \u{0}\u{b}\u{fffe} <b>".to_owned());
    for format in [
        ExportFormat::Marcxml,
        ExportFormat::OaiDc,
        ExportFormat::Datacite,
        ExportFormat::Mods,
        ExportFormat::OpenAire,
        ExportFormat::Cerif,
    ] {
        let mut many = Vec::new();
        let mut exporter = Exporter::new(format, &mut many).unwrap();
        exporter.write(&record, None).unwrap();
        exporter.write(&record, None).unwrap();
        assert_eq!(exporter.finish().unwrap().0, 2);
        let many = String::from_utf8(many).unwrap();
        for text in [write_one(format, &record, None), many] {
            let mut reader = quick_xml::Reader::from_str(&text);
            let mut depth = 0;
            loop {
                match reader.read_event().unwrap() {
                    quick_xml::events::Event::Start(_) => depth += 1,
                    quick_xml::events::Event::End(_) => depth -= 1,
                    quick_xml::events::Event::Eof => break,
                    _ => {}
                }
            }
            assert_eq!(depth, 0);
            assert!(
                text.contains("Lúa &quot;chịu mặn&quot; &amp; &lt;đất&gt;"),
                "{text}"
            );
            assert!(!text.contains('\u{b}'));
        }
    }
}

#[test]
fn vietnamese_names_are_never_inverted() {
    let record = sample();
    let text = |format| write_one(format, &record, None);
    assert!(text(ExportFormat::Bibtex).contains("{Nguyễn Văn Đức} and van Beethoven, Ludwig"));
    assert!(text(ExportFormat::Ris).contains("AU  - Nguyễn, Văn Đức\r\n"));
    assert!(text(ExportFormat::OaiDc).contains("<dc:creator>Nguyễn Văn Đức</dc:creator>"));
    assert!(text(ExportFormat::Marcxml).contains(">Nguyễn, Văn Đức<"));
    let csl: serde_json::Value = serde_json::from_str(&text(ExportFormat::Csl)).unwrap();
    let first = &csl[0]["author"][0];
    assert_eq!(first["family"], "Nguyễn");
    assert_eq!(first["static-ordering"], true);
    assert_eq!(csl[0]["author"][3]["literal"], "Viện Lúa và Cây trồng");
    for format in ExportFormat::ALL {
        assert!(!text(format).contains("Đức, Nguyễn"), "{format}");
        assert!(!text(format).contains("Văn Đức Nguyễn"), "{format}");
    }
}

#[test]
fn marc_has_its_fixed_lengths_and_schema_org_its_links() {
    let text = write_one(ExportFormat::Marcxml, &sample(), None);
    let between = |start: &str, end: &str| {
        let from = text.split(start).nth(1).unwrap();
        from.split(end).next().unwrap().chars().count()
    };
    assert_eq!(between("<leader>", "</leader>"), 24);
    assert_eq!(between("tag=\"008\">", "</controlfield>"), 40);
    let page: serde_json::Value =
        serde_json::from_str(&write_one(ExportFormat::SchemaOrg, &sample(), None)).unwrap();
    assert_eq!(page["@type"], "ScholarlyArticle");
    assert_eq!(page["sameAs"], "https://doi.org/10.1000/a_b(1)");
    assert_eq!(page["isPartOf"]["isPartOf"]["volumeNumber"], "12");
    assert!(page["name"].is_string() && page["alternateName"].is_array());
}

#[test]
fn the_page_of_a_record_goes_out_with_it() {
    let mut record = sample();
    record.identifiers.retain(|id| id.scheme != Scheme::Url);
    let page = "https://thuvien.example.vn/records/a%2F1";
    for format in ExportFormat::ALL {
        let has_room = !matches!(format, ExportFormat::Json | ExportFormat::Csv);
        let text = write_one(format, &record, Some(page));
        assert_eq!(text.contains(page), has_room, "{format}: {text}");
    }
}

#[test]
fn a_cell_never_becomes_a_formula() {
    let mut record = sample();
    record.title = Localised::one(Lang::en(), "=HYPERLINK(\"x\")".to_owned());
    record.access = AccessLevel::Restricted;
    let text = write_one(ExportFormat::Csv, &record, None);
    assert!(text.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{text}");
    let found = read_back(Kind::Csv, &text).record;
    assert_eq!(found.title, record.title);
    assert_eq!(found.access, AccessLevel::Restricted);
}

/// What every format that we read back keeps, whatever else it drops.
#[test]
fn the_formats_of_libraries_read_back() {
    let mut wanted = sample();
    wanted
        .identifiers
        .push(Identifier::new(Scheme::Issn, "1859-1531").unwrap());
    for (format, kind, keeps_id, keeps_place) in [
        (ExportFormat::Marcxml, Kind::Xml, true, true),
        (ExportFormat::Mods, Kind::Xml, true, true),
        (ExportFormat::OaiDc, Kind::Xml, false, false),
        (ExportFormat::Datacite, Kind::Xml, false, false),
    ] {
        let text = write_one(format, &wanted, None);
        assert_eq!(Kind::sniff(text.as_bytes(), "x"), Some(kind), "{text}");
        let found = read_back(kind, &text).record;
        assert_eq!(found.title, wanted.title, "{text}");
        assert_eq!(found.abstract_text, wanted.abstract_text, "{text}");
        assert_eq!(found.keywords, wanted.keywords, "{text}");
        let names = |record: &Record| -> Vec<String> {
            record
                .agents
                .iter()
                .map(|agent| agent.name.clone())
                .collect()
        };
        assert_eq!(names(&found), names(&wanted), "{text}");
        assert_eq!(
            (found.year, found.record_type),
            (wanted.year, wanted.record_type),
            "{text}"
        );
        assert_eq!(found.language, wanted.language, "{text}");
        assert_eq!(
            found.identifier(Scheme::Doi),
            wanted.identifier(Scheme::Doi),
            "{text}"
        );
        if keeps_id {
            assert_eq!(found.id, wanted.id, "{text}");
        }
        if keeps_place {
            assert_eq!(found.venue, wanted.venue, "{text}");
            assert_eq!(
                (&found.volume, &found.issue),
                (&wanted.volume, &wanted.issue),
                "{text}"
            );
            assert_eq!(found.pages, wanted.pages, "{text}");
        }
    }
}

#[test]
fn csl_and_schema_org_read_back() {
    let wanted = sample();
    for format in [ExportFormat::Csl, ExportFormat::SchemaOrg] {
        let text = write_one(format, &wanted, Some("https://example.org/records/a1"));
        let kind = Kind::sniff(text.as_bytes(), "x").unwrap();
        let found = read_back(kind, &text).record;
        let title = wanted.title.get(&Lang::vi());
        assert_eq!(found.title.get(&Lang::vi()), title, "{text}");
        let names: Vec<&str> = found
            .agents
            .iter()
            .map(|agent| agent.name.as_str())
            .collect();
        assert_eq!(
            names[..2],
            ["Nguyễn Văn Đức", "Ludwig van Beethoven"],
            "{text}"
        );
        assert_eq!(found.agents[3].kind, AgentKind::Organisation, "{text}");
        assert_eq!(
            (found.year, found.record_type),
            (wanted.year, RecordType::Paper),
            "{text}"
        );
        assert_eq!(
            found.identifier(Scheme::Doi),
            wanted.identifier(Scheme::Doi),
            "{text}"
        );
        assert_eq!(
            (found.venue, found.pages),
            (wanted.venue.clone(), wanted.pages.clone()),
            "{text}"
        );
    }
}
