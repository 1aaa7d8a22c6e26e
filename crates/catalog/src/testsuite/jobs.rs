//! The laws of [`JobQueue`].

use jiff::{SignedDuration, Timestamp};

use crate::{Job, JobId, JobQueue, JobState, NewJob};

const LEASE: SignedDuration = SignedDuration::from_secs(10);

/// Runs every law, each on a fresh queue.
pub fn run_all<Q: JobQueue>(fresh: impl Fn() -> Q) {
    let laws: [fn(&dyn JobQueue); 4] = [
        jobs_are_taken_in_order_and_once,
        a_lease_that_runs_out_frees_the_job,
        a_failure_is_tried_again_until_it_is_given_up,
        only_the_kinds_asked_for_are_taken,
    ];
    for law in laws {
        law(&fresh());
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn enqueue(queue: &dyn JobQueue, kind: &str, run_at: i64, max_attempts: u32) -> JobId {
    let job = NewJob {
        kind: kind.to_owned(),
        payload: "{}".to_owned(),
        run_at: at(run_at),
        max_attempts,
    };
    queue.enqueue(&job, at(0)).unwrap()
}

fn claim(queue: &dyn JobQueue, second: i64) -> Option<Job> {
    queue.claim(&["work"], at(second), LEASE).unwrap()
}

fn jobs_are_taken_in_order_and_once(queue: &dyn JobQueue) {
    let later = enqueue(queue, "work", 5, 1);
    let sooner = enqueue(queue, "work", 3, 1);
    assert_eq!(claim(queue, 2), None);
    assert_eq!(claim(queue, 6).unwrap().id, sooner);
    let second = claim(queue, 6).unwrap();
    assert_eq!(
        (second.id, second.state, second.n_attempts),
        (later, JobState::Running, 1)
    );
    assert_eq!(claim(queue, 6), None);
    assert!(
        queue
            .finish(&second, Ok("{\"n\":1}"), at(0), at(7))
            .unwrap()
    );
    let jobs = queue.jobs(10).unwrap();
    assert_eq!(
        jobs.iter().map(|j| j.id).collect::<Vec<_>>(),
        [sooner, later]
    );
    assert_eq!(
        (jobs[1].state, jobs[1].outcome.as_deref()),
        (JobState::Done, Some("{\"n\":1}"))
    );
}

fn a_lease_that_runs_out_frees_the_job(queue: &dyn JobQueue) {
    enqueue(queue, "work", 0, 3);
    let dead = claim(queue, 1).unwrap();
    assert!(queue.renew(&dead, at(5), LEASE).unwrap());
    assert_eq!(claim(queue, 14), None, "the lease was prolonged to 15");
    let next = claim(queue, 16).unwrap();
    assert_eq!((next.id, next.n_attempts), (dead.id, 2));
    assert!(!queue.renew(&dead, at(16), LEASE).unwrap());
    assert!(!queue.finish(&dead, Ok("late"), at(0), at(17)).unwrap());
    assert!(queue.finish(&next, Ok("done"), at(0), at(17)).unwrap());
    assert_eq!(queue.jobs(1).unwrap()[0].outcome.as_deref(), Some("done"));
}

fn a_failure_is_tried_again_until_it_is_given_up(queue: &dyn JobQueue) {
    enqueue(queue, "work", 0, 2);
    let first = claim(queue, 1).unwrap();
    assert!(
        queue
            .finish(&first, Err("no network"), at(60), at(2))
            .unwrap()
    );
    assert_eq!(claim(queue, 59), None);
    let second = claim(queue, 60).unwrap();
    assert!(
        queue
            .finish(&second, Err("still none"), at(90), at(61))
            .unwrap()
    );
    assert_eq!(claim(queue, 1000), None);
    let job = queue.jobs(1).unwrap().remove(0);
    assert_eq!(
        (job.state, job.outcome.as_deref()),
        (JobState::Failed, Some("still none"))
    );
    enqueue(queue, "work", 0, 1);
    claim(queue, 2000).unwrap();
    assert_eq!(claim(queue, 3000), None, "it died at its only attempt");
    let job = queue.jobs(1).unwrap().remove(0);
    assert_eq!(job.state, JobState::Failed);
    assert!(job.outcome.unwrap().contains("died"));
}

fn only_the_kinds_asked_for_are_taken(queue: &dyn JobQueue) {
    enqueue(queue, "other", 0, 1);
    assert_eq!(claim(queue, 1), None);
    let kinds = ["work", "other"];
    assert!(queue.claim(&kinds, at(1), LEASE).unwrap().is_some());
}
