//! The laws of [`AuditLog`].

use std::thread;

use jiff::Timestamp;

use crate::{
    ActFilter, AuditHead, AuditLog, ERASURE, Erasing, NewAct, Verdict, Via, Word, verify_acts,
};

/// Runs every law, each on a fresh log.
pub fn run_all<L: AuditLog>(fresh: impl Fn() -> L) {
    let laws: [fn(&dyn AuditLog); 5] = [
        an_empty_log_is_whole,
        entries_follow_each_other,
        entries_of_many_at_once_are_one_chain,
        a_log_written_anew_is_not_the_one_written_down,
        a_name_is_erased_and_the_chain_holds,
    ];
    for law in laws {
        law(&fresh());
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn act(actor: &str, object: &str) -> NewAct {
    NewAct {
        actor: actor.to_owned(),
        via: Via::Session,
        act: "POST /users/{name}".to_owned(),
        object: object.to_owned(),
        detail: "role=admin".to_owned(),
    }
}

fn head(log: &dyn AuditLog) -> AuditHead {
    match verify_acts(log, &[]).unwrap() {
        Verdict::Whole(head) => head,
        broken @ Verdict::Broken { .. } => panic!("{broken:?}"),
    }
}

fn an_empty_log_is_whole(log: &dyn AuditLog) {
    assert_eq!(head(log).number, 0);
    assert!(log.acts(&ActFilter::default(), 10).unwrap().is_empty());
}

fn entries_follow_each_other(log: &dyn AuditLog) {
    let first = log.log_act(act("lan", "/users/a"), at(20)).unwrap();
    // A clock that goes back does not make times go back.
    let second = log.log_act(act("mai", "dòng\n\0hai"), at(10)).unwrap();
    assert_eq!((first.number, second.number), (1, 2));
    assert_eq!(second.at, at(20));
    assert_eq!(second.object, "dòng\u{FFFD}\u{FFFD}hai");
    let filtered = |filter: ActFilter| log.acts(&filter, 10).unwrap();
    assert_eq!(
        filtered(ActFilter::default()),
        [second.clone(), first.clone()]
    );
    let of_lan = ActFilter {
        actor: Some("lan".to_owned()),
        before: None,
    };
    assert_eq!(filtered(of_lan), std::slice::from_ref(&first));
    let before = ActFilter {
        actor: None,
        before: Some(2),
    };
    assert_eq!(filtered(before), [first]);
    assert_eq!(
        log.acts_after(1, 10).unwrap(),
        std::slice::from_ref(&second)
    );
    assert_eq!(log.n_acts().unwrap(), 2);
    let newest = head(log);
    assert_eq!((newest.number, &newest.hash), (2, &second.hash));
    assert_eq!(newest.to_string().parse::<AuditHead>().unwrap(), newest);
}

fn entries_of_many_at_once_are_one_chain(log: &dyn AuditLog) {
    thread::scope(|scope| {
        for actor in ["an", "bình", "chi", "dung"] {
            scope.spawn(move || {
                for n in 0..5 {
                    log.log_act(act(actor, &n.to_string()), at(n)).unwrap();
                }
            });
        }
    });
    assert_eq!(head(log).number, 20);
}

fn a_log_written_anew_is_not_the_one_written_down(log: &dyn AuditLog) {
    log.log_act(act("lan", "/users/a"), at(1)).unwrap();
    let other = AuditHead {
        number: 1,
        hash: "0".repeat(64),
    };
    let longer = AuditHead {
        number: 2,
        ..other.clone()
    };
    for (known, broken) in [(other, 1), (longer, 2)] {
        match verify_acts(log, &[known]).unwrap() {
            Verdict::Broken { number, .. } => assert_eq!(number, broken),
            whole @ Verdict::Whole(_) => panic!("{whole:?}"),
        }
    }
}

fn a_name_is_erased_and_the_chain_holds(log: &dyn AuditLog) {
    log.log_act(act("lan", "/users/an"), at(1)).unwrap();
    let second = log.log_act(act("an", "/saved"), at(2)).unwrap();
    let known = AuditHead {
        number: second.number,
        hash: second.hash.clone(),
    };
    let erasing = |number, word, text: &str| Erasing {
        number,
        word,
        text: text.to_owned(),
    };
    let words = [
        erasing(2, Word::Actor, "erased-1"),
        erasing(1, Word::Object, "/users/erased-1"),
        erasing(9, Word::Object, "nowhere"),
    ];
    let by_quan = || act("quan", "erased-1");
    let said = log.erase_words(&words, by_quan(), at(3)).unwrap();
    assert_eq!((said.number, said.act.as_str()), (3, ERASURE));
    assert_eq!(
        (said.actor.as_str(), said.object.as_str()),
        ("quan", "erased-1")
    );
    assert!(
        said.detail.starts_with("words=2 sha256="),
        "{}",
        said.detail
    );
    let all = log.acts_after(0, 10).unwrap();
    let told: Vec<[&str; 2]> = all
        .iter()
        .map(|act| [act.words()[0], act.words()[1]])
        .collect();
    let wanted = [
        ["lan", "/users/erased-1"],
        ["erased-1", "/saved"],
        ["quan", "erased-1"],
    ];
    assert_eq!(told, wanted);
    // Of an erased word nothing is left to try names against; the other words of
    // the entry are vouched for as before.
    assert_eq!(all[0].sealing.salts[1].erased_by(), Some(3));
    assert!(all[0].sealing.salts[0].kept().is_some());
    assert_eq!(all[1].hash, second.hash, "the entry stands where it stood");
    let of_erased = ActFilter {
        actor: Some("erased-1".to_owned()),
        before: None,
    };
    assert_eq!(log.acts(&of_erased, 10).unwrap().len(), 1);
    // What is erased stays as it is.
    let again = [erasing(2, Word::Actor, "mai")];
    let again = log.erase_words(&again, by_quan(), at(4)).unwrap();
    assert!(again.detail.starts_with("words=0 "), "{}", again.detail);
    assert_eq!(log.acts_after(1, 1).unwrap()[0].actor, "erased-1");
    let verdict = verify_acts(log, &[known]).unwrap();
    assert!(matches!(verdict, Verdict::Whole(head) if head.number == 4));
}
