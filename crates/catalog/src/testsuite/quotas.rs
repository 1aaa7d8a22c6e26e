//! The laws of [`QuotaStore`].

use jiff::Timestamp;

use crate::{Draw, QuotaStore};

/// Runs every law, each on a fresh store.
pub fn run_all<Q: QuotaStore>(fresh: impl Fn() -> Q) {
    let laws: [fn(&dyn QuotaStore); 5] = [
        a_bucket_is_shared,
        it_refills_and_does_not_run_over,
        debts_are_waited_for,
        a_clock_that_is_behind_gives_nothing,
        answers_come_in_the_order_of_the_question,
    ];
    for law in laws {
        law(&fresh());
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn take(store: &dyn QuotaStore, n_taken: u32, second: i64) -> f64 {
    let draw = Draw {
        caller: "an".into(),
        quota: 60,
        n_taken,
    };
    store.draw(&[draw], at(second)).unwrap()[0]
}

fn is_near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-6, "{found}, not {wanted}");
}

fn a_bucket_is_shared(store: &dyn QuotaStore) {
    is_near(take(store, 20, 100), 40.0);
    is_near(take(store, 30, 100), 10.0);
    // Asking takes nothing.
    is_near(take(store, 0, 100), 10.0);
}

fn it_refills_and_does_not_run_over(store: &dyn QuotaStore) {
    is_near(take(store, 50, 100), 10.0);
    is_near(take(store, 0, 120), 30.0);
    is_near(take(store, 1, 9_999), 59.0);
    assert_eq!(store.forget_quotas(at(9_999)).unwrap(), 0);
    assert_eq!(store.forget_quotas(at(10_000)).unwrap(), 1);
    is_near(take(store, 0, 10_000), 60.0);
}

fn debts_are_waited_for(store: &dyn QuotaStore) {
    is_near(take(store, 60, 100), 0.0);
    is_near(take(store, 60, 100), -60.0);
    is_near(take(store, 0, 160), 0.0);
}

fn a_clock_that_is_behind_gives_nothing(store: &dyn QuotaStore) {
    is_near(take(store, 10, 100), 50.0);
    is_near(take(store, 10, 90), 40.0);
    is_near(take(store, 0, 105), 45.0);
}

fn answers_come_in_the_order_of_the_question(store: &dyn QuotaStore) {
    let draw = |caller: &str, n_taken| Draw {
        caller: caller.into(),
        quota: 60,
        n_taken,
    };
    let draws = [draw("c", 1), draw("a", 2), draw("b", 3)];
    assert_eq!(store.draw(&draws, at(0)).unwrap(), [59.0, 58.0, 57.0]);
    assert_eq!(store.draw(&[], at(0)).unwrap(), [0.0; 0]);
}
