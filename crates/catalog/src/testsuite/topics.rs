//! The laws of every store of topics: what may not be seen is in no count, and
//! what people do is kept, logged and taken back.

use jiff::Timestamp;
use records::{AccessLevel, ChangeSeq, Clearance, Record, RecordId, RecordType};

use crate::{
    Batch, Bilingual, BuiltTopic, CatalogStore, NewTopics, StoredTopic, Tombstone, TopicAct,
    TopicBuild, TopicError, TopicId, TopicMember, TopicStore,
};

const AT: Timestamp = Timestamp::UNIX_EPOCH;

fn id(n: u8) -> RecordId {
    RecordId::new(format!("r{n}")).unwrap()
}

fn topic(id: u64, parent: Option<u64>, is_part: bool) -> BuiltTopic {
    BuiltTopic {
        id: TopicId(id),
        parent: parent.map(TopicId),
        label: Bilingual {
            vi: Some(format!("chủ đề {id}")),
            en: None,
        },
        terms: vec!["từ".into()],
        coherence_npmi: 0.5,
        is_part,
        place: Some([0.25, 0.75]),
        stability: Some(0.8),
        neighbours: Vec::new(),
    }
}

fn member(n: u8, topic: u64, part: Option<u64>) -> TopicMember {
    TopicMember {
        record: id(n),
        topic: TopicId(topic),
        probability: 0.9,
        year: Some(2000 + i32::from(n)),
        part: part.map(TopicId),
        shares: Vec::new(),
    }
}

/// Records 1 to 6: 1, 2 and 3 in topic 2 (2 and 3 in its part 4), 4 and 5 in
/// topic 3, 6 in none; both topics in field 1.
fn build<C: CatalogStore + TopicStore>(store: &C, number: u64) {
    let build = TopicBuild {
        build: number,
        at: AT,
        seq: ChangeSeq(6),
        n_records: 6,
        n_outliers: 1,
        diversity: 1.0,
        stability: Some(0.8),
        method: "test".into(),
        years: [(2001, 6)].into(),
    };
    let mut members = vec![
        member(1, 2, None),
        member(2, 2, Some(4)),
        member(3, 2, Some(4)),
    ];
    members.extend([member(4, 3, None), member(5, 3, None)]);
    members[0].shares.push((TopicId(3), 0.2));
    let mut topics = vec![topic(4, Some(2), true), topic(3, Some(1), false)];
    topics.extend([topic(2, Some(1), false), topic(1, None, false)]);
    topics[1].neighbours.push((TopicId(2), 1.0));
    let new = NewTopics {
        build: &build,
        topics: &topics,
        members: &members,
        events: &[],
        outliers: &[id(6)],
        placing: b"words",
    };
    store.put_topics(&new).unwrap();
}

fn filled<C: CatalogStore + TopicStore>(store: C) -> C {
    let records = (1..=6).map(|n| Record::new(id(n), RecordType::Paper));
    store.apply(Batch::of_records(AT, records)).unwrap();
    build(&store, 1);
    store
}

fn size<C: TopicStore>(store: &C, clearance: Clearance, topic: u64) -> u64 {
    let list = store.topics(clearance).unwrap().unwrap();
    let found = list
        .topics
        .iter()
        .chain(&list.parts)
        .find(|t| t.id.0 == topic);
    found.map_or(0, |topic| topic.n_records)
}

/// Runs all laws, each on a fresh store.
pub fn run_topic_laws<C: CatalogStore + TopicStore>(fresh: impl Fn() -> C) {
    a_record_that_is_closed_leaves_every_count_and_list(&filled(fresh()));
    later_records_are_placed_once_and_only_beside_the_newest_build(&filled(fresh()));
    a_split_is_kept_and_taken_back(&filled(fresh()));
    a_merge_carries_parts_and_is_taken_back(&filled(fresh()));
    remarks_and_names_are_logged_with_who_did_it(&filled(fresh()));
}

fn a_record_that_is_closed_leaves_every_count_and_list<C: CatalogStore + TopicStore>(store: &C) {
    let public = Clearance::Public;
    let sizes = |clearance| [1, 2, 3, 4].map(|topic| size(store, clearance, topic));
    assert_eq!(sizes(public), [5, 3, 2, 2]);
    assert_eq!(store.topic_outliers(public, 9).unwrap(), [id(6)]);
    let mut closing = Batch::of_records(
        AT,
        [2, 6].map(|n| Record {
            access: AccessLevel::Restricted,
            ..Record::new(id(n), RecordType::Paper)
        }),
    );
    closing.tombstones = [4, 5]
        .map(|n| Tombstone {
            id: id(n),
            merged_into: None,
        })
        .into();
    store.apply(closing).unwrap();
    assert_eq!(sizes(public), [2, 2, 0, 1]);
    assert_eq!(sizes(Clearance::Staff), [3, 3, 0, 2]);
    let list = store.topics(public).unwrap().unwrap();
    assert!(!list.topics.iter().any(|topic| topic.id == TopicId(3)));
    let years = |topic: &StoredTopic| topic.by_year.keys().copied().collect::<Vec<_>>();
    assert_eq!(years(&list.topics[1]), [2001, 2003]);
    let members = |topic, clearance| {
        let found = store.topic_members(TopicId(topic), clearance, 9).unwrap();
        found.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
    };
    assert_eq!(members(2, public), [id(1), id(3)]);
    assert_eq!(members(4, public), [id(3)]);
    assert_eq!(members(1, public), [id(1), id(3)]);
    assert_eq!(members(2, Clearance::Staff), [id(1), id(2), id(3)]);
    assert_eq!(store.topic_outliers(public, 9).unwrap(), []);
    assert_eq!(store.record_topics(&id(2), public).unwrap(), None);
    assert_eq!(store.record_topics(&id(4), Clearance::Staff).unwrap(), None);
    let seen = store
        .record_topics(&id(2), Clearance::Staff)
        .unwrap()
        .unwrap();
    assert_eq!((seen.topic, seen.part), (TopicId(2), Some(TopicId(4))));
}

