//! The laws of [`AuditLog`].

use std::thread;

use jiff::Timestamp;

use crate::{ActFilter, AuditHead, AuditLog, NewAct, Verdict, Via, verify_acts};

/// Runs every law, each on a fresh log.
pub fn run_all<L: AuditLog>(fresh: impl Fn() -> L) {
    let laws: [fn(&dyn AuditLog); 4] = [
        an_empty_log_is_whole,
        entries_follow_each_other,
        entries_of_many_at_once_are_one_chain,
        a_log_written_anew_is_not_the_one_written_down,
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
