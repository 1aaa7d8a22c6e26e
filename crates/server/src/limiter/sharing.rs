//! Nodes tell each other what their callers took.
//!
//! A request is let through by the bucket of the node that it reached and never
//! waits for the others. Once a second the node takes what it let through out
//! of the shared buckets and sets its own to what is left there. So a caller
//! who spreads requests over n nodes gets at most n full buckets at once, and
//! pays the debt by waiting: in the long run the quota holds.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use catalog::{CatalogError, Draw, QuotaStore};
use jiff::Timestamp;

use super::{Caller, Limiter};
use crate::app::App;

/// Between two rounds: short beside the minute in which a bucket fills, long
/// beside the millisecond that a round takes.
const ROUND: Duration = Duration::from_secs(1);

/// Rounds between two clearings of what nobody asks for any more.
const CLEARING_ROUNDS: u64 = 60;

/// Seconds after which a caller is forgotten. A debt is a full bucket for each
/// further node at most, so it is paid by then for up to ten of them.
const MEMORY_S: i64 = 600;

/// Has the buckets of `app` shared until it is dropped, on a thread of its own.
pub(crate) fn share(app: &Arc<App>, quotas: Arc<dyn QuotaStore>) {
    let app = Arc::downgrade(app);
    std::thread::spawn(move || {
        let mut is_told = true;
        for round in 0.. {
            std::thread::sleep(ROUND);
            let Some(done) = one_round(&app, &*quotas, round) else {
                return;
            };
            if let Err(error) = &done
                && is_told
            {
                tracing::warn!(%error, "limits of requests are counted by this node alone until the catalogue answers");
            }
            is_told = done.is_ok();
        }
    });
}

/// `None` when the server has ended.
fn one_round(
    app: &Weak<App>,
    quotas: &dyn QuotaStore,
    round: u64,
) -> Option<Result<(), CatalogError>> {
    let app = app.upgrade()?;
    let told = tell(&app.limiter, "requests", quotas)
        .and_then(|()| tell(&app.sign_ins, "sign-ins", quotas));
    if !round.is_multiple_of(CLEARING_ROUNDS) {
        return Some(told);
    }
    let before = Timestamp::now() - jiff::SignedDuration::from_secs(MEMORY_S);
    Some(told.and_then(|()| quotas.forget_quotas(before).map(drop)))
}

/// Tells what one limiter let through; when that fails it is told next time.
fn tell(limiter: &Limiter, name: &str, quotas: &dyn QuotaStore) -> Result<(), CatalogError> {
    let untold = limiter.untold();
    if untold.is_empty() {
        return Ok(());
    }
    let draws: Vec<Draw> = untold
        .iter()
        .map(|(caller, quota, n_taken)| Draw {
            caller: format!("{name} of {caller}"),
            quota: *quota,
            n_taken: *n_taken,
        })
        .collect();
    let left = quotas.draw(&draws, Timestamp::now());
    let left = left.inspect_err(|_| untold.iter().for_each(|taken| keep(limiter, taken)))?;
    for ((caller, ..), left) in untold.iter().zip(left) {
        limiter.set_left(caller, left, Instant::now());
    }
    Ok(())
}

fn keep(limiter: &Limiter, (caller, _, n_taken): &(Caller, u32, u32)) {
    limiter.keep_untold(caller, *n_taken);
}

#[cfg(test)]
mod tests {
    use catalog::SqliteCatalog;

    use super::*;

    fn count(node: &Limiter, caller: &Caller, now: Instant) -> Option<u32> {
        node.count(caller, 60, now).requests
    }

    #[test]
    fn two_nodes_keep_one_quota() {
        let store = SqliteCatalog::in_memory().unwrap();
        let (one, other) = (Limiter::default(), Limiter::default());
        let caller = Caller::Account("an".into());
        let now = Instant::now();
        for _ in 0..40 {
            count(&one, &caller, now).unwrap();
        }
        tell(&one, "requests", &store).unwrap();
        // The other node does not know yet, and lets one through.
        assert_eq!(count(&other, &caller, now), Some(59));
        tell(&other, "requests", &store).unwrap();
        let left = count(&other, &caller, Instant::now()).unwrap();
        assert!((17..=20).contains(&left), "{left}");
        // Another kind of count has buckets of its own.
        let sign_ins = Limiter::default();
        count(&sign_ins, &caller, now).unwrap();
        tell(&sign_ins, "sign-ins", &store).unwrap();
        assert!(count(&sign_ins, &caller, Instant::now()).unwrap() >= 57);
    }

    #[test]
    fn a_debt_is_waited_for() {
        let store = SqliteCatalog::in_memory().unwrap();
        let (one, other) = (Limiter::default(), Limiter::default());
        let caller = Caller::Address("203.0.113.1".parse().unwrap());
        let now = Instant::now();
        for node in [&one, &other] {
            while count(node, &caller, now).is_some() {}
            tell(node, "requests", &store).unwrap();
        }
        let later = Instant::now() + Duration::from_secs(50);
        assert_eq!(count(&other, &caller, later), None);
        let much_later = later + Duration::from_secs(15);
        assert!(count(&other, &caller, much_later).is_some());
    }

    #[test]
    fn this_machine_itself_is_not_told_of() {
        let node = Limiter::default();
        count(&node, &Caller::Local, Instant::now()).unwrap();
        assert!(node.untold().is_empty());
    }
}