fn later_records_are_placed_once_and_only_beside_the_newest_build<C>(store: &C)
where
    C: CatalogStore + TopicStore,
{
    let kept = store.topic_placing().unwrap().unwrap();
    assert_eq!((kept.build, kept.bytes.as_slice()), (1, &b"words"[..]));
    let later = [7, 8].map(|n| Record::new(id(n), RecordType::Paper));
    store.apply(Batch::of_records(AT, later)).unwrap();
    // Record 1 has a topic: it stays there.
    let members = [member(7, 3, None), member(1, 3, None)];
    for _ in 0..2 {
        store.place_records(1, &members, &[id(8), id(2)]).unwrap();
    }
    assert_eq!(size(store, Clearance::Public, 3), 3);
    assert_eq!(size(store, Clearance::Public, 2), 3);
    let seven = store
        .record_topics(&id(7), Clearance::Public)
        .unwrap()
        .unwrap();
    assert!(seven.is_later);
    let one = store
        .record_topics(&id(1), Clearance::Public)
        .unwrap()
        .unwrap();
    assert!(!one.is_later);
    assert_eq!(one.others, [(TopicId(3), 0.2)]);
    assert_eq!(
        store.topic_outliers(Clearance::Public, 9).unwrap(),
        [id(6), id(8)]
    );
    let refused = store.place_records(2, &members, &[]);
    assert!(matches!(refused, Err(TopicError::Refused(_))));
}

fn a_split_is_kept_and_taken_back<C: CatalogStore + TopicStore>(store: &C) {
    let act = |act: TopicAct| store.act_on_topic(&act, "lan", AT);
    let before = store.topics(Clearance::Public).unwrap();
    for (whole, part) in [(3, 4), (2, 3), (1, 2), (2, 99)] {
        let refused = act(TopicAct::Split(TopicId(whole), TopicId(part)));
        assert!(
            matches!(refused, Err(TopicError::Refused(_))),
            "{whole} {part}"
        );
    }
    let number = act(TopicAct::Split(TopicId(2), TopicId(4))).unwrap();
    assert_eq!([2, 4].map(|t| size(store, Clearance::Public, t)), [1, 2]);
    let list = store.topics(Clearance::Public).unwrap().unwrap();
    assert!(list.parts.is_empty());
    let own = list
        .topics
        .iter()
        .find(|topic| topic.id == TopicId(4))
        .unwrap();
    assert_eq!(
        (own.parent, own.split_from),
        (Some(TopicId(1)), Some(TopicId(2)))
    );
    act(TopicAct::Undo(number)).unwrap();
    assert_eq!(store.topics(Clearance::Public).unwrap(), before);
    assert!(act(TopicAct::Undo(number)).is_err(), "once");
    let number = act(TopicAct::Split(TopicId(2), TopicId(4))).unwrap();
    let last = act(TopicAct::Split(TopicId(2), TopicId(2)));
    assert!(last.is_err());
    build(store, 2);
    assert!(act(TopicAct::Undo(number)).is_err(), "not after a build");
}

fn a_merge_carries_parts_and_is_taken_back<C: CatalogStore + TopicStore>(store: &C) {
    let act = |act: TopicAct| store.act_on_topic(&act, "lan", AT);
    let before = store.topics(Clearance::Public).unwrap();
    let number = act(TopicAct::Merge(TopicId(2), TopicId(3))).unwrap();
    let list = store.topics(Clearance::Public).unwrap().unwrap();
    assert_eq!(list.parts[0].parent, Some(TopicId(3)));
    assert_eq!(store.topic_successor(TopicId(2)).unwrap(), Some(TopicId(3)));
    assert_eq!(store.topic_neighbours(TopicId(3)).unwrap(), []);
    act(TopicAct::Undo(number)).unwrap();
    assert_eq!(store.topics(Clearance::Public).unwrap(), before);
    assert_eq!(
        store.topic_neighbours(TopicId(3)).unwrap(),
        [(TopicId(2), 1.0)]
    );
}

fn remarks_and_names_are_logged_with_who_did_it<C: CatalogStore + TopicStore>(store: &C) {
    let act = |act: TopicAct| store.act_on_topic(&act, "lan", AT).unwrap();
    let remark = |text: &str| TopicAct::Annotate(TopicId(2), Some(text.into()));
    let note = || store.topics_named(&[TopicId(2)]).unwrap()[0].note.clone();
    act(remark("một"));
    let number = act(remark("hai"));
    build(store, 2);
    assert_eq!(note().as_deref(), Some("hai"), "kept over a build");
    act(TopicAct::Undo(number));
    assert_eq!(note().as_deref(), Some("một"));
    act(TopicAct::Annotate(TopicId(2), None));
    assert_eq!(note(), None);
    let events = store.topic_events(TopicId(2)).unwrap();
    assert!(
        events
            .iter()
            .all(|event| event.actor.as_deref() == Some("lan"))
    );
    assert_eq!(
        events.iter().map(|e| e.undone).collect::<Vec<_>>(),
        [false, true, false]
    );
}
