//! A survey of a catalogue: means, worklists, what is kept.

use catalog::{Batch, CatalogStore, MemoryCatalog, Tombstone};
use jiff::Timestamp;
use records::{Agent, Lang, Record, RecordId, RecordType, Year};

use crate::{Criterion, Surveyed, last_report, survey, survey_and_keep, trend, worklist};

fn id(text: &str) -> RecordId {
    RecordId::new(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// One record that has a title, authors and a year, one with nothing, both of
/// one file, and a third one of a document in a folder.
fn library() -> MemoryCatalog {
    let mut good = Record::new(id("tot"), RecordType::Book);
    good.title.set(Lang::vi(), "Giáo trình thủy văn".into());
    good.agents.push(Agent::author("Lê Thị Cúc"));
    good.year = Some(Year::new(2018).unwrap());
    good.collections.push("Giáo trình".into());
    let bare = Record::new(id("trong"), RecordType::Book);
    let mut document = Record::new(id("tai-lieu"), RecordType::Report);
    document.provenance.source = "/kho/bao-cao/1.pdf".into();
    let mut records = [good, bare, document];
    for record in &mut records[..2] {
        record.provenance.source = "/kho/sach.jsonl".into();
        record.provenance.place = Some("1".into());
    }
    let catalog = MemoryCatalog::default();
    let batch = Batch::of_records(at("2026-01-01T00:00:00Z"), records);
    catalog.apply(batch).unwrap();
    catalog
}

fn ids(surveyed: &Surveyed, rule: &str) -> Vec<String> {
    let list = &surveyed.worklists[rule];
    list.0.iter().map(|entry| entry.id.to_string()).collect()
}

#[test]
fn worklists_name_the_failing_records_worst_first() {
    let catalog = library();
    let now = at("2026-11-23T00:00:00Z");
    let surveyed = survey(&catalog, None, [id("tot")], now).unwrap();
    assert_eq!(ids(&surveyed, "year"), ["tai-lieu", "trong"]);
    assert_eq!(ids(&surveyed, "no-duplicate"), ["tot"]);
    let count = surveyed.report.rules["title"];
    assert_eq!((count.asked, count.failed), (3, 2));
    let scores: Vec<f64> = surveyed.worklists["year"]
        .0
        .iter()
        .map(|e| e.score)
        .collect();
    assert!(scores.is_sorted(), "{scores:?}");
}

#[test]
fn groups_are_means_of_their_records() {
    let catalog = library();
    let report = survey(&catalog, None, [], at("2026-11-23T00:00:00Z"))
        .unwrap()
        .report;
    assert_eq!(report.scores.n_records, 3);
    let sources: Vec<(&str, u64)> = report
        .sources
        .iter()
        .map(|(n, s)| (n.as_str(), s.n_records))
        .collect();
    assert_eq!(sources, [("/kho/bao-cao", 1), ("/kho/sach.jsonl", 2)]);
    assert_eq!(report.collections["Giáo trình"].n_records, 1);
    let (of_file, of_folder) = (
        &report.sources["/kho/sach.jsonl"],
        &report.sources["/kho/bao-cao"],
    );
    let complete = |scores: &crate::Scores| scores.criteria[&Criterion::Complete];
    let mean = (2.0 * complete(of_file) + complete(of_folder)) / 3.0;
    assert!((complete(&report.scores) - mean).abs() < 0.11);
    assert!(report.collections["Giáo trình"].overall > of_file.overall);
}

#[test]
fn a_collection_is_judged_alone() {
    let catalog = library();
    let now = at("2026-11-23T00:00:00Z");
    let surveyed = survey(&catalog, Some("Giáo trình"), [], now).unwrap();
    assert_eq!(surveyed.report.scores.n_records, 1);
    assert!(ids(&surveyed, "year").is_empty());
}

#[test]
fn what_is_kept_reads_back_one_point_a_day() {
    let catalog = library();
    assert_eq!(last_report(&catalog).unwrap(), None);
    assert_eq!(worklist(&catalog, "year").unwrap(), None);
    assert!(worklist(&catalog, "nothing").is_err());
    for time in [
        "2026-11-22T08:00:00Z",
        "2026-11-23T08:00:00Z",
        "2026-11-23T09:00:00Z",
    ] {
        survey_and_keep(&catalog, [], at(time)).unwrap();
    }
    let mut gone = Batch::new(at("2026-11-24T00:00:00Z"));
    gone.tombstones.push(Tombstone {
        id: id("trong"),
        merged_into: None,
    });
    catalog.apply(gone).unwrap();
    let last = survey_and_keep(&catalog, [], at("2026-11-24T08:00:00Z")).unwrap();
    assert_eq!(last_report(&catalog).unwrap(), Some(last.report));
    let year = worklist(&catalog, "year").unwrap().unwrap();
    assert_eq!(year.0.len(), 1);
    // `year` and `year-plausible` begin alike.
    assert_eq!(year, last.worklists["year"]);
    let points = trend(&catalog).unwrap();
    let days: Vec<(String, u64)> = points
        .iter()
        .map(|p| (p.at.to_string(), p.scores.n_records))
        .collect();
    let expected = [
        ("2026-11-22T08:00:00Z", 3),
        ("2026-11-23T09:00:00Z", 3),
        ("2026-11-24T08:00:00Z", 2),
    ];
    assert_eq!(days, expected.map(|(at, n)| (at.to_owned(), n)));
    assert!(points[2].scores.overall > points[1].scores.overall);
}
