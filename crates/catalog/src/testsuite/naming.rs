//! The laws of [`crate::AccountNames`].

use jiff::{SignedDuration, Timestamp};
use records::{Clearance, Record, RecordId, RecordType};

use crate::{Batch, Catalogue, DEPOSITED, Detail, NewJob};

/// Runs every law, each on a fresh catalogue.
pub fn run_all<C: Catalogue>(fresh: impl Fn() -> C) {
    let laws: [fn(&dyn Catalogue); 3] = [
        a_name_goes_from_jobs,
        a_name_goes_from_all_versions_of_what_was_handed_in,
        nothing_is_done_for_a_name_that_is_nowhere,
    ];
    for law in laws {
        law(&fresh());
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn ask(catalogue: &dyn Catalogue, kind: &str, asked_by: Option<&str>) {
    let job = NewJob {
        kind: kind.to_owned(),
        payload: "{}".to_owned(),
        run_at: at(0),
        max_attempts: 1,
        key: None,
        asked_by: asked_by.map(str::to_owned),
    };
    catalogue.enqueue(&job, at(0)).unwrap();
}

fn a_name_goes_from_jobs(catalogue: &dyn Catalogue) {
    ask(catalogue, "a", Some("an"));
    ask(catalogue, "b", None);
    ask(catalogue, "c", Some("an"));
    ask(catalogue, "d", Some("anh"));
    let kinds = |name: &str| -> Vec<String> {
        let jobs = catalogue.jobs_of(name).unwrap().into_iter();
        jobs.map(|job| job.kind).collect()
    };
    assert_eq!(kinds("an"), ["a", "c"]);
    assert_eq!(catalogue.rename_account("an", "erased-1", &[]).unwrap(), 2);
    assert!(kinds("an").is_empty());
    assert_eq!(kinds("erased-1"), ["a", "c"]);
    assert_eq!(kinds("anh"), ["d"]);
    // A job goes on under its new name.
    let taken = catalogue.claim(&["a"], at(1), SignedDuration::from_secs(60));
    assert_eq!(
        taken.unwrap().unwrap().asked_by.as_deref(),
        Some("erased-1")
    );
    catalogue.scrub().unwrap();
}

fn a_name_goes_from_all_versions_of_what_was_handed_in(catalogue: &dyn Catalogue) {
    let id = RecordId::new("g-1").unwrap();
    let version = |venue: &str, source: &str| {
        let mut record = Record::new(id.clone(), RecordType::Paper);
        record.venue = Some(venue.to_owned());
        record.provenance.source = source.to_owned();
        Batch::of_records(at(1), [record])
    };
    catalogue.apply(version("một", "deposit by an")).unwrap();
    catalogue.apply(version("hai", "deposit by an")).unwrap();
    catalogue.apply(version("ba", "deposit by anh")).unwrap();
    let seq = catalogue.seq().unwrap();
    let ids = [id.clone(), RecordId::new("g-2").unwrap()];
    assert_eq!(catalogue.rename_account("an", "x", &ids).unwrap(), 2);
    assert_eq!(catalogue.seq().unwrap(), seq, "no record changed");
    let history = catalogue.history(&id, Clearance::Staff).unwrap();
    let told: Vec<(Option<String>, String)> = history
        .into_iter()
        .filter_map(|version| version.record)
        .map(|record| (record.venue, record.provenance.source))
        .collect();
    let wanted = [
        ("một", DEPOSITED),
        ("hai", DEPOSITED),
        ("ba", "deposit by anh"),
    ];
    let wanted = wanted.map(|(venue, source)| (Some(venue.to_owned()), source.to_owned()));
    assert_eq!(told, wanted);
    assert_eq!(catalogue.rename_account("anh", "x", &ids).unwrap(), 1);
    let now = catalogue.get(&id, Clearance::Staff, Detail::Summary);
    assert_eq!(now.unwrap().unwrap().record.provenance.source, DEPOSITED);
}

fn nothing_is_done_for_a_name_that_is_nowhere(catalogue: &dyn Catalogue) {
    ask(catalogue, "a", Some("an"));
    assert_eq!(catalogue.rename_account("lan", "x", &[]).unwrap(), 0);
    assert!(catalogue.topic_events_of("lan").unwrap().is_empty());
    assert_eq!(catalogue.jobs_of("an").unwrap().len(), 1);
}
